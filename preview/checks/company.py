"""Companies: name, credit code and legal representative across the papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from knowledge_base.schema import DocumentHolder
from preview.checks.case import Case
from preview.checks.differing import differs
from preview.docs import Doc
from preview.numbers import is_valid_id
from preview.people import Named, close, same
from preview.schema import DocumentType, FieldName, FieldValue, Finding, FindingCode
from preview.similar import Likeness, compare_names, compare_numbers, name_key, number_key

_OF_THE_COMPANY = {
    DocumentType.APPLICATION_FORM,
    DocumentType.BUSINESS_LICENCE,
    DocumentType.LEGAL_REP_CERTIFICATE,
    DocumentType.POWER_OF_ATTORNEY,
    DocumentType.COMMITMENT_LETTER,
}

_SEALED_BY_COMPANY = {
    DocumentType.LABOUR_CONTRACT,
    DocumentType.LEASE_CONTRACT,
    DocumentType.POWER_OF_ATTORNEY,
    DocumentType.COMMITMENT_LETTER,
    DocumentType.LEGAL_REP_CERTIFICATE,
    DocumentType.APPLICATION_FORM,
}
_COMPANY_FIELDS = (FieldName.COMPANY_NAME, FieldName.APPLICANT, FieldName.LESSOR, FieldName.LESSEE)


def check(case: Case) -> Iterator[Finding]:
    """Report what does not fit between licence, letter, form and contracts."""
    docs = case.relevant()
    yield from _companies(case, docs)
    yield from _legal_reps(case, docs)
    yield from _seals(case, docs)


def _companies(case: Case, docs: Sequence[Doc]) -> Iterator[Finding]:
    licence = case.people.company
    if licence is None or licence.doc not in docs:
        return
    code = licence.doc.field(FieldName.USCC)
    for doc in docs:
        if doc.key == licence.doc.key:
            continue
        own = doc.field(FieldName.USCC)
        own = None if own and is_valid_id(number_key(own.value)) else own  # a person's number in the company's place
        same_code = bool(own and code) and compare_numbers(own.value, code.value) is Likeness.SAME  # type: ignore[union-attr]
        name = _company_name(case, doc)
        if name is not None:
            likeness = compare_names(name.value, licence.value)
            if likeness is not Likeness.SAME and (same_code or close(name.value, licence.value)):
                one = Named(doc, name)
                yield differs(case, one, licence, likeness, FindingCode.NAME_MISMATCH, "company_mismatch")
                continue
            if likeness is Likeness.DIFFERENT:
                continue  # another company: a landlord, a former employer
        if own and code and (name is not None or doc.type is DocumentType.APPLICATION_FORM):
            likeness = compare_numbers(own.value, code.value)
            if likeness is not Likeness.SAME:
                one, anchor = Named(doc, own), Named(licence.doc, code)
                yield differs(case, one, anchor, likeness, FindingCode.NUMBER_MISMATCH, "number_mismatch")


def _company_name(case: Case, doc: Doc) -> FieldValue | None:
    fields = (FieldName.COMPANY_NAME, FieldName.APPLICANT, FieldName.LESSEE)
    return next((f for f in (doc.field(n) for n in fields) if f and case.rules.is_company(f.value)), None)


def _legal_reps(case: Case, docs: Sequence[Doc]) -> Iterator[Finding]:
    licence = case.people.legal_rep
    if licence is None or licence.doc not in docs:
        return  # a licence that nobody asked for is the old one where the representative changes
    for doc in docs:
        field = doc.field(FieldName.LEGAL_REP)
        if (
            field is None
            or doc.key == licence.doc.key
            or doc.type not in _OF_THE_COMPANY
            or _other_company(case, doc)
        ):
            continue
        likeness = compare_names(field.value, licence.value)
        if likeness is not Likeness.SAME:
            one = Named(doc, field)
            yield differs(case, one, licence, likeness, FindingCode.LEGAL_REP_MISMATCH, "legal_rep_mismatch")
    if licence.doc.type is not DocumentType.BUSINESS_LICENCE or case.people.applicant_is_company:
        return
    if not _licence_is_applicants(case, licence.doc) or not case.people.applicant_from:
        return
    if not same(licence.value, case.people.applicant):
        likeness = compare_names(licence.value, case.people.applicant)
        anchor = case.people.applicant_from
        yield differs(case, licence, anchor, likeness, FindingCode.LEGAL_REP_MISMATCH, "legal_rep_mismatch")


def _other_company(case: Case, doc: Doc) -> bool:
    """Tell whether a paper names another company than the licence does."""
    name, own = _company_name(case, doc), case.people.company
    return name is not None and own is not None and not close(name.value, own.value)


def _licence_is_applicants(case: Case, doc: Doc) -> bool:
    """Tell whether the guide wants the applicant's own licence: a sole trader's for instance."""
    paper = next((p for p in case.papers if doc in p.docs), None)
    needs = case.matching.needs_of(paper) if paper else ()
    return any(need.holder is DocumentHolder.APPLICANT for need in needs)


def _seals(case: Case, docs: Sequence[Doc]) -> Iterator[Finding]:
    """Have a person look at a seal that is clearly another company's than the one that the paper names."""
    for doc in docs:
        seal = doc.field(FieldName.SEAL_TEXT) if doc.type in _SEALED_BY_COMPANY else None
        if seal is None or seal.confidence < case.rules.thresholds.seal:
            continue
        if not any(word in seal.value for word in case.rules.words.seal_companies):
            continue
        own = [f.value for n in _COMPANY_FIELDS if (f := doc.field(n)) and case.rules.is_company(f.value)]
        own += [case.people.company.value] if case.people.company and not own else []
        if own and not any(_may_be_seal_of(seal.value, name) for name in own):
            yield case.finding(
                FindingCode.NEEDS_PERSON, "seal_mismatch", doc=doc, field=seal, found=seal.value, expected=own[0]
            )


def _may_be_seal_of(seal: str, name: str) -> bool:
    """Tell whether a seal may be a company's: its words are read with gaps, and other words follow the name."""
    a, b = name_key(seal), name_key(name)
    shared = sum(block.size for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return shared >= 0.7 * min(len(a), len(b))
