"""What the tickets tell (智能数据分析): every figure is the result of a query over a span of days."""

from __future__ import annotations

import datetime as dt
import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from knowledge_base.content import KnowledgeBase
from knowledge_base.working_days import working_days_between
from serving.tickets.errors import TicketError
from serving.tickets.store import TicketStore
from serving.tickets.times import CHINA, utc

WEEKS_BEFORE = 4
"""Sudden rises are measured against the same weekday of so many weeks."""

RARE = 0.01
"""A rise is reported when chance alone would give it less often than this, and at least `LEAST_RISE` tickets came."""

LEAST_RISE = 3
OFTEN = 3
"""A caller with so many tickets in the span is a repeated caller."""


MOST_DAYS = 1100
"""Three years; nobody looks at more at once."""


class SpanError(TicketError):
    """The figures of no day, or of too many, are asked for."""

    code = "bad_span"

    def __init__(self) -> None:
        super().__init__("日期不对：开始日期不能晚于结束日期，一次最多看三年。")


@dataclass(frozen=True)
class Count:
    """Tickets of one name in the span, and in the span of equal length before it."""

    id: str
    name: str
    n: int
    before: int

    @property
    def change(self) -> float | None:
        """Growth against the span before; None when there was nothing to compare with."""
        return self.n / self.before - 1 if self.before else None


@dataclass(frozen=True)
class Rise:
    """A topic of a town with far more tickets on a day than on that weekday before."""

    day: dt.date
    category: str
    town: str
    n: int
    usual: float
    chance: float


@dataclass(frozen=True)
class RepeatedCaller:
    """A caller (as a token, never a number) with several tickets, and what they are about."""

    caller: str
    n: int
    matters: tuple[str, ...]
    ticket_ids: tuple[str, ...]


@dataclass(frozen=True)
class Pace:
    """How fast a department answers. `median_days`: working days from receipt to answer; None without answers."""

    id: str
    name: str
    answered: int
    median_days: float | None
    waiting: int
    overdue: int


@dataclass(frozen=True)
class Confusion:
    """Tickets the machine proposed for one department and people sent to another, or that came back."""

    proposed: str
    final: str
    n: int


@dataclass(frozen=True)
class Findings:
    """The figures of a span; both days belong to it."""

    since: dt.date
    until: dt.date
    total: Count
    by_category: tuple[Count, ...]
    by_town: tuple[Count, ...]
    by_kind: tuple[Count, ...]
    by_department: tuple[Count, ...]
    daily: tuple[tuple[dt.date, int], ...]
    rises: tuple[Rise, ...]
    repeated: tuple[RepeatedCaller, ...]
    paces: tuple[Pace, ...]
    sent_by_machine: int
    dispatched: int
    returned: int
    returned_of_machine: int
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True)
class _Row:
    ticket_id: str
    day: dt.date
    status: str
    kind: str
    category: str
    town: str
    department: str
    proposed: str
    mode: str
    caller: str
    dispatches: int
    deadline: dt.date | None
    answered_on: dt.date | None


