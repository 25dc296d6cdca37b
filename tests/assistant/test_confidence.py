"""Tests of assistant/confidence.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence import THRESHOLD, WEIGHTS, confidence, evidence
from knowledge_base.retrieval import RecordHit, Retrieved

from .conftest import make_hit, make_retrieved, make_vote, understood

NUMBERS = st.floats(-50, 50)


def seen(*hits: RecordHit, text: str = "居住证多少钱", told: str = "", near: float | None = None) -> dict[str, float]:
    vote = None if near is None else make_vote({"contact": near})
    found = evidence(make_retrieved(*hits), understood(text), vote, lambda hit: told)
    assert found is not None
    return found


@given(st.fixed_dictionaries(dict.fromkeys(WEIGHTS, NUMBERS)))
def test_confidence_is_a_probability(found: dict[str, float]) -> None:
    assert 0 <= confidence(found) <= 1


@given(st.fixed_dictionaries({name: st.floats(-3, 3) for name in WEIGHTS}), st.floats(0, 3))
def test_nearer_known_gap_never_raises_confidence(found: dict[str, float], more: float) -> None:
    for name in ("gap_lead", "gap_rank", "gap_near", "outside_lead", "value_miss"):
        assert confidence(found | {name: found[name] + more}) <= confidence(found)


def test_confidence_is_0_when_nothing_was_found() -> None:
    assert confidence(None) == 0
    assert 0 < THRESHOLD < 1


@pytest.mark.parametrize(
    "retrieved", [make_retrieved(), make_retrieved(make_hit("a/gap/1"))], ids=["nothing", "only-a-gap"]
)
def test_there_is_no_evidence_without_a_statement(retrieved: Retrieved) -> None:
    assert evidence(retrieved, understood("x"), None, lambda hit: "") is None


def test_evidence_and_weights_name_the_same_things() -> None:
    assert list(seen(make_hit("a/fee/1"))) == list(WEIGHTS)


def test_gap_leads_by_how_much_nearer_it_is_than_anything_the_item_states() -> None:
    found = seen(
        make_hit("a/fee/1", 3.0, ask=1.0), make_hit("a/steps/1", 2.0, text=2.0), make_hit("a/gap/1", ask=2.5)
    )
    assert found["gap_lead"] == pytest.approx(0.5)


def test_gaps_of_the_search_make_the_answer_less_sure() -> None:
    best = make_hit("a/fee/1", 3.0, ask=2.0, text=2.0)
    without, beside = seen(best), seen(best, make_hit("a/gap/1", 3.5, ask=3.0))
    assert confidence(beside) < confidence(without)


def test_question_near_to_what_is_outside_every_domain_makes_the_answer_less_sure() -> None:
    best = make_hit("a/fee/1", 3.0, ask=2.0)
    assert confidence(seen(best, near=0.99)) < confidence(seen(best, near=0.85))


@pytest.mark.parametrize(
    ("text", "told", "missing"),
    [
        ("2025年的标准", "2024年的标准是100元。", 1),
        ("2025年的标准", "2025年的标准是100元。", 0),
        ("今年的标准", "2024年的标准是100元。", 0),
    ],
    ids=["another-year", "same-year", "no-year"],
)
def test_year_that_the_record_does_not_speak_of_counts_against_it(text: str, told: str, missing: float) -> None:
    assert seen(make_hit("a/fee/1"), text=text, told=told)["year_miss"] == missing


@pytest.mark.parametrize(
    ("text", "told", "points"),
    [
        ("补贴多少钱", "标准以当年公告为准。", 1),
        ("补贴多少钱", "补贴100元。", 0),
        ("补贴怎么申请", "材料以公告为准。", 0),
    ],
    ids=["value-asked-pointer-told", "value-told", "no-value-asked"],
)
def test_record_that_only_says_where_to_look_counts_against_it(text: str, told: str, points: float) -> None:
    assert seen(make_hit("a/fee/1"), text=text, told=told)["pointer"] == points


def test_lead_over_the_next_item_leaves_gaps_out() -> None:
    found = seen(make_hit("a/fee/1", 3.0), make_hit("b/gap/1", 2.9), make_hit("b/fee/1", 1.0))
    assert found["item_lead"] == pytest.approx(2.0)
