"""Tests of assistant/confidence.py."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence import (
    BIAS,
    FOREIGN,
    STRANGE,
    THRESHOLD,
    THRESHOLD_STRANGE,
    WEIGHTS,
    confidence,
    evidence,
    is_enough,
)
from knowledge_base.retrieval import RecordHit, Retrieved

from .conftest import make_hit, make_intent, make_retrieved

NUMBERS = st.floats(-50, 50)


def seen(*hits: RecordHit, outside: float = 0.0) -> dict[str, float]:
    found = evidence(make_retrieved(*hits), make_intent(contact=outside))
    assert found is not None
    return found


@given(st.fixed_dictionaries(dict.fromkeys(WEIGHTS, NUMBERS)))
def test_confidence_is_a_probability(found: dict[str, float]) -> None:
    assert 0 <= confidence(found) <= 1


def doubt(found: dict[str, float]) -> float:
    """How unlikely the record is right, as odds: they stay apart where probabilities round to 0 or 1."""
    return math.exp(-BIAS - sum(WEIGHTS[name] * value for name, value in found.items()))


def test_doubt_is_the_other_side_of_confidence() -> None:
    found = dict.fromkeys(WEIGHTS, 0.5)
    assert confidence(found) == pytest.approx(1 / (1 + doubt(found)))


@pytest.mark.parametrize("name", ["gap_lead", "gap_alike", "outside", "value_miss"])
@given(st.fixed_dictionaries({name: st.floats(-3, 3) for name in WEIGHTS}), st.floats(0.01, 3))
def test_what_speaks_against_the_record_lowers_confidence(name: str, found: dict[str, float], more: float) -> None:
    assert doubt(found | {name: found[name] + more}) > doubt(found)


@pytest.mark.parametrize("name", ["item", "covered", "item_share"])
@given(st.fixed_dictionaries({name: st.floats(-3, 3) for name in WEIGHTS}), st.floats(0.01, 3))
def test_what_speaks_for_the_record_raises_confidence(name: str, found: dict[str, float], more: float) -> None:
    assert doubt(found | {name: found[name] + more}) < doubt(found)


def test_confidence_is_0_when_nothing_was_found() -> None:
    assert confidence(None) == 0
    assert 0 < THRESHOLD < 1


@pytest.mark.parametrize(
    "retrieved", [make_retrieved(), make_retrieved(make_hit("a/gap/1"))], ids=["nothing", "only-a-gap"]
)
def test_there_is_no_evidence_without_a_statement(retrieved: Retrieved) -> None:
    assert evidence(retrieved, make_intent()) is None


def test_evidence_and_weights_name_the_same_things() -> None:
    assert list(seen(make_hit("a/fee/1"))) == list(WEIGHTS)


def test_gap_leads_by_how_much_nearer_it_is_than_anything_the_item_states() -> None:
    found = seen(
        make_hit("a/fee/1", 3.0, ask=1.0), make_hit("a/steps/1", 2.0, text=2.0), make_hit("b/gap/1", 1.0, ask=2.5)
    )
    assert found["gap_lead"] == pytest.approx(0.5)


def test_gaps_of_the_search_make_the_answer_less_sure() -> None:
    best = make_hit("a/fee/1", 3.0, ask=2.0, text=2.0)
    without, beside = seen(best), seen(best, make_hit("a/gap/1", 3.5, ask=3.0))
    assert confidence(beside) < confidence(without)


def test_question_that_is_outside_every_domain_makes_the_answer_less_sure() -> None:
    best = make_hit("a/fee/1", 3.0, ask=2.0)
    assert confidence(seen(best, outside=0.9)) < confidence(seen(best))


def test_record_that_does_not_state_the_value_asked_for_makes_the_answer_less_sure() -> None:
    known = {"ask": 2.0, "covered": 1.0}
    missing, stated = (seen(make_hit("a/fee/1", known=known, value_miss=miss)) for miss in (1.0, 0.0))
    assert missing["value_miss"] == 1
    assert confidence(missing) < confidence(stated)


def test_gap_is_as_much_more_alike_as_it_shares_more_character_pairs_than_the_record() -> None:
    best = make_hit("a/fee/1", 3.0, alike=0.25)
    assert seen(best, make_hit("a/gap/1", 2.5, alike=0.75), make_hit("a/gap/2", 2.0))["gap_alike"] == 0.5
    assert seen(best)["gap_alike"] == -0.25


def test_item_share_is_that_of_the_item_of_the_best_record_all_its_records_together() -> None:
    alone = seen(make_hit("a/fee/1", 3.0))
    beside = seen(make_hit("a/fee/1", 3.0), make_hit("b/fee/1", 3.0), make_hit("a/steps/1", 3.0))
    assert alone["item_share"] == 1
    assert beside["item_share"] == pytest.approx(2 / 3)
    assert confidence(beside) < confidence(alone)


def test_gap_that_ranks_first_leaves_the_item_its_share_of_the_rest() -> None:
    found = seen(make_hit("a/gap/1", 3.0 + math.log(3)), make_hit("a/fee/1", 3.0))
    assert found["item_share"] == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("sure", "unknown", "enough"),
    [
        (THRESHOLD, 0.0, True),
        (THRESHOLD - 0.01, 0.0, False),
        (THRESHOLD, STRANGE, True),
        (THRESHOLD_STRANGE - 0.01, STRANGE + 0.01, False),
        (THRESHOLD_STRANGE, STRANGE + 0.01, True),
        (THRESHOLD_STRANGE, FOREIGN, True),
        (1.0, FOREIGN + 0.01, False),
    ],
    ids=["just", "not-quite", "some-unknown", "strange-unsure", "strange-sure", "hardly-known", "foreign"],
)
def test_question_of_unknown_words_needs_more_confidence_or_has_no_answer(
    sure: float, unknown: float, enough: bool
) -> None:
    assert is_enough(sure, make_retrieved(make_hit("a/fee/1"), unknown_share=unknown)) is enough
