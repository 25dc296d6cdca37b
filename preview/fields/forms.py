"""Application forms: every label with what stands beside it, blanks, places to sign, who applies, who acts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from preview.bare import is_bare
from preview.documents import DocumentKind, documents
from preview.fields.common import (
    Contents,
    Fields,
    field_value,
    filled,
    from_text,
    paired,
    plain_fields,
    set_if_better,
    text_value,
)
from preview.fields.licences import lone_date
from preview.folding import fold, neat
from preview.layout import Piece, cell_of, cell_right_of, covered_share, same_row
from preview.numbers import is_valid_uscc, read_uscc
from preview.pairs import Pair
from preview.schema import Blank, Box, FieldName, FieldValue, Page, Person, PlaceKind
from preview.signatures import Signed, signatures, strokes
from preview.split import Section
from preview.values import is_blank

SIGNING = re.compile(r"签名|签字|签章|盖章|公章|手印|捺印")
_APPLICANTS = ("applicant", "principal", "promiser")
_OTHERS = re.compile(r"联系人|监护人|配偶|子女|父亲|母亲|司机|填表人")
_PERSONAL = ("id_number", "phone", "address", "applicant", "agent", "name")
_OWN_FIELDS = (
    (FieldName.APPLICANT, "name"),
    (FieldName.ID_NUMBER, "id_number"),
    (FieldName.PHONE, "phone"),
    (FieldName.ADDRESS, "address"),
)
_LIVING_AT = re.compile(
    r"(?:现居?住(?:址|在|于|地)?|家住|住址|居住(?:在|于))[:：为是]?\s*([\u4e00-\u9fffA-Za-z\d\-—()（）#]{6,50}?)[,，。;；]"
)
_SAYS = re.compile(r"[\u4e00-\u9fffA-Za-z\d/√☑■]")
_DATE_WORDS = re.compile(r"日期|时间$")
_NO_BLANK = re.compile(r"^(?:照片|相片|备注|.*意见|.*须知|.*说明|第.+条.*|注|附件?|本人|填表说明)$")


def read_form(section: Section, kind: DocumentKind) -> Contents:
    """Read an application form of any layout."""
    pairs = form_pairs(section)
    signed = signatures(section)
    fields, persons = people(section, pairs)
    if FieldName.APPLICANT not in fields:
        for key in ("name", "company_name"):
            first = filled(pairs, key)
            if first and (value := field_value(first[0], section.pages)) is not None:
                fields[FieldName.APPLICANT] = value
                break
    code = from_text(section, read_uscc, sure=0.85)
    if FieldName.USCC not in fields and code is not None and is_valid_uscc(code.value):
        fields[FieldName.USCC] = code
    if FieldName.ITEM_NAME not in fields and (item := _item_of_title(section)) is not None:
        fields[FieldName.ITEM_NAME] = item
    add_signed(fields, signed)
    if FieldName.ADDRESS not in fields:
        set_if_better(fields, FieldName.ADDRESS, text_value(section, _LIVING_AT, "address", sure=0.85))
    if FieldName.SIGNED_ON not in fields and not any(p.kind is PlaceKind.DATE for p in signed.places):
        set_if_better(fields, FieldName.SIGNED_ON, lone_date(section, pairs))
    return Contents(fields, labelled(section, pairs), blanks(section, pairs), signed.places, persons)


def form_pairs(section: Section) -> list[Pair]:
    """Pair a form's labels; places of signature are no fields."""
    book, kinds = documents().form_book, documents().form_kinds
    return [p for p in paired(section, book, kinds, keep_odd=True) if not SIGNING.search(p.label.text)]


def people(section: Section, pairs: Sequence[Pair]) -> tuple[Fields, tuple[Person, ...]]:
    """Tell whose number and phone each is: it belongs to the person named last before it."""
    fields = plain_fields(section, [p for p in pairs if p.key not in _PERSONAL])
    found = _by_role(section, pairs)
    own, agent = found["applicant"], found["agent"]
    fields |= {name: own[key] for name, key in _OWN_FIELDS if key in own}
    if "name" in own and any(p.key == "name" and p.parsed for p in pairs):
        fields[FieldName.NAME] = own["name"]
    if "id_number" not in own and "name" not in own and "id_number" in found["legal_rep"]:
        fields[FieldName.ID_NUMBER] = found["legal_rep"]["id_number"]
    if "name" in agent:
        fields[FieldName.AGENT] = agent["name"]
    if "phone" in agent:
        fields.setdefault(FieldName.PHONE, agent["phone"])
    persons = [
        Person(who["name"], who.get("id_number"), relation)
        for who, relation in ((own, "申请人"), (agent, "代理人"), (found["legal_rep"], "法定代表人"))
        if "name" in who
    ]
    return fields, tuple(persons)


