"""Tests of assistant/intents.py."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.intents import NEAREST, IntentVoter, exemplars

from .conftest import INTENTS, make_vote


def test_every_intent_has_enough_exemplars_for_a_vote() -> None:
    counts = {intent: sum(label == intent for label, _ in exemplars()) for intent in INTENTS}
    assert [intent for intent, count in counts.items() if count < NEAREST] == []


def test_no_exemplar_stands_under_two_intents() -> None:
    texts = [text for _, text in exemplars()]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


def test_nearness_is_the_mean_cosine_of_the_nearest_exemplars() -> None:
    rows = len(exemplars())
    vectors = np.zeros((rows, 2), dtype=np.float32)
    tickets = [n for n, (label, _) in enumerate(exemplars()) if label == "ticket"]
    vectors[tickets[:4], 0] = [0.9, 0.8, 0.7, 0.1]
    vote = IntentVoter(vectors).vote(np.array([1, 0], dtype=np.float32))
    assert vote.nearness["ticket"] == pytest.approx(0.8)
    assert vote.nearness["bye"] == 0
    assert vote.intent == "ticket"


def test_lead_is_counted_against_honest_questions() -> None:
    vote = make_vote({"ticket": 0.95, "enquiry": 0.91, "privacy": 0.94})
    assert vote.lead == pytest.approx(0.04)
    assert make_vote({"enquiry": 0.95, "ticket": 0.94}).lead == 0


@pytest.mark.parametrize(
    ("nearness", "lead", "sure"),
    [(0.9, 0.03, True), (0.96, 0.03, False), (0.9, 0.06, False)],
    ids=["near-and-ahead", "not-near-enough", "not-far-enough-ahead"],
)
def test_vote_is_sure_only_when_near_and_far_enough_ahead(nearness: float, lead: float, sure: bool) -> None:
    assert make_vote({"ticket": 0.95, "enquiry": 0.90}).sure(nearness, lead) is sure


def test_honest_question_is_clear_only_with_a_margin() -> None:
    assert make_vote({"enquiry": 0.93, "ticket": 0.91}).clearly_enquiry
    assert not make_vote({"enquiry": 0.93, "ticket": 0.925}).clearly_enquiry
