"""Property certificates."""

from __future__ import annotations

from dataclasses import replace

from preview.documents import DocumentKind
from preview.fields.common import Contents, field_value, filled, from_text, of_kind, plain_fields, set_if_better
from preview.fields.licences import lone_date
from preview.numbers import read_property_certificate, read_property_unit
from preview.schema import FieldName
from preview.split import Section


def read_property(section: Section, kind: DocumentKind) -> Contents:
    """Read owner, co-owner, numbers, place, use and size; the certificate's number often stands without a label."""
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    number = from_text(section, read_property_certificate, sure=0.95)
    if number is not None:
        fields[FieldName.CERTIFICATE_NO] = number
    set_if_better(fields, FieldName.PROPERTY_NO, from_text(section, read_property_unit, sure=0.95))
    holder = fields.get(FieldName.HOLDER)
    if holder is not None and "、" in holder.value:
        first, _, rest = holder.value.partition("、")
        fields[FieldName.HOLDER] = replace(holder, value=first)
        fields[FieldName.CO_OWNER] = replace(holder, value=rest)
    else:
        for shared in filled(pairs, "shared"):
            made = field_value(shared, section.pages)
            if made is not None and 2 <= len(made.value) <= 12 and not made.value.endswith(("所有", "共有")):
                fields[FieldName.CO_OWNER] = made
    if FieldName.ISSUED_ON not in fields:
        set_if_better(fields, FieldName.ISSUED_ON, lone_date(section, pairs))
    return Contents(fields)
