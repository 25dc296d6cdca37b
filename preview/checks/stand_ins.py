"""What was handed in for a material and is not it: unreadable pages, wrong papers, somebody else's papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from preview.checks.case import Case, Spoiled
from preview.checks.gaps import Gap, is_named_like, severity_of
from preview.checks.identity import lacking_sides
from preview.checks.relations import is_relative
from preview.docs import Doc, is_photo
from preview.folding import fold
from preview.materials import paper_names
from preview.numbers import id_birth
from preview.papers import Paper
from preview.people import close, same
from preview.schema import DocumentType, FieldName, FieldValue, Finding, FindingCode
from preview.similar import Likeness, compare_names, number_key
from preview.wording import text, type_name

_WITH_AGENT = {DocumentType.POWER_OF_ATTORNEY}
_PREMISES = {DocumentType.PROPERTY_CERTIFICATE, DocumentType.LEASE_CONTRACT}
_OF_AGE_DAYS = 6575
"""Eighteen years."""

_CLEAR_LINES = 4


def others_papers(case: Case, gaps: Sequence[Gap]) -> Iterator[Finding]:
    """Report papers of somebody the guide does not speak of."""
    for paper, material_id in case.matching.strangers:
        for gap in gaps:
            rest = tuple(served for served in gap.lacking if paper not in served.strangers)
            if len(rest) < len(gap.lacking):
                gap.files += paper.file_ids
                gap.lacking = rest or gap.lacking
                gap.explained_by = "" if rest else "other_person"
        if accepted_anyway(case, paper):
            continue
        subject = paper.subject or next(iter(paper.main.names), None)
        if subject is None:
            continue
        if _is_known_beside(case, paper, subject.value, material_id):
            yield _extra_person(case, paper, subject)
            continue
        applicant = case.people.applicant
        near = compare_names(subject.value, applicant) is Likeness.NEAR or not case.sure(subject)
        yield case.finding(
            FindingCode.NEEDS_PERSON if near else FindingCode.OTHER_PERSON,
            "near_name" if near else "other_person",
            doc=paper.main,
            field=subject,
            material_id=material_id,
            found=subject.value,
            expected=applicant,
            other="申请人",
        )


def _is_known_beside(case: Case, paper: Paper, name: str, material_id: str) -> bool:
    """Tell whether a paper of somebody else lies beside the applicant's own, and other papers name that person.

    The landlord's card beside a lease, the spouse's beside a marriage certificate: not asked for, and no defect.
    A deed or lease in the name of a family member is for a person to judge.
    """
    if paper.kind == DocumentType.HOUSEHOLD_REGISTER and case.spoiled:
        return True  # the page that cannot be read may be of the same book
    if not case.spoiled and not any(
        same(found.value, name) for doc in case.docs if doc not in paper.docs for found in doc.names
    ):
        return False
    if is_relative(case, name) and (paper.kind in _PREMISES or _is_minors(case, paper)):
        return True
    served = [row for row in case.matching.by_material[material_id] if paper in row.strangers]
    return all(row.met for row in served)


def _is_minors(case: Case, paper: Paper) -> bool:
    """Tell whether a paper is that of a child, for whom a guardian applies."""
    born = id_birth(number_key(paper.main.value(FieldName.ID_NUMBER)))
    return born is not None and (case.as_of - born).days < _OF_AGE_DAYS


def _extra_person(case: Case, paper: Paper, subject: FieldValue) -> Finding:
    if paper.kind in {*_PREMISES, DocumentType.HOUSEHOLD_REGISTER} or _is_minors(case, paper):
        return case.finding(
            FindingCode.NEEDS_PERSON,
            "relatives_paper",
            doc=paper.main,
            field=subject,
            found=subject.value,
            expected=case.people.applicant,
        )
    return case.finding(FindingCode.EXTRA_MATERIAL, "extra_material", doc=paper.main, found=type_name(paper.kind))


def accepted_anyway(case: Case, paper: Paper) -> bool:
    """Tell whether a paper belongs here though no material calls for it: the letter and the card of an agent."""
    people = case.people
    if not people.agent_used:
        return False
    if paper.kind in _WITH_AGENT:
        return True
    name = paper.subject.value if paper.subject else ""
    return people.agent is not None and bool(name) and close(name, people.agent.value)


def is_beside(case: Case, paper: Paper) -> bool:
    """Tell whether a paper merely shares its page with one that was wanted: the bank side of a social card."""
    return all(
        any(
            other.file.file_id == doc.file.file_id
            and set(other.part.pages) & set(doc.part.pages)
            and (case.matching.materials_of(other) or other.type is DocumentType.SOCIAL_SECURITY_CARD)
            and other.key != doc.key
            for other in case.docs
        )
        for doc in paper.docs
    )


def let_spoiled_stand_in(case: Case, gaps: Sequence[Gap]) -> int:
    """Let each unreadable page stand for one missing material, by type, by name of the file, else by their number."""
    others = lacking_sides(case) + sum(map(case.is_left_to_licence, case.item.materials))
    left = list(case.spoiled)
    for fits in (_by_type, _by_file_name, _by_count):
        unexplained = [gap for gap in gaps if not gap.explained_by]
        if fits is _by_count and len(unexplained) + others > len(left):
            break  # which of them it is cannot be told; whatever cannot be read has to be brought again anyway
        for gap in unexplained:
            bad = next((b for b in left if not gap.explained_by and fits(b, gap)), None)
            if bad is not None:
                gap.explained_by = "unreadable"
                gap.files.append(bad.file.file_id)
                left.remove(bad)
    return len(left) if not any(not gap.explained_by for gap in gaps) else 0


def _by_type(bad: Spoiled, gap: Gap) -> bool:
    kinds = {kind for need in gap.needs for kind in need.any_of} - {"other"}
    return any(str(t) in kinds or ("id_card" in kinds and t.startswith("id_card")) for t in bad.types)


def _by_count(bad: Spoiled, gap: Gap) -> bool:
    return True


def _by_file_name(bad: Spoiled, gap: Gap) -> bool:
    return is_named_like(bad.file.name, gap)


def stands_for_gap(case: Case, paper: Paper, gaps: Sequence[Gap], extra: Sequence[Paper]) -> Finding | None:
    """Tell whether a paper that nobody called for was meant as a material that is missing."""
    open_gaps = [gap for gap in gaps if not gap.explained_by]
    if not open_gaps:
        return None
    doc = paper.main
    gap = next((g for g in open_gaps if is_named_like(doc.file.name, g)), None)
    gap = gap or next((g for g in open_gaps if _confused(case, paper, g)), None)
    if gap is None and len(open_gaps) == len(extra) == 1 and paper.kind == DocumentType.OTHER:
        gap = open_gaps[0]
    if gap is None:
        return None
    gap.files += paper.file_ids
    if is_photo(doc) and not doc.text:
        gap.explained_by = "unreadable"
        page = doc.pages[0]
        return case.finding(
            FindingCode.UNREADABLE,
            "unreadable",
            doc=doc,
            box=(0, 0, page.width, page.height),
            material_id=gap.material.id,
            what=text("quality.no_text.what"),
            retake=text("quality.no_text.retake"),
        )
    if _is_clear(case, doc, gap):
        gap.explained_by = "wrong"
        return case.finding(
            FindingCode.WRONG_MATERIAL,
            "wrong_material",
            doc=doc,
            material_id=gap.material.id,
            material=gap.material.name,
            papers=paper_names(gap.material, gap.needs),
            expected=paper_names(gap.material, gap.needs),
            found=type_name(doc.type),
            severity=severity_of(case, gap.material, FindingCode.WRONG_MATERIAL),
        )
    gap.explained_by = "wrong"
    return case.finding(
        FindingCode.NEEDS_PERSON, "unclear_type", doc=doc, material_id=gap.material.id, material=gap.material.name
    )


def _confused(case: Case, paper: Paper, gap: Gap) -> bool:
    return any(paper.kind in case.rules.confused.get(kind, ()) for need in gap.needs for kind in need.any_of)


def _is_clear(case: Case, doc: Doc, gap: Gap) -> bool:
    """Tell whether a paper is surely not what is missing: of another known type, or legible and without its words."""
    if doc.type is not DocumentType.OTHER:
        return doc.part.confidence >= case.rules.thresholds.type_confidence
    lines = [line for page in doc.pages for line in page.lines]
    sure = case.rules.thresholds.sure
    legible = len(lines) >= _CLEAR_LINES and sum(line.score for line in lines) / len(lines) >= sure
    titles = [fold(title) for need in gap.needs for title in need.titles]
    written = fold(doc.text)
    return legible and not any(_nearly_in(title, written) for title in titles)


def _nearly_in(word: str, text_: str) -> bool:
    """Tell whether a word stands in a text, one character of three or more misread."""
    size, spare = len(word), 1 if len(word) >= 3 else 0
    return any(
        sum(a != b for a, b in zip(word, text_[start : start + size], strict=True)) <= spare
        for start in range(len(text_) - size + 1)
    )
