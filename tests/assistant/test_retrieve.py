"""Tests of assistant/retrieve.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from assistant.intents import Intent
from assistant.retrieve import FAR, find, parts_of, point_of
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

    def name_of(self, item_id: str) -> str:
        return {"jz": "居住证申领"}.get(item_id, "")

    def search(
        self,
        question: str,
        *,
        domains: Sequence[str] | None = None,
        items: frozenset[str] | None = None,
        cues: frozenset[Facet] | None = None,
    ) -> Retrieved:
        self.asked.append((question, domains, cues))
        found = self._results.get(question, make_retrieved())
        return replace(found, hits=tuple(hit for hit in found.hits if items is None or hit.item_id in items))


def following(subject: str, text: str) -> Understanding:
    named = "公司" in text
    return Understanding(f"{subject} {text}", text, frozenset(), follow_up=True, named=named, subject=subject)


def found_by(searches: Searches, understanding: Understanding, domains: Sequence[str] | None = None) -> Retrieved:
    return find(cast(Retriever, searches), understanding, Intent({"enquiry": 1.0}), domains)


def test_plain_question_is_searched_once_with_its_domains_and_facets() -> None:
    searches = Searches(居住证多少钱=make_retrieved(make_hit("jz/fee/1")))
    found = found_by(searches, understood("居住证多少钱", [Facet.FEE]), ["juzhu"])
    assert searches.asked == [("居住证多少钱", ["juzhu"], frozenset({Facet.FEE}))]
    assert [hit.record_id for hit in found.hits] == ["jz/fee/1"]


def test_follow_up_that_names_an_item_averages_the_scores_of_both_readings() -> None:
    whole = make_retrieved(make_hit("jz/fee/1", 4.0), make_hit("sc/fee/1", 1.0))
    bare = make_retrieved(make_hit("sc/fee/1", 2.0), make_hit("jz/fee/1", 1.0))
    searches = Searches(**{"居住证怎么办 那办公司呢": whole, "那办公司呢": bare})
    found = found_by(searches, following("居住证怎么办", "那办公司呢"))
    assert [(hit.record_id, hit.score) for hit in found.hits] == [("jz/fee/1", 2.5), ("sc/fee/1", 1.5)]


def test_follow_up_that_names_no_item_is_read_with_the_subject_with_its_name_and_alone() -> None:
    def found(score: float, other: float) -> Retrieved:
        return make_retrieved(make_hit("jz/fee/1", score), make_hit("sc/fee/1", other))

    searches = Searches(
        **{
            "居住证怎么办": make_retrieved(make_hit("jz/overview")),
            "居住证怎么办 那要多少钱": found(4.0, 0.0),
            "居住证申领 那要多少钱": found(6.0, 0.0),
            "那要多少钱": found(2.0, 2.0),
        }
    )
    hits = found_by(searches, following("居住证怎么办", "那要多少钱")).hits
    assert [(hit.record_id, hit.score) for hit in hits] == [("jz/fee/1", 4.0), ("sc/fee/1", 0.5)]


def test_message_that_is_clearly_surer_alone_begins_something_new(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(score: float, other: float) -> Retrieved:
        return make_retrieved(make_hit("jz/fee/1", score), make_hit("bd/conditions/1", other))

    def clear_share(retrieved: Retrieved, intent: Intent) -> float:
        return max(retrieved.shares().values())

    monkeypatch.setattr("assistant.retrieve._sure", clear_share)

    text = "我想在这里买一套房子要注意些什么"
    alone = found(0.0, 9.0)
    searches = Searches(
        **{
            "居住证怎么办": make_retrieved(make_hit("jz/overview")),
            f"居住证怎么办 {text}": found(3.0, 3.0),
            f"居住证申领 {text}": found(6.0, 0.0),
            text: alone,
        }
    )
    assert found_by(searches, following("居住证怎么办", text)) == alone


def test_subject_without_a_name_leaves_the_follow_up_with_its_words_alone() -> None:
    whole = make_retrieved(make_hit("note/notes/1", 4.0))
    searches = Searches(**{"办事要知道什么 那呢": whole, "办事要知道什么": make_retrieved(make_hit("note/notes/1"))})
    assert found_by(searches, following("办事要知道什么", "那呢")) == whole


def test_record_that_one_reading_missed_counts_far_below_the_first_of_that_reading() -> None:
    whole = make_retrieved(make_hit("jz/fee/1", 4.0), make_hit("jz/overview", 4.0 - 2 * FAR))
    bare = make_retrieved(make_hit("sc/overview", 6.0))
    searches = Searches(**{"居住证 那办公司呢": whole, "那办公司呢": bare})
    found = found_by(searches, following("居住证", "那办公司呢"))
    scores = {hit.record_id: hit.score for hit in found.hits}
    assert scores["sc/overview"] == (6.0 + 4.0 - FAR) / 2
    assert scores["jz/fee/1"] == (4.0 + 6.0 - FAR) / 2
    assert scores["jz/overview"] == (4.0 - FAR + 6.0 - FAR) / 2
    assert [hit.score for hit in found.hits] == sorted(scores.values(), reverse=True)


def test_plain_question_that_finds_nothing_is_not_searched_twice() -> None:
    searches = Searches()
    assert found_by(searches, understood("量子纠缠")).hits == ()
    assert len(searches.asked) == 1


def test_long_story_is_searched_by_its_point_as_well() -> None:
    question = STORY + POINT
    searches = Searches(**{question: make_retrieved(make_hit("sc/overview"))})
    found_by(searches, understood(question))
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


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("护照多少钱,几天能拿到", ["护照多少钱", "几天能拿到"]),
        ("护照要带什么材料?在哪里办?", ["护照要带什么材料", "在哪里办"]),
        ("护照多少钱", ["护照多少钱"]),
        ("护照多少钱,加急要多少钱", []),
        (STORY + "护照多少钱,几天能拿到", []),
    ],
    ids=["two", "two-sentences", "one", "the-same-twice", "story"],
)
def test_parts_that_ask_for_different_facets_are_told_apart(text: str, parts: list[str]) -> None:
    assert parts_of(text) == parts


def test_best_record_of_every_part_ranks_next_to_the_best() -> None:
    fee, time, far = make_hit("jz/fee/1", 5.0), make_hit("jz/time_limit/1", -9.0), make_hit("jz/steps/1", 1.0)
    text = "护照多少钱,几天能拿到"
    searches = Searches(
        **{
            text: make_retrieved(fee, time, far),
            "居住证申领 护照多少钱": make_retrieved(fee, far),
            "居住证申领 几天能拿到": make_retrieved(make_hit("jz/time_limit/1", 3.0), far),
        }
    )
    hits = found_by(searches, understood(text)).hits
    assert [hit.record_id for hit in hits] == ["jz/fee/1", "jz/time_limit/1", "jz/steps/1"]
