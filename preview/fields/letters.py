"""Letters: powers of attorney, commitments, certificates of a legal representative."""

from __future__ import annotations

import re

from preview.documents import DocumentKind
from preview.fields.common import (
    Contents,
    field_value,
    filled,
    number_behind,
    running_text,
    set_if_better,
    span_values,
    text_value,
)
from preview.fields.forms import add_signed, blanks, form_pairs, labelled, people
from preview.fields.licences import lone_date
from preview.folding import fold
from preview.numbers import read_uscc
from preview.pairs import Pair
from preview.schema import FieldName, FieldValue, Person
from preview.signatures import Signed, signatures
from preview.split import Section
from preview.values import parse

_NAME = r"[\u4e00-\u9fff·]{2,8}?"
_ID_WORDS = r"(?:居民)?(?:身份证|公民身份|证件|身份号)"
_BEFORE_ID = (
    rf"\s*(?:同志|先生|女士)?\s*[(（,，、:：\[]*\s*(?:[男女]\s*[,，、]?\s*)?(?:{_ID_WORDS}|[1-9]\d{{16}}[\dXx])"
)
_PRINCIPAL = re.compile(rf"(?:本人|我|委托人|立书人)\s*[:：,，(（]?\s*(?:姓名[:：]?)?\s*({_NAME}){_BEFORE_ID}")
_AGENT = re.compile(
    rf"(?:委托|授权|指派|受托人[:：]?)\s*(?:我单位|本单位|本公司|我公司|我司)?\s*(?:员工|职工|工作人员|亲属|朋友)?\s*({_NAME})(?:{_BEFORE_ID}|\s*(?:同志|先生|女士|为我|为本|作为|全权|代为|代表|前往|到))"
)
_WITNESSED = re.compile(
    rf"(?:兹证明|兹有|证明|现有)\s*[:：,，]?\s*({_NAME})(?:{_BEFORE_ID}|\s*(?:同志|先生|女士|系|为|是|现任|在我))"
)
_OFFICE = re.compile(
    rf"({_NAME})\s*(?:同志|先生|女士)\s*[,，(（]?.{{0,60}}?(?:系|为|是|现任|在)(?:我|本)(?:单位|公司|司|厂|店|企业)"
)
_COMPANY = re.compile(
    r"([\u4e00-\u9fff()（）]{4,30}?(?:有限责任公司|股份有限公司|有限公司|合作社|联合社|经济社|事务所|厂|中心|店))"
)
_OUR_COMPANY = re.compile(
    r"(?:本单位|本公司|我单位|我公司|本企业|承诺单位)\s*[(（:：]\s*"
    r"([\u4e00-\u9fff()（）]{4,30}?(?:有限责任公司|股份有限公司|有限公司|合作社|联合社|经济社|事务所|厂|中心|店))"
)
_ITEM = re.compile(
    r"(?:代为办理|代理办理|前往办理|办理|申请办理|申办|申请)\s*[:：]?\s*[「“\"《]?([\u4e00-\u9fff()（）、]{3,36}?)[」”\"》]?\s*(?:的?(?:相关|有关)?(?:事宜|手续|事项|业务)|一事|等|时|[,，。;；])"
)
_PERIOD = re.compile(
    r"自?\s*\d{4}\s*[年.\-/].{1,14}?(?:起)?\s*(?:至|到|—|-|~)\s*\d{4}\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2}\s*日?"
)
_ISSUED = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")


def read_power(section: Section, kind: DocumentKind) -> Contents:
    """Read who empowers whom for what and how long; `id_number` is the principal's, both are persons."""
    pairs = form_pairs(section)
    signed = signatures(section, letters=True)
    fields, persons = people(section, _without_places(pairs, signed))
    set_if_better(fields, FieldName.APPLICANT, text_value(section, _PRINCIPAL, "name"))
    if FieldName.AGENT not in fields:
        set_if_better(fields, FieldName.AGENT, text_value(section, _AGENT, "name"))
    if FieldName.APPLICANT not in fields and (company := _company(section)) is not None:
        fields[FieldName.APPLICANT] = company
    numbers = {p.relation: p.id_number for p in persons if p.id_number is not None}
    principal = numbers.get("申请人") or number_behind(section, fields.get(FieldName.APPLICANT))
    agent_number = numbers.get("代理人") or number_behind(section, fields.get(FieldName.AGENT))
    fields.pop(FieldName.ID_NUMBER, None)
    if principal is not None and (agent_number is None or principal.value != agent_number.value):
        fields[FieldName.ID_NUMBER] = principal
    if FieldName.ITEM_NAME not in fields:
        set_if_better(fields, FieldName.ITEM_NAME, text_value(section, _ITEM, "text", sure=0.9))
    if FieldName.START_ON not in fields and (span := span_values(section, _PERIOD)) is not None:
        fields[FieldName.START_ON], fields[FieldName.END_ON] = span
    add_signed(fields, signed)
    both = [
        Person(fields[name], number, relation)
        for name, number, relation in (
            (FieldName.APPLICANT, fields.get(FieldName.ID_NUMBER), "委托人"),
            (FieldName.AGENT, agent_number, "受托人"),
        )
        if name in fields
    ]
    return Contents(fields, labelled(section, pairs), blanks(section, pairs), signed.places, tuple(both))


