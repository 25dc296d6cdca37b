"""Tests of knowledge_base/retrieval.py over a small knowledge base with the real embedder."""

from __future__ import annotations

import logging
import math
from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge_base.embedding import E5Embedder, Vectors
from knowledge_base.errors import EmbedderError, UnknownDomainError
from knowledge_base.index import Index
from knowledge_base.retrieval import SHARED_HITS, RecordHit, Retrieved, Retriever
from knowledge_base.schema import Facet

SAME_WORD_ONLY = "昨晚的球赛在银行大厦楼下直播，踢得真好看"
"""Shares the word 银行 with the social security card and no meaning with anything."""


@pytest.fixture(scope="module")
def retriever(small_index: Index, embedder: E5Embedder) -> Retriever:
    return Retriever(small_index, embedder)


@pytest.fixture
def no_embedder(embedder: E5Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> Vectors:
        raise EmbedderError("engine broke")

    monkeypatch.setattr(embedder, "query", broken)


def scores(found: Retrieved) -> dict[str, float]:
    return {hit.record_id: hit.score for hit in found.hits}


@pytest.mark.parametrize(
    ("question", "record_id"),
    [
        ("居住证几天能拿到", "jz-apply/time_limit/1"),
        ("办居住证要等几个工作日", "jz-apply/time_limit/1"),
        ("办居住证要多少钱", "jz-apply/fee/1"),
        ("申领居住证要不要交工本费", "jz-apply/fee/1"),
        ("办居住证要带什么", "jz-apply/materials"),
        ("居住证归哪个部门管", "jz-apply/department"),
        ("居住证每年签注几次", "jz-endorse/validity/1"),
        ("居住證過期咗點算", "jz-endorse/validity/1"),
        ("社保卡在哪里办", "sb-card/channels/1"),
        ("电子身份证在窗口能不能用", "note-e-licence/notes/1"),
    ],
)
def test_question_on_a_known_fact_finds_its_record_first(retriever: Retriever, question: str, record_id: str) -> None:
    found = retriever.search(question)
    assert found.hits[0].record_id == record_id
    assert found.dense
    assert found.hits[0].item_id == record_id.split("/", 1)[0]


def test_hits_come_best_first_and_every_record_once(retriever: Retriever) -> None:
    hits = retriever.search("居住证").hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.record_id for hit in hits}) == len(hits)


def test_hits_are_grouped_by_item_in_the_order_of_the_best_record(retriever: Retriever) -> None:
    found = retriever.search("社保卡去哪个银行办")
    grouped = found.by_item()
    assert next(iter(grouped)) == "sb-card" == found.hits[0].item_id
    assert sum(map(len, grouped.values())) == len(found.hits)


def hit(record_id: str, score: float) -> RecordHit:
    return RecordHit(record_id, record_id.partition("/")[0], Facet.FEE, score, ())


def shares(*hits: RecordHit) -> dict[str, float]:
    return Retrieved(hits, dense=True, tokens=()).shares()


def test_nothing_found_has_nothing_to_share() -> None:
    assert shares() == {}


def test_shares_of_the_items_add_up_to_1_best_first() -> None:
    found = shares(
        hit("a/fee/1", 5.0 + math.log(3)), hit("b/fee/1", 5.0 + math.log(2)), hit("b/fee/2", 5.0 + math.log(2))
    )
    assert list(found.items()) == [("b", pytest.approx(4 / 7)), ("a", pytest.approx(3 / 7))]


def test_known_gap_takes_its_part_and_gives_none() -> None:
    found = shares(hit("b/gap/1", 3.0 + math.log(2)), hit("a/fee/1", 3.0), hit("b/fee/1", 3.0))
    assert found == {"a": pytest.approx(1 / 4), "b": pytest.approx(1 / 4)}
    assert shares(hit("b/gap/1", 3.0)) == {}


@pytest.mark.parametrize("shift", [-2000.0, 0.0, 2000.0])
def test_shares_depend_on_how_far_scores_lie_apart_and_not_on_their_size(shift: float) -> None:
    found = shares(hit("a/fee/1", shift + math.log(4)), hit("b/fee/1", shift), hit("c/fee/1", shift - 1500))
    assert found == {"a": pytest.approx(4 / 5), "b": pytest.approx(1 / 5), "c": 0}


def test_only_the_first_hits_share() -> None:
    rows = [hit(f"item{number}/fee/1", 3.0) for number in range(SHARED_HITS + 5)]
    assert shares(*rows) == dict.fromkeys([row.item_id for row in rows[:SHARED_HITS]], pytest.approx(1 / SHARED_HITS))


def test_shares_of_a_search_follow_its_ranking(retriever: Retriever) -> None:
    plain = retriever.search("居住证每年签注几次").shares()
    assert next(iter(plain)) == "jz-endorse"
    assert plain["jz-endorse"] > 0.9
    assert sum(plain.values()) == pytest.approx(1)
    assert sum(retriever.search("派出所周末上班吗").shares().values()) < 0.1, "the known gap takes nearly all"


def test_unknown_domain_is_refused_by_name(retriever: Retriever) -> None:
    with pytest.raises(UnknownDomainError, match="nowhere"):
        retriever.search("居住证", domains=["juzhu", "nowhere"])


