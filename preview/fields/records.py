"""Records of social insurance."""

from __future__ import annotations

import re

from preview.documents import DocumentKind
from preview.fields.common import (
    Contents,
    cross_checked,
    from_text,
    of_kind,
    plain_fields,
    set_if_better,
    span_values,
    text_value,
)
from preview.fields.licences import lone_date
from preview.numbers import read_id
from preview.schema import FieldName
from preview.split import Section

_PERSON = re.compile(
    r"(?:兹证明|证明|兹有|参保人)\s*[:：]?\s*([\u4e00-\u9fff·]{2,8}?)\s*[,，(（]?\s*(?:[男女]\s*[,，]?\s*)?(?:身份证|公民身份|社会保障号)"
)
_TERM = re.compile(
    r"(?:自|从)?\s*\d{4}\s*[年.\-/]\s*\d{1,2}\s*[月]?.{0,6}?(?:至|到|—|-|~)\s*\d{4}\s*[年.\-/]\s*\d{1,2}\s*月?(?:\d{1,2}日)?"
)
_COMPANY = re.compile(r"(?:在|由)\s*([\u4e00-\u9fff()（）]{4,30}?(?:公司|厂|店|中心|部|社|所))")


def read_insurance(section: Section, kind: DocumentKind) -> Contents:
    """Read who was insured where and when; months count from their first to their last day."""
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    set_if_better(fields, FieldName.ID_NUMBER, from_text(section, read_id))
    if FieldName.NAME not in fields:
        set_if_better(fields, FieldName.NAME, text_value(section, _PERSON, "name"))
    if FieldName.COMPANY_NAME not in fields:
        set_if_better(fields, FieldName.COMPANY_NAME, text_value(section, _COMPANY, "company"))
    if FieldName.START_ON not in fields and (span := span_values(section, _TERM, kind="month_span")) is not None:
        fields[FieldName.START_ON], fields[FieldName.END_ON] = span
    if FieldName.ISSUED_ON not in fields:
        set_if_better(fields, FieldName.ISSUED_ON, lone_date(section, pairs))
    return Contents(cross_checked(fields))
