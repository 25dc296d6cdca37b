"""Cases of pre-review: how they come, how far they are, their report, how they go."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from serving.previews.database import Database, as_json, utc_now
from serving.previews.errors import CaseNotFoundError
from serving.previews.readings import CHANGED, insert_files
from serving.previews.records import Case, CaseStatus, Channel, NewCase, StoredFile

UNFINISHED = (CaseStatus.QUEUED, CaseStatus.READING)


class CaseStore:
    """The table of cases."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self,
        preview_id: str,
        new: NewCase,
        files: Sequence[StoredFile],
        *,
        expires_at: dt.datetime,
        digest: str,
        key: str | None,
    ) -> None:
        """Keep a new case, queued.

        Raises:
            sqlite3.IntegrityError: the idempotency key is in use.
            StorageError: nothing was kept.
        """
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO previews (preview_id, item_id, item_name, situation, as_of, applicant, town, channel,"
                " status, idempotency_key, digest, created_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    preview_id,
                    new.item_id,
                    new.item_name,
                    as_json(new.situation),
                    new.as_of.isoformat(),
                    self._db.sealed(new.applicant),
                    new.town,
                    new.channel,
                    CaseStatus.QUEUED,
                    key,
                    digest,
                    utc_now(),
                    expires_at.isoformat(),
                ),
            )
            insert_files(self._db, db, preview_id, files)

    def case(self, preview_id: str) -> Case:
        """Give a case.

        Raises:
            CaseNotFoundError: there is none with this id.
        """
        rows = self._db.rows(f"{_CASE} WHERE preview_id = ?", (preview_id,))
        if not rows:
            raise CaseNotFoundError
        return self._case(rows[0])

    def by_key(self, key: str) -> tuple[str, str] | None:
        """Give id and digest of the case that came with this idempotency key."""
        rows = self._db.rows("SELECT preview_id, digest FROM previews WHERE idempotency_key = ?", (key,))
        return (rows[0][0], rows[0][1]) if rows else None

    def by_digest(self, digest: str, since: dt.datetime) -> str | None:
        """Give the newest case of the very same content that came since then and was left as it came."""
        rows = self._db.rows(
            "SELECT preview_id FROM previews WHERE digest = ? AND created_at >= ? AND deleted_at IS NULL"
            " AND changes = 0 AND status != 'failed' ORDER BY created_at DESC LIMIT 1",
            (digest, since.isoformat()),
        )
        return rows[0][0] if rows else None

    def recent(self, limit: int, channel: Channel = Channel.WINDOW) -> list[Case]:
        """List the newest cases of a channel that still have their files, without reports."""
        query = f"{_CASE} WHERE channel = ? AND deleted_at IS NULL ORDER BY created_at DESC LIMIT ?"
        return [self._case(row, with_report=False) for row in self._db.rows(query, (channel, limit))]

    def unfinished(self) -> list[str]:
        """Give the ids of cases that wait or were being read, oldest first."""
        if not self._db.exists():
            return []
        query = f"SELECT preview_id FROM previews WHERE status IN {_listed(UNFINISHED)} ORDER BY created_at"
        return [row[0] for row in self._db.rows(query)]

    def set_status(self, preview_id: str, status: CaseStatus, problem: str = "") -> None:
        """Say how far a case is; a cancelled one stays cancelled."""
        self._db.update(
            "UPDATE previews SET status = ?, problem = ? WHERE preview_id = ? AND status != 'cancelled'",
            (status, problem, preview_id),
        )

    def set_request(self, preview_id: str, new: NewCase) -> None:
        """Change what is checked: situation, applicant, day, town."""
        self._db.update(
            f"UPDATE previews SET situation = ?, as_of = ?, applicant = ?, town = ?, {CHANGED}",
            (as_json(new.situation), new.as_of.isoformat(), self._db.sealed(new.applicant), new.town, preview_id),
        )

    def set_report(
        self, preview_id: str, report: Mapping[str, Any], finding_ids: Sequence[str], *, changes: int
    ) -> bool:
        """Keep the report and its findings and end the reading.

        Gives False and keeps nothing when the case was cancelled or changed since it had `changes`.
        """
        with self._db.transaction() as db:
            done = db.execute(
                "UPDATE previews SET status = ?, problem = '', report = ?, disposition = ?, revision = revision + 1,"
                " current_file = '', current_page = 0 WHERE preview_id = ? AND status != 'cancelled' AND changes = ?",
                (
                    CaseStatus.DONE,
                    self._db.sealed(as_json(report)),
                    str(report.get("disposition", "")),
                    preview_id,
                    changes,
                ),
            ).rowcount
            if not done:
                return False
            db.execute("DELETE FROM preview_findings WHERE preview_id = ?", (preview_id,))
            db.executemany(
                "INSERT INTO preview_findings VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (preview_id, finding_id, f["code"], f["severity"], f.get("material_id"), f.get("confidence", 1.0))
                    for finding_id, f in zip(finding_ids, report["findings"], strict=True)
                ],
            )
        return True

    def findings(self, preview_id: str) -> dict[str, tuple[str, str, str | None]]:
        """Give code, severity and material of every finding of the report, by the finding's name."""
        query = "SELECT finding_id, code, severity, material_id FROM preview_findings WHERE preview_id = ?"
        return {row[0]: (row[1], row[2], row[3]) for row in self._db.rows(query, (preview_id,))}

    def forget(self, preview_id: str, *, cancelled: bool) -> None:
        """Empty everything of a person's.

        The codes of findings stay where a decision was made or may still come: at a window, unless cancelled.
        """
        with self._db.transaction() as db:
            db.execute(
                "UPDATE previews SET applicant = NULL, report = NULL, idempotency_key = NULL, current_file = '',"
                " deleted_at = coalesce(deleted_at, ?),"
                " status = CASE WHEN ? OR status IN ('queued', 'reading') THEN 'cancelled' ELSE status END"
                " WHERE preview_id = ?",
                (utc_now(), cancelled, preview_id),
            )
            db.execute("DELETE FROM preview_files WHERE preview_id = ?", (preview_id,))
            db.execute("DELETE FROM preview_edits WHERE preview_id = ?", (preview_id,))
            db.execute(
                "DELETE FROM preview_findings WHERE preview_id = ?1 AND NOT EXISTS"
                " (SELECT 1 FROM preview_decisions WHERE preview_id = ?1) AND (?2 OR EXISTS"
                " (SELECT 1 FROM previews WHERE preview_id = ?1 AND channel != 'window'))",
                (preview_id, cancelled),
            )

    def expired(self, now: dt.datetime) -> list[str]:
        """Give the cases whose files are due for deletion."""
        if not self._db.exists():
            return []
        query = "SELECT preview_id FROM previews WHERE deleted_at IS NULL AND expires_at < ?"
        return [row[0] for row in self._db.rows(query, (now.isoformat(),))]

    def _case(self, row: Sequence[Any], *, with_report: bool = True) -> Case:
        new = NewCase(
            item_id=row[1],
            item_name=row[2],
            situation=json.loads(row[3]),
            as_of=dt.date.fromisoformat(row[4]),
            applicant=self._db.opened(row[5]) or None,
            town=row[6],
            channel=Channel(row[7]),
        )
        return Case(
            preview_id=row[0],
            new=new,
            status=CaseStatus(row[8]),
            problem=row[9],
            revision=row[10],
            changes=row[17],
            report=json.loads(self._db.opened(row[11])) if with_report and row[11] else None,
            current_file=row[12],
            current_page=row[13],
            created_at=dt.datetime.fromisoformat(row[14]),
            expires_at=dt.datetime.fromisoformat(row[15]),
            deleted_at=dt.datetime.fromisoformat(row[16]) if row[16] else None,
        )


_CASE = (
    "SELECT preview_id, item_id, item_name, situation, as_of, applicant, town, channel, status, problem, revision,"
    " report, current_file, current_page, created_at, expires_at, deleted_at, changes FROM previews"
)
_FILE_IDS = "SELECT file_id FROM preview_files WHERE preview_id = ?"


def _listed(values: Sequence[str]) -> str:
    return "('" + "', '".join(values) + "')"
