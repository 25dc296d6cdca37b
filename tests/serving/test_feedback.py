"""Tests of serving/feedback.py and of POST /v1/feedback."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.feedback import FeedbackNotSavedError, FeedbackStore, Rating

ROOT = Path(__file__).parents[2]

SAVE_AND_WAIT = """
import sys, time
from pathlib import Path
from serving.feedback import FeedbackStore, Rating
FeedbackStore(Path(sys.argv[1])).save("a1", Rating.SATISFIED, ["清楚"], "好")
print("saved", flush=True)
time.sleep(60)
"""


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "new folder" / "guanjia.sqlite")


def test_last_rating_counts_and_history_is_kept(store: FeedbackStore) -> None:
    store.save("a1", Rating.DISSATISFIED, ["没有说清费用"])
    store.save("a1", Rating.SATISFIED)
    store.save("a2", Rating.SATISFIED)
    assert [kept.rating for kept in store.history("a1")] == [Rating.DISSATISFIED, Rating.SATISFIED]
    assert store.counts() == {
        Rating.VERY_SATISFIED: 0,
        Rating.SATISFIED: 2,
        Rating.BASICALLY_SATISFIED: 0,
        Rating.DISSATISFIED: 0,
        Rating.VERY_DISSATISFIED: 0,
    }


def test_same_rating_sent_twice_is_kept_once(store: FeedbackStore) -> None:
    first = store.save("a1", Rating.SATISFIED, ["清楚"], "好")
    assert store.save("a1", Rating.SATISFIED, ["清楚"], "好") == first
    assert store.history("a1") == [first]


def test_numbers_of_persons_are_masked_before_they_are_kept(store: FeedbackStore, tmp_path: Path) -> None:
    store.save("a1", Rating.SATISFIED, ["打13812345678"], "我的身份证11010519491231002X，电话13812345678")
    (kept,) = store.history("a1")
    assert "11010519491231002X" not in kept.comment and "13812345678" not in kept.comment
    assert "13812345678" not in kept.reasons[0]
    files = b"".join(path.read_bytes() for path in (tmp_path / "new folder").iterdir())
    assert b"13812345678" not in files


def test_rating_survives_a_process_that_is_killed_right_after(tmp_path: Path) -> None:
    path = tmp_path / "guanjia.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", SAVE_AND_WAIT, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "saved\n"
        os.kill(process.pid, signal.SIGKILL)
    assert [kept.rating for kept in FeedbackStore(path).history("a1")] == [Rating.SATISFIED]


def test_database_waits_for_the_disk(store: FeedbackStore, tmp_path: Path) -> None:
    store.save("a1", Rating.SATISFIED)
    with sqlite3.connect(tmp_path / "new folder" / "guanjia.sqlite") as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with store._connection() as own:
        assert own.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_many_threads_lose_nothing(store: FeedbackStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: store.save(f"a{n}", Rating.SATISFIED), range(64)))
    assert store.counts()[Rating.SATISFIED] == 64


def test_damaged_database_is_a_typed_error(tmp_path: Path) -> None:
    path = tmp_path / "guanjia.sqlite"
    path.write_bytes(b"this is no database" * 100)
    store = FeedbackStore(path)
    assert store.problem()
    with pytest.raises(FeedbackNotSavedError):
        store.save("a1", Rating.SATISFIED)


@pytest.mark.parametrize(
    ("given", "score", "label"),
    [(5, 5, "非常满意"), (1, 1, "非常不满意"), ("非常满意", 5, "非常满意"), ("基本满意", 3, "基本满意")],
)
def test_rating_is_taken_as_number_or_words(api: TestClient, given: Any, score: int, label: str) -> None:
    reply = api.post("/v1/feedback", json={"answer_id": f"answer-{score}", "rating": given})
    assert reply.status_code == 200
    assert reply.json()["rating"] == score and reply.json()["label"] == label
    assert set(reply.json()) == {"answer_id", "rating", "label", "rated_at"}


@pytest.mark.parametrize("rating", [0, 6, True, "5", 2.0, "好", None, [5], 10**30], ids=repr)
def test_other_ratings_are_refused(api: TestClient, rating: Any) -> None:
    reply = api.post("/v1/feedback", json={"answer_id": "a1", "rating": rating})
    assert reply.status_code == 422
    assert "非常满意、满意、基本满意、不满意、非常不满意" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"answer_id": "../x"},
        {"answer_id": ""},
        {"reasons": "清楚"},
        {"reasons": [""]},
        {"reasons": ["清楚"] * 11},
        {"comment": "长" * 1001},
        {"comment": "\x00"},
        {"stars": 5},
    ],
    ids=str,
)
def test_other_mistakes_are_refused(api: TestClient, change: dict[str, Any]) -> None:
    reply = api.post("/v1/feedback", json={"answer_id": "a1", "rating": 5} | change)
    assert reply.status_code == 422


def test_figures_follow_a_changed_rating(api: TestClient) -> None:
    def very_dissatisfied() -> float:
        text = api.get("/metrics").text
        (line,) = [line for line in text.splitlines() if line.startswith('guanjia_feedback_answers{rating="1"}')]
        return float(line.split()[-1])

    before = very_dissatisfied()
    api.post("/v1/feedback", json={"answer_id": "changed", "rating": 1})
    assert very_dissatisfied() == before + 1
    api.post("/v1/feedback", json={"answer_id": "changed", "rating": 4})
    assert very_dissatisfied() == before
