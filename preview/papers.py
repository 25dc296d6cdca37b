"""The papers of a case: documents, and the two sides of an identity card as one paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from preview.docs import Doc
from preview.lawful_validity import as_date, lawful_years, validity_years
from preview.numbers import id_birth
from preview.schema import DocumentType, FieldName, FieldValue
from preview.similar import Likeness, compare_names, number_key

ID_CARD = "id_card"
"""The kind of a paper that is an identity card, whichever sides are there."""

_SIDES = {DocumentType.ID_CARD_FRONT, DocumentType.ID_CARD_BACK}


@dataclass(frozen=True)
class Paper:
    """One paper: a document, or the sides of one identity card (front first)."""

    kind: str
    docs: tuple[Doc, ...]

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all other papers of the case."""
        return self.docs[0].key

    @property
    def main(self) -> Doc:
        """The document that names the person: the front of an identity card where it is there."""
        return self.docs[0]

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The files it lies in."""
        return tuple(dict.fromkeys(doc.file.file_id for doc in self.docs))

    @property
    def subject(self) -> FieldValue | None:
        """The name of the person whose paper it is."""
        return self.main.subject

    def names_person(self, name: str) -> bool:
        """Tell whether it names somebody, look-alike characters tolerated."""
        return any(compare_names(found.value, name) is not Likeness.DIFFERENT for found in self.main.names)


def papers(docs: Sequence[Doc]) -> tuple[Paper, ...]:
    """Group documents into papers; every document lies in exactly one."""
    found = [*_identity_cards(docs), *(Paper(str(doc.type), (doc,)) for doc in docs if doc.type not in _SIDES)]
    return tuple(sorted(found, key=lambda paper: paper.key))


def _identity_cards(docs: Sequence[Doc]) -> Iterator[Paper]:
    fronts = [doc for doc in docs if doc.type is DocumentType.ID_CARD_FRONT]
    backs = [doc for doc in docs if doc.type is DocumentType.ID_CARD_BACK]
    order = {file_id: place for place, file_id in enumerate(sorted({doc.file.file_id for doc in docs}))}
    pairs = sorted(
        (
            (_affinity(front, back) + _neighbours(front, back, order), front.key, back.key, front, back)
            for front in fronts
            for back in backs
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    paired: dict[tuple[str, int], Doc] = {}
    taken: set[tuple[str, int]] = set()
    for _, front_key, back_key, _, back in pairs:
        if front_key not in paired and back_key not in taken:
            paired[front_key] = back
            taken.add(back_key)
    for front in fronts:
        yield Paper(ID_CARD, (front, paired[front.key]) if front.key in paired else (front,))
    for back in backs:
        if back.key not in taken:
            yield Paper(ID_CARD, (back,))


def _neighbours(front: Doc, back: Doc, order: Mapping[str, int]) -> float:
    """Weigh that people hand in the back right after the front."""
    return {1: 2.0, -1: 1.0}.get(order[back.file.file_id] - order[front.file.file_id], 0.0)


def _age_fit(front: Doc, back: Doc) -> float:
    """Tell by the law's validities whether a back may belong to a person: 3 it does, -3 it does not, 0 unknown."""
    born = id_birth(number_key(front.value(FieldName.ID_NUMBER)))
    start, end = (as_date(back.value(name)) for name in (FieldName.VALID_FROM, FieldName.VALID_TO))
    if born is None or start is None or end is None:
        return 0.0
    return 3.0 if validity_years(start, end) in lawful_years(born, start) else -3.0


def _affinity(front: Doc, back: Doc) -> float:
    """Guess how well two sides belong together: same page, same file, alike file names, issuer of the address."""
    score = 0.0
    if front.file.file_id == back.file.file_id:
        score += 100 - 10 * min(9, abs(front.first_page - back.first_page)) - min(9, abs(front.index - back.index))
    name = front.value(FieldName.NAME)
    if name and name in back.file.name:
        score += 50
    issuer = back.value(FieldName.ISSUER).removesuffix("公安局")
    if issuer and issuer[:2] in front.value(FieldName.ADDRESS):
        score += 5
    score += _age_fit(front, back)
    shared = 0
    for one, other in zip(front.file.name, back.file.name, strict=False):
        if one != other:
            break
        shared += 1
    return score + min(shared, 20) / 10
