"""Business licences, driving and vehicle licences, diplomas."""

from __future__ import annotations

import re
from dataclasses import replace

from preview import values
from preview.dates import find_dates, iso
from preview.documents import DocumentKind
from preview.fields.common import (
    Contents,
    Fields,
    cross_checked,
    from_text,
    of_kind,
    plain_fields,
    running_text,
    set_if_better,
    text_value,
)
from preview.folding import fold
from preview.layout import Piece, joined, rows
from preview.numbers import read_id, read_uscc
from preview.pairs import Pair
from preview.schema import FieldName, FieldValue
from preview.split import Section

_STUDENT = re.compile(
    r"(?:学生|研究生|本科生|专科生|学员|兹有|兹证明)\s*(?!学生|研究生|学员)([\u4e00-\u9fff·]{2,10}?)\s*[,，、]?\s*(?:性别)?[,，]?\s*[男女]\s*[,，]"
)
_SOMEBODY = re.compile(r"([\u4e00-\u9fff·]{2,10}?)\s*[,，、]?\s*(?:性别)?[,，]?\s*[男女]\s*[,，]")
_ENDING = "依法须经批准的项目经相关部门批准后方可开展经营活动"
_BORN = re.compile(
    r"[男女]\s*[,，]\s*(?:生于|出生于)?\s*([12]?[\d〇零一二三四五六七八九]{3,4}\s*年.{1,8}?月.{1,6}?[日号])(?:出?生)?"
)


def read_business(section: Section, kind: DocumentKind) -> Contents:
    """Read a licence in one or two columns; its day of issue stands alone by the seal."""
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    set_if_better(fields, FieldName.USCC, from_text(section, read_uscc))
    if FieldName.ISSUED_ON not in fields:
        set_if_better(fields, FieldName.ISSUED_ON, lone_date(section, pairs))
    scope = fields.get(FieldName.BUSINESS_SCOPE)
    if scope is not None:
        fields[FieldName.BUSINESS_SCOPE] = _with_usual_ending(scope)
    return Contents(fields)


def _with_usual_ending(scope: FieldValue) -> FieldValue:
    """Put right the sentence in brackets with which scopes end, and the full stop that readers lose before it.

    At most two of the sentence's characters may differ; its own punctuation stays as it was read.
    """
    value = scope.value
    found = re.search(r"([。；;.]?)([(（])(依.{20,30}动)", value)
    if found is None:
        return scope
    ending = found[3]
    signs = [c for c in ending if re.match(r"[\u4e00-\u9fff]", c)]
    if len(signs) != len(_ENDING) or sum(a != b for a, b in zip(signs, _ENDING, strict=True)) > 2:
        return scope
    words = iter(_ENDING)
    mended = "".join(next(words) if re.match(r"[\u4e00-\u9fff]", c) else c for c in ending)
    value = value[: found.start()] + (found[1] or "。") + found[2] + mended + value[found.end() :]
    return replace(scope, value=value, repaired=scope.repaired or value != scope.value)


def lone_date(section: Section, pairs: list[Pair]) -> FieldValue | None:
    """Give the last date that belongs to no label and stands in the lower part: the day beside the seal."""
    used = {(p.piece.page, p.piece.line) for p in pairs if p.piece is not None} | {
        (piece.page, piece.line) for p in pairs for piece in p.pieces
    }
    dated: list[tuple[Piece, str]] = []
    for row in rows(section.pieces):
        free = [p for p in row if (p.page, p.line) not in used]
        if not free:
            continue
        piece = joined(free)
        found = find_dates(piece.text) or find_dates(fold(piece.text))
        if len(found) == 1 and len(fold(piece.text)) <= 24 and found[0].date.year < 9000:
            dated.append((piece, iso(found[0].date)))
    if not dated:
        return None
    piece, value = dated[-1]
    bottom = max(p.box[3] for p in section.pieces if p.page == piece.page)
    top = min(p.box[1] for p in section.pieces if p.page == piece.page)
    if piece.middle[1] < top + 0.5 * (bottom - top):
        return None
    return FieldValue(value, round(0.88 * piece.score, 3), piece.page, piece.box, piece.text)


def read_driving(section: Section, kind: DocumentKind) -> Contents:
    """Read a driving licence; its number is the identity number."""
    fields = plain_fields(section, of_kind(section, kind))
    number = from_text(section, read_id)
    set_if_better(fields, FieldName.CERTIFICATE_NO, number)
    if FieldName.CERTIFICATE_NO in fields and len(fields[FieldName.CERTIFICATE_NO].value) == 18:
        fields[FieldName.ID_NUMBER] = fields[FieldName.CERTIFICATE_NO]
    _years_of_validity(section, fields)
    return Contents(cross_checked(fields))


def _years_of_validity(section: Section, fields: Fields) -> None:
    """Old licences print 「有效起始日期 2010-05-06 有效期限 6年」: the end follows from the years."""
    start = fields.get(FieldName.VALID_FROM)
    if FieldName.VALID_TO in fields or start is None:
        return
    text, _ = running_text(section)
    years = re.search(r"有效期限?\s*[:：]?\s*(6|10|六|十)\s*年", text)
    if years:
        span = 6 if years[1] in "6六" else 10
        fields[FieldName.VALID_TO] = replace(
            start,
            value=f"{int(start.value[:4]) + span}{start.value[4:]}",
            confidence=round(start.confidence * 0.8, 3),
            raw=years[0],
        )


def read_vehicle(section: Section, kind: DocumentKind) -> Contents:
    """Read a vehicle licence; the day of registration is kept as the founding day's neighbour, not as a field."""
    fields = plain_fields(section, of_kind(section, kind))
    fields.pop(FieldName.FOUNDED_ON, None)
    return Contents(fields)


def read_diploma(section: Section, kind: DocumentKind) -> Contents:
    """Read a diploma, with labels or as the usual sentence (学生张三，性别女，1999年5月6日生，…)."""
    pairs = of_kind(section, kind)
    fields = plain_fields(section, pairs)
    for pattern in (_STUDENT, _SOMEBODY):
        if FieldName.NAME not in fields and (found := text_value(section, pattern, "name", least=0.85)) is not None:
            fields[FieldName.NAME] = found
    if FieldName.BIRTH not in fields and (found := text_value(section, _BORN, "date")) is not None:
        fields[FieldName.BIRTH] = found
    if (
        FieldName.SEX not in fields
        and (found := text_value(section, re.compile(r"(?:性别|[,，])\s*([男女])\s*[,，]"), "sex")) is not None
    ):
        fields[FieldName.SEX] = found
    if FieldName.ISSUED_ON not in fields:
        set_if_better(fields, FieldName.ISSUED_ON, lone_date(section, pairs))
    if FieldName.ISSUER not in fields:
        set_if_better(fields, FieldName.ISSUER, _school(section))
    return Contents(fields)


def _school(section: Section) -> FieldValue | None:
    """Give the school whose name stands as a line of its own."""
    for piece in reversed(section.pieces):
        text = fold(piece.text)
        if re.fullmatch(r"[\u4e00-\u9fff]{2,16}(?:大学|学院|学校|中学|技校)", text):
            parsed = values.parse("organ", text)
            if parsed is not None:
                return FieldValue(parsed.value, round(0.75 * piece.score, 3), piece.page, piece.box, piece.text)
    return None
