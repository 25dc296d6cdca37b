"""Pre-review on the wire: what may be changed and decided, and what comes back."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from preview.schema import FieldName, FindingCode
from serving.previews.records import CaseStatus, Outcome, ReasonCode, Responsibility, Stage, Verdict


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PreviewTaken(BaseModel):
    """A case was taken in; `is_new` is false when the very same one was there already."""

    preview_id: str
    status: CaseStatus
    status_url: str
    events_url: str
    is_new: bool


class Progress(BaseModel):
    """How far the reading is; the pages of files that are not begun are not known yet."""

    file: str | None
    file_name: str | None
    page: int
    pages_done: int
    pages_total: int
    files_done: int
    files_total: int


class PreviewFile(BaseModel):
    """One file; `problem` says why it could not be used, `document_types` come as soon as it is read."""

    file_id: str
    name: str
    size_bytes: int
    is_read: bool
    pages_done: int
    pages_total: int
    problem: str | None
    document_types: list[str]
    pages: list[dict[str, Any]]


class PreviewProgress(BaseModel):
    """A case in an event: how far it is."""

    preview_id: str
    status: CaseStatus
    problem: str
    revision: int
    progress: Progress
    files: list[PreviewFile]


class PreviewCase(PreviewProgress):
    """A case; `report` is there when it is done, `finding_ids` name its findings in their order."""

    item_id: str
    item_name: str
    situation: dict[str, str]
    as_of: dt.date
    applicant: str | None
    town: str
    channel: str
    created_at: dt.datetime
    expires_at: dt.datetime
    deleted_at: dt.datetime | None
    report: dict[str, Any] | None
    finding_ids: list[str]
    documents: list[dict[str, Any]]
    decisions: dict[str, dict[str, str]]


class FieldEdit(_Strict):
    """A field as a person wrote it; `value` null takes an edit back, `part` counts the file's documents from 0."""

    file_id: str
    field: FieldName
    value: Annotated[str, Field(max_length=500)] | None
    part: Annotated[int, Field(ge=0)] | None = None


class FieldEdits(_Strict):
    """Fields to be changed together."""

    edits: Annotated[list[FieldEdit], Field(min_length=1, max_length=200)]


class RequestChange(_Strict):
    """What is checked; what is left out stays as it was."""

    situation: dict[str, str] | None = None
    applicant: Annotated[str, Field(max_length=200)] | None = None
    as_of: dt.date | None = None
    town: Annotated[str, Field(max_length=40)] | None = None


class GivenJudgement(_Strict):
    """What the officer makes of one finding; a changed or rejected one needs a reason."""

    finding_id: Annotated[str, Field(max_length=40)]
    verdict: Verdict
    reason: ReasonCode | None = None


class GivenReason(_Strict):
    """Why an application is returned: a finding code, a material of the guide, or both."""

    code: FindingCode | None = None
    material_id: Annotated[str, Field(max_length=80)] | None = None


class GivenDecision(_Strict):
    """An officer's decision at the window, or the final outcome of the procedure."""

    outcome: Outcome
    stage: Stage = Stage.WINDOW
    officer: Annotated[str, Field(max_length=40)] = ""
    responsibility: Responsibility | None = Field(None, description="of a return: whose doing it is")
    reasons: Annotated[list[GivenReason], Field(max_length=100)] = []
    findings: Annotated[list[GivenJudgement], Field(max_length=500)] = []
    note: Annotated[str, Field(max_length=500)] = ""


class DecisionKept(BaseModel):
    """A decision that is on disk."""

    preview_id: str
    stage: Stage
    outcome: Outcome
    decided_at: dt.datetime


class RateOut(BaseModel):
    """A return rate; `low` and `high` are Wilson's interval at 95 %, `rate` is null when nothing was decided."""

    id: str = ""
    name: str = ""
    returned: int
    decided: int
    rate: float | None
    low: float
    high: float


class ShareOut(BaseModel):
    """How many returns have one material, reason or responsibility."""

    id: str
    name: str
    returns: int


class CheckOut(BaseModel):
    """How one check did; `caught` of the `returns` were reported beforehand."""

    code: str
    name: str
    reported: int
    accepted: int
    changed: int
    rejected: int
    returns: int
    caught: int
    missed: int


class StatsOut(BaseModel):
    """The return-rate monitor."""

    since: dt.date
    until: dt.date
    line: float
    overall: RateOut
    by_item: list[RateOut]
    by_town: list[RateOut]
    trend: list[RateOut]
    by_material: list[ShareOut]
    by_reason: list[ShareOut]
    by_responsibility: list[ShareOut]
    checks: list[CheckOut]
