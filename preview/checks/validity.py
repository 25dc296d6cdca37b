"""Dates: expired, about to expire, contract periods, dates in the wrong order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from preview.checks.case import Case, date_of, seen_at
from preview.docs import Doc
from preview.schema import FOREVER, DocumentType, FieldName, FieldValue, Finding, FindingCode
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
            code, wording, doc=doc, field=field, found=shown, expected=f"≥ {case.as_of.isoformat()}", date=shown
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
        if start and end and start[0] > end[0] and case.sure(start[1], end[1]):
            yield case.finding(
                FindingCode.DATE_ORDER,
                "period_order",
                doc=doc,
                field=start[1],
                found=start[0].isoformat(),
                expected=f"≤ {end[0].isoformat()}",
                start=start[0].isoformat(),
                end=end[0].isoformat(),
                evidence=[seen_at(doc, end[1])],
            )
    for first, second in _EARLIER_LATER:
        early, late = date_of(doc, first), date_of(doc, second)
        if early and late and late[0] < early[0] and case.sure(early[1], late[1]):
            yield case.finding(
                FindingCode.DATE_ORDER,
                "before_date",
                doc=doc,
                field=late[1],
                found=late[0].isoformat(),
                expected=early[0].isoformat(),
                field_name=text(f"fields.{second}"),
                other=text(f"fields.{first}"),
                evidence=[seen_at(doc, early[1])],
            )
    for name in _PAST:
        date = date_of(doc, name)
        if date and date[0] > case.as_of and date[0] != FOREVER and case.sure(date[1]):
            yield case.finding(
                FindingCode.DATE_ORDER,
                "future_date",
                doc=doc,
                field=date[1],
                found=date[0].isoformat(),
                expected=f"≤ {case.as_of.isoformat()}",
                field_name=text(f"fields.{name}"),
            )
