"""Relations: certificates that name nobody of the case, and parties whose card is another person's."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge_base.schema import DocumentHolder
from preview.checks.case import Case
from preview.docs import Doc
from preview.papers import Paper
from preview.people import Named, close, same
from preview.schema import DocumentType, FieldName, FieldValue, Finding, FindingCode

_FAMILY = {DocumentType.HOUSEHOLD_REGISTER, DocumentType.MARRIAGE_CERTIFICATE, DocumentType.BIRTH_CERTIFICATE}
_SEVERAL = {DocumentType.MARRIAGE_CERTIFICATE, DocumentType.BIRTH_CERTIFICATE}
_DEEDS = {DocumentType.PROPERTY_CERTIFICATE}
_CARDS = {"id_card", DocumentType.HMT_RESIDENCE_PERMIT, DocumentType.HK_MACAU_PERMIT}


def is_relative(case: Case, name: str) -> bool:
    """Tell whether a register or certificate names somebody together with the applicant."""
    applicant = case.people.applicant
    return bool(applicant) and any(
        _names(doc, name) and _names(doc, applicant) for doc in case.docs if doc.type in _FAMILY
    )


def check(case: Case) -> Iterator[Finding]:
    """Report certificates of people whom no other paper names, and cards of nobody that the papers speak of."""
    if case.spoiled:
        return  # whoever is looked for may be on the page that cannot be read
    for doc in case.relevant():
        if doc.type in _SEVERAL:
            yield from _unrelated(case, doc)
    yield from _wrong_parties(case)


def _unrelated(case: Case, doc: Doc) -> Iterator[Finding]:
    people = doc.names
    others = [f.value for other in case.docs if other.key != doc.key for f in other.names]
    others += [case.request.applicant] if case.request.applicant else []
    if len(people) < 2 or not others or not case.sure(*people):
        return
    if any(close(person.value, name) for person in people for name in others):
        return
    if any(case.rules.is_company(name) for name in others):
        return
    yield _strangers(case, doc, people[0], case.people.applicant or others[0])


def _wrong_parties(case: Case) -> Iterator[Finding]:
    """Find cards that serve for a party while a party of the lease or marriage has none, and nobody names them.

    An owner without a card may be the spouse of a party: a person is to look.
    """
    parties = [name for doc in case.relevant() for name in _parties(doc) if not case.rules.is_company(name.value)]
    cards = [paper for paper in case.papers if paper.kind in _CARDS and paper.subject]
    without = [n for n in parties if not any(p.subject and close(p.subject.value, n.value) for p in cards)]
    deeds = [Named(d, f) for d in case.relevant() for f in [d.field(FieldName.HOLDER)] if f and d.type in _DEEDS]
    owners = [o for o in deeds if not any(p.subject and close(p.subject.value, o.value) for p in cards)]
    owners = [o for o in owners if len(owners) == len(deeds) and not case.rules.is_company(o.value)]
    for paper in cards:
        needs = case.matching.needs_of(paper)
        if not any(need.holder is DocumentHolder.PARTIES for need in needs) or paper.subject is None:
            continue
        if _is_named_elsewhere(case, paper):
            continue
        if without and case.sure(paper.subject, without[0]):
            yield _strangers(case, paper.main, paper.subject, without[0].value)
            return
        if owners and not parties and not case.people.agent_used:
            yield case.finding(
                FindingCode.NEEDS_PERSON,
                "owner_without_card",
                doc=owners[0].doc,
                field=owners[0].field,
                found=owners[0].value,
            )
            return


def _parties(doc: Doc) -> list[FieldValue]:
    if doc.type is DocumentType.LEASE_CONTRACT:
        return [f for n in (FieldName.LESSOR, FieldName.LESSEE) if (f := doc.field(n))]
    if doc.type is DocumentType.MARRIAGE_CERTIFICATE and len(doc.part.persons) == 2:
        return [person.name for person in doc.part.persons]
    return []


def _is_named_elsewhere(case: Case, paper: Paper) -> bool:
    name, agent = paper.subject, case.people.agent
    if name is None or (agent is not None and same(agent.value, name.value)):
        return True
    keys = {doc.key for doc in paper.docs}
    told = [case.request.applicant] if case.request.applicant else []
    others = [f.value for doc in case.docs if doc.key not in keys for f in doc.names] + told
    return any(close(name.value, other) for other in others)


def _strangers(case: Case, doc: Doc, name: FieldValue, expected: str) -> Finding:
    return case.finding(
        FindingCode.OTHER_PERSON, "other_person", doc=doc, field=name, found=name.value, expected=expected
    )


def _names(doc: Doc, name: str) -> bool:
    return any(same(found.value, name) for found in doc.names)