class Insight:
    """Reads the figures out of the store. The texts of tickets are not read, only their classes."""

    def __init__(self, store: TicketStore, kb: KnowledgeBase) -> None:
        self._store = store
        self._names: dict[str, Mapping[str, str]] = {
            "category": {c.code: c.name for c in kb.appeal_categories},
            "town": {t.code: t.short for t in kb.towns if t.code},
            "department": {d.id: d.name for d in kb.departments},
        }

    def find(self, since: dt.date, until: dt.date, today: dt.date) -> Findings:
        """Give the figures of the days from `since` to `until`, both included.

        Raises:
            SpanError: no day or too many.
        """
        days = (until - since).days + 1
        if not 0 < days <= MOST_DAYS:
            raise SpanError
        past = self._rows(since - dt.timedelta(days=max(days, 7 * WEEKS_BEFORE)), until)
        rows = [row for row in past if row.day >= since]
        before = [row for row in past if since - dt.timedelta(days=days) <= row.day < since]
        per_day = Counter(row.day for row in rows)
        back = self._returned(since, until)
        by_machine = {row.ticket_id for row in rows if row.mode == "auto" and row.dispatches}
        return Findings(
            since=since,
            until=until,
            total=Count("", "", len(rows), len(before)),
            by_category=self._counts("category", rows, before),
            by_town=self._counts("town", rows, before),
            by_kind=self._counts("kind", rows, before),
            by_department=self._counts("department", [r for r in rows if r.dispatches], before),
            daily=tuple((day, per_day[day]) for day in (since + dt.timedelta(days=n) for n in range(days))),
            rises=self._rises(past, since, until),
            repeated=self._repeated(rows),
            paces=self._paces(rows, today),
            sent_by_machine=len(by_machine),
            dispatched=sum(row.dispatches > 0 for row in rows),
            returned=len(back),
            returned_of_machine=len(by_machine & back),
            confusions=self._confusions(rows),
        )

    def _rows(self, since: dt.date, until: dt.date) -> list[_Row]:
        start, end = _midnight(since), _midnight(until + dt.timedelta(days=1))
        query = (
            "SELECT * FROM tickets WHERE received_at >= ? AND received_at < ? AND status != 'discarded' "
            "ORDER BY received_at"
        )
        return [_row(row) for row in self._store.file.rows(query, (start, end))]

    def _returned(self, since: dt.date, until: dt.date) -> set[str]:
        query = "SELECT DISTINCT ticket_id FROM returns WHERE at >= ? AND at < ?"
        rows = self._store.file.rows(query, (_midnight(since), _midnight(until + dt.timedelta(days=1))))
        return {row["ticket_id"] for row in rows}

    def _counts(self, what: str, rows: Iterable[_Row], before: Iterable[_Row]) -> tuple[Count, ...]:
        now = Counter(getattr(row, what) for row in rows)
        then = Counter(getattr(row, what) for row in before)
        return tuple(Count(key, self._name(what, key), n, then[key]) for key, n in now.most_common() if key)

    def _rises(self, rows: Sequence[_Row], since: dt.date, until: dt.date) -> tuple[Rise, ...]:
        counts: dict[tuple[str, str], Counter[dt.date]] = defaultdict(Counter)
        for row in rows:
            if row.category:
                counts[row.category, row.town][row.day] += 1
        found = []
        for (category, town), by_day in counts.items():
            for day in (d for d in by_day if since <= d <= until and by_day[d] >= LEAST_RISE):
                weeks = [by_day[day - dt.timedelta(weeks=n)] for n in range(1, WEEKS_BEFORE + 1)]
                usual = (sum(weeks) + 0.5) / WEEKS_BEFORE  # half a ticket of doubt: nothing before is not never
                chance = poisson_tail(by_day[day], usual)
                if chance < RARE:
                    names = self._name("category", category), self._name("town", town)
                    found.append(Rise(day, *names, by_day[day], sum(weeks) / WEEKS_BEFORE, chance))
        return tuple(sorted(found, key=lambda rise: rise.chance))

    def _repeated(self, rows: Iterable[_Row]) -> tuple[RepeatedCaller, ...]:
        callers: dict[str, list[_Row]] = defaultdict(list)
        for row in rows:
            if row.caller:
                callers[row.caller].append(row)
        found = [
            RepeatedCaller(
                caller,
                len(own),
                tuple(dict.fromkeys(self._name("category", row.category) for row in own if row.category)),
                tuple(row.ticket_id for row in own),
            )
            for caller, own in callers.items()
            if len(own) >= OFTEN
        ]
        return tuple(sorted(found, key=lambda caller: -caller.n))

    def _paces(self, rows: Iterable[_Row], today: dt.date) -> tuple[Pace, ...]:
        by_department: dict[str, list[_Row]] = defaultdict(list)
        for row in rows:
            if row.dispatches and row.department:
                by_department[row.department].append(row)
        paces = []
        for department, own in by_department.items():
            took = [working_days_between(row.day, row.answered_on) for row in own if row.answered_on]
            waiting = [row for row in own if row.answered_on is None]
            late = sum(1 for row in own if row.deadline and (row.answered_on or today) > row.deadline)
            name = self._name("department", department)
            paces.append(Pace(department, name, len(took), median(took) if took else None, len(waiting), late))
        return tuple(sorted(paces, key=lambda pace: (-pace.overdue, -(pace.median_days or 0))))

    def _confusions(self, rows: Iterable[_Row]) -> tuple[Confusion, ...]:
        pairs = Counter(
            (row.proposed, row.department)
            for row in rows
            if row.dispatches and row.proposed and row.department and row.proposed != row.department
        )
        return tuple(
            Confusion(self._name("department", proposed), self._name("department", final), n)
            for (proposed, final), n in pairs.most_common()
        )

    def _name(self, what: str, key: str) -> str:
        return self._names.get(what, {}).get(key, key)


def poisson_tail(n: int, mean: float) -> float:
    """Give the chance of `n` or more where `mean` are usual.

    >>> round(poisson_tail(3, 1.0), 4)
    0.0803
    """
    term, below = math.exp(-mean), 0.0
    for k in range(n):
        below += term
        term *= mean / (k + 1)
    return max(0.0, 1 - below)


def _midnight(day: dt.date) -> str:
    return utc(dt.datetime.combine(day, dt.time(), CHINA))


def _row(row: sqlite3.Row) -> _Row:
    def day(value: str | None) -> dt.date | None:
        return dt.datetime.fromisoformat(value).astimezone(CHINA).date() if value else None

    received = day(row["received_at"])
    assert received is not None
    return _Row(
        row["ticket_id"],
        received,
        row["status"],
        row["kind"] or "",
        row["category"] or "",
        row["town"] or "",
        row["department"] or "",
        row["proposed"] or "",
        row["mode"],
        row["caller_key"] or "",
        row["dispatches"],
        dt.date.fromisoformat(row["deadline"]) if row["deadline"] else None,
        day(row["answered_at"]),
    )
