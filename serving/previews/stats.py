"""The return-rate monitor: how many applications are returned, for what, whose doing it is, which check saw it."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from serving.previews.database import Database
from serving.previews.records import Outcome, Responsibility, Verdict

LINE = 0.10
"""The city's target: at most a tenth of the applications is returned."""

CHINA = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True)
class Rate:
    """`returned` of `decided`; the interval is Wilson's at 95 % (Wilson 1927), (0, 1) for none."""

    returned: int
    decided: int

    @property
    def value(self) -> float | None:
        """The share; None when nothing was decided."""
        return self.returned / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the share.

        >>> tuple(round(bound, 3) for bound in Rate(1, 10).interval)
        (0.018, 0.404)
        """
        if not self.decided:
            return 0.0, 1.0
        z, n, p = 1.959964, self.decided, self.returned / self.decided
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class DecidedCase:
    """A case with the decision that counts: the final one, or the window's where there is no final one.

    `reported` holds (code, material) of every finding of the pre-review that was not rejected.
    """

    preview_id: str
    item_id: str
    item_name: str
    town: str
    decided_at: dt.datetime
    outcome: Outcome
    responsibility: Responsibility | None
    reasons: tuple[tuple[str, str | None], ...]
    reported: frozenset[tuple[str, str | None]] = frozenset()

    @property
    def is_returned(self) -> bool:
        """Whether the application was returned."""
        return self.outcome is Outcome.RETURN


@dataclass
class CheckFigures:
    """How one check did: what officers made of its findings, and the returns it saw beforehand or missed."""

    code: str
    reported: int = 0
    accepted: int = 0
    changed: int = 0
    rejected: int = 0
    returns: int = 0
    caught: int = 0

    @property
    def missed(self) -> int:
        """Returns for this reason that the pre-review had not reported."""
        return self.returns - self.caught


@dataclass(frozen=True)
class Group:
    """The rate of one item, town or period."""

    id: str
    name: str
    rate: Rate


@dataclass(frozen=True)
class Share:
    """How many returns have one material (`item/material`), reason or responsibility; a return may have several."""

    id: str
    returns: int


@dataclass(frozen=True)
class Stats:
    """Everything the monitor shows of a span of days."""

    since: dt.date
    until: dt.date
    rate: Rate
    by_item: list[Group]
    by_town: list[Group]
    trend: list[Group]
    by_material: list[Share]
    by_reason: list[Share]
    by_responsibility: list[Share]
    checks: list[CheckFigures]
    cases: list[DecidedCase] = field(default_factory=list)


def stats(db: Database, since: dt.date, until: dt.date) -> Stats:
    """Count the applications decided from `since` to `until`, both included, days as in Dongguan."""
    cases = [case for case in decided_cases(db) if since <= case.decided_at.astimezone(CHINA).date() <= until]
    returned = [case for case in cases if case.is_returned]
    by_week = (until - since).days <= 120
    return Stats(
        since=since,
        until=until,
        rate=Rate(len(returned), len(cases)),
        by_item=_groups(cases, lambda case: (case.item_id, case.item_name)),
        by_town=_groups(cases, lambda case: (case.town, case.town)),
        trend=_trend(cases, by_week),
        by_material=_shares(
            f"{case.item_id}/{material}"
            for case in returned
            for material in {material for _, material in case.reasons if material}
        ),
        by_reason=_shares(c for case in returned for c in {code for code, _ in case.reasons if code}),
        by_responsibility=_shares(case.responsibility or "" for case in returned),
        checks=_checks(db, cases),
        cases=cases,
    )


def decided_cases(db: Database) -> list[DecidedCase]:
    """Give every case that was decided, oldest decision first."""
    if not db.exists():
        return []
    rejected = {
        (row[0], row[1])
        for row in db.rows(
            "SELECT d.preview_id, j.finding_id FROM preview_judgements AS j JOIN preview_decisions AS d"
            f" ON d.id = j.decision_id WHERE j.verdict = 'reject' AND d.id IN ({_LATEST_OF_STAGE})"
        )
    }
    reported: defaultdict[str, set[tuple[str, str | None]]] = defaultdict(set)
    for preview_id, finding_id, code, material_id in db.rows(
        "SELECT preview_id, finding_id, code, material_id FROM preview_findings"
    ):
        if (preview_id, finding_id) not in rejected:
            reported[preview_id].add((code, material_id))
    rows = db.rows(
        "SELECT p.preview_id, p.item_id, p.item_name, p.town, d.decided_at, d.outcome, d.responsibility, d.reasons,"
        " d.stage FROM preview_decisions AS d JOIN previews AS p ON p.preview_id = d.preview_id"
        f" WHERE d.id IN ({_LATEST_OF_STAGE}) ORDER BY d.stage = 'final', d.id"
    )
    counting = {row[0]: row for row in rows}  # a final decision comes after the window's and replaces it
    cases = [
        DecidedCase(
            preview_id=row[0],
            item_id=row[1],
            item_name=row[2],
            town=row[3],
            decided_at=dt.datetime.fromisoformat(row[4]),
            outcome=Outcome(row[5]),
            responsibility=Responsibility(row[6]) if row[6] else None,
            reasons=tuple((code, material) for code, material in json.loads(row[7])),
            reported=frozenset(reported[row[0]]),
        )
        for row in counting.values()
    ]
    return sorted(cases, key=lambda case: case.decided_at)


def _groups(cases: Iterable[DecidedCase], of: Callable[[DecidedCase], tuple[str, str]]) -> list[Group]:
    """Count by item or town, most returns first."""
    counts: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    names: dict[str, str] = {}
    for case in cases:
        key, names[key] = of(case)
        counts[key][case.is_returned] += 1
    groups = [Group(key, names[key], Rate(count[True], count.total())) for key, count in counts.items()]
    return sorted(groups, key=lambda group: (-group.rate.returned, -group.rate.decided, group.name))


def _trend(cases: Iterable[DecidedCase], by_week: bool) -> list[Group]:
    """Count by week (named by its Monday) or by month, oldest first; a period without decisions is left out."""
    counts: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for case in cases:
        day = case.decided_at.astimezone(CHINA).date()
        start = day - dt.timedelta(days=day.weekday()) if by_week else day.replace(day=1)
        counts[start.isoformat()][case.is_returned] += 1
    return [Group(key, key, Rate(count[True], count.total())) for key, count in sorted(counts.items())]


def _shares(keys: Iterable[str]) -> list[Share]:
    return [Share(key, returns) for key, returns in Counter(keys).most_common()]


def _checks(db: Database, cases: Iterable[DecidedCase]) -> list[CheckFigures]:
    """Count for every check; a return is caught when a finding of its code was reported for that material.

    A reason that names no material is caught by any finding of its code, one without a code by any finding
    on its material.
    """
    figures: defaultdict[str, CheckFigures] = defaultdict(lambda: CheckFigures(""))
    for case in cases:
        for code in {code for code, _ in case.reported}:
            _of(figures, code).reported += 1
        if case.is_returned:
            for code, material in case.reasons:
                figure = _of(figures, code or "unknown")
                figure.returns += 1
                figure.caught += any(
                    code in ("", said_code) and material in (None, said_material)
                    for said_code, said_material in case.reported
                )
    wanted = {case.preview_id for case in cases}
    for preview_id, code, verdict in db.rows(_VERDICTS) if wanted else ():
        if preview_id in wanted:
            figure = _of(figures, code)
            figure.accepted += verdict == Verdict.ACCEPT
            figure.changed += verdict == Verdict.CHANGE
            figure.rejected += verdict == Verdict.REJECT
    return sorted(
        figures.values(), key=lambda figure: (-figure.missed, -figure.returns, -figure.reported, figure.code)
    )


def _of(figures: Mapping[str, CheckFigures], code: str) -> CheckFigures:
    figure = figures[code]
    figure.code = code
    return figure


_LATEST_OF_STAGE = "SELECT max(id) FROM preview_decisions GROUP BY preview_id, stage"
_VERDICTS = (
    "SELECT d.preview_id, j.code, j.verdict FROM preview_judgements AS j JOIN preview_decisions AS d"
    f" ON d.id = j.decision_id WHERE d.id IN ({_LATEST_OF_STAGE})"
)
