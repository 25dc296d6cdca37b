"""Household registers, marriage certificates, birth certificates: documents that name several persons."""

from __future__ import annotations

import re
from dataclasses import replace

from preview.documents import DocumentKind
from preview.fields.common import (
    Contents,
    best,
    cross_checked,
    field_value,
    filled,
    of_kind,
    persons_in,
    plain_fields,
    text_value,
)
from preview.folding import fold
from preview.pairs import Pair
from preview.schema import FieldName, FieldValue, Person
from preview.split import Section

_HOLDER = re.compile(r"持证人[:：]?\s*([\u4e00-\u9fff·]{2,10}?)(?=登记|结婚|身份|性别|国籍|姓名|$)")


def read_household(section: Section, kind: DocumentKind) -> Contents:
    """Read head of household, address and every member; `name` and `id_number` are the first member's."""
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    persons = [_with_relation(p, pairs) for p in persons_in(section, pairs)]
    for name, key in ((FieldName.SEX, "sex"), (FieldName.BIRTH, "birth"), (FieldName.NATIONALITY, "nationality")):
        first = filled(pairs, key)
        if first and (value := field_value(first[0], section.pages)) is not None:
            fields[name] = value
    if persons:
        fields[FieldName.NAME] = persons[0].name
        fields.pop(FieldName.ID_NUMBER, None)
        if persons[0].id_number is not None:
            fields[FieldName.ID_NUMBER] = persons[0].id_number
    head = next((p for p in persons if p.relation == "户主"), None)
    if FieldName.HOLDER not in fields and head is not None:
        fields[FieldName.HOLDER] = head.name
    return Contents(cross_checked(fields), persons=tuple(persons))


def _with_relation(person: Person, pairs: list[Pair]) -> Person:
    """Find how a member stands to the head: the relation beside or nearest to the name."""
    near = [
        p
        for p in filled(pairs, "relation")
        if p.piece is not None and p.piece.page == person.name.page and person.name.box is not None
    ]
    if not near or person.name.box is None:
        return person
    top = person.name.box[1]
    nearest = min(near, key=lambda p: abs(p.label.piece.box[1] - top))
    relation = nearest.parsed.value if nearest.parsed else ""
    return replace(person, relation=relation if len(relation) <= 8 else "")


def read_marriage(section: Section, kind: DocumentKind) -> Contents:
    """Read holder, number, day and both spouses; `name` is the holder."""
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    persons = persons_in(section, pairs)
    if FieldName.HOLDER not in fields and (found := text_value(section, _HOLDER, "name")) is not None:
        fields[FieldName.HOLDER] = found
    if FieldName.ISSUER not in fields and (office := _registry(section)) is not None:
        fields[FieldName.ISSUER] = office
    holder = fields.get(FieldName.HOLDER)
    for name in (FieldName.NAME, FieldName.ID_NUMBER, FieldName.SEX, FieldName.BIRTH, FieldName.NATIONALITY):
        fields.pop(name, None)
    if holder is not None:
        fields[FieldName.NAME] = holder
    own = next((p for p in persons if holder is not None and p.name.value == holder.value), None)
    if own is not None and own.id_number is not None:
        fields[FieldName.ID_NUMBER] = own.id_number
    return Contents(fields, persons=tuple(persons))


def _registry(section: Section) -> FieldValue | None:
    """Give the office of civil affairs that stands as a line of its own, when its label was lost under the seal."""
    for piece in section.pieces:
        text = fold(piece.text)
        if re.fullmatch(r"[\u4e00-\u9fff]{2,12}(?:民政局|婚姻登记处|镇人民政府|街道办事处)", text):
            return FieldValue(text, round(0.75 * piece.score, 3), piece.page, piece.box, piece.text)
    return None


def read_birth(section: Section, kind: DocumentKind) -> Contents:
    """Read the child and both parents, who become persons with their relation."""
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    fields.pop(FieldName.ID_NUMBER, None)
    numbers = list(filled(pairs, "id_number"))
    persons = []
    for key, number_key, relation in (("mother", "mother_id", "母亲"), ("father", "father_id", "父亲")):
        pair = best(pairs, key)
        name = field_value(pair, section.pages) if pair else None
        if name is not None and pair is not None:
            persons.append(Person(name, _parent_number(section, pair, pairs, number_key, numbers), relation))
    return Contents(fields, persons=tuple(persons))


def _parent_number(
    section: Section, parent: Pair, pairs: list[Pair], key: str, numbers: list[Pair]
) -> FieldValue | None:
    own = best(pairs, key)
    if own is not None:
        return field_value(own, section.pages)
    top = parent.label.piece.box[1] - parent.label.piece.height
    behind = [n for n in numbers if n.label.piece.box[1] >= top]
    if not behind:
        return None
    nearest = min(
        behind, key=lambda n: n.label.piece.box[1] - top + abs(n.label.piece.box[0] - parent.label.piece.box[0])
    )
    numbers.remove(nearest)
    return field_value(nearest, section.pages)
