"""Tests of assistant/intents.py."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.intents import NEAREST, IntentVoter, exemplars
from knowledge_base.embedding import Vectors

from .conftest import INTENTS, make_vote


def test_every_intent_has_enough_exemplars_for_a_vote() -> None:
    counts = {intent: sum(label == intent for label, _ in exemplars()) for intent in INTENTS}
    assert [intent for intent, count in counts.items() if count < NEAREST] == []


def test_no_exemplar_stands_under_two_intents() -> None:
    texts = [text for _, text in exemplars()]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


@pytest.fixture
def vectors() -> Vectors:
    """One row an exemplar; the first four tickets are the only ones that are near anything."""
    rows = np.zeros((len(exemplars()), 2), dtype=np.float32)
    tickets = [n for n, (label, _) in enumerate(exemplars()) if label == "ticket"]
    rows[tickets[:4], 0] = [0.9, 0.8, 0.7, 0.1]
    return rows


def questions(*cosines: float) -> Vectors:
    """Vectors of a knowledge base's own questions, as near to the message as this."""
    return np.array([[cosine, 0] for cosine in cosines], dtype=np.float32).reshape(-1, 2)


MESSAGE = np.array([1, 0], dtype=np.float32)


def test_nearness_is_the_mean_cosine_of_the_nearest_exemplars(vectors: Vectors) -> None:
    vote = IntentVoter(vectors, questions()).vote(MESSAGE)
    assert vote.nearness["ticket"] == pytest.approx(0.8)
    assert vote.nearness["bye"] == 0
    assert vote.intent == "ticket"


def test_questions_of_the_knowledge_base_count_as_honest_ones(vectors: Vectors) -> None:
    vote = IntentVoter(vectors, questions(0.7, 0.7, 0.7)).vote(MESSAGE)
    assert vote.honest == pytest.approx(0.7)
    assert vote.nearness["enquiry"] == 0
    assert vote.lead == pytest.approx(0.1)


def test_lead_is_counted_against_honest_questions() -> None:
    vote = make_vote({"ticket": 0.95, "enquiry": 0.91, "privacy": 0.94})
    assert vote.lead == pytest.approx(0.04)
    assert make_vote({"enquiry": 0.95, "ticket": 0.94}).lead == 0


def test_honest_question_is_clear_only_with_a_margin() -> None:
    assert make_vote({"enquiry": 0.93, "ticket": 0.91}).clearly_enquiry
    assert not make_vote({"enquiry": 0.93, "ticket": 0.925}).clearly_enquiry
