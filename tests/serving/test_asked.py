"""Tests of serving/asked.py: what is kept of questions, how long, and which are gaps."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answers import Answer, AnswerStatus
from serving.asked import AskedRow, AskedStore, asked_row
from serving.feedback import FeedbackStore, Rating

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)


def row(answer_id: str, status: str = "unanswerable", days_ago: float = 0.0) -> AskedRow:
    at = (NOW - dt.timedelta(days=days_ago)).isoformat(timespec="seconds")
    return AskedRow(answer_id, f"问{answer_id}", status, ("jz-apply",), "fee", 0.3, at)


@pytest.fixture
def store(tmp_path: Path) -> AskedStore:
    return AskedStore(tmp_path / "data" / "g.sqlite", keep_days=30)


@pytest.fixture
def feedback(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "data" / "g.sqlite")


def ids(store: AskedStore) -> list[str]:
    return [gap.answer_id for gap in store.gaps()]


def test_unanswered_questions_are_gaps_before_anybody_rated(store: AskedStore) -> None:
    store.add([row("a"), row("b", "answered"), row("c", "error_retrieval", 1)], {}, NOW.date())
    assert ids(store) == ["a", "c"]
    assert store.gaps()[0] == row("a")
    assert store.gaps()[0].unanswered


def test_answer_whose_last_rating_is_bad_is_a_gap(store: AskedStore, feedback: FeedbackStore) -> None:
    store.add([row(name, "answered") for name in ("bad", "good", "mended", "spoilt")], {}, NOW.date())
    for answer_id, rating in (
        ("bad", Rating.DISSATISFIED),
        ("good", Rating.VERY_SATISFIED),
        ("mended", Rating.VERY_DISSATISFIED),
        ("mended", Rating.SATISFIED),
        ("spoilt", Rating.SATISFIED),
        ("spoilt", Rating.VERY_DISSATISFIED),
    ):
        feedback.save(answer_id, rating)
    assert set(ids(store)) == {"bad", "spoilt"}


def test_ratings_set_their_table_up_themselves_whoever_comes_first(
    store: AskedStore, feedback: FeedbackStore
) -> None:
    store.add([row("a", "answered")], {}, NOW.date())
    feedback.save("a", Rating.DISSATISFIED)
    assert ids(store) == ["a"]
    assert feedback.problem() is None


def test_question_is_masked_and_cut_before_it_is_kept() -> None:
    answer = Answer("x", AnswerStatus.UNANSWERABLE, "没有收录")
    kept = asked_row("我叫王小明，电话13812345678，" + "问" * 500, answer)
    assert "王小明" not in kept.question
    assert "13812345678" not in kept.question
    assert len(kept.question) == 300


def test_old_questions_are_forgotten_and_well_answered_ones_sooner(
    store: AskedStore, feedback: FeedbackStore
) -> None:
    rows = [row("gap", days_ago=29), row("old", days_ago=31), row("fine", "answered", 3), row("new", "answered", 1)]
    store.add([*rows, row("complaint", "answered", 3)], {"none": 2}, (NOW - dt.timedelta(days=31)).date())
    feedback.save("complaint", Rating.DISSATISFIED)
    store.prune(NOW)
    assert set(ids(store)) == {"gap", "complaint"}
    feedback.save("new", Rating.DISSATISFIED)
    feedback.save("fine", Rating.DISSATISFIED)
    assert set(ids(store)) == {"gap", "complaint", "new"}
    assert store.graded() == {}


def test_number_of_rows_is_bounded(store: AskedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.asked.MAX_ROWS", 2)
    store.add([row(str(n), days_ago=n) for n in range(5)], {}, NOW.date())
    store.prune(NOW)
    assert ids(store) == ["0", "1"]


def test_grades_add_up_over_the_days(store: AskedStore) -> None:
    for day in (NOW, NOW, NOW - dt.timedelta(days=1)):
        store.add([], {"none": 3, "uncited": 1}, day.date())
    assert store.graded() == {"none": 9, "uncited": 3}


def test_same_answer_twice_is_one_question(store: AskedStore) -> None:
    store.add([row("a")], {}, NOW.date())
    store.add([replace(row("a"), question="另一问")], {}, NOW.date())
    assert [gap.question for gap in store.gaps()] == ["另一问"]
