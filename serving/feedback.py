"""Citizens' ratings of answers (好差评) in SQLite: on disk before the reply leaves, nothing overwritten."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from knowledge_base.masking import mask

BUSY_TIMEOUT_S = 5.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    answer_id TEXT NOT NULL,
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    reasons TEXT NOT NULL,
    comment TEXT NOT NULL,
    rated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS feedback_by_answer ON feedback (answer_id, id);
"""
_LATEST = "id IN (SELECT max(id) FROM feedback GROUP BY answer_id)"


class Rating(IntEnum):
    """The five grades of GB/T 39735-2020 with their scores."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    BASICALLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1

    @property
    def label(self) -> str:
        """The grade in the standard's own words."""
        return RATING_LABELS[self]


RATING_LABELS: dict[Rating, str] = {
    Rating.VERY_SATISFIED: "非常满意",
    Rating.SATISFIED: "满意",
    Rating.BASICALLY_SATISFIED: "基本满意",
    Rating.DISSATISFIED: "不满意",
    Rating.VERY_DISSATISFIED: "非常不满意",
}


class FeedbackNotSavedError(Exception):
    """The database did not take a rating; the caller has to be told."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"feedback not saved in {path}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True)
class Feedback:
    """One rating of one answer as it was kept; `rated_at` is in UTC."""

    answer_id: str
    rating: Rating
    reasons: tuple[str, ...]
    comment: str
    rated_at: dt.datetime


class FeedbackStore:
    """The ratings in one SQLite file. Opens a connection for each call, so threads may share the store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._setting_up = threading.Lock()

    def save(self, answer_id: str, rating: Rating, reasons: Sequence[str] = (), comment: str = "") -> Feedback:
        """Keep a rating, with ID and phone numbers masked; returns when it is on disk.

        The last rating of an answer counts and the earlier ones are kept. The same rating sent again
        changes nothing and gives the one that was kept.

        Raises:
            FeedbackNotSavedError: the disk is full or may not be written, or the file is damaged.
        """
        new = Feedback(answer_id, rating, tuple(map(mask, reasons)), mask(comment), dt.datetime.now(dt.UTC))
        with self._transaction() as db:
            last = _latest(db, answer_id)
            if last and (last.rating, last.reasons, last.comment) == (new.rating, new.reasons, new.comment):
                return last
            db.execute(
                "INSERT INTO feedback (answer_id, rating, reasons, comment, rated_at) VALUES (?, ?, ?, ?, ?)",
                (answer_id, int(rating), _as_json(new.reasons), new.comment, new.rated_at.isoformat()),
            )
        return new

    def history(self, answer_id: str) -> list[Feedback]:
        """Give every rating of an answer, oldest first; empty for an answer nobody rated."""
        with self._connection() as db:
            rows = db.execute(f"{_SELECT} WHERE answer_id = ? ORDER BY id", (answer_id,))
            return [_feedback(row) for row in rows]

    def counts(self) -> dict[Rating, int]:
        """Count the answers by the rating that counts now; all five grades are there."""
        with self._connection() as db:
            rows = dict(db.execute(f"SELECT rating, count(*) FROM feedback WHERE {_LATEST} GROUP BY rating"))
        return {rating: rows.get(int(rating), 0) for rating in Rating}

    def problem(self) -> str | None:
        """Say why nothing can be written right now; None when all is well."""
        try:
            with self._transaction():
                return None
        except FeedbackNotSavedError as error:
            return error.problem

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: when this ends without an error, the rows are on disk (synchronous=FULL)."""
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            try:
                db.execute("PRAGMA synchronous = FULL")
                self._set_up(db)
                yield db
            finally:
                db.close()  # rolls back what was not committed
        except (sqlite3.Error, OSError) as error:
            raise FeedbackNotSavedError(self._path, str(error)) from error

    def _set_up(self, db: sqlite3.Connection) -> None:
        """Make the table and turn the write-ahead log on, one thread at a time.

        SQLite does not wait for other connections while the log is being turned on, so a second process
        starting at the same moment is waited for here.
        """
        with self._setting_up:
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'feedback'").fetchone():
                return
            end = time.monotonic() + BUSY_TIMEOUT_S
            while True:
                try:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(_SCHEMA)
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > end:
                        raise
                    time.sleep(0.05)
                else:
                    return


_SELECT = "SELECT answer_id, rating, reasons, comment, rated_at FROM feedback"


def _latest(db: sqlite3.Connection, answer_id: str) -> Feedback | None:
    row = db.execute(f"{_SELECT} WHERE answer_id = ? ORDER BY id DESC LIMIT 1", (answer_id,)).fetchone()
    return _feedback(row) if row else None


def _feedback(row: tuple[str, int, str, str, str]) -> Feedback:
    answer_id, rating, reasons, comment, rated_at = row
    return Feedback(
        answer_id, Rating(rating), tuple(json.loads(reasons)), comment, dt.datetime.fromisoformat(rated_at)
    )


def _as_json(reasons: Sequence[str]) -> str:
    return json.dumps(list(reasons), ensure_ascii=False)
