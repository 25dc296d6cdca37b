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
from preview.folding import fold
from preview.layout import Piece, overlap
from preview.numbers import read_id
from preview.schema import FieldName, FieldValue
from preview.split import Section
from preview.values import last_day

_PERSON = re.compile(
    r"(?:兹证明|证明|兹有|参保人)\s*[:：]?\s*([\u4e00-\u9fff·]{2,8}?)\s*[,，(（]?\s*(?:[男女]\s*[,，]?\s*)?(?:身份证|公民身份|社会保障号)"
)
_TERM = re.compile(
    r"(?:自|从)?\s*\d{4}\s*[年.\-/]\s*\d{1,2}\s*[月]?.{0,6}?(?:至|到|—|-|~)\s*\d{4}\s*[年.\-/]\s*\d{1,2}\s*月?(?:\d{1,2}日)?"
)
_COMPANY = re.compile(r"(?:在|由)\s*([\u4e00-\u9fff()（）]{4,30}?(?:公司|厂|店|中心|部|社|所))")


_MONTH_HEAD = re.compile(r"^(?:缴费|缴纳|费款所属|所属|参保)?(?:年月|月份|期|时间|日期)(?:起)?$")
_MONTH = re.compile(r"((?:19|20)\d{2})[年.\-/]?(0[1-9]|1[0-2]|[1-9](?=月))月?")


def _months_paid(section: Section) -> tuple[FieldValue, FieldValue] | None:
    """Give the first day of the first and the last of the last month in a table's column of months, at least two."""
    for head in section.pieces:
        if not _MONTH_HEAD.match(fold(head.text)):
            continue
        below = [
            (found, piece)
            for piece in section.pieces
            if (piece.page, piece.box[1]) > (head.page, head.box[1])
            and overlap(piece.box[0], piece.box[2], head.box[0], head.box[2]) > 0.5
            and (found := _MONTH.fullmatch(fold(piece.text)))
        ]
        if len(below) >= 2:
            (first, at), (last, end) = min(below, key=_when), max(below, key=_when)
            return (
                FieldValue(f"{first[1]}-{int(first[2]):02d}-01", round(0.8 * at.score, 3), at.page, at.box, at.text),
                FieldValue(
                    last_day(int(last[1]), int(last[2])), round(0.8 * end.score, 3), end.page, end.box, end.text
                ),
            )
    return None


def _when(found: tuple[re.Match[str], Piece]) -> tuple[int, int]:
    return int(found[0][1]), int(found[0][2])


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
    if FieldName.START_ON not in fields and (months := _months_paid(section)) is not None:
        fields[FieldName.START_ON], fields[FieldName.END_ON] = months
    if FieldName.ISSUED_ON not in fields:
        set_if_better(fields, FieldName.ISSUED_ON, lone_date(section, pairs))
    return Contents(cross_checked(fields))
