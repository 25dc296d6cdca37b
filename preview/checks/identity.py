"""Persons: both sides of identity cards, check digits, birth and sex against the number, validity against age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from preview.checks.case import Case, date_of, seen_at
from preview.docs import Doc
from preview.lawful_validity import lawful_years, validity_years
from preview.numbers import id_birth, id_sex, is_valid_id, is_valid_uscc
from preview.papers import ID_CARD, Paper
from preview.people import same
from preview.schema import FOREVER, DocumentType, FieldName, FieldValue, Finding, FindingCode, Severity
from preview.similar import number_key

_LAW_IN_FORCE = dt.date(2004, 1, 1)
"""Cards of the first generation had other validities."""


def sides(case: Case, absorbed: int) -> Iterator[Finding]:
    """Report identity cards that lack a side, unless each of these may lie on one of the `absorbed` pages."""
    whole = [p for p in case.papers if p.kind == ID_CARD and len(p.docs) == 2]
    halves = [p for p in case.papers if _lacks_side(case, p) and not any(_same_card(p, other) for other in whole)]
    for paper in halves if len(halves) > absorbed else ():
        is_front = paper.main.type is DocumentType.ID_CARD_FRONT
        name = paper.subject.value if paper.subject else ""
        yield case.finding(
            FindingCode.SIDE_MISSING,
            "side_back" if is_front else "side_front",
            doc=paper.main,
            whose=f"「{name}」的" if name else "",
        )


def lacking_sides(case: Case) -> int:
    """Count the identity cards that lack a side."""
    return sum(1 for _ in sides(case, 0))


def _lacks_side(case: Case, paper: Paper) -> bool:
    if paper.kind != ID_CARD or len(paper.docs) != 1:
        return False
    agent = case.people.agent
    is_agents = agent is not None and same(paper.main.value(FieldName.NAME), agent.value)
    return is_agents or any(
        paper in served.papers and len([p for p in served.papers if _is_whole(p)]) < served.need.count
        for rows in case.matching.by_material.values()
        for served in rows
    )


def _is_whole(paper: Paper) -> bool:
    return paper.kind != ID_CARD or len(paper.docs) == 2


def _same_card(paper: Paper, whole: Paper) -> bool:
    """Tell whether a single side belongs to a card of which both sides are there anyway."""
    if paper.main.type is DocumentType.ID_CARD_FRONT:
        return same(paper.main.value(FieldName.NAME), whole.main.value(FieldName.NAME))
    until = paper.main.value(FieldName.VALID_TO)
    return bool(until) and until == whole.docs[1].value(FieldName.VALID_TO)


def check(case: Case, explained: Collection[str]) -> Iterator[Finding]:
    """Report numbers that fail their check, and births, sexes and validities that do not fit the number.

    `explained`: numbers that another finding speaks of already.
    """
    yield from _checksums(case, explained)
    for doc in case.relevant():
        if doc.type in case.rules.own_number:
            yield from _birth_and_sex(case, doc)
    for paper in case.papers:
        if paper.kind == ID_CARD and len(paper.docs) == 2:
            yield from _validity_by_age(case, paper)


def is_bad_id(number: str) -> bool:
    """Tell whether a number has the form of a resident identity number and fails its check."""
    key = number_key(number)
    return len(key) == 18 and key[:17].isdigit() and not is_valid_id(key)


def _checksums(case: Case, explained: Collection[str]) -> Iterator[Finding]:
    kinds = (
        (FieldName.ID_NUMBER, FindingCode.ID_CHECKSUM, "id_checksum", is_bad_id),
        (FieldName.USCC, FindingCode.USCC_CHECKSUM, "uscc_checksum", _is_bad_uscc),
    )
    for name, code, wording, is_bad in kinds:
        seen: dict[str, list[tuple[Doc, FieldValue]]] = {}
        for doc in case.relevant():
            for field in _numbers(doc, name):
                if is_bad(field.value) and number_key(field.value) not in explained:
                    seen.setdefault(number_key(field.value), []).append((doc, field))
        for number, places in seen.items():
            places.sort(key=lambda place: (not place[0].type.startswith("id_card"), place[0].key))
            doc, field = places[0]
            readings = max(len({d.file.file_id for d, _ in places}), *(f.readings for _, f in places))
            yield case.finding(
                code,
                wording,
                doc=doc,
                field=field,
                found=number,
                number=number,
                severity=Severity.BLOCK if readings >= 2 else None,
                evidence=[seen_at(d, f) for d, f in places[1:]],
            )


def _numbers(doc: Doc, name: FieldName) -> list[FieldValue]:
    found = [doc.part.fields[name]] if doc.value(name) else []
    if name is FieldName.ID_NUMBER:
        found += [p.id_number for p in doc.part.persons if p.id_number and p.id_number.value]
    return list({field.value: field for field in found}.values())


def _is_bad_uscc(code: str) -> bool:
    key = number_key(code)
    return len(key) == 18 and not is_valid_uscc(key) and not is_valid_id(key)


def _birth_and_sex(case: Case, doc: Doc) -> Iterator[Finding]:
    number = doc.field(FieldName.ID_NUMBER)
    if number is None or not is_valid_id(number_key(number.value)):
        return
    birth, born = date_of(doc, FieldName.BIRTH), id_birth(number_key(number.value))
    if birth and born and birth[0] != born and case.sure(birth[1], number):
        yield case.finding(
            FindingCode.BIRTH_MISMATCH,
            "birth_mismatch",
            doc=doc,
            field=birth[1],
            found=birth[0].isoformat(),
            expected=born.isoformat(),
            evidence=[seen_at(doc, number)],
        )
        return
    sex, expected = doc.field(FieldName.SEX), id_sex(number_key(number.value))
    if sex and sex.value in {"男", "女"} and sex.value != expected and case.sure(sex, number):
        yield case.finding(
            FindingCode.BIRTH_MISMATCH,
            "sex_mismatch",
            doc=doc,
            field=sex,
            found=sex.value,
            expected=expected,
            evidence=[seen_at(doc, number)],
        )


def _validity_by_age(case: Case, paper: Paper) -> Iterator[Finding]:
    front, back = paper.docs
    start, end = date_of(back, FieldName.VALID_FROM), date_of(back, FieldName.VALID_TO)
    number = front.field(FieldName.ID_NUMBER)
    born = id_birth(number_key(number.value)) if number and is_valid_id(number_key(number.value)) else None
    if start is None or end is None or born is None or start[0] > end[0] or not case.sure(start[1], end[1], number):
        return
    allowed = lawful_years(born, start[0])
    if validity_years(start[0], end[0]) in allowed or start[0] < _LAW_IN_FORCE or end[0] < case.as_of:
        return  # an expired card is told as such, or handed back
    yield case.finding(
        FindingCode.NEEDS_PERSON,
        "odd_validity",
        doc=back,
        field=end[1],
        found=f"{start[0].isoformat()} 至 " + ("长期" if end[0] == FOREVER else end[0].isoformat()),
        expected="或".join("长期" if y is None else f"{y} 年" for y in sorted(allowed, key=str)),
        evidence=[seen_at(front, number)],
    )
