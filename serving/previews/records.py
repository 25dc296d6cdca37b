"""What is kept of a case: the case, its files, edits, officers' judgements, decisions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class CaseStatus(StrEnum):
    """How far a case is."""

    QUEUED = "queued"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """Where a case came in; it decides how long files are kept."""

    WINDOW = "window"
    CITIZEN = "citizen"
    API = "api"


class Stage(StrEnum):
    """When a decision was made: at the window, or at the end of the whole procedure."""

    WINDOW = "window"
    FINAL = "final"


class Outcome(StrEnum):
    """What the officer did with the application."""

    ACCEPT = "accept"
    RETURN = "return"


class Verdict(StrEnum):
    """What the officer made of a finding."""

    ACCEPT = "accept"
    CHANGE = "change"
    REJECT = "reject"


class ReasonCode(StrEnum):
    """Why a finding was changed or rejected; prompts/preview_faces.yaml holds the wording."""

    MISREAD = "misread"
    MISCLASSIFIED = "misclassified"
    ORIGINAL_SEEN = "original_seen"
    DATA_SHARED = "data_shared"
    NOT_REQUIRED = "not_required"
    DEFERRED = "deferred"
    TOO_STRICT = "too_strict"
    OTHER = "other"


class Responsibility(StrEnum):
    """Whose doing a return is."""

    APPLICANT = "applicant"
    UNCLEAR_GUIDE = "unclear_guide"
    NOT_TOLD_AT_ONCE = "not_told_at_once"
    REVIEWER = "reviewer"


@dataclass(frozen=True)
class NewCase:
    """What is asked for, before any file is read. `town` is the code or short name of the window's town."""

    item_id: str
    item_name: str
    situation: dict[str, str] = field(default_factory=dict)
    as_of: dt.date = field(default_factory=dt.date.today)
    applicant: str | None = None
    town: str = ""
    channel: Channel = Channel.API


@dataclass(frozen=True)
class Case:
    """A case as it stands; times are in UTC. `problem` says in Chinese why it failed.

    `revision` counts the reports, `changes` counts what could make a report out of date.
    """

    preview_id: str
    new: NewCase
    status: CaseStatus
    revision: int
    changes: int
    created_at: dt.datetime
    expires_at: dt.datetime
    deleted_at: dt.datetime | None = None
    problem: str = ""
    current_file: str = ""
    current_page: int = 0
    report: dict[str, Any] | None = None

    @property
    def is_gone(self) -> bool:
        """Whether nothing of the applicant's is left."""
        return self.deleted_at is not None


@dataclass(frozen=True)
class StoredFile:
    """A file of a case; `pages_total` is 0 until its reading has begun."""

    file_id: str
    name: str
    sha256: str
    size_bytes: int
    attempts: int = 0
    pages_done: int = 0
    pages_total: int = 0
    is_read: bool = False
    summary: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Edit:
    """A field as a person wrote it; `part` counts the documents of the file from 0."""

    file_id: str
    part: int
    field: str
    value: str


@dataclass(frozen=True)
class Judgement:
    """What the officer made of one finding; the code and material are copied, so that they outlive the report."""

    finding_id: str
    verdict: Verdict
    reason: ReasonCode | None = None
    code: str = ""
    material_id: str | None = None
    severity: str = ""


@dataclass(frozen=True)
class ReturnReason:
    """One reason for a return: a finding code, a material of the guide, or both."""

    code: str = ""
    material_id: str | None = None


@dataclass(frozen=True)
class Decision:
    """An officer's decision; a later one of the same stage replaces an earlier one in the statistics."""

    stage: Stage
    outcome: Outcome
    officer: str = ""
    responsibility: Responsibility | None = None
    reasons: tuple[ReturnReason, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    note: str = ""
