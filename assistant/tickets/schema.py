"""What a ticket draft holds: every value with its confidence and the words it came from. No logic lives here.

The JSON of a draft (`assistant.tickets.draft_json`) is a contract: field names are fixed. The fields of a
ticket follow 《广东省12345政务服务便民热线管理办法》 and the ticket rules of the knowledge base.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")
Span = tuple[int, int]
"""Start and end within the transcript text, as Python slices."""


class Channel(StrEnum):
    """Where the words come from."""

    CALL = "call"
    CHAT = "chat"
    WEB = "web"


class TicketKind(StrEnum):
    """What the caller wants (诉求类型)."""

    ENQUIRY = "咨询"
    HELP = "求助"
    COMPLAINT = "投诉"
    REPORT = "举报"
    SUGGESTION = "意见建议"
    PRAISE = "表扬"


class Urgency(StrEnum):
    """How soon somebody has to act."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class DispatchMode(StrEnum):
    """Who sends the ticket: the machine, the agent on the machine's proposal, the agent alone."""

    AUTO = "auto"
    SUGGEST = "suggest"
    MANUAL = "manual"


@dataclass(frozen=True)
class Field(Generic[T]):
    """A value of the draft; `evidence` None: it follows from the whole text or from other fields."""

    value: T
    confidence: float
    evidence: Span | None = None


@dataclass(frozen=True)
class Turn:
    """One utterance; `start` and `end` are its place in the transcript. `speaker`: "agent", "caller" or ""."""

    speaker: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Transcript:
    """What was said or written, as it came; spans of fields point into `text`."""

    text: str
    turns: tuple[Turn, ...]
    channel: Channel
    now: dt.datetime

    @property
    def caller_turns(self) -> tuple[Turn, ...]:
        """What the caller said; all turns when nobody is marked."""
        return tuple(turn for turn in self.turns if turn.speaker != "agent")


@dataclass(frozen=True)
class Category:
    """A class of the appeal catalogue: first level by name, second level by code."""

    l1: str
    l2: str
    name: str


@dataclass(frozen=True)
class WeakSignal:
    """A sign of danger, of a group or of despair; `rule` is the id of the ticket rule."""

    rule: str
    name: str
    words: str


@dataclass(frozen=True)
class Candidate:
    """A department that may be the right one, with its calibrated probability."""

    department: str
    name: str
    probability: float
    basis: str


@dataclass(frozen=True)
class Dispatch:
    """Who should handle it and why. `obstacles` are the reasons that keep a machine from sending it."""

    department: str | None
    co_departments: tuple[str, ...]
    basis: str
    candidates: tuple[Candidate, ...]
    mode: DispatchMode
    reason: str
    confidence: float
    obstacles: tuple[str, ...] = ()


class Acceptance(StrEnum):
    """Whether the hotline takes the matter on."""

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True)
class AcceptanceAdvice:
    """Advice on acceptance; a refusal names its lawful reason and the right path."""

    value: Acceptance
    confidence: float
    evidence: Span | None = None
    reason: str = ""
    signpost: str = ""


@dataclass(frozen=True)
class Duplicate:
    """An earlier ticket of the same matter."""

    ticket_id: str
    similarity: float
    words: tuple[str, ...]
    merge: str  # "duplicate" (same caller) or "group" (several callers)


@dataclass(frozen=True)
class ReplyHint:
    """An approved answer to read out, when the matter is really an enquiry."""

    text: str
    item_id: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class TicketDraft:
    """The ticket as far as it is known. Every field is there; unknown ones have the value None."""

    kind: Field[TicketKind]
    category: Field[Category | None]
    title: Field[str]
    demand: Field[str]
    caller_name: Field[str | None]
    phone: Field[str | None]
    address: Field[str | None]
    town: Field[str | None]  # division code of the town, as in content/towns.yaml
    occurred_at: Field[dt.date | None]
    parties: Field[tuple[str, ...]]
    amount: Field[str | None]
    urgency: Field[Urgency]
    weak_signals: Field[tuple[WeakSignal, ...]]
    special_groups: Field[tuple[str, ...]]
    confidential: Field[bool]
    attachments: Field[tuple[str, ...]]
    acceptance: AcceptanceAdvice
    matters: int = 1  # how many separate matters the caller raises
    dispatch: Dispatch | None = None
    duplicates: tuple[Duplicate, ...] = ()
    deadline: dt.date | None = None
    reply_hint: ReplyHint | None = None
    notes: tuple[str, ...] = ()
    latency_ms: dict[str, float] = field(default_factory=dict)
