"""The fields of a ticket that people may change, and what each may hold."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.tickets.schema import TicketKind, Urgency
from knowledge_base.content import KnowledgeBase
from serving.api_models import CleanStr
from serving.tickets.errors import TicketError

Short = Annotated[CleanStr, StringConstraints(max_length=120, strip_whitespace=True)]
Names = Annotated[list[Annotated[CleanStr, StringConstraints(max_length=120)]], Field(max_length=30)]


class UnknownFieldValueError(TicketError):
    """A category or town is not one of the knowledge base."""

    code = "unknown_value"

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"{field}没有编号 {value[:40]}，请在列表中选择。")


class TicketFields(BaseModel):
    """What a person sets; a field that is not sent stays as it is, null empties it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: TicketKind | None = None
    category: Annotated[str, Field(max_length=64)] | None = Field(None, description="诉求目录二级编号")
    title: Annotated[CleanStr, StringConstraints(max_length=60, strip_whitespace=True)] | None = None
    demand: Annotated[CleanStr, StringConstraints(max_length=20_000, strip_whitespace=True)] | None = None
    caller_name: Short | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{3,24}$", strip_whitespace=True)] | None = None
    address: Annotated[CleanStr, StringConstraints(max_length=300, strip_whitespace=True)] | None = None
    town: Annotated[str, Field(max_length=20)] | None = Field(None, description="镇街的行政区划代码")
    occurred_at: dt.date | None = None
    parties: Names | None = None
    amount: Short | None = None
    urgency: Urgency | None = None
    weak_signals: Names | None = None
    special_groups: Names | None = None
    confidential: bool | None = None
    acceptance: Literal["accept", "reject"] | None = None

    def values(self, kb: KnowledgeBase) -> dict[str, Any]:
        """Give what was set, as it is kept.

        Raises:
            UnknownFieldValueError: the category or the town does not exist.
        """
        given = self.model_dump(mode="json", exclude_unset=True)
        if given.get("category") and given["category"] not in {c.code for c in kb.appeal_categories}:
            raise UnknownFieldValueError("诉求分类", given["category"])
        if given.get("town") and given["town"] not in {t.code for t in kb.towns}:
            raise UnknownFieldValueError("镇街", given["town"])
        return given
