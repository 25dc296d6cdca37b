"""Defects of what stands on a paper: numbers, names, blanks, signatures and seals."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from eval.papers.draft import Draft, Handed
from eval.papers.form_makers import MUST
from eval.papers.numbers import CODE_SIGNS, id_check_digit
from eval.papers.paper import Paper
from preview.schema import DocumentType as T
from preview.schema import FindingCode as C

NUMBERED = (T.APPLICATION_FORM, T.SOCIAL_SECURITY_CARD, T.INSURANCE_RECORD, T.LABOUR_CONTRACT, T.COMMITMENT_LETTER)
LETTERS = (T.APPLICATION_FORM, T.POWER_OF_ATTORNEY, T.COMMITMENT_LETTER, T.LEASE_CONTRACT, T.LABOUR_CONTRACT)
SIMILAR = {
    "伟": "玮",
    "丽": "莉",
    "雪": "雷",
    "晓": "小",
    "佩": "珮",
    "建": "健",
    "志": "智",
    "婷": "亭",
    "琳": "林",
    "文": "雯",
}


def id_checksum(draft: Draft) -> bool:
    """Print a number with a wrong check digit wherever the person's number stands."""
    fronts = [h for h in draft.of_kind(T.ID_CARD_FRONT) if not h.papers[0]["id_number"].startswith("8")]
    if not fronts:
        return False
    handed = draft.rng.choice(fronts)
    number = handed.papers[0]["id_number"]
    wrong = number[:17] + draft.rng.choice([d for d in "0123456789" if d != number[17]])
    for other in draft.files:
        if any(number in p.values.values() for p in _pages(other)):
            other.papers = [_replaced(p, number, wrong) for p in other.papers]
            draft.tolerate(other, C.ID_CHECKSUM, C.NEEDS_PERSON)
            other.planted = True
    draft.expect(C.ID_CHECKSUM, handed)
    return True


def uscc_checksum(draft: Draft) -> bool:
    """Print a credit code with a wrong last sign wherever it stands."""
    licences = draft.of_kind(T.BUSINESS_LICENCE)
    if not licences:
        return False
    handed = licences[0]
    code = handed.papers[0]["uscc"]
    wrong = code[:17] + draft.rng.choice([s for s in CODE_SIGNS if s != code[17]])
    for other in draft.files:
        if any(code in p.values.values() for p in _pages(other)):
            other.papers = [_replaced(p, code, wrong) for p in other.papers]
            draft.tolerate(other, C.USCC_CHECKSUM, C.NEEDS_PERSON)
            other.planted = True
    draft.expect(C.USCC_CHECKSUM, handed)
    return True


def birth_mismatch(draft: Draft) -> bool:
    """Print a birth date that the number beside it contradicts."""
    papers = draft.of_kind(T.ID_CARD_FRONT, T.HOUSEHOLD_REGISTER, T.DRIVING_LICENCE)
    papers = [h for h in papers if not any(p.parts for p in h.papers)]
    if not papers:
        return False
    handed = draft.rng.choice(papers)
    birth = dt.date.fromisoformat(handed.papers[0]["birth"])
    moved = (
        birth.replace(day=birth.day % 27 + 1)
        if draft.rng.random() < 0.5
        else birth.replace(year=birth.year - 1, day=min(birth.day, 28))
    )
    handed.papers = [handed.papers[0].changed(birth=moved.isoformat()), *handed.papers[1:]]
    handed.planted = True
    draft.expect(C.BIRTH_MISMATCH, handed)
    draft.tolerate(handed, C.NEEDS_PERSON)
    for other in draft.files:
        draft.tolerate(other, C.BIRTH_MISMATCH)
    return True


def name_mismatch(draft: Draft) -> bool:
    """Write the name otherwise on one paper, by one character."""
    found = _with_witness(draft, (*NUMBERED, T.DIPLOMA), "name")
    if not found:
        return False
    handed, witnesses = found
    paper = handed.papers[0]
    name = paper["name"]
    last = name[-1]
    other = SIMILAR.get(last) or draft.rng.choice([s for s in "军斌燕芬敏杰华平" if s not in name])
    values = {key: name[:-1] + other for key in ("name", "applicant", "signer") if paper[key] == name}
    handed.papers = [paper.changed(**values)]
    handed.planted = True
    draft.expect(C.NAME_MISMATCH, handed, *((C.NAME_MISMATCH, w) for w in witnesses))
    for place in (handed, *witnesses):
        place.planted = True
        draft.tolerate(place, C.NAME_MISMATCH)
    return True


def number_mismatch(draft: Draft) -> bool:
    """Write another number, valid in itself, on one paper."""
    found = _with_witness(draft, NUMBERED, "id_number")
    if not found:
        return False
    handed, witnesses = found
    number = handed.papers[0]["id_number"]
    serial = (int(number[14:17]) + 2 * draft.rng.randint(1, 40)) % 1000
    first17 = number[:14] + f"{serial:03d}"
    handed.papers = [_replaced(p, number, first17 + id_check_digit(first17)) for p in handed.papers]
    draft.expect(C.NUMBER_MISMATCH, handed, *((C.NUMBER_MISMATCH, w) for w in witnesses))
    for place in (handed, *witnesses):
        place.planted = True
        draft.tolerate(place, C.NUMBER_MISMATCH, C.OTHER_PERSON)
    return True


