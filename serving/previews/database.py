"""The SQLite file of pre-review: one connection for each call, personal values sealed."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from serving.previews.errors import StorageError
from serving.previews.migrations import MIGRATIONS
from serving.previews.vault import Vault
from serving.sqlite_file import SqliteFile


class Database(SqliteFile):
    """Opens connections and seals values. Threads and processes may share the file."""

    def __init__(self, path: Path, vault: Vault) -> None:
        super().__init__(path, MIGRATIONS)
        self.vault = vault

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection to the database, made and brought up to date if need be.

        Raises:
            StorageError: the disk is full or may not be written, or the file is damaged.
        """
        try:
            with super().connection() as db:
                db.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten, too
                yield db
        except sqlite3.IntegrityError:
            raise
        except (sqlite3.Error, OSError) as error:
            raise StorageError(str(error)) from error

    def update(self, statement: str, values: Sequence[Any]) -> int:
        """Run one write statement in a transaction of its own; gives the number of rows it changed."""
        with self.transaction() as db:
            return db.execute(statement, values).rowcount

    def sealed(self, text: str | None) -> bytes | None:
        """Make a value for a sealed column."""
        return None if text is None else self.vault.seal(text.encode("utf-8", "replace"))

    def opened(self, value: bytes | None) -> str:
        """Read a sealed column; empty when there is nothing."""
        return self.vault.unseal(value).decode() if value else ""


def as_json(value: object) -> str:
    """Write a value for a text column."""
    return json.dumps(value, ensure_ascii=False)


def utc_now() -> str:
    """Give the time as it is kept: ISO 8601 in UTC, so that text order is time order."""
    return dt.datetime.now(dt.UTC).isoformat()
