"""Whether all papers speak of the same people: names and numbers across files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge_base.schema import DocumentHolder
from preview.checks.case import Case, seen_at
from preview.checks.identity import is_bad_id
from preview.docs import Doc
from preview.folding import fold
from preview.people import close, same
from preview.schema import DocumentType, FieldName, FieldValue, Finding, FindingCode
from preview.similar import Likeness, compare_names, compare_numbers, number_key
from preview.wording import type_name

_TRUST = (
    DocumentType.ID_CARD_FRONT,
    DocumentType.HMT_RESIDENCE_PERMIT,
    DocumentType.HK_MACAU_PERMIT,
    DocumentType.HOUSEHOLD_REGISTER,
    DocumentType.RESIDENCE_PERMIT,
)
_LEAST = (DocumentType.POWER_OF_ATTORNEY, DocumentType.COMMITMENT_LETTER, DocumentType.APPLICATION_FORM)
_PERMIT = DocumentType.HK_MACAU_PERMIT


@dataclass(frozen=True)
class Mention:
    """A person as one document names them."""

    doc: Doc
    name: FieldValue
    number: FieldValue | None
    as_rep: bool = False  # named as legal representative; whether the name is right is for the company check

    @property
    def trust(self) -> tuple[int, tuple[str, int]]:
        """Sort key: official cards first, what the applicant wrote last."""
        kind = self.doc.type
        rank = _TRUST.index(kind) if kind in _TRUST else 20 + (_LEAST.index(kind) + 1 if kind in _LEAST else 0)
        return rank, self.doc.key


@dataclass(frozen=True)
class Crossing:
    """Findings, and the numbers they explain."""

    findings: tuple[Finding, ...]
    explained: frozenset[str]


def check(case: Case) -> Crossing:
    """Compare names and numbers of every person across the documents; one finding for each document that differs."""
    findings: list[Finding] = []
    explained: set[str] = set()
    groups = _persons(case)
    findings += _told(case, groups)
    for group in groups:
        for finding, number in _compare(case, group):
            findings.append(finding)
            if number:
                explained.add(number_key(number))
    return Crossing(tuple(findings), frozenset(explained))


def mentions(case: Case) -> list[Mention]:
    """List everybody whom the relevant documents name."""
    found: list[Mention] = []
    for doc in case.relevant():
        numbered = [Mention(doc, p.name, p.id_number) for p in doc.part.persons]
        subject = doc.subject
        if subject is None or doc.type in {DocumentType.BUSINESS_LICENCE, DocumentType.LEGAL_REP_CERTIFICATE}:
            subject = None
        elif not any(same(subject.value, m.name.value) and m.number for m in numbered):
            numbered = [m for m in numbered if not same(subject.value, m.name.value)]
            number = (
                doc.field(FieldName.ID_NUMBER) if doc.type in case.rules.own_number or doc.type == _PERMIT else None
            )
            numbered.append(Mention(doc, subject, number))
        if subject is None and doc.type is DocumentType.APPLICATION_FORM and (rep := doc.field(FieldName.LEGAL_REP)):
            numbered.append(Mention(doc, rep, doc.field(FieldName.ID_NUMBER), as_rep=True))
        parties = (FieldName.LESSEE, FieldName.LESSOR, FieldName.HOLDER, FieldName.CO_OWNER)
        for name in parties:
            field = doc.field(name)
            if field and not any(same(field.value, m.name.value) for m in numbered):
                numbered.append(Mention(doc, field, None))
        found += [m for m in numbered if m.name.value and not case.rules.is_company(m.name.value)]
    return sorted(found, key=lambda m: m.trust)


def _persons(case: Case) -> list[list[Mention]]:
    """Group mentions that are of one person; somebody else of the same document never joins."""
    groups: list[list[Mention]] = []
    told = case.people.applicant
    for mention in mentions(case):
        free = [group for group in groups if _free(group, mention)]
        home = next((g for g in free if any(_surely_one(mention, m) for m in g)), None)
        home = home or next((g for g in free if any(_maybe_one(mention, m) for m in g)), None)
        if home is None:
            groups.append([mention])
        else:
            home.append(mention)
    if told:
        groups.sort(key=lambda g: not any(same(m.name.value, told) for m in g))
    return groups


def _told(case: Case, groups: Sequence[Sequence[Mention]]) -> Iterator[Finding]:
    """Report that the papers name the applicant otherwise than the clerk does, or do not name them at all."""
    told = case.request.applicant
    if not told or case.rules.is_company(told) or not groups:
        return
    if any(compare_names(m.name.value, told) is Likeness.SAME for group in groups for m in group):
        return
    groups = [group for group in groups if not all(_is_only_agents(case, m) for m in group)]
    group = next((g for g in groups if any(close(m.name.value, told) for m in g)), None)
    if group is None:
        agent = case.people.agent.value if case.people.agent else ""
        cards = [m for g in groups for m in g if m.doc.type in _TRUST[:3] and not same(m.name.value, agent)]
        written = any(fold(told) in fold(doc.text) for doc in case.docs)
        if cards and not written and not case.matching.strangers and not case.spoiled:
            anchor = groups[0][0]
            yield case.finding(FindingCode.NEEDS_PERSON, "applicant_absent", doc=anchor.doc, expected=told)
        return
    anchor = _anchor(group)
    likeness = compare_names(anchor.name.value, told)
    near = likeness is Likeness.NEAR or not case.sure(anchor.name)
    yield case.finding(
        FindingCode.NEEDS_PERSON if near else FindingCode.NAME_MISMATCH,
        "near_name" if near else "applicant_mismatch",
        doc=anchor.doc,
        field=anchor.name,
        found=anchor.name.value,
        expected=told,
        other="填报的申请人",
    )


def _is_only_agents(case: Case, mention: Mention) -> bool:
    """Tell whether a card serves as an agent's and as nobody else's."""
    paper = next((p for p in case.papers if mention.doc in p.docs), None)
    needs = case.matching.needs_of(paper) if paper else ()
    return bool(needs) and all(need.holder is DocumentHolder.AGENT for need in needs)


def _free(group: Sequence[Mention], mention: Mention) -> bool:
    own = [m for m in group if m.doc.key == mention.doc.key]
    return not own or any(same(m.name.value, mention.name.value) for m in own)


def _surely_one(one: Mention, other: Mention) -> bool:
    if compare_names(one.name.value, other.name.value) is Likeness.SAME:
        return True
    if one.number and other.number:
        return compare_numbers(one.number.value, other.number.value) is not Likeness.DIFFERENT
    return False


def _maybe_one(one: Mention, other: Mention) -> bool:
    if one.number and other.number:
        return same(one.name.value, other.name.value)
    if one.doc.type in {DocumentType.HOUSEHOLD_REGISTER, DocumentType.BIRTH_CERTIFICATE} or other.doc.type in {
        DocumentType.HOUSEHOLD_REGISTER,
        DocumentType.BIRTH_CERTIFICATE,
    }:
        return False  # relatives have names alike
    return close(one.name.value, other.name.value)


def _compare(case: Case, group: Sequence[Mention]) -> Iterator[tuple[Finding, str]]:
    yield from ((finding, "") for finding in _names(case, group))
    yield from _numbers(case, group)


def _names(case: Case, group: Sequence[Mention]) -> Iterator[Finding]:
    anchor = _anchor(group)
    told = case.people.applicant
    if told and case.request.applicant and all(not same(told, m.name.value) for m in group if m is anchor):
        anchor = next((m for m in group if same(told, m.name.value)), anchor)
    for mention in group:
        likeness = compare_names(mention.name.value, anchor.name.value)
        if mention is anchor or likeness is Likeness.SAME or mention.doc.key == anchor.doc.key:
            continue
        if mention.as_rep and case.people.legal_rep is not None:
            continue
        near = case.is_doubtful(likeness, mention.name, _best_reading(case, group, anchor))
        doubt = "near_name" if likeness is Likeness.NEAR else "unclear_name"
        yield case.finding(
            FindingCode.NEEDS_PERSON if near else FindingCode.NAME_MISMATCH,
            doubt if near else "name_mismatch",
            doc=mention.doc,
            field=mention.name,
            found=mention.name.value,
            expected=anchor.name.value,
            other=type_name(anchor.doc.type),
            evidence=[seen_at(anchor.doc, anchor.name)],
        )


def _best_reading(case: Case, group: Sequence[Mention], anchor: Mention) -> FieldValue:
    """Give the surest reading of the anchor's name: papers that agree, and the clerk, make a doubtful one sure."""
    if case.request.applicant and compare_names(case.request.applicant, anchor.name.value) is Likeness.SAME:
        return replace(anchor.name, confidence=1.0)
    agreeing = [m.name for m in group if compare_names(m.name.value, anchor.name.value) is Likeness.SAME]
    return max(agreeing, key=lambda name: name.confidence)


