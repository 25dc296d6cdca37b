"""What comes in at /v1/tickets and how tickets and drafts go out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field

from assistant.tickets.schema import Channel, TicketKind
from serving.api_models import Body, CleanStr
from serving.tickets.calls import MAX_CHARS
from serving.tickets.desk import Drafted
from serving.tickets.fields import TicketFields
from serving.tickets.life import STATUS_NAMES, Entry, Ticket

TicketId = Annotated[str, Path(pattern=r"^DG\d{14}$", description="工单编号", examples=["DG20261122000001"])]
CallId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{8,40}$", description="通话编号")]
Actor = Annotated[str, Field(min_length=1, max_length=64, description="经手人工号或姓名，记入留痕")]


class DraftRequest(Body):
    """Words to make a ticket of."""

    text: CleanStr = Field(max_length=MAX_CHARS, description="通话转写（坐席：／市民：）或留言原文")
    channel: Channel = Channel.CALL
    now: dt.datetime | None = Field(None, description="受理时间，不填为现在")


class KeepRequest(DraftRequest):
    """A ticket to keep: the words, and what a person changed in the draft."""

    fields: TicketFields = Field(default=TicketFields(), description="人工改过的字段，按合同字段名")
    by: Actor
    dispatch_if_clear: bool = Field(False, description="没有任何疑点时直接派单")


class TurnRequest(Body):
    """A turn of a running call."""

    speaker: Literal["agent", "caller"]
    text: CleanStr = Field(max_length=MAX_CHARS)


class EditRequest(Body):
    """Fields to change."""

    fields: TicketFields
    by: Actor


class StepRequest(Body):
    """Who takes a step, and what is to be remembered of it."""

    by: Actor
    note: CleanStr = Field("", max_length=2000)


class CloseCallRequest(StepRequest):
    """The end of a call: who keeps its ticket, and what was changed in the draft."""

    fields: TicketFields = Field(default=TicketFields(), description="人工改过的字段，按合同字段名")


class DispatchRequest(StepRequest):
    """Where a ticket goes."""

    department: str = Field(pattern=r"^[a-z][a-z_]*$")
    co_departments: tuple[str, ...] = ()


class ReturnRequest(Body):
    """Why a department gives a ticket back, and who it thinks is right."""

    by: Actor
    reason: CleanStr = Field(min_length=1, max_length=2000)
    suggested: str | None = Field(None, pattern=r"^[a-z][a-z_]*$")


class AnswerRequest(Body):
    """The reply to the caller."""

    by: Actor
    reply: CleanStr = Field(min_length=1, max_length=10_000)


class MergeRequest(Body):
    """The earlier ticket of the same matter."""

    by: Actor
    into: str = Field(pattern=r"^DG\d{14}$")


class PolicyRequest(Body):
    """A change of the rules of automatic dispatch; who and why is kept."""

    by: Actor
    why: CleanStr = Field(min_length=1, max_length=500)
    kill_switch: bool | None = None
    default_bar: float | None = Field(None, gt=0, le=1)
    bars: dict[str, float] | None = None
    whitelist: Literal["all"] | list[str] | None = None
    blocked_departments: list[str] | None = None


class LabelRequest(Body):
    """What one person says a ticket is."""

    by: Actor
    category: str = Field(min_length=1, max_length=64)
    department: str | None = Field(None, pattern=r"^[a-z][a-z_]*$")
    kind: TicketKind


def drafted_json(drafted: Drafted) -> dict[str, Any]:
    """Give a draft with the text that its spans point into."""
    return {**drafted.as_json(), "transcript": drafted.transcript.text}


def ticket_json(ticket: Ticket) -> dict[str, Any]:
    """Give a ticket without its transcript."""
    return {
        "ticket_id": ticket.ticket_id,
        "status": ticket.status.value,
        "status_name": STATUS_NAMES[ticket.status],
        "channel": ticket.channel,
        "received_at": ticket.received_at.isoformat(),
        "fields": ticket.fields,
        "department": ticket.department,
        "co_departments": list(ticket.co_departments),
        "mode": ticket.mode,
        "dispatches": ticket.dispatches,
        "deadline": ticket.deadline.isoformat() if ticket.deadline else None,
        "merged_into": ticket.merged_into,
        "reply": ticket.reply,
        "version": ticket.version,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """Give a line of the audit trail."""
    return {
        "number": entry.number,
        "step": entry.step.value,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "note": entry.note,
        "changes": entry.changes,
    }
