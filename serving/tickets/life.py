"""The life of a ticket: which step may follow which, and what every step leaves in the audit trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class TicketStatus(StrEnum):
    """Where a ticket stands."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    ANSWERED = "answered"
    CLOSED = "closed"
    MERGED = "merged"
    DISCARDED = "discarded"


class Step(StrEnum):
    """What can be done to a ticket."""

    CREATE = "create"
    EDIT = "edit"
    CONFIRM = "confirm"
    DISPATCH = "dispatch"
    RETURN = "return"
    ANSWER = "answer"
    CLOSE = "close"
    MERGE = "merge"
    DISCARD = "discard"
    NOTE = "note"


STATUS_NAMES = {
    TicketStatus.DRAFT: "草稿",
    TicketStatus.CONFIRMED: "已确认",
    TicketStatus.DISPATCHED: "已派单",
    TicketStatus.RETURNED: "被退回",
    TicketStatus.ANSWERED: "已答复",
    TicketStatus.CLOSED: "已办结",
    TicketStatus.MERGED: "已合并",
    TicketStatus.DISCARDED: "已作废",
}
STEP_NAMES = {
    Step.EDIT: "修改",
    Step.CONFIRM: "确认",
    Step.DISPATCH: "派单",
    Step.RETURN: "退单",
    Step.ANSWER: "答复",
    Step.CLOSE: "办结",
    Step.MERGE: "合并",
    Step.DISCARD: "作废",
    Step.NOTE: "备注",
}

S = TicketStatus
FOLLOWS: dict[Step, tuple[tuple[TicketStatus, ...], TicketStatus | None]] = {
    Step.EDIT: ((S.DRAFT, S.CONFIRMED, S.RETURNED), None),
    Step.CONFIRM: ((S.DRAFT,), S.CONFIRMED),
    Step.DISPATCH: ((S.CONFIRMED, S.RETURNED), S.DISPATCHED),
    Step.RETURN: ((S.DISPATCHED,), S.RETURNED),
    Step.ANSWER: ((S.CONFIRMED, S.DISPATCHED), S.ANSWERED),
    Step.CLOSE: ((S.CONFIRMED, S.ANSWERED), S.CLOSED),
    Step.MERGE: ((S.DRAFT, S.CONFIRMED, S.RETURNED), S.MERGED),
    Step.DISCARD: ((S.DRAFT,), S.DISCARDED),
    Step.NOTE: (tuple(TicketStatus), None),
}
"""From which states a step may be taken and where it leads; None: the state stays."""

OPEN = (S.DRAFT, S.CONFIRMED, S.DISPATCHED, S.RETURNED, S.ANSWERED)


@dataclass(frozen=True)
class Ticket:
    """A ticket as it is kept. `fields` are the values in force, `draft` is what the machine proposed.

    `version` grows with every change; a writer may demand the version that was read.
    """

    ticket_id: str
    status: TicketStatus
    channel: str
    received_at: dt.datetime
    fields: dict[str, Any]
    draft: dict[str, Any]
    transcript: str
    department: str | None
    co_departments: tuple[str, ...]
    mode: str
    deadline: dt.date | None
    version: int
    dispatches: int = 0
    merged_into: str | None = None
    reply: str = ""


@dataclass(frozen=True)
class Entry:
    """A line of the audit trail; it is never changed or deleted."""

    number: int
    ticket_id: str
    step: Step
    by: str
    at: dt.datetime
    note: str
    changes: dict[str, Any] = field(default_factory=dict)
