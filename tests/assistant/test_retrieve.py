"""Tests of assistant/retrieve.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from assistant.retrieve import ABSENT, find, point_of
from assistant.understand import Understanding
from knowledge_base.retrieval import Retrieved, Retriever
from knowledge_base.schema import Facet

from .conftest import make_hit, make_retrieved, understood

STORY = "我前年从湖南过来打工，先在厂里做了一年多，后来自己开了个小店，生意一般，租约下个月到期，房东说不续了。"
POINT = "小店的营业执照要先办税务才能注销吗？"


class Searches:
    """A retriever that gives prepared results by question and notes what it was asked."""

    def __init__(self, **results: Retrieved) -> None:
        self._results = results
        self.asked: list[tuple[str, Sequence[str] | None, Any]] = []

    def names_item(self, text: str) -> bool:
        return "公司" in text

    def search(
        self, question: str, *, domains: Sequence[str] | None = None, cues: frozenset[Facet] | None = None
    ) -> Retrieved:
        self.asked.append((question, domains, cues))
        return self._results.get(question, make_retrieved())


def following(subject: str, text: str) -> Understanding:
    return Understanding(f"{subject} {text}", text, frozenset(), follow_up=True)


def as_retriever(searches: Searches) -> Retriever:
    return cast(Retriever, searches)


def test_plain_question_is_searched_once_with_its_domains_and_facets() -> None:
    searches = Searches(居住证多少钱=make_retrieved(make_hit("jz/fee/1")))
    found = find(as_retriever(searches), understood("居住证多少钱", [Facet.FEE]), ["juzhu"])
    assert searches.asked == [("居住证多少钱", ["juzhu"], frozenset({Facet.FEE}))]
    assert [hit.record_id for hit in found.hits] == ["jz/fee/1"]


def test_follow_up_that_names_an_item_averages_the_scores_of_both_readings() -> None:
    whole = make_retrieved(make_hit("jz/fee/1", 4.0), make_hit("sc/fee/1", 1.0))
    bare = make_retrieved(make_hit("sc/fee/1", 2.0), make_hit("jz/fee/1", 1.0))
    searches = Searches(**{"居住证怎么办 那办公司呢": whole, "那办公司呢": bare})
    found = find(as_retriever(searches), following("居住证怎么办", "那办公司呢"))
    assert [(hit.record_id, hit.score) for hit in found.hits] == [("jz/fee/1", 2.5), ("sc/fee/1", 1.5)]


@pytest.mark.parametrize("text", ["那要多少钱", "外地户口呢"])
def test_follow_up_that_names_no_item_keeps_to_the_subject(text: str) -> None:
    whole = make_retrieved(make_hit("jz/fee/1", 4.0))
    searches = Searches(**{f"居住证怎么办 {text}": whole, text: make_retrieved(make_hit("sc/fee/1", 9.0))})
    assert find(as_retriever(searches), following("居住证怎么办", text)) == whole
    assert len(searches.asked) == 1


def test_record_that_one_reading_missed_counts_below_the_last_of_that_reading() -> None:
    whole = make_retrieved(make_hit("jz/fee/1", 4.0), make_hit("jz/overview", 2.0))
    bare = make_retrieved(make_hit("sc/overview", 6.0))
    searches = Searches(**{"居住证 那办公司呢": whole, "那办公司呢": bare})
    found = find(as_retriever(searches), following("居住证", "那办公司呢"))
    scores = {hit.record_id: hit.score for hit in found.hits}
    assert scores["sc/overview"] == (6.0 + 2.0 - ABSENT) / 2
    assert scores["jz/fee/1"] == (4.0 + 6.0 - ABSENT) / 2
    assert [hit.score for hit in found.hits] == sorted(scores.values(), reverse=True)


def test_nothing_found_is_not_searched_twice() -> None:
    searches = Searches()
    assert find(as_retriever(searches), understood("量子纠缠", follow_up=True)).hits == ()
    assert len(searches.asked) == 1


def test_long_story_is_searched_by_its_point_as_well() -> None:
    question = STORY + POINT
    searches = Searches(**{question: make_retrieved(make_hit("sc/overview"))})
    find(as_retriever(searches), understood(question))
    assert [asked[0] for asked in searches.asked] == [question, POINT]


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("居住证怎么办", "居住证怎么办"),
        (STORY + POINT, POINT),
        (f"{STORY}{POINT}要多久？", f"{POINT}要多久？"),
        ("", ""),
    ],
    ids=["short", "story", "too-short-alone", "empty"],
)
def test_point_of_a_story_is_what_it_ends_in(text: str, point: str) -> None:
    assert point_of(text) == point


def test_point_of_a_story_without_a_full_stop_is_the_whole_of_it() -> None:
    endless = "我想问一下就是那个" * 20
    assert point_of(endless) == endless
