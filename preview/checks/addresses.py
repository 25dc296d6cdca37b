"""Addresses: the place of the contract, the certificate, the licence and the form.

Where somebody is registered (户籍) says nothing of where they live or trade: such addresses are compared with each
other only, and the address of an identity card, which may be an old one, only makes a person look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from preview.checks.case import Case
from preview.checks.differing import differs
from preview.docs import Doc
from preview.people import Named, same
from preview.schema import DocumentType, FieldName, Finding, FindingCode, Severity
from preview.similar import Likeness, compare_addresses
from preview.wording import text

_ALWAYS_ONE_PLACE = (DocumentType.LEASE_CONTRACT, DocumentType.PROPERTY_CERTIFICATE)
_SOMETIMES = (DocumentType.BUSINESS_LICENCE, DocumentType.RESIDENCE_PERMIT)


def check(case: Case) -> Iterator[Finding]:
    """Report places that are not the same where they have to be: premises, homes, registered addresses."""
    docs = case.relevant()
    words = case.rules.words
    points = " ".join(point for m in case.item.materials for point in m.acceptance_points)
    kinds = _ALWAYS_ONE_PLACE + (_SOMETIMES if any(word in points for word in words.address_points) else ())
    places = [place for kind in kinds for place in _addresses(docs, kind) if not _is_elsewhere(place)]
    forms = [d for d in docs if d.type is DocumentType.APPLICATION_FORM]
    written = [Named(d, f) for d in forms for label, f in d.part.labelled.items() if _is(label, words.place_labels)]
    registered = [
        Named(d, f) for d in forms for label, f in d.part.labelled.items() if _is(label, words.household_labels)
    ]
    written = [w for w in written if w.field not in [r.field for r in registered]]
    yield from _unlike(case, places[:1], [p for p in places[1:] if p.doc.type is not places[0].doc.type] + written)
    books = _addresses(docs, DocumentType.HOUSEHOLD_REGISTER)
    cards = _addresses(docs, DocumentType.ID_CARD_FRONT)
    own = [h for h in cards if same(h.doc.value(FieldName.NAME), case.people.applicant)]
    agreeing = [r for r in registered for h in (*books, *own) if _alike(r, h)]
    yield from _unlike(case, books[:1], [r for r in registered if r not in agreeing])
    if not books:
        yield from map(_for_person, _unlike(case, own[:1], [r for r in registered if r not in agreeing]))
    if any(word in points for word in words.household_points):
        deeds = _addresses(docs, DocumentType.PROPERTY_CERTIFICATE)
        yield from map(_for_person, _unlike(case, books[:1], deeds if not any(map(_meets(books), deeds)) else []))


def _addresses(docs: Sequence[Doc], kind: DocumentType) -> list[Named]:
    return [Named(d, f) for d in docs if d.type is kind and (f := d.field(FieldName.ADDRESS))]


def _is_elsewhere(place: Named) -> bool:
    """Tell whether a residence permit gives a place outside the city: where its holder is registered."""
    return place.doc.type is DocumentType.RESIDENCE_PERMIT and "市" in place.value and "东莞" not in place.value


def _is(label: str, words: Sequence[str]) -> bool:
    return any(word in label for word in words)


def _alike(one: Named, other: Named) -> bool:
    return compare_addresses(one.value, other.value) is not Likeness.DIFFERENT


def _meets(others: Sequence[Named]) -> Callable[[Named], bool]:
    return lambda one: any(_alike(one, other) for other in others)


def _for_person(finding: Finding) -> Finding:
    """Turn a mismatch into something for a person to look at."""
    if finding.code is FindingCode.NEEDS_PERSON:
        return finding
    how = text("findings.near_address.fix")
    return replace(finding, code=FindingCode.NEEDS_PERSON, severity=Severity.HINT, how_to_fix=how)


def _unlike(case: Case, anchors: Sequence[Named], others: Sequence[Named]) -> Iterator[Finding]:
    for anchor in anchors:
        for other in others:
            if not other.value or other.doc.key == anchor.doc.key:
                continue
            likeness = compare_addresses(other.value, anchor.value)
            if likeness is not Likeness.SAME:
                yield differs(case, other, anchor, likeness, FindingCode.ADDRESS_MISMATCH, "address_mismatch")