def read_commitment(section: Section, kind: DocumentKind) -> Contents:
    """Read who promises; the signature counts as the name when no other is given."""
    pairs = form_pairs(section)
    signed = signatures(section, letters=True)
    fields, persons = people(section, _without_places(pairs, signed))
    set_if_better(fields, FieldName.APPLICANT, text_value(section, _PRINCIPAL, "name"))
    if FieldName.APPLICANT not in fields:
        set_if_better(fields, FieldName.APPLICANT, text_value(section, _OUR_COMPANY, "company", sure=0.9, least=0.9))
    if FieldName.USCC not in fields and (code := _credit_code(section)) is not None:
        fields[FieldName.USCC] = code
    if FieldName.APPLICANT not in fields:
        first = filled(pairs, "name") or filled(pairs, "promiser") or filled(pairs, "company_name")
        value = field_value(first[0], section.pages) if first else signed.signed_by
        if value is not None:
            fields[FieldName.APPLICANT] = value
    if FieldName.ID_NUMBER not in fields and (number := number_behind(section, None)) is not None:
        fields[FieldName.ID_NUMBER] = number
    promiser = fields.get(FieldName.APPLICANT)
    if promiser is not None and len(promiser.value) <= 4:
        fields.setdefault(FieldName.NAME, promiser)
    if FieldName.ITEM_NAME not in fields:
        set_if_better(fields, FieldName.ITEM_NAME, text_value(section, _ITEM, "text", sure=0.75))
    add_signed(fields, signed)
    return Contents(fields, labelled(section, pairs), blanks(section, pairs), signed.places, persons)


def read_legal_rep(section: Section, kind: DocumentKind) -> Contents:
    """Read which company's legal representative a person is, and when it was certified."""
    pairs = form_pairs(section)
    signed = signatures(section)
    fields, persons = people(section, pairs)
    fields.pop(FieldName.AGENT, None)
    for name in (FieldName.APPLICANT, FieldName.NAME):
        value = fields.pop(name, None)
        if value is not None and FieldName.LEGAL_REP not in fields and len(value.value) <= 4:
            fields[FieldName.LEGAL_REP] = value
    for pattern in (_WITNESSED, _OFFICE):
        if FieldName.LEGAL_REP not in fields:
            set_if_better(fields, FieldName.LEGAL_REP, text_value(section, pattern, "name"))
    if FieldName.COMPANY_NAME not in fields and (company := _company(section)) is not None:
        fields[FieldName.COMPANY_NAME] = company
    if FieldName.USCC not in fields and (code := _credit_code(section)) is not None:
        fields[FieldName.USCC] = code
    if FieldName.ID_NUMBER not in fields:
        number = next((p.id_number for p in persons if p.id_number is not None), None) or number_behind(section, None)
        if number is not None:
            fields[FieldName.ID_NUMBER] = number
    issued = signed.signed_on or lone_date(section, pairs)
    if issued is not None:
        fields[FieldName.ISSUED_ON] = fields[FieldName.SIGNED_ON] = issued
    return Contents(fields, labelled(section, pairs), blanks(section, pairs), signed.places, persons)


def _credit_code(section: Section) -> FieldValue | None:
    """Find a valid credit code, which running text may break at the end of a line."""
    text, places = running_text(section)
    reading = read_uscc(text)
    if reading is None or not reading.valid:
        return None
    piece = places[max(0, text.find(reading.raw[:6]))]
    return FieldValue(
        reading.value, round(0.88 * piece.score, 3), piece.page, piece.box, reading.raw, reading.repaired
    )


def _without_places(pairs: list[Pair], signed: Signed) -> list[Pair]:
    """Leave out labels that are places of signature at the letter's end when the same person is named above."""
    tops = {(p.page, p.label) for p in signed.places}
    kept = []
    seen: set[str] = set()
    for pair in pairs:
        at_place = (pair.label.piece.page, fold(pair.label.text).rstrip(":")) in tops
        if at_place and pair.key in seen:
            continue
        seen.add(pair.key)
        kept.append(pair)
    return kept


def _company(section: Section) -> FieldValue | None:
    """Give the company the letter comes from: a line of its own, else the first in the text."""
    for piece in reversed(section.pieces):
        parsed = parse("company", re.sub(r"^[\u4e00-\u9fff]{2,6}[(（]?(?:盖章|公章)?[)）]?[:：]", "", piece.text))
        if parsed is not None and parsed.sure > 0.9 and len(fold(piece.text)) <= len(parsed.value) + 10:
            return FieldValue(parsed.value, round(0.8 * piece.score, 3), piece.page, piece.box, piece.text)
    return text_value(section, _COMPANY, "company", sure=0.7)
