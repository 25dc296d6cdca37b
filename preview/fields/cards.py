"""Social security cards and bank cards."""

from __future__ import annotations

import re
from dataclasses import replace

from preview.documents import DocumentKind
from preview.fields.common import Contents, cross_checked, from_text, of_kind, plain_fields, set_if_better
from preview.folding import fold
from preview.numbers import read_bank_card, read_id
from preview.schema import FieldName, FieldValue
from preview.split import Section
from preview.values import last_day

_THRU = re.compile(r"(?<!\d)(0[1-9]|1[0-2])/(\d{2})(?!\d)")


def read_social(section: Section, kind: DocumentKind) -> Contents:
    """Read a social security card: its social security number is the identity number."""
    fields = plain_fields(section, of_kind(section, kind))
    set_if_better(fields, FieldName.ID_NUMBER, from_text(section, read_id))
    own = fields[FieldName.ID_NUMBER].value if FieldName.ID_NUMBER in fields else ""
    if FieldName.CERTIFICATE_NO in fields and fields[FieldName.CERTIFICATE_NO].value == own:
        del fields[FieldName.CERTIFICATE_NO]
    if FieldName.BANK_NO not in fields:
        bank = from_text(section, read_bank_card, sure=0.85, skip=lambda p: bool(read_id(p.text)))
        set_if_better(fields, FieldName.BANK_NO, bank)
    return Contents(cross_checked(fields))


def read_bank(section: Section, kind: DocumentKind) -> Contents:
    """Read a bank card's number, holder and 「VALID THRU 08/29」 (to the last day of that month)."""
    fields = plain_fields(section, of_kind(section, kind))
    set_if_better(fields, FieldName.BANK_NO, from_text(section, read_bank_card, sure=0.95))
    if FieldName.VALID_TO not in fields and (until := _thru(section)) is not None:
        fields[FieldName.VALID_TO] = until
    number = fields.get(FieldName.BANK_NO)
    if number is not None and not number.value.startswith(("62", "4", "5", "6", "9", "3")):
        fields[FieldName.BANK_NO] = replace(number, confidence=number.confidence * 0.7)
    return Contents(fields)


def _thru(section: Section) -> FieldValue | None:
    for piece in section.pieces:
        found = _THRU.search(fold(piece.text))
        if found:
            value = last_day(2000 + int(found[2]), int(found[1]))
            return FieldValue(value, round(0.8 * piece.score, 3), piece.page, piece.box, piece.text)
    return None