def address_mismatch(draft: Draft) -> bool:
    """Let lease and certificate, or lease and application, name different houses."""
    if not draft.recipe.addresses:
        return False
    first, second = (next((h for h in draft.of_material(x) if not h.planted), None) for x in draft.recipe.addresses)
    if not first or not second:
        return False
    paper = second.papers[0]
    moved = paper["address"].replace("号", "8号", 1)
    if draft.rng.random() < 0.5:
        moved = moved.replace("路", "西路", 1).replace("大道", "中路", 1)
    second.papers = [paper.changed(address=moved)]
    draft.expect(C.ADDRESS_MISMATCH, second, (C.ADDRESS_MISMATCH, first))
    for place in (first, second):
        place.planted = True
        draft.tolerate(place, C.ADDRESS_MISMATCH)
    return True


def legal_rep_mismatch(draft: Draft) -> bool:
    """Name another legal representative on the application or certificate than on the other company paper."""
    kinds = (T.APPLICATION_FORM, T.LEGAL_REP_CERTIFICATE, T.BUSINESS_LICENCE)
    papers = [h for h in draft.of_kind(*kinds) if h.papers[0]["legal_rep"]]
    if len(papers) < 2:
        return False
    handed = next(h for h in papers if h.kind is not T.BUSINESS_LICENCE)
    paper = handed.papers[0]
    handed.papers = [paper.changed(legal_rep=draft.cast.stranger.name)]
    draft.expect(C.LEGAL_REP_MISMATCH, handed, *((C.LEGAL_REP_MISMATCH, h) for h in papers if h is not handed))
    for place in draft.files:
        if place in papers or place.kind in (T.ID_CARD_FRONT, T.COMMITMENT_LETTER, T.LEASE_CONTRACT):
            place.planted = True
            draft.tolerate(place, C.LEGAL_REP_MISMATCH, C.NAME_MISMATCH, C.OTHER_PERSON)
    return True


def field_blank(draft: Draft) -> bool:
    """Leave a cell of the form empty that must be filled in."""
    forms = draft.of_kind(T.APPLICATION_FORM)
    if not forms:
        return False
    handed = draft.rng.choice(forms)
    paper = handed.papers[0]
    keys = [
        c.key
        for c in paper.cells
        if c.key in MUST - {"name", "applicant", "company_name", "legal_rep"} and paper[c.key]
    ]
    handed.papers = [paper.changed(**{draft.rng.choice(keys): ""})]
    handed.planted = True
    draft.expect(C.FIELD_BLANK, handed)
    return True


def not_signed(draft: Draft) -> bool:
    """Leave out the signature; of a contract with two parties sometimes only one."""
    papers = [h for h in draft.of_kind(*LETTERS) if not h.papers[0].needs_seal]
    if not papers:
        return False
    handed = draft.rng.choice(papers)
    paper = handed.papers[0]
    if handed.kind is T.LEASE_CONTRACT and draft.rng.random() < 0.5:
        paper = paper.changed(half_signed="yes")
    _without(draft, handed, paper, "signed")
    draft.expect(C.NOT_SIGNED, handed)
    return True


def not_dated(draft: Draft) -> bool:
    """Leave out the date beside the signature."""
    papers = draft.of_kind(*LETTERS, T.LEGAL_REP_CERTIFICATE)
    if not papers:
        return False
    handed = draft.rng.choice(papers)
    _without(draft, handed, handed.papers[0], "dated")
    draft.expect(C.NOT_DATED, handed)
    return True


def not_sealed(draft: Draft) -> bool:
    """Leave out the company's seal."""
    papers = [
        h
        for h in draft.of_kind(*LETTERS, T.LEGAL_REP_CERTIFICATE)
        if h.papers[0].needs_seal or h.kind is T.LABOUR_CONTRACT
    ]
    if not papers:
        return False
    handed = draft.rng.choice(papers)
    _without(draft, handed, handed.papers[0], "sealed")
    draft.expect(C.NOT_SEALED, handed)
    draft.tolerate(handed, C.NOT_SIGNED)
    return True


def _without(draft: Draft, handed: Handed, paper: Paper, left_out: str) -> None:
    values = {"signed": paper.signed, "dated": paper.dated, "sealed": paper.sealed} | {left_out: False}
    bare = replace(paper, signed=values["signed"], dated=values["dated"], sealed=values["sealed"])
    handed.papers, handed.planted, handed.may_be_copy = [bare], True, False


def _with_witness(draft: Draft, kinds: tuple[T, ...], key: str) -> tuple[Handed, list[Handed]] | None:
    """Find a paper of one of the kinds whose value an identity card or permit also prints."""
    sources = (T.ID_CARD_FRONT, T.HK_MACAU_PERMIT, T.HMT_RESIDENCE_PERMIT, T.HOUSEHOLD_REGISTER)
    for handed in draft.shuffled(draft.of_kind(*kinds)):
        value = handed.papers[0][key]
        printed = handed.kind is not T.APPLICATION_FORM or any(
            c.key in ((key, "applicant") if key == "name" else (key,)) for c in handed.papers[0].cells
        )
        witnesses = [h for h in draft.files if h is not handed and h.kind in sources and h.papers[0][key] == value]
        if value and printed and witnesses and not any(w.planted for w in witnesses):
            return handed, witnesses
    return None


def _pages(handed: Handed) -> list[Paper]:
    return [page for paper in handed.papers for page in (paper, *paper.parts)]


def _replaced(paper: Paper, old: str, new: str) -> Paper:
    values = {key: value.replace(old, new) for key, value in paper.values.items()}
    return replace(paper, values=values, parts=tuple(_replaced(part, old, new) for part in paper.parts))