def test_only_the_chosen_domains_are_searched(retriever: Retriever) -> None:
    found = retriever.search("居住证和社保卡", domains=["shebao"])
    assert {hit.item_id for hit in found.hits} == {"sb-card"}


def test_only_the_chosen_items_are_kept(retriever: Retriever) -> None:
    found = retriever.search("居住证", items=frozenset({"jz-endorse", "no-such-item"}))
    assert {hit.item_id for hit in found.hits} == {"jz-endorse"}


@pytest.mark.parametrize("domains", [[], iter(())])
def test_empty_choice_of_domains_finds_nothing(retriever: Retriever, domains: list[str]) -> None:
    assert retriever.search("居住证", domains=domains).hits == ()


def test_empty_choice_of_items_finds_nothing(retriever: Retriever) -> None:
    assert retriever.search("居住证", items=frozenset()).hits == ()


@pytest.mark.parametrize("question", ["", "   ", "？！", "\u200b", "的" * 300])
def test_question_without_content_does_no_harm(retriever: Retriever, question: str) -> None:
    assert all(hit.score < 0 for hit in retriever.search(question).hits)


@pytest.mark.usefixtures("no_embedder")
def test_without_the_embedder_words_alone_find_the_record(
    retriever: Retriever, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = retriever.search("社保卡在哪里办")
    assert (found.dense, found.vector) == (False, None)
    assert found.hits[0].record_id == "sb-card/channels/1"
    assert "words alone" in caplog.text
    assert "社保卡" not in caplog.text, "the question stays out of the log"


@pytest.mark.usefixtures("no_embedder")
def test_without_the_embedder_and_without_a_shared_word_nothing_is_found(retriever: Retriever) -> None:
    assert retriever.search("红烧肉").hits == ()


def test_record_that_shares_only_a_word_is_dropped(
    retriever: Retriever, embedder: E5Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert retriever.search(SAME_WORD_ONLY).hits == ()

    def broken(text: str) -> Vectors:
        raise EmbedderError("engine broke")

    monkeypatch.setattr(embedder, "query", broken)
    assert {hit.item_id for hit in retriever.search(SAME_WORD_ONLY).hits} == {"sb-card"}


def test_look_alike_question_vetoes_its_item(retriever: Retriever) -> None:
    found = retriever.search("居住证到期了怎么续签")
    by_item = found.by_item()
    assert found.hits[0].item_id == "jz-endorse"
    assert all(hit.feature("veto") > 0.3 for hit in by_item["jz-apply"])
    assert all(hit.feature("veto") == 0 for hit in by_item["jz-endorse"])


def test_look_alike_question_is_no_evidence_for_its_item(retriever: Retriever) -> None:
    """Word for word, it is as near as a question of the item would be, and counts as none of its questions."""
    found = retriever.search("居住证到期了怎么续签")
    other = found.by_item()["jz-apply"]
    own = retriever.search("居住证几天能拿到").hits[0]
    assert (own.item_id, own.feature("alike")) == ("jz-apply", 1)
    for name in ("ask", "pooled", "alike", "precision"):
        assert max(hit.feature(name) for hit in other) < own.feature(name) - 0.3, name
    assert found.shares()["jz-apply"] < 0.01


def test_known_gap_is_found_and_marked(retriever: Retriever) -> None:
    found = retriever.search("派出所周末上班吗")
    assert found.hits[0].record_id == "jz-apply/gap/1"
    assert [hit.record_id for hit in found.hits if hit.is_gap] == ["jz-apply/gap/1"]


def test_facet_asked_for_counts_for_its_records_and_against_others(retriever: Retriever) -> None:
    def seen(question: str, feature: str) -> float:
        hits = retriever.search(question, cues=None).hits
        return next(hit.feature(feature) for hit in hits if hit.record_id == "jz-apply/fee/1")

    assert (seen("居住证多少钱", "facet_hit"), seen("居住证多少钱", "facet_miss")) == (1, 0)
    assert (seen("居住证要带什么材料", "facet_hit"), seen("居住证要带什么材料", "facet_miss")) == (0, 1)
    assert seen("居住证多少钱", "aspect") > seen("居住证要带什么材料", "aspect")


def test_share_of_unknown_words_tells_foreign_questions(retriever: Retriever) -> None:
    assert retriever.search("红烧肉怎么做").unknown_share == 1
    assert retriever.search("社保卡在哪里办").unknown_share == 0


def test_nearest_domain_is_the_one_of_the_question(retriever: Retriever) -> None:
    vector = retriever.embed("社保卡去哪里领")
    assert vector is not None
    nearest = retriever.nearest_by_domain(vector)
    assert set(nearest) == set(retriever.domains) == {"juzhu", "shebao", "tongze"}
    assert max(nearest, key=lambda name: nearest[name]) == "shebao"


def test_retriever_may_be_shared_between_threads(retriever: Retriever) -> None:
    questions = ["居住证几天能拿到", "社保卡在哪里办", "派出所周末上班吗", "居住证每年签注几次"] * 8
    expected = [scores(retriever.search(question)) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda question: scores(retriever.search(question)), questions)) == expected
