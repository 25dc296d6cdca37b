"""Forms, letters and contracts: blanks, signatures, dates, seals; originals where the guide wants them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from preview.checks.case import Case
from preview.docs import Doc
from preview.folding import fold
from preview.schema import DocumentType, Evidence, FieldName, Finding, FindingCode, PlaceKind, SignaturePlace

_CODES = {
    PlaceKind.SIGNATURE: (FindingCode.NOT_SIGNED, "not_signed"),
    PlaceKind.DATE: (FindingCode.NOT_DATED, "not_dated"),
    PlaceKind.SEAL: (FindingCode.NOT_SEALED, "not_sealed"),
}

_NAME_BEHIND = re.compile(r":(?!.*(?:[年月日]|签|章))[\u4e00-\u9fff]{1,4}$")
"""A name behind a label, in folded text; words of the form itself are none."""

_PARTIES = (FieldName.COMPANY_NAME, FieldName.APPLICANT, FieldName.LESSOR, FieldName.LESSEE)

_OWN_LABELS = ("申请", "本人", "法定代表")
"""A label with one of these is not the agent's alone: 「申请人（代理人）签名」."""


def check(case: Case) -> Iterator[Finding]:
    """Report what is not filled in, each kind once a document; a document that is cut off is left alone."""
    for doc in case.relevant():
        if doc.cut_off:
            continue
        yield from _blanks(case, doc)
        for kind in PlaceKind:
            yield from _places(case, doc, kind)
        yield from _seal(case, doc)
        yield from _original(case, doc)


def _ignored(case: Case, doc: Doc, label: str) -> bool:
    words = case.rules.words
    if any(word in label for word in words.office_labels):
        return True
    is_agents = any(word in label for word in words.agent_labels) and not any(word in label for word in _OWN_LABELS)
    return is_agents and not case.people.agent_used and doc.type is not DocumentType.POWER_OF_ATTORNEY


def _blanks(case: Case, doc: Doc) -> Iterator[Finding]:
    optional = case.rules.words.optional_labels
    blanks = [
        b
        for b in doc.part.blanks
        if not _ignored(case, doc, b.label) and not any(word in b.label for word in optional)
    ]
    if blanks:
        labels = "、".join(dict.fromkeys(blank.label for blank in blanks))
        yield case.finding(
            FindingCode.FIELD_BLANK,
            "field_blank",
            doc=doc,
            page=blanks[0].page,
            box=blanks[0].box,
            labels=labels,
            expected=labels,
            evidence=[Evidence(doc.file.file_id, blank.page, blank.box) for blank in blanks[1:]],
        )


def _places(case: Case, doc: Doc, kind: PlaceKind) -> Iterator[Finding]:
    places = [p for p in doc.part.signature_places if p.kind is kind and not _ignored(case, doc, p.label)]
    places = [p for p in places if not _is_for_others(case, doc, p)]
    empty = [p for p in places if p.filled is False and not _is_read(doc, p)]
    unknown = [p for p in places if p.filled is None]
    if empty:
        code, wording = _CODES[kind]
        yield _at(case, doc, code, wording, empty)
    elif unknown:
        yield _at(
            case,
            doc,
            FindingCode.NEEDS_PERSON,
            "no_seal_visible" if kind is PlaceKind.SEAL else "no_signature_visible",
            unknown,
        )


def _is_read(doc: Doc, place: SignaturePlace) -> bool:
    """Tell whether a name, or a piece of one, was read behind the label of a place to sign: 「乙方（签名）：敏」."""
    left, top, right, bottom = place.box
    return place.kind is PlaceKind.SIGNATURE and any(
        line.box[0] < right
        and line.box[2] > left
        and top <= (line.box[1] + line.box[3]) / 2 <= bottom
        and fold(place.label) in fold(line.text)
        and _NAME_BEHIND.search(fold(line.text)) is not None
        for page in doc.pages
        if page.page_no == place.page
        for line in page.lines
    )


def _is_for_others(case: Case, doc: Doc, place: SignaturePlace) -> bool:
    """Tell whether a place to sign or seal is for somebody who need not be there: a spouse, a broker, a company."""
    words = case.rules.words
    if any(word in place.label for word in words.optional_signers):
        return True
    if place.kind is not PlaceKind.SEAL:
        return False
    own = [f.value for n in _PARTIES if (f := doc.field(n))]
    if any(map(case.rules.is_company, own)) or not own:
        return False
    between_persons = doc.type is DocumentType.LEASE_CONTRACT and len(own) >= 2
    return between_persons or any(word in place.label for word in words.company_places)


def _at(case: Case, doc: Doc, code: FindingCode, wording: str, places: Sequence[SignaturePlace]) -> Finding:
    label = "、".join(dict.fromkeys(place.label for place in places))
    return case.finding(
        code,
        wording,
        doc=doc,
        page=places[0].page,
        box=places[0].box,
        label=label,
        expected=label,
        evidence=[Evidence(doc.file.file_id, p.page, p.box) for p in places[1:]],
    )


def _seal(case: Case, doc: Doc) -> Iterator[Finding]:
    if doc.type not in case.rules.must_be_sealed or any(p.kind is PlaceKind.SEAL for p in doc.part.signature_places):
        return
    if doc.part.sealed is False:
        yield case.finding(FindingCode.NOT_SEALED, "seal_missing", doc=doc)
    elif doc.part.sealed is None:
        yield case.finding(FindingCode.NEEDS_PERSON, "no_seal_visible", doc=doc)


def _original(case: Case, doc: Doc) -> Iterator[Finding]:
    if doc.type not in case.rules.coloured or not doc.is_copy:
        return
    for material_id in case.matching.materials_of(doc):
        material = case.material(material_id)
        if "原件" in material.form and "复印" not in material.form and "未写" not in material.form:
            yield case.finding(
                FindingCode.NEEDS_PERSON, "original_wanted", doc=doc, material_id=material_id, material=material.name
            )
            return
