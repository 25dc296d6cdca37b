"""Contracts of lease and of labour: labels first, the usual clauses where labels are missing."""

from __future__ import annotations

import re
from dataclasses import replace

from preview.documents import DocumentKind
from preview.fields.common import (
    Contents,
    Fields,
    best,
    field_value,
    filled,
    number_behind,
    of_kind,
    persons_in,
    plain_fields,
    set_if_better,
    span_values,
    text_value,
)
from preview.fields.forms import SIGNING, add_signed, labelled
from preview.pairs import Pair
from preview.schema import FieldName, Person
from preview.signatures import signatures
from preview.split import Section

_FROM_TO = re.compile(
    r"(?:自|从|由|期限为?[:：]?|起止时间[:：]?|期为?[:：]?)\s*\d{4}\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2}\s*日?\s*(?:起|开始)?.{0,6}?(?:至|到|止|—|-|~)\s*\d{4}\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2}\s*日?"
)
_RENT = re.compile(
    r"(?:月租金|租金)(?:标准)?(?:为|共计|是|[:：])?\s*(?:每月|每月为|每月人民币)?\s*(?:人民币)?\s*[:：]?\s*(?:\(?小写\)?[:：]?)?\s*[￥¥]?\s*([\d,，.]{3,12}\s*元)"
)
_PLACE = re.compile(
    r"(?:位于|坐落于|坐落在|座落于|房屋地址[:：]|地址为)\s*([\u4e00-\u9fffA-Za-z\d\-—（）()#]{6,50}?)(?:的(?:房屋|住房|住宅|厂房|商铺|店铺|物业|场地|出租屋|房产|单元|部分|自有)|(?:房屋|住房|物业|场地)?(?:[一1壹][套间])?(?:出租|租给|租赁给|转租|[,，。;；]))"
)


_ABOUT = r"(?:居民)?(?:身份证|公民身份|证件号|统一社会信用|营业执照|性别|以下简称|下称|联系电话|电话|住址|地址)"
_PARTY = (
    r"(?:\((?:甲|乙|出租|承租)[^)]{0,4}\))?\s*[:：]?\s*"
    r"([\u4e00-\u9fff·]{2,10}?|[\u4e00-\u9fff()（）]{4,30}?(?:公司|厂|店|中心|社|部))"
)
_NAMED = rf"\s*[(（,，、;；]\s*(?:[男女]\s*[,，]\s*)?{_ABOUT}"
_LESSOR = re.compile(rf"(?:出租人|出租方|甲方|房东){_PARTY}{_NAMED}")
_LESSEE = re.compile(rf"(?:承租人|承租方|乙方|租客){_PARTY}{_NAMED}")
_AREA = re.compile(r"面积(?:为|约|共)?\s*[:：]?\s*(\d+(?:\.\d+)?\s*(?:平方米|㎡|平米))")
_USE = re.compile(
    r"(?:用途|用作|用于|作为)(?:为|是)?\s*[:：]?\s*([\u4e00-\u9fff/]{2,10}?)(?:使用|用途|之用|[,，。;；])"
)


def read_lease(section: Section, kind: DocumentKind) -> Contents:
    """Read parties, place, rent and term of a lease."""
    pairs = [p for p in of_kind(section, kind) if not SIGNING.search(p.label.text)]
    signed = signatures(section, letters=True)
    fields = plain_fields(section, pairs)
    fields.pop(FieldName.ID_NUMBER, None)
    pairs = [_of_its_party(pair, pairs) for pair in pairs]
    for role in ("lessor", "lessee"):
        named = best(pairs, role)
        if named is not None and (value := field_value(named, section.pages)) is not None:
            fields[FieldName(role)] = value
    for name, pattern in ((FieldName.LESSOR, _LESSOR), (FieldName.LESSEE, _LESSEE)):
        if name not in fields:
            set_if_better(fields, name, text_value(section, pattern, "party", sure=0.9))
    _add_term(section, fields)
    if FieldName.RENT not in fields:
        set_if_better(fields, FieldName.RENT, text_value(section, _RENT, "money", sure=0.85))
    for name, pattern, form in ((FieldName.AREA, _AREA, "area"), (FieldName.USAGE, _USE, "text")):
        if name not in fields:
            set_if_better(fields, name, text_value(section, pattern, form, sure=0.9 if form == "area" else 1.3))
    if FieldName.ADDRESS not in fields:
        set_if_better(fields, FieldName.ADDRESS, text_value(section, _PLACE, "address", sure=0.85))
    add_signed(fields, signed)
    fields.pop(FieldName.SIGNED_BY, None)
    persons = _parties(section, pairs) or _parties_in_text(section, fields)
    return Contents(fields, labelled(section, pairs), (), signed.places, persons)


def read_labour(section: Section, kind: DocumentKind) -> Contents:
    """Read employer, employee and term of a labour contract."""
    pairs = [p for p in of_kind(section, kind) if not SIGNING.search(p.label.text)]
    signed = signatures(section, letters=True)
    fields = plain_fields(section, pairs)
    _add_term(section, fields)
    add_signed(fields, signed)
    fields.pop(FieldName.SIGNED_BY, None)
    return Contents(fields, labelled(section, pairs), (), signed.places, tuple(persons_in(section, pairs)))


def _add_term(section: Section, fields: Fields) -> None:
    if FieldName.START_ON in fields and FieldName.END_ON in fields:
        return
    span = span_values(section, _FROM_TO)
    if span is not None:
        fields[FieldName.START_ON], fields[FieldName.END_ON] = span


def _of_its_party(pair: Pair, pairs: list[Pair]) -> Pair:
    """Give 「姓名/名称」 of a table the role that the heading beside or above it tells: 出租人, 承租人."""
    if pair.key != "party_name":
        return pair
    place = pair.label.piece
    heads = [
        p.label
        for p in pairs
        if p.key in ("lessor", "lessee")
        and p.label.piece.page == place.page
        and p.label.piece.box[1] <= place.box[3]
        and p.label is not pair.label
    ]
    head = max(heads, key=lambda h: h.piece.box[1], default=None)
    return pair if head is None else replace(pair, label=replace(pair.label, key=head.key))


def _parties_in_text(section: Section, fields: Fields) -> tuple[Person, ...]:
    """Give the parties that only the opening sentence names, each with the number behind the name."""
    return tuple(
        Person(fields[name], number_behind(section, fields[name]), relation)
        for name, relation in ((FieldName.LESSOR, "出租方"), (FieldName.LESSEE, "承租方"))
        if name in fields
    )


def _parties(section: Section, pairs: list[Pair]) -> tuple[Person, ...]:
    """Give lessor and lessee with the number that follows each."""
    persons: list[Person] = []
    relation, name = "", None
    number = None
    for pair in [*pairs]:
        if pair.key in ("lessor", "lessee"):
            if name is not None:
                persons.append(Person(name, number, relation))
            relation = "出租方" if pair.key == "lessor" else "承租方"
            name, number = (field_value(pair, section.pages) if pair.parsed else None), None
        elif pair.key == "id_number" and pair.parsed is not None and number is None:
            number = field_value(pair, section.pages)
    if name is not None:
        persons.append(Person(name, number, relation))
    unique = {(p.relation, p.name.value): p for p in reversed(persons)}
    return tuple(reversed(list(unique.values()))) if filled(pairs, "lessor") or filled(pairs, "lessee") else ()
