"""What was asked and how it ended, masked, for the gap list: in SQLite, for as many days as conversations are kept.

Answers that nobody complained of are forgotten after two days; by then a rating would have come.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.answers import Answer, AnswerStatus
from knowledge_base.masking import mask

BUSY_TIMEOUT_S = 5.0
WELL_ANSWERED_DAYS = 2
MAX_ROWS = 200_000
MAX_CHARS = 300
BAD_RATING = 2
UNANSWERED = (AnswerStatus.UNANSWERABLE, AnswerStatus.ERROR_MODEL, AnswerStatus.ERROR_RETRIEVAL)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS asked (
    answer_id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    status TEXT NOT NULL,
    items TEXT NOT NULL,
    facet TEXT NOT NULL,
    confidence REAL NOT NULL,
    asked_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS asked_by_time ON asked (asked_at);
CREATE TABLE IF NOT EXISTS graded (day TEXT, fault TEXT, answers INTEGER NOT NULL, PRIMARY KEY (day, fault));
"""
_UNANSWERED = "('" + "', '".join(UNANSWERED) + "')"


@dataclass(frozen=True)
class AskedRow:
    """One question, masked, and how it ended; `asked_at` in UTC."""

    answer_id: str
    question: str
    status: str
    items: tuple[str, ...]
    facet: str
    confidence: float
    asked_at: str

    @property
    def unanswered(self) -> bool:
        """Whether the citizen went away without an answer."""
        return self.status in UNANSWERED


def asked_row(question: str, answer: Answer) -> AskedRow:
    """Make the row of an answer; the question is masked and cut here, before it goes anywhere."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    text = mask(question)[:MAX_CHARS]
    return AskedRow(answer.answer_id, text, str(answer.status), answer.item_ids, answer.facet, answer.confidence, now)


class AskedStore:
    """The questions in the database of the ratings. Opens a connection for each call; threads may share it."""

    def __init__(self, path: Path, keep_days: int) -> None:
        self._path = path
        self._keep_days = keep_days

    def add(self, rows: Sequence[AskedRow], faults: Mapping[str, int], today: dt.date) -> None:
        """Keep questions and add to the day's counts of what grading found.

        Raises:
            sqlite3.Error, OSError: nothing was kept.
        """
        with self._connection() as db:
            db.executemany(
                "INSERT OR REPLACE INTO asked VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(r.answer_id, r.question, r.status, json.dumps(r.items), r.facet, r.confidence, r.asked_at)
                 for r in rows],
            )  # fmt: skip
            db.executemany(
                "INSERT INTO graded VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET answers = answers + excluded.answers",
                [(today.isoformat(), fault, count) for fault, count in faults.items()],
            )

    def gaps(self) -> list[AskedRow]:
        """Give the questions that went unanswered or whose answer's last rating is bad, newest first."""
        with self._connection() as db:
            where = f"status IN {_UNANSWERED} OR {_rated_badly(db)}"
            rows = db.execute(f"SELECT * FROM asked WHERE {where} ORDER BY asked_at DESC").fetchall()
        return [
            AskedRow(answer_id, question, status, tuple(json.loads(items)), facet, confidence, asked_at)
            for answer_id, question, status, items, facet, confidence, asked_at in rows
        ]

    def graded(self) -> dict[str, int]:
        """Give how many graded answers had each fault over the days that are kept; `none` had none."""
        with self._connection() as db:
            return dict(db.execute("SELECT fault, sum(answers) FROM graded GROUP BY fault ORDER BY 2 DESC"))

    def prune(self, now: dt.datetime) -> None:
        """Forget what is too old: answers nobody complained of first."""
        oldest = (now - dt.timedelta(days=self._keep_days)).isoformat()
        settled = (now - dt.timedelta(days=WELL_ANSWERED_DAYS)).isoformat()
        with self._connection() as db:
            db.execute("DELETE FROM asked WHERE asked_at < ?", (oldest,))
            well = f"status NOT IN {_UNANSWERED} AND NOT {_rated_badly(db)}"
            db.execute(f"DELETE FROM asked WHERE asked_at < ? AND {well}", (settled,))
            db.execute(
                "DELETE FROM asked WHERE rowid NOT IN (SELECT rowid FROM asked ORDER BY asked_at DESC LIMIT ?)",
                (MAX_ROWS,),
            )
            db.execute("DELETE FROM graded WHERE day < ?", (oldest[:10],))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S)
        try:
            with db:  # one transaction
                db.executescript(_SCHEMA)
                yield db
        finally:
            db.close()


def _rated_badly(db: sqlite3.Connection) -> str:
    """Give the SQL condition that the last rating of an answer is bad; the ratings belong to `FeedbackStore`."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'feedback'").fetchone():
        return "0"
    last = "SELECT max(id) FROM feedback GROUP BY answer_id"
    return f"answer_id IN (SELECT answer_id FROM feedback WHERE rating <= {BAD_RATING} AND id IN ({last}))"