def _anchor(group: Sequence[Mention]) -> Mention:
    """Give the mention to compare with: the most official, unless it stands alone against two that agree."""
    best = group[0]
    agreeing = [m for m in group if compare_names(m.name.value, best.name.value) is Likeness.SAME]
    if len({m.doc.file.file_id for m in agreeing}) == 1:
        for mention in group[1:]:
            with_it = [m for m in group if compare_names(m.name.value, mention.name.value) is Likeness.SAME]
            if len({m.doc.file.file_id for m in with_it}) >= 2:
                return mention
    return best


def _numbers(case: Case, group: Sequence[Mention]) -> Iterator[tuple[Finding, str]]:
    numbered = [m for m in group if m.number and _comparable(m)]
    anchor = next((m for m in numbered if m.number and not is_bad_id(m.number.value)), None)
    if anchor is None or anchor.number is None:
        return
    for mention in numbered:
        number = mention.number
        if number is None or mention is anchor:
            continue
        likeness = compare_numbers(number.value, anchor.number.value)
        is_card = mention.doc.type in _TRUST[:2] and is_bad_id(number.value)
        if likeness is Likeness.SAME or is_card:  # a bad number on the card itself is a matter of its check digit
            continue
        near = case.is_doubtful(likeness, number, anchor.number)
        finding = case.finding(
            FindingCode.NEEDS_PERSON if near else FindingCode.NUMBER_MISMATCH,
            "near_number" if near else "number_mismatch",
            doc=mention.doc,
            field=number,
            found=number.value,
            expected=anchor.number.value,
            other=type_name(anchor.doc.type),
            evidence=[seen_at(anchor.doc, anchor.number)],
        )
        yield finding, number.value


def _comparable(mention: Mention) -> bool:
    number = number_key(mention.number.value) if mention.number else ""
    return len(number) in {17, 18, 19} and number[:6].isdigit() and number[:-1].isdigit()
