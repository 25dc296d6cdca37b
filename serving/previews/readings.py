"""Files of cases: what was handed in, how far each is read, what was read, what a person wrote instead."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from preview.schema import FileReading
from serving.previews.database import Database, as_json, utc_now
from serving.previews.records import Edit, StoredFile

READING = TypeAdapter(FileReading)
CHANGED = "changes = changes + 1 WHERE preview_id = ?"
"""Ends an update of a case after which a check that is under way no longer counts."""

_WANTED = "EXISTS (SELECT 1 FROM previews WHERE preview_id = ? AND status IN ('queued', 'reading'))"


class ReadingStore:
    """The tables of files, with their readings, and of edits."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def files(self, preview_id: str) -> list[StoredFile]:
        """List the files of a case in the order they came."""
        rows = self._db.rows(
            "SELECT file_id, name, sha256, size_bytes, attempts, pages_done, pages_total, reading IS NOT NULL,"
            " summary FROM preview_files WHERE preview_id = ? ORDER BY rowid",
            (preview_id,),
        )
        return [
            StoredFile(
                file_id=row[0],
                name=self._db.opened(row[1]),
                sha256=row[2],
                size_bytes=row[3],
                attempts=row[4],
                pages_done=row[5],
                pages_total=row[6],
                is_read=bool(row[7]),
                summary=json.loads(row[8]),
            )
            for row in rows
        ]

    def add_files(self, preview_id: str, files: Sequence[StoredFile]) -> None:
        """Add files to a case, which then waits to be read."""
        with self._db.transaction() as db:
            insert_files(self._db, db, preview_id, files)
            db.execute(f"UPDATE previews SET status = 'queued', problem = '', {CHANGED}", (preview_id,))

    def drop_file(self, preview_id: str, file_id: str) -> bool:
        """Take a file out, with its edits; False when there is no such file."""
        with self._db.transaction() as db:
            where = "preview_id = ? AND file_id = ?"
            gone = db.execute(f"DELETE FROM preview_files WHERE {where}", (preview_id, file_id)).rowcount
            db.execute(f"DELETE FROM preview_edits WHERE {where}", (preview_id, file_id))
            db.execute(f"UPDATE previews SET {CHANGED}", (preview_id,))
        return bool(gone)

    def begin_file(self, preview_id: str, file_id: str) -> bool:
        """Note that the reading of a file begins; False when it is no longer wanted."""
        with self._db.transaction() as db:
            wanted = db.execute(
                "UPDATE preview_files SET attempts = attempts + 1, pages_done = 0"
                f" WHERE preview_id = ? AND file_id = ? AND {_WANTED}",
                (preview_id, file_id, preview_id),
            ).rowcount
            db.execute(
                "UPDATE previews SET status = 'reading', current_file = ?, current_page = 1"
                " WHERE preview_id = ? AND status IN ('queued', 'reading')",
                (file_id, preview_id),
            )
        return bool(wanted)

    def give_back(self, preview_id: str, file_id: str) -> None:
        """Note that a reading was broken off in good order, so that it does not count as an attempt."""
        self._db.update(
            "UPDATE preview_files SET attempts = max(attempts - 1, 0) WHERE preview_id = ? AND file_id = ?",
            (preview_id, file_id),
        )

    def progress(self, preview_id: str, file_id: str, done: int, total: int) -> bool:
        """Note how far a file is; False when it is no longer wanted."""
        with self._db.transaction() as db:
            page = min(done + 1, total)
            db.execute("UPDATE previews SET current_page = ? WHERE preview_id = ?", (page, preview_id))
            wanted = db.execute(
                "UPDATE preview_files SET pages_done = ?, pages_total = ? WHERE preview_id = ? AND file_id = ?"
                f" AND {_WANTED}",
                (done, total, preview_id, file_id, preview_id),
            ).rowcount
        return bool(wanted)

    def save_reading(self, preview_id: str, file_id: str, reading: FileReading) -> None:
        """Keep what was read off a file; from then on it is never read again."""
        pages = len(reading.file.pages)
        self._db.update(
            "UPDATE preview_files SET reading = ?, summary = ?, pages_done = ?, pages_total = ?"
            " WHERE preview_id = ? AND file_id = ?",
            (
                self._db.vault.seal(READING.dump_json(reading)),
                as_json(summary(reading)),
                pages,
                pages,
                preview_id,
                file_id,
            ),
        )

    def readings(self, preview_id: str) -> list[FileReading]:
        """Give what was read so far, in the order of the files."""
        rows = self._db.rows(
            "SELECT reading FROM preview_files WHERE preview_id = ? AND reading IS NOT NULL ORDER BY rowid",
            (preview_id,),
        )
        return [READING.validate_json(self._db.vault.unseal(row[0])) for row in rows]

    def reading(self, preview_id: str, file_id: str) -> FileReading | None:
        """Give what was read off one file; None when there is no such file or it is not read yet."""
        rows = self._db.rows(
            "SELECT reading FROM preview_files WHERE preview_id = ? AND file_id = ?", (preview_id, file_id)
        )
        return READING.validate_json(self._db.vault.unseal(rows[0][0])) if rows and rows[0][0] else None

    def edits(self, preview_id: str) -> list[Edit]:
        """Give the fields that a person wrote."""
        rows = self._db.rows(
            "SELECT file_id, part, field, value FROM preview_edits WHERE preview_id = ?", (preview_id,)
        )
        return [Edit(file_id, part, field, self._db.opened(value)) for file_id, part, field, value in rows]

    def save_edits(self, preview_id: str, edits: Sequence[Edit], undone: Sequence[Edit]) -> None:
        """Keep edited fields and take back others."""
        with self._db.transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO preview_edits VALUES (?, ?, ?, ?, ?, ?)",
                [(preview_id, e.file_id, e.part, e.field, self._db.sealed(e.value), utc_now()) for e in edits],
            )
            db.executemany(
                "DELETE FROM preview_edits WHERE preview_id = ? AND file_id = ? AND part = ? AND field = ?",
                [(preview_id, e.file_id, e.part, e.field) for e in undone],
            )
            db.execute(f"UPDATE previews SET {CHANGED}", (preview_id,))


def summary(reading: FileReading) -> dict[str, Any]:
    """Give what may be shown of a file before the report is there; holds nothing that was read off it."""
    return {
        "problem": reading.file.problem,
        "document_types": [part.document_type for part in reading.parts],
        "pages": [
            {
                "page": page.page_no,
                "width": page.width,
                "height": page.height,
                "problems": list(page.quality.problems),
            }
            for page in reading.file.pages
        ],
    }


def insert_files(store: Database, db: sqlite3.Connection, preview_id: str, files: Sequence[StoredFile]) -> None:
    """Add files to a case within a transaction."""
    db.executemany(
        "INSERT INTO preview_files (preview_id, file_id, name, sha256, size_bytes) VALUES (?, ?, ?, ?, ?)",
        [(preview_id, f.file_id, store.sealed(f.name), f.sha256, f.size_bytes) for f in files],
    )
