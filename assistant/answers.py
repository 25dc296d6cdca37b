"""What an enquiry ends in: the answer as every channel gets it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class AnswerStatus(StrEnum):
    """How an enquiry ended; prompts/replies.yaml holds the citizen's wording for each.

    ERROR_MODEL is kept for callers and not given today: the base model only ever rewords an answer that
    stands without it, so one that is dead, slow or talks nonsense leaves the approved answer.
    """

    ANSWERED = "answered"
    CLARIFICATION = "clarification"
    UNANSWERABLE = "unanswerable"
    HANDOFF = "handoff"
    EMERGENCY = "emergency"
    TICKET = "ticket"
    REFUSED = "refused"
    SMALLTALK = "smalltalk"
    ERROR_MODEL = "error_model"
    ERROR_RETRIEVAL = "error_retrieval"


class Tier(StrEnum):
    """Who wrote the text: published fields, the base model after the check, or a fixed reply."""

    APPROVED = "approved"
    COMPOSED = "composed"
    PASSAGE = "passage"
    FIXED = "fixed"


@dataclass(frozen=True)
class Citation:
    """One quoted sentence of the knowledge base; `token` (S1, S2 …) ties it to the sentences of the text."""

    token: str
    item_id: str
    item_name: str
    facet: str
    quote: str
    source: str
    source_url: str | None
    verified: bool
    revision: str
    valid_to: dt.date | None


@dataclass(frozen=True)
class Sentence:
    """One sentence (or heading, or checklist row) of the text and the tokens that support it."""

    text: str
    citations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """A button: `label` is shown, `question` is what pressing it asks."""

    label: str
    question: str


class ActionKind(StrEnum):
    """What a page can offer beside the text."""

    GUIDE = "guide"  # open the service guide of `item_id`
    HANDOFF = "handoff"  # a person, with `summary` prefilled
    TICKET = "ticket"  # a 12345 ticket, with `summary` prefilled
    CALL = "call"  # a telephone number in `number`


@dataclass(frozen=True)
class Action:
    """Something the citizen can do next; fields that a kind does not need are empty."""

    kind: ActionKind
    label: str
    item_id: str | None = None
    summary: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Answer:
    """The end of one enquiry. `latency_ms` is by stage; `confidence` is a calibrated probability in [0, 1]."""

    answer_id: str
    status: AnswerStatus
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    item_ids: tuple[str, ...] = ()
    facet: str = "overview"
    confidence: float = 0.0
    tier: Tier = Tier.FIXED
    options: tuple[Option, ...] = ()
    actions: tuple[Action, ...] = ()
    ai_label: str = ""
    latency_ms: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the answer in the shape of `POST /v1/enquiries`; dates as YYYY-MM-DD."""
        data = asdict(self)
        for citation in data["citations"]:
            citation["valid_to"] = citation["valid_to"].isoformat() if citation["valid_to"] else None
        return data


@dataclass(frozen=True)
class Turn:
    """One message of a conversation; `role` is user or assistant."""

    role: str
    content: str
