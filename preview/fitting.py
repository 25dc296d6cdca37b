"""Whether a paper is of the person that a material speaks of."""

from __future__ import annotations

from enum import Enum

from knowledge_base.schema import DocumentHolder, DocumentNeed
from preview.papers import ID_CARD, Paper
from preview.people import People, close, is_person, same
from preview.rules import rules
from preview.schema import DocumentType, FieldName, FieldValue

_PERSONAL = {ID_CARD, DocumentType.HMT_RESIDENCE_PERMIT, DocumentType.HK_MACAU_PERMIT}
_LOOSE = {
    DocumentType.OTHER,
    DocumentType.BUSINESS_LICENCE,
    DocumentType.MARRIAGE_CERTIFICATE,
    DocumentType.BIRTH_CERTIFICATE,
}


class Fit(Enum):
    """Whether a paper is of the person that a material speaks of."""

    YES = "yes"
    MAYBE = "maybe"  # no name could be read
    NO = "no"


def fit(paper: Paper, need: DocumentNeed, people: People) -> Fit:
    """Tell whether a paper is of the person that the need speaks of."""
    if paper.kind in _LOOSE:
        return Fit.YES
    if not paper.main.names:
        return Fit.MAYBE
    if need.holder is DocumentHolder.APPLICANT and _is_a_companys(paper, people):
        return Fit.MAYBE
    if need.holder is DocumentHolder.APPLICANT:
        return _fit(_may_be_applicants(paper, need, people))
    if need.holder is DocumentHolder.SPOUSE and paper.kind == DocumentType.HOUSEHOLD_REGISTER:
        return _fit(any(not same(found.value, people.applicant) for found in paper.main.names))
    return _fit(paper.kind not in _PERSONAL or _may_be(need.holder, paper, people))


def _fit(yes: bool) -> Fit:
    return Fit.YES if yes else Fit.NO


def _may_be_applicants(paper: Paper, need: DocumentNeed, people: People) -> bool:
    if not people.applicant or people.applicant_is_company:
        return True
    if paper.kind == DocumentType.PROPERTY_CERTIFICATE and DocumentType.LEASE_CONTRACT in need.any_of:
        return True  # the landlord's certificate as proof of where the applicant lives
    return _is_applicants(paper, people)


def _is_a_companys(paper: Paper, people: People) -> bool:
    """Tell whether a paper is in the name of a company that may be the applicant's: of the licence's, if any."""
    doc = paper.main
    names = [doc.value(FieldName.LESSEE)] if doc.type is DocumentType.LEASE_CONTRACT else []
    names += [paper.subject.value] if paper.subject else []
    names += [doc.value(FieldName.HOLDER)]
    name = next(filter(None, names), "")
    return rules().is_company(name) and (people.company is None or close(name, people.company.value))


def _may_be(holder: DocumentHolder, paper: Paper, people: People) -> bool:
    """Tell whether a card may be that of somebody other than the applicant."""
    own = bool(people.applicant) and not people.applicant_is_company and _is_applicants(paper, people)
    is_agents = (
        people.agent is not None and paper.subject is not None and same(paper.subject.value, people.agent.value)
    )
    if holder is DocumentHolder.AGENT:
        return is_agents or not own or people.cards_are_agents
    if holder in {DocumentHolder.SPOUSE, DocumentHolder.DECEASED}:
        return not own
    if holder is DocumentHolder.LEGAL_REP and people.reps and paper.subject is not None:
        return any(_may_be_one(paper.subject, rep.field) for rep in people.reps)
    if holder is DocumentHolder.PARENTS and people.parents:
        return own or any(paper.names_person(name) for name in people.parents)
    return True


def _may_be_one(one: FieldValue, other: FieldValue) -> bool:
    """Tell whether two names may be one person's; names read with doubt may."""
    doubtful = min(one.confidence, other.confidence) < rules().thresholds.sure
    return doubtful or close(one.value, other.value)


def _is_applicants(paper: Paper, people: People) -> bool:
    """Tell whether a paper is the applicant's: by name (one wrong character tolerated) or by number."""
    origin = people.applicant_from
    own = origin.doc.value(FieldName.ID_NUMBER) if origin else ""
    numbers = {person.name.value: person.id_number.value for person in paper.main.part.persons if person.id_number}
    subject = paper.subject.value if paper.subject else ""
    return any(
        is_person(
            found.value,
            numbers.get(found.value) or (paper.main.value(FieldName.ID_NUMBER) if found.value == subject else ""),
            people.applicant,
            own,
        )
        for found in paper.main.names
    )
