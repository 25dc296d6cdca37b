"""Dates: expired, about to expire, contract periods, dates in the wrong order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from preview.checks.case import Case, date_of, seen_at
from preview.docs import Doc
from preview.papers import Paper
from preview.people import same
from preview.schema import FOREVER, DocumentType, FieldName, FieldValue, Finding, FindingCode, Severity
from preview.wording import text

_PAIRS = (
    (FieldName.START_ON, FieldName.END_ON),
    (FieldName.VALID_FROM, FieldName.VALID_TO),
)
_EARLIER_LATER = (
    (FieldName.FOUNDED_ON, FieldName.ISSUED_ON),
    (FieldName.BIRTH, FieldName.ISSUED_ON),
    (FieldName.BIRTH, FieldName.VALID_FROM),
)
_PERSONAL = {"id_card", DocumentType.HMT_RESIDENCE_PERMIT, DocumentType.HK_MACAU_PERMIT}
_PAST = (FieldName.SIGNED_ON, FieldName.ISSUED_ON, FieldName.FOUNDED_ON, FieldName.BIRTH)


def check(case: Case) -> Iterator[Finding]:
    """Report at most one defect of dates a document."""
    for doc in case.relevant():
        wrong = next(_order(case, doc), None)
        if wrong is not None:
            yield wrong
            continue
        if doc.type in case.rules.expires and not _may_be_expired(case, doc):
            yield from _validity(case, doc)
        if doc.type in case.rules.has_period:
            yield from _period(case, doc)


def _may_be_expired(case: Case, doc: Doc) -> bool:
    """Tell whether the paper serves only needs that are about renewing or handing back this very paper."""
    paper = next((p for p in case.papers if doc in p.docs), None)
    needs = case.matching.needs_of(paper) if paper else ()
    return bool(needs) and all(need.expired_ok for need in needs)


def _is_spare(case: Case, doc: Doc) -> bool:
    """Tell whether every need that an expired paper serves is also served by a valid one of the same person.

    An old card or contract beside the new one, or a proof beside another of the same thing.
    """
    if doc.type is DocumentType.ID_CARD_BACK:
        backs = [d for d in case.docs if d.type is doc.type and not _is_over(case, d)]
        fronts = {d.value(FieldName.NAME) for d in case.docs if d.type is DocumentType.ID_CARD_FRONT}
        return len(backs) >= max(1, len(fronts))
    paper = next((p for p in case.papers if doc in p.docs), None)
    rows = [row for rows in case.matching.by_material.values() for row in rows if paper in row.papers]
    if paper is None or not rows:
        return False
    return all(any(_replaces(case, other, paper) for other in row.papers if other is not paper) for row in rows)


def _replaces(case: Case, other: Paper, paper: Paper) -> bool:
    if any(_is_over(case, doc) for doc in other.docs):
        return False
    if paper.kind not in _PERSONAL:
        return True
    one, two = other.subject, paper.subject
    return one is not None and two is not None and same(one.value, two.value)


def _is_over(case: Case, doc: Doc) -> bool:
    until = date_of(doc, FieldName.END_ON if doc.type in case.rules.has_period else FieldName.VALID_TO)
    return until is not None and until[0] < case.as_of


def _validity(case: Case, doc: Doc) -> Iterator[Finding]:
    until = date_of(doc, FieldName.VALID_TO)
    if until is None or until[0] == FOREVER:
        return
    date, field = until
    if date < case.as_of:
        yield from _doubted(case, doc, field, FindingCode.EXPIRED, "expired", date)
    elif (date - case.as_of).days <= case.rules.thresholds.expiring_soon_days:
        yield from _doubted(case, doc, field, FindingCode.EXPIRING_SOON, "expiring_soon", date)


def _doubted(
    case: Case, doc: Doc, field: FieldValue, code: FindingCode, wording: str, date: dt.date
) -> Iterator[Finding]:
    enough = case.rules.thresholds.key_field
    if case.sure(field) or (code is FindingCode.EXPIRING_SOON and field.confidence >= enough):
        shown = date.isoformat()
        yield case.finding(
            code,
            wording,
            doc=doc,
            field=field,
            severity=Severity.HINT if code is FindingCode.EXPIRED and _is_spare(case, doc) else None,
            found=shown,
            expected=f"≥ {case.as_of.isoformat()}",
            date=shown,
        )
    elif field.confidence >= enough:  # below, the file check has said so already
        yield case.finding(
            FindingCode.NEEDS_PERSON,
            "unclear_field",
            doc=doc,
            field=field,
            found=field.value,
            field_name=text(f"fields.{FieldName.VALID_TO}"),
        )


def _period(case: Case, doc: Doc) -> Iterator[Finding]:
    end, start = date_of(doc, FieldName.END_ON), date_of(doc, FieldName.START_ON)
    if end is None or end[0] == FOREVER:
        return
    limits, left = case.rules.thresholds, (end[0] - case.as_of).days
    if left < 0:
        yield from _doubted(case, doc, end[1], FindingCode.EXPIRED, "expired_contract", end[0])
    elif left < limits.period_remaining_days:
        yield case.finding(
            FindingCode.PERIOD_TOO_SHORT,
            "period_short_left",
            doc=doc,
            field=end[1],
            found=str(left),
            days=str(left),
            date=end[0].isoformat(),
        )
    elif (
        doc.type is DocumentType.LEASE_CONTRACT and start and (end[0] - start[0]).days + 1 < limits.period_total_days
    ):
        yield case.finding(
            FindingCode.PERIOD_TOO_SHORT,
            "period_short_total",
            doc=doc,
            field=end[1],
            found=str((end[0] - start[0]).days + 1),
            expected=str(limits.period_total_days),
            days=str((end[0] - start[0]).days + 1),
            start=start[0].isoformat(),
            date=end[0].isoformat(),
            evidence=[seen_at(doc, start[1])],
        )


def _order(case: Case, doc: Doc) -> Iterator[Finding]:
    for first, second in _PAIRS:
        start, end = date_of(doc, first), date_of(doc, second)
        if start and end and start[0] > end[0]:
            until = end[0].isoformat()
            expected = f"≤ {until}"
            yield _misdated(case, doc, start, "period_order", expected=expected, other=end[1], name=first, end=until)
    for first, second in _EARLIER_LATER:
        early, late = date_of(doc, first), date_of(doc, second)
        if early and late and late[0] < early[0]:
            expected, before = early[0].isoformat(), text(f"fields.{first}")
            yield _misdated(
                case, doc, late, "before_date", expected=expected, other=early[1], name=second, before=before
            )
    for name in _PAST:
        date = date_of(doc, name)
        if date and date[0] > case.as_of and date[0] != FOREVER:
            yield _misdated(case, doc, date, "future_date", expected=f"≤ {case.as_of.isoformat()}", name=name)


def _misdated(
    case: Case,
    doc: Doc,
    date: tuple[dt.date, FieldValue],
    wording: str,
    *,
    expected: str,
    name: FieldName,
    other: FieldValue | None = None,
    end: str = "",
    before: str = "",
) -> Finding:
    """Report dates that cannot be right; where one was read with doubt, a person is to look."""
    evidence = [seen_at(doc, other)] if other else []
    if not case.sure(date[1], other):
        return case.finding(
            FindingCode.NEEDS_PERSON,
            "unclear_field",
            doc=doc,
            field=date[1],
            found=date[1].value,
            evidence=evidence,
            field_name=text(f"fields.{name}"),
        )
    return case.finding(
        FindingCode.DATE_ORDER,
        wording,
        doc=doc,
        field=date[1],
        found=date[0].isoformat(),
        expected=expected,
        evidence=evidence,
        field_name=text(f"fields.{name}"),
        start=date[0].isoformat(),
        end=end,
        before=before,
    )
