"""What happens to an answer after it has left: counted, sampled for grading, noted for the gap list.

Grading and writing are done by one thread in the background, so that no citizen waits for them.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import sqlite3
import threading
import zlib
from collections import Counter

from assistant.answers import Answer
from assistant.grading import faults
from serving.asked import AskedRow, AskedStore, asked_row
from serving.metrics import Metrics

logger = logging.getLogger(__name__)

BACKLOG = 5_000
"""Answers that may wait for the thread; further ones are counted only."""

BATCH = 200
BATCH_S = 1.0
PRUNE_EVERY_S = 3600.0
NO_FAULT = "none"


class Live:
    """Follows the answers of one app. Until `start`, answers are only counted."""

    def __init__(self, metrics: Metrics, store: AskedStore, grade_share: float) -> None:
        """Args: grade_share: the share of answers that is graded, 0 to 1."""
        self._metrics = metrics
        self._store = store
        self._grade_share = grade_share
        self._waiting: queue.Queue[tuple[str, Answer] | None] = queue.Queue(BACKLOG)
        self._thread: threading.Thread | None = None

    def answered(self, question: str, answer: Answer) -> None:
        """Take note of an answer; never raises and never waits."""
        self._metrics.answer(answer)
        if self._thread is not None:
            try:
                self._waiting.put_nowait((question, answer))
            except queue.Full:
                logger.warning("an answer was neither graded nor noted: too many are waiting")

    def start(self) -> None:
        """Begin to grade and to keep."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="live", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Finish what is waiting, and end."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(timeout=10)
            self._thread = None

    def _work(self) -> None:
        pruned = dt.datetime.min.replace(tzinfo=dt.UTC)
        going = True
        while going:
            batch, going = self._batch()
            now = dt.datetime.now(dt.UTC)
            try:
                if batch:
                    self._keep(batch, now)
                if (now - pruned).total_seconds() > PRUNE_EVERY_S:
                    self._store.prune(now)
                    pruned = now
            except (sqlite3.Error, OSError) as error:
                logger.error("questions are not kept for the gap list: %s", error)

    def _batch(self) -> tuple[list[tuple[str, Answer]], bool]:
        """Wait for answers and take those that come within a moment; False when it was the last time."""
        batch: list[tuple[str, Answer]] = []
        try:
            entry = self._waiting.get(timeout=PRUNE_EVERY_S)
            while entry is not None:
                batch.append(entry)
                if len(batch) == BATCH:
                    return batch, True
                entry = self._waiting.get(timeout=BATCH_S)
        except queue.Empty:
            return batch, True
        return batch, False

    def _keep(self, batch: list[tuple[str, Answer]], now: dt.datetime) -> None:
        found: Counter[str] = Counter()
        rows: list[AskedRow] = []
        for question, answer in batch:
            rows.append(asked_row(question, answer))
            if self._is_sampled(answer):
                names = [fault.value for fault in faults(answer)] or [NO_FAULT]
                found.update(names)
                for name in names:
                    self._metrics.graded(name)
        self._store.add(rows, found, now.date())

    def _is_sampled(self, answer: Answer) -> bool:
        """Draw by the answer's id, so that the same answer is always in or always out."""
        return zlib.crc32(answer.answer_id.encode()) % 1000 < self._grade_share * 1000
