"""Identity cards, permits of Hong Kong, Macau and Taiwan residents, residence permits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from preview import values
from preview.documents import DocumentKind
from preview.fields.common import (
    Contents,
    Fields,
    cross_checked,
    from_text,
    of_kind,
    plain_fields,
    set_if_better,
)
from preview.folding import fold, simplified
from preview.layout import overlap
from preview.numbers import NumberReading, read_id, read_permit
from preview.pairs import Pair
from preview.schema import FieldName, FieldValue
from preview.split import Section


def read_id_front(section: Section, kind: DocumentKind) -> Contents:
    """Read the side with name and number; labels may be lost, the number is found anywhere."""
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    set_if_better(fields, FieldName.ID_NUMBER, from_text(section, _number_of(fields)))
    if FieldName.NAME not in fields:
        set_if_better(fields, FieldName.NAME, _name_on_top(section, pairs))
    return Contents(cross_checked(_simplified(fields, FieldName.NAME)))


def read_id_back(section: Section, kind: DocumentKind) -> Contents:
    """Read issuer and validity; a span that no law knows (5, 10, 20 years, 长期) is trusted less."""
    fields = plain_fields(section, of_kind(section, kind))
    if FieldName.VALID_TO not in fields:
        _add_span(section, fields)
    if FieldName.ISSUER not in fields:
        set_if_better(fields, FieldName.ISSUER, _police(section))
    if not _lawful_span(fields):
        for name in (FieldName.VALID_FROM, FieldName.VALID_TO):
            if name in fields:
                fields[name] = replace(fields[name], confidence=round(fields[name].confidence * 0.75, 3))
    return Contents(fields)


def read_permit_card(section: Section, kind: DocumentKind) -> Contents:
    """Read a permit to the mainland (往来内地通行证): the number is H or M with digits."""
    fields = plain_fields(section, of_kind(section, kind))
    set_if_better(fields, FieldName.CERTIFICATE_NO, from_text(section, read_permit))
    if FieldName.VALID_TO not in fields:
        _add_span(section, fields)
    if FieldName.ISSUER not in fields:
        set_if_better(fields, FieldName.ISSUER, _police(section))
    return Contents(fields)


def read_residence(section: Section, kind: DocumentKind) -> Contents:
    """Read a residence permit, of mainland or Hong Kong, Macau and Taiwan residents, either or both sides."""
    fields = plain_fields(section, of_kind(section, kind))
    set_if_better(fields, FieldName.ID_NUMBER, from_text(section, _number_of(fields)))
    number = fields.get(FieldName.CERTIFICATE_NO)
    if number is not None and (permit := read_permit(number.raw or number.value)) is not None:
        fields[FieldName.CERTIFICATE_NO] = replace(number, value=permit.value, repaired=permit.repaired)
    if FieldName.VALID_TO not in fields:
        _add_span(section, fields)
    if FieldName.ISSUER not in fields:
        set_if_better(fields, FieldName.ISSUER, _police(section))
    return Contents(cross_checked(fields))


def _number_of(fields: Fields) -> Callable[[str], NumberReading | None]:
    birth, sex = fields.get(FieldName.BIRTH), fields.get(FieldName.SEX)

    def reader(text: str) -> NumberReading | None:
        return read_id(text, birth.value if birth else "", sex.value if sex else "")

    return reader


def _simplified(fields: Fields, name: FieldName) -> Fields:
    """Mainland cards print simplified characters; the reader sometimes writes traditional ones."""
    value = fields.get(name)
    return fields if value is None else {**fields, name: replace(value, value=simplified(value.value))}


def _name_on_top(section: Section, pairs: list[Pair]) -> FieldValue | None:
    """Give the only name above the line of sex and ethnic group, when its label was not read."""
    below = [p.label.piece for p in pairs if p.key in ("sex", "nationality")]
    if not below:
        return None
    line = min(p.box[1] for p in below)
    names = []
    for piece in section.pieces:
        parsed = values.parse("name", piece.text)
        if piece.box[3] <= line + 0.3 * piece.height and parsed is not None and parsed.sure > 0.9:
            names.append(FieldValue(parsed.value, round(0.6 * piece.score, 3), piece.page, piece.box, piece.text))
    return names[0] if len(names) == 1 else None


def _add_span(section: Section, fields: Fields) -> None:
    """Find 「date-date」 anywhere, when its label was not read."""
    for piece in section.pieces:
        parsed = values.parse("span", piece.text)
        if parsed is not None and parsed.value and parsed.until:
            for name, value in ((FieldName.VALID_FROM, parsed.value), (FieldName.VALID_TO, parsed.until)):
                fields.setdefault(
                    name, FieldValue(value, round(0.85 * piece.score, 3), piece.page, piece.box, piece.text)
                )
            return


def _police(section: Section) -> FieldValue | None:
    """Find the issuing police office by its name; a long name may go on in the next line."""
    for number, piece in enumerate(section.pieces):
        text = fold(piece.text)
        if text.endswith(("公安局", "分局", "出入境管理局", "公安厅")) and 4 <= len(text) <= 24:
            parsed = values.parse("organ", text.removeprefix("签发机关").strip(":"))
            if parsed is not None:
                return FieldValue(parsed.value, round(0.75 * piece.score, 3), piece.page, piece.box, piece.text)
        following = section.pieces[number + 1] if number + 1 < len(section.pieces) else None
        if (
            text.endswith("公安")
            and following is not None
            and overlap(piece.box[0], piece.box[2], following.box[0], following.box[2]) > 0
        ):
            return None
    return None


def _lawful_span(fields: Fields) -> bool:
    start, end = fields.get(FieldName.VALID_FROM), fields.get(FieldName.VALID_TO)
    if start is None or end is None or end.value.startswith("9999"):
        return True
    first, last = dt.date.fromisoformat(start.value), dt.date.fromisoformat(end.value)
    return (first.month, first.day) == (last.month, last.day) and last.year - first.year in (5, 10, 20)
