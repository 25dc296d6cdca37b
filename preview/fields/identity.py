"""Identity cards, permits of Hong Kong, Macau and Taiwan residents, residence permits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

from preview import values
from preview.documents import DocumentKind
from preview.fields.common import (
    Contents,
    Fields,
    best,
    cross_checked,
    field_value,
    from_text,
    of_kind,
    plain_fields,
    set_if_better,
)
from preview.folding import fold, simplified
from preview.layout import overlap
from preview.numbers import NumberReading, id_birth, id_sex, is_valid_id, read_id, read_permit
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
    return Contents(_told_by_number(cross_checked(_simplified(fields, FieldName.NAME)), pairs))


def read_id_back(section: Section, kind: DocumentKind) -> Contents:
    """Read issuer and validity; a span that no law knows (5, 10, 20 years, 长期) is trusted less."""
    fields = plain_fields(section, of_kind(section, kind))
    if FieldName.VALID_TO not in fields:
        _add_span(section, fields)
    if FieldName.ISSUER not in fields:
        set_if_better(fields, FieldName.ISSUER, _police(section))
    if FieldName.VALID_TO not in fields:
        _complete_span(fields)
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
    """Read a residence permit, of mainland or Hong Kong, Macau and Taiwan residents, either or both sides.

    Where a permit tells both, the address is the one lived at; the registered one stands in only where it is alone.
    """
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    if FieldName.ADDRESS not in fields and (home := best(pairs, "home_address")) is not None:
        registered = field_value(home, section.pages)
        if registered is not None:  # less sure: the other side may tell the address lived at
            fields[FieldName.ADDRESS] = replace(registered, confidence=round(0.85 * registered.confidence, 3))
    set_if_better(fields, FieldName.ID_NUMBER, from_text(section, _number_of(fields)))
    number = fields.get(FieldName.CERTIFICATE_NO)
    if number is not None and (permit := read_permit(number.raw or number.value)) is not None:
        fields[FieldName.CERTIFICATE_NO] = replace(number, value=permit.value, repaired=permit.repaired)
    if FieldName.VALID_TO not in fields:
        _add_span(section, fields)
    if FieldName.ISSUER not in fields:
        set_if_better(fields, FieldName.ISSUER, _police(section))
    return Contents(_told_by_number(cross_checked(_simplified(fields, FieldName.NAME)), pairs))


def _told_by_number(fields: Fields, pairs: list[Pair]) -> Fields:
    """Fill in a sex or birth whose label was read and whose value was not: the number's check digit proves both."""
    number = fields.get(FieldName.ID_NUMBER)
    if number is None or number.confidence < 0.8 or not is_valid_id(number.value):
        return fields
    born = id_birth(number.value)
    told = {FieldName.SEX: id_sex(number.value), FieldName.BIRTH: born.isoformat() if born else ""}
    labelled = {p.key for p in pairs}
    return fields | {
        name: replace(number, value=value, confidence=0.6, repaired=True)
        for name, value in told.items()
        if value and name not in fields and name.value in labelled
    }


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


def _complete_span(fields: Fields) -> None:
    """Add the last digit of an end that was cut off (2019.04.02-2039.04.0) where only one choice is lawful."""
    start = fields.get(FieldName.VALID_FROM)
    cut = re.search(r"[-—~至一](\d{4})[.年](\d{2})[.月](\d?)$", fold(start.raw)) if start is not None else None
    if start is None or cut is None:
        return
    first = dt.date.fromisoformat(start.value)
    if int(cut[1]) - first.year in (5, 10, 20) and int(cut[2]) == first.month and start.value[8:].startswith(cut[3]):
        fields[FieldName.VALID_TO] = replace(
            start, value=f"{cut[1]}{start.value[4:]}", confidence=round(0.7 * start.confidence, 3), repaired=True
        )


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
