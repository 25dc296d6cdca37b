"""The counter of pre-review: takes cases in, shows them, has them checked again, records what officers decide."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import secrets
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from knowledge_base.content import KnowledgeBase
from preview.report import report_json
from preview.schema import FieldName, FileReading, Report, Request
from serving.previews.cases import CaseStore
from serving.previews.checking import Engine, edited, finding_ids
from serving.previews.database import Database
from serving.previews.decisions import DecisionStore
from serving.previews.errors import (
    BadRequestError,
    CaseGoneError,
    CaseNotFoundError,
    KeyReusedError,
    NotReadyError,
    QueueFullError,
    UploadTooLargeError,
)
from serving.previews.readings import ReadingStore
from serving.previews.records import Case, CaseStatus, Channel, Decision, Edit, NewCase, StoredFile, Verdict
from serving.previews.requests import clean_name, clean_situation, found_item
from serving.previews.vault import Vault
from serving.previews.words import word
from serving.previews.worker import PreviewWorker, digest_of, pages_part, upload_part
from serving.settings import PreviewSettings

logger = logging.getLogger(__name__)

SAME_WITHIN = dt.timedelta(minutes=10)
"""The same content sent again so soon is a retry or a double click."""

MAX_NAME_CHARS = 120
CHECK_TRIES = 5


@dataclass(frozen=True)
class GivenFile:
    """A file as it was handed in."""

    name: str
    data: bytes


class Previews:
    """All that faces need of pre-review. Thread-safe; the engine is built when the first file is read."""

    def __init__(
        self,
        kb: KnowledgeBase,
        vault: Vault,
        db: Database,
        settings: PreviewSettings,
        engine: Callable[[], Engine],
    ) -> None:
        self.kb = kb
        self.settings = settings
        self.db = db
        self.cases = CaseStore(db)
        self.readings = ReadingStore(db)
        self.decisions = DecisionStore(db)
        self._vault = vault
        self._make_engine = engine
        self._engine: Engine | None = None
        self._making = threading.Lock()
        self.worker = PreviewWorker(self.cases, self.readings, vault, self.engine, self._check, self.release)

    # ---- the engine ----

    def engine(self) -> Engine:
        """Give the engine, built when it is first needed."""
        with self._making:
            if self._engine is None:
                self._engine = self._make_engine()
            return self._engine

    def release(self) -> None:
        """End the engine's worker processes; it is built again when it is needed."""
        with self._making:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def close(self) -> None:
        """Stop reading and free the engine."""
        self.worker.stop()
        self.release()

    # ---- taking in ----

    def take(self, new: NewCase, given: Sequence[GivenFile], key: str | None = None) -> tuple[str, bool]:
        """Keep a new case and its files; gives its id and whether it is new. Returns when all is on disk.

        The same `key` (Idempotency-Key), or without one the same content within ten minutes, gives the case that
        is there already.

        Raises:
            PreviewCaseError: the item, the situation or the files are not acceptable; nothing was kept.
        """
        item = found_item(self.kb, new.item_id)
        new = replace(
            new,
            item_id=item.id,
            item_name=item.name,
            situation=clean_situation(item, new.situation),
            applicant=clean_name(new.applicant),
        )
        self._check_files(given, already=0)
        digest = _digest(new, given)
        there = self._same(digest, key)
        if there is not None:
            return there, False
        if len(self.cases.unfinished()) >= self.settings.max_waiting:
            raise QueueFullError
        preview_id = secrets.token_urlsafe(24)
        files = self._keep(preview_id, given, first=1)
        now = dt.datetime.now(dt.UTC)
        try:
            self.cases.add(
                preview_id, new, files, expires_at=now + self._kept_for(new.channel), digest=digest, key=key
            )
        except sqlite3.IntegrityError:  # the same key at the same moment
            self._vault.drop_case(preview_id)
            there = self._same(digest, key)
            if there is None:
                raise
            return there, False
        except Exception:
            self._vault.drop_case(preview_id)
            raise
        logger.info(
            "preview taken id=%s item=%s files=%d channel=%s", preview_id[:8], item.id, len(files), new.channel
        )
        self.worker.wake()
        return preview_id, True

    def add_files(self, preview_id: str, given: Sequence[GivenFile]) -> list[StoredFile]:
        """Add files to a case; those that are in it already are left out. Gives all files of the case."""
        self.live(preview_id)
        here = self.readings.files(preview_id)
        known = {file.sha256 for file in here}
        fresh = [file for file in given if digest_of(file.data) not in known]
        if fresh or not given:
            self._check_files(fresh, already=len(here))
            first = 1 + max((int(file.file_id[1:]) for file in here), default=0)
            self.readings.add_files(preview_id, self._keep(preview_id, fresh, first))
            self.worker.wake()
        return self.readings.files(preview_id)

    def drop_file(self, preview_id: str, file_id: str) -> None:
        """Take a file out of a case and check the rest again."""
        self.live(preview_id)
        if not self.readings.drop_file(preview_id, file_id):
            raise BadRequestError(word("errors.file_unknown"))
        self._vault.drop(preview_id, upload_part(file_id))
        self._vault.drop(preview_id, pages_part(file_id))
        self._recheck(preview_id)

    def delete(self, preview_id: str) -> None:
        """Stop reading a case and delete all that is an applicant's; decisions stay, without names."""
        self.cases.case(preview_id)
        self.cases.forget(preview_id, cancelled=True)
        self._vault.drop_case(preview_id)
        logger.info("preview deleted id=%s", preview_id[:8])

    # ---- changing ----

    def edit(self, preview_id: str, changes: Sequence[tuple[str, int | None, str, str | None]]) -> None:
        """Write fields: (file id, part or None, field, value or None to take an edit back). Checks again at once.

        Without a part the first document of the file that has the field is meant, else its first document.
        """
        self.live(preview_id)
        readings = {reading.file.file_id: reading for reading in self.readings.readings(preview_id)}
        edits: list[Edit] = []
        undone: list[Edit] = []
        for file_id, part, field, value in changes:
            edit = Edit(file_id, _part(readings.get(file_id), part, field), field, (value or "").strip())
            (undone if value is None else edits).append(edit)
        self.readings.save_edits(preview_id, edits, undone)
        self._recheck(preview_id)

    def change_request(
        self,
        preview_id: str,
        *,
        situation: Mapping[str, str] | None,
        applicant: str | None,
        as_of: dt.date | None,
        town: str | None = None,
    ) -> None:
        """Change situation, applicant, day or town (None: as it was) and check again at once."""
        new = self.live(preview_id).new
        if situation is not None:
            new = replace(new, situation=clean_situation(found_item(self.kb, new.item_id), situation))
        if applicant is not None:
            new = replace(new, applicant=clean_name(applicant))
        new = replace(new, as_of=as_of or new.as_of, town=new.town if town is None else town)
        self.cases.set_request(preview_id, new)
        self._recheck(preview_id)

    def decide(self, preview_id: str, decision: Decision) -> dt.datetime:
        """Record what an officer decided; returns when it is on disk.

        Raises:
            CaseNotFoundError: no such case.
            BadRequestError: a judged finding or a returned material is not of this case.
        """
        case = self.cases.case(preview_id)
        if case.status is CaseStatus.CANCELLED:
            raise CaseGoneError
        known = self.cases.findings(preview_id)
        judgements = []
        for judgement in decision.judgements:
            if judgement.finding_id not in known:
                raise BadRequestError(word("errors.finding_unknown"))
            if judgement.verdict is not Verdict.ACCEPT and judgement.reason is None:
                raise BadRequestError(word("errors.reason_missing"))
            code, severity, material_id = known[judgement.finding_id]
            judgements.append(replace(judgement, code=code, severity=severity, material_id=material_id))
        materials = {material.id for material in found_item(self.kb, case.new.item_id).materials}
        for reason in decision.reasons:
            if reason.material_id is not None and reason.material_id not in materials:
                raise BadRequestError(word("errors.material_unknown"))
        return self.decisions.decide(preview_id, replace(decision, judgements=tuple(judgements)))

    # ---- showing ----

    def live(self, preview_id: str) -> Case:
        """Give a case whose files are still there.

        Raises:
            CaseNotFoundError, CaseGoneError
        """
        case = self.cases.case(preview_id)
        if case.is_gone:
            raise CaseGoneError
        return case

    def report(self, preview_id: str, without: Sequence[str] = ()) -> Report:
        """Give the report as an object, leaving out the findings that an officer rejected.

        Raises:
            NotReadyError: the files are not all read yet.
        """
        case = self.live(preview_id)
        if case.status is not CaseStatus.DONE or case.report is None:
            raise NotReadyError
        from preview.checking import disposition

        report = self._checked(case)
        rejected = {*self.decisions.rejected(preview_id), *without}
        if not rejected:
            return report
        named = zip(report.findings, finding_ids(report_json(report)), strict=True)
        kept = tuple(finding for finding, name in named if name not in rejected)
        return replace(report, findings=kept, disposition=disposition(kept))

    def page_image(self, preview_id: str, file_id: str, page_no: int) -> tuple[bytes, FileReading]:
        """Give the upright image of a page (JPEG) and the reading of its file.

        Raises:
            CaseNotFoundError: no such page, or it is not read yet.
        """
        self.live(preview_id)
        reading = self.readings.reading(preview_id, file_id)
        if reading is None:
            raise CaseNotFoundError
        name = next((page.image for page in reading.file.pages if page.page_no == page_no), "")
        if not name:
            raise CaseNotFoundError
        try:
            return self._vault.read(preview_id, f"{pages_part(file_id)}/{name}"), reading
        except FileNotFoundError as error:
            raise CaseNotFoundError from error

    # ---- within ----

    def _check_files(self, given: Sequence[GivenFile], already: int) -> None:
        if not given:
            raise BadRequestError(word("errors.no_files"))
        if already + len(given) > self.settings.max_files:
            raise BadRequestError(word("errors.too_many_files", limit=str(self.settings.max_files)))
        if sum(len(file.data) for file in given) > self.settings.upload_mb * 1024 * 1024:
            raise UploadTooLargeError(word("errors.too_large", limit=str(self.settings.upload_mb)))

    def _same(self, digest: str, key: str | None) -> str | None:
        if key is None:
            return self.cases.by_digest(digest, dt.datetime.now(dt.UTC) - SAME_WITHIN)
        there = self.cases.by_key(key)
        if there is None:
            return None
        if there[1] != digest:
            raise KeyReusedError
        return there[0]

    def _keep(self, preview_id: str, given: Sequence[GivenFile], first: int) -> list[StoredFile]:
        files = []
        for number, file in enumerate(given, first):
            file_id = f"f{number}"
            self._vault.write(preview_id, upload_part(file_id), file.data)
            files.append(StoredFile(file_id, _tidy(file.name, number), digest_of(file.data), len(file.data)))
        return files

    def _kept_for(self, channel: Channel) -> dt.timedelta:
        if channel is Channel.WINDOW:
            return dt.timedelta(days=self.settings.keep_days)
        return dt.timedelta(hours=self.settings.citizen_hours)

    def _recheck(self, preview_id: str) -> None:
        """Check again at once, unless files still wait to be read: then the worker will."""
        if all(file.is_read for file in self.readings.files(preview_id)):
            self._check(preview_id)
        else:
            self.worker.wake()

    def _check(self, preview_id: str) -> None:
        """Check what was read and keep the report; once more when the case was changed meanwhile."""
        for _ in range(CHECK_TRIES):
            case = self.cases.case(preview_id)
            if case.is_gone or not all(file.is_read for file in self.readings.files(preview_id)):
                return
            report = report_json(self._checked(case))
            if self.cases.set_report(preview_id, report, finding_ids(report), changes=case.changes):
                return

    def _checked(self, case: Case) -> Report:
        preview_id, new = case.preview_id, case.new
        readings = edited(self.readings.readings(preview_id), self.readings.edits(preview_id))
        request = Request(new.item_id, new.situation, new.as_of, new.applicant)
        return self.engine().check(request, readings, preview_id)


def _part(reading: FileReading | None, part: int | None, field: str) -> int:
    if reading is None or not reading.parts:
        raise BadRequestError(word("errors.file_unread"))
    if field not in set(FieldName):
        raise BadRequestError(word("errors.field_unknown", field=field[:40]))
    if part is not None:
        if not 0 <= part < len(reading.parts):
            raise BadRequestError(word("errors.part_unknown"))
        return part
    return next((n for n, p in enumerate(reading.parts) if FieldName(field) in p.fields), 0)


def _digest(new: NewCase, given: Sequence[GivenFile]) -> str:
    said: dict[str, Any] = {
        "item": new.item_id,
        "situation": sorted(new.situation.items()),
        "applicant": new.applicant,
        "as_of": new.as_of.isoformat(),
        "channel": new.channel,
        "town": new.town,
        "files": [[file.name, digest_of(file.data)] for file in given],
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def _tidy(name: str, number: int) -> str:
    """Give a file's own name without folders and control characters, short enough to be shown."""
    own = PurePath(name.replace("\\", "/")).name
    shown = "".join(char for char in own if char.isprintable()).strip()
    return shown[-MAX_NAME_CHARS:] or f"文件{number}"
