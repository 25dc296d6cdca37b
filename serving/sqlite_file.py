"""A SQLite file with migrations: one connection for each call, so that threads and processes may share it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BUSY_TIMEOUT_S = 10.0


class SqliteFile:
    """Opens connections and brings the file up to date. `migrations` is only ever appended to.

    `busy`: keeps an idle connection open beside those of the calls. The last one to close copies the log (WAL) into
    the file, which costs every call more than its own work; the log is then copied when it is long, as is usual.
    """

    def __init__(self, path: Path, migrations: Sequence[str], *, busy: bool = False) -> None:
        self.path = path
        self._migrations = migrations
        self._busy = busy
        self._idle: sqlite3.Connection | None = None

    def exists(self) -> bool:
        """Tell whether anything was ever kept."""
        return self.path.is_file()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: when this ends without an error, the rows are on disk (synchronous=FULL)."""
        with self.connection() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection to the database, made and migrated if need be.

        Raises:
            sqlite3.Error, OSError: the disk is full or may not be written, or the file is damaged.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous = FULL")
            migrate(db, self._migrations)
            if self._busy and self._idle is None:
                self._idle = sqlite3.connect(self.path, check_same_thread=False)
                _version(self._idle)  # opens the file
            yield db
        finally:
            db.close()  # rolls back what was not committed

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Give all rows of a query."""
        with self.connection() as db:
            return db.execute(query, values).fetchall()


def migrate(db: sqlite3.Connection, migrations: Sequence[str], wait_s: float = BUSY_TIMEOUT_S) -> None:
    """Bring a database up to date; may be run any number of times and by several processes at once.

    Statements are cut at `;;`, so that triggers keep their semicolons.
    """
    if _version(db) >= len(migrations):
        return
    end = time.monotonic() + wait_s
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")  # does not wait for other connections by itself
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.05)
    for number, statements in enumerate(migrations, 1):
        db.execute("BEGIN IMMEDIATE")
        try:
            if _version(db) < number:
                for statement in statements.split(";;"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
