"""When a ticket has to be answered: working days by kind, counted on the calendar of the State Council.

The limits stand in the ticket rules of the knowledge base (time-limit-1 to -3: 咨询 2, 求助、意见建议 10,
投诉、举报 15 working days, 《广东省12345政务服务便民热线管理办法》).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from assistant.tickets.schema import TicketKind
from knowledge_base.schema import TicketRule, TicketRuleKind
from knowledge_base.working_days import after_working_days, working_days_between

DUE_SOON_SHARE = 0.2
"""A ticket is due soon when at most this share of its working days is left, and at least one day."""


class DueState(StrEnum):
    """How a deadline stands today."""

    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Deadline:
    """The last day. `provisional`: the holidays of that year are not published yet, weekends alone were counted."""

    on: dt.date
    working_days: int
    provisional: bool = False

    def state(self, today: dt.date) -> DueState:
        """Tell how it stands on a day."""
        if today > self.on:
            return DueState.OVERDUE
        left = working_days_between(today, self.on)
        return DueState.DUE_SOON if left <= max(1, self.working_days * DUE_SOON_SHARE) else DueState.ON_TIME


class Limits:
    """The working days of each kind, as the ticket rules give them; a kind without a rule has no deadline."""

    def __init__(self, rules: Iterable[TicketRule]) -> None:
        limits = [r for r in rules if r.kind is TicketRuleKind.TIME_LIMIT and r.working_days]
        self._days = {
            kind: rule.working_days for kind in TicketKind for rule in limits if str(kind) in rule.name.split("、")
        }

    def deadline(self, kind: TicketKind, received: dt.date) -> Deadline | None:
        """Give the last day: the day after receipt is the first that counts (民法典 第二百零一条)."""
        days = self._days.get(kind)
        if days is None:
            return None
        last = after_working_days(received, days)
        return Deadline(last.on, days, last.guessed)
