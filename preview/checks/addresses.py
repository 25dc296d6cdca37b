"""Addresses: the place of the contract, the certificate, the licence and the form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from preview.checks.case import Case
from preview.checks.differing import differs
from preview.people import Named, same
from preview.schema import DocumentType, FieldName, Finding, FindingCode
from preview.similar import Likeness, compare_addresses

_ALWAYS_ONE_PLACE = (DocumentType.LEASE_CONTRACT, DocumentType.PROPERTY_CERTIFICATE)
_SOMETIMES = (DocumentType.BUSINESS_LICENCE, DocumentType.RESIDENCE_PERMIT, DocumentType.HOUSEHOLD_REGISTER)


def check(case: Case) -> Iterator[Finding]:
    """Report places that are not the same where they have to be: premises, homes, registered addresses."""
    docs = case.relevant()
    words = case.rules.words
    points = " ".join(point for m in case.item.materials for point in m.acceptance_points)
    kinds = _ALWAYS_ONE_PLACE + (_SOMETIMES if any(word in points for word in words.address_points) else ())
    places = [Named(d, f) for kind in kinds for d in docs if d.type is kind and (f := d.field(FieldName.ADDRESS))]
    homes = [Named(d, f) for d in docs if d.type is DocumentType.ID_CARD_FRONT and (f := d.field(FieldName.ADDRESS))]
    forms = [d for d in docs if d.type is DocumentType.APPLICATION_FORM]
    written = [Named(d, f) for d in forms for label, f in d.part.labelled.items() if _is(label, words.place_labels)]
    registered = [
        Named(d, f) for d in forms for label, f in d.part.labelled.items() if _is(label, words.household_labels)
    ]
    written = [w for w in written if w.field not in [r.field for r in registered]]
    own = [h for h in homes if same(h.doc.value(FieldName.NAME), case.people.applicant)]
    yield from _unlike(case, places[:1], [*places[1:], *written])
    yield from _unlike(case, own[:1], registered)


def _is(label: str, words: Sequence[str]) -> bool:
    return any(word in label for word in words)


def _unlike(case: Case, anchors: Sequence[Named], others: Sequence[Named]) -> Iterator[Finding]:
    for anchor in anchors:
        for other in others:
            if not other.value or other.doc.key == anchor.doc.key:
                continue
            likeness = compare_addresses(other.value, anchor.value)
            if likeness is not Likeness.SAME:
                yield differs(case, other, anchor, likeness, FindingCode.ADDRESS_MISMATCH, "address_mismatch")
