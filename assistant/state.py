"""What travels through the enquiry graph; only the conversation is kept between turns."""

from __future__ import annotations

from typing import Annotated, TypedDict

from langgraph.channels import UntrackedValue

from assistant.answers import Answer, AnswerStatus
from assistant.draft import Draft
from assistant.intents import Intent
from assistant.understand import Understanding
from knowledge_base.retrieval import Retrieved


class EnquiryState(TypedDict, total=False):
    """State of one enquiry. `turns` persists (oldest first, bounded); the rest lives for one question."""

    turns: list[tuple[str, str]]  # (role, content), masked
    question: Annotated[str, UntrackedValue]  # as typed
    text: Annotated[str, UntrackedValue]  # masked, normalised, typos repaired
    intent: Annotated[Intent, UntrackedValue]  # what kind of message it is
    ending: Annotated[tuple[AnswerStatus, str], UntrackedValue]  # status and key of the fixed reply
    understanding: Annotated[Understanding, UntrackedValue]
    domains: Annotated[list[str], UntrackedValue]
    retrieved: Annotated[Retrieved, UntrackedValue]
    draft: Annotated[Draft, UntrackedValue]
    answer: Annotated[Answer, UntrackedValue]
    latency_ms: Annotated[dict[str, float], UntrackedValue]