def _by_role(section: Section, pairs: Sequence[Pair]) -> dict[str, dict[str, FieldValue]]:
    """Give name, number, phone and address of each role; a label of a person opens that person's part of the form."""
    found: dict[str, dict[str, FieldValue]] = {"applicant": {}, "agent": {}, "legal_rep": {}, "other": {}}
    role = "applicant"
    heads: list[tuple[str, Piece]] = []
    for pair in pairs:
        key = pair.key
        role = _role_from(key, role)
        if key in (*_APPLICANTS, "agent", "legal_rep"):
            heads = [h for h in heads if _beside(h[1], pair.label.piece)] + [(role, pair.label.piece)]
        elif len(heads) > 1 and key in ("id_number", "phone", "address"):  # two persons in two columns
            left = pair.label.piece.box[0]
            role = min(heads, key=lambda head: abs(head[1].box[0] - left))[0]
        value = field_value(pair, section.pages) if pair.parsed is not None else None
        if value is None:
            continue
        if key in (*_APPLICANTS, "name", "agent", "legal_rep"):
            found[role].setdefault("name", value)
        elif key in ("id_number", "phone", "address"):
            owner = "applicant" if role == "legal_rep" and key != "id_number" else role
            found[owner].setdefault(key, value)
        elif key in ("applicant_id", "applicant_phone", "agent_id", "agent_phone"):
            owner, what = key.split("_")
            found[owner]["id_number" if what == "id" else "phone"] = value
    return found


def _beside(one: Piece, other: Piece) -> bool:
    return one.page == other.page and same_row(one.box, other.box)


def _role_from(key: str, role: str) -> str:
    if key in _APPLICANTS or (key == "name" and role != "agent"):
        return "applicant"
    if key in ("agent", "legal_rep"):
        return key
    return "other" if key.startswith("form:") and _OTHERS.search(key) else role


def labelled(section: Section, pairs: Sequence[Pair]) -> dict[str, FieldValue]:
    """Give every label with its value, under the label's own words; a label met again gets a number."""
    out: dict[str, FieldValue] = {}
    for pair in pairs:
        value = field_value(pair, section.pages) or _odd_value(pair)
        if value is None:
            continue
        label = label_text(pair)
        number = 2
        name = label
        while name in out:
            name = f"{label}({number})"
            number += 1
        out[name] = value
    return out


def _odd_value(pair: Pair) -> FieldValue | None:
    """Give what stands beside a label though it is nothing of the expected kind, with little trust."""
    if pair.piece is None or pair.parsed is not None or is_blank(pair.piece.text):
        return None
    return FieldValue(
        neat(pair.piece.text), round(0.4 * pair.piece.score, 3), pair.piece.page, pair.piece.box, pair.piece.text
    )


def label_text(pair: Pair) -> str:
    """Give a label's words without remarks, numbering and colon."""
    text = re.sub(r"\([^)]*\)", "", fold(pair.label.text)).strip(":*.、 ")
    if pair.key.startswith("form:"):
        return re.sub(r"\([^)]*\)", "", pair.key.removeprefix("form:")) or text
    return re.sub(r"^[A-Za-z'.,/ ]+|[A-Za-z'.,/ ]+$", "", text) or text


def blanks(section: Section, pairs: Sequence[Pair]) -> tuple[Blank, ...]:
    """Give the labels with room for a value and none: an empty cell beside, or a colon with nothing behind."""
    by_page = {page.page_no: page for page in section.pages}
    found = []
    for pair in pairs:
        if pair.parsed is not None or pair.key in ("", "signed_on") or _DATE_WORDS.search(label_text(pair)):
            continue
        page = by_page[pair.label.piece.page]
        if not _NO_BLANK.match(label_text(pair)) and _is_empty(pair, page, section):
            found.append(Blank(label_text(pair), page.page_no, pair.label.piece.box))
    return tuple(found)


def _is_empty(pair: Pair, page: Page, section: Section) -> bool:
    if pair.piece is not None and not is_blank(pair.piece.text):
        return False
    zone = _room(pair, page, section)
    if zone is None or any(covered_share(ink, zone) > 0.5 for ink in strokes(page)):
        return False
    label = pair.label.piece
    written = [
        p
        for p in section.pieces
        if p.page == page.page_no
        and p.line != label.line
        and covered_share(p.box, zone) > 0.5
        and _SAYS.search(p.text)
    ]
    return not written and is_bare(section.image_of(page.page_no), zone, page) is not False


def _room(pair: Pair, page: Page, section: Section) -> Box | None:
    """Give where a label's value would stand; None where that cannot be told or no value is wanted."""
    label = pair.label.piece
    cell = cell_of(label.box, page.form_cells)
    beside = cell_right_of(cell, page.form_cells) if cell is not None else None
    if beside is not None:
        return beside
    if not pair.label.colon and (cell is not None or pair.key.startswith("form:")):
        return None
    edge = max(p.box[2] for p in section.pieces if p.page == page.page_no)
    if label.box[2] >= edge - 2 * label.height and label.box[0] > page.width / 2:
        return None  # the end of a full line of running text
    return label.box[2], label.box[1], min(page.width, label.box[2] + 8 * label.height), label.box[3]


def _item_of_title(section: Section) -> FieldValue | None:
    """Take the matter from the form's title (居住证申领登记表 → 居住证申领登记) with little trust."""
    title = section.guess.title
    stem = re.sub(r"(?:申请|审批|登记|备案|申报)?(?:表|书)(?:\(.*\))?$", "", title)
    if 3 <= len(stem) <= 24:
        place = next((p for p in section.pieces if fold(p.text) == title), None)
        return FieldValue(stem, 0.4, section.pages[0].page_no, place.box if place else None, title)
    return None


def add_signed(fields: Fields, signed: Signed) -> None:
    set_if_better(fields, FieldName.SIGNED_BY, signed.signed_by)
    set_if_better(fields, FieldName.SIGNED_ON, signed.signed_on)
