"""Where a form, letter or contract wants a signature, a date or a seal, and whether one is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from preview import values
from preview.bare import is_bare
from preview.dates import find_dates, is_blank_date, iso
from preview.folding import Folded, fold, folded
from preview.layout import Piece, cell_of, cell_right_of, covered_share, cut, grown, inside, joined, rows, same_row
from preview.schema import Box, FieldValue, Page, PlaceKind, SignaturePlace
from preview.split import Section

_PLACE = re.compile(
    r"(?P<who>[\u4e00-\u9fff/、]{0,12}(?:\([\u4e00-\u9fff/、]{1,10}\))?)"
    r"\(?(?P<act>(?:亲笔)?(?:签名|签字|签章|签署|盖章|公章|手印|捺印|印章)(?:处|栏)?"
    r"(?:[或/、及并和(]*(?:加盖)?(?:单位)?(?:盖章|签章|捺印|按手印|手印|公章|指模|签名|签字|盖公章)\)?)*)\)?(?P<colon>:?)"
)
_PARTY_ALONE = re.compile(
    r"^(?P<who>(?:法定代表人|委托代理人|申请人|委托人|受托人|被委托人|受委托人|承诺人|声明人|保证人|经办人|代理人|授权人|被授权人|填表人|本人)(?:\([\u4e00-\u9fff/、]{1,10}\))?):(?P<rest>.*)$"
)
_SENTENCE = re.compile(r"[,，。;；]|应当|须|后有效|无效|请[在于用由以]|如[需有不]|均|已经|经过")
_DATE_LABEL = re.compile(r"(?:日期|签署时间|签订时间|申请时间|填表时间):?$")
_OTHER_DAYS = re.compile(r"出生|有效|成立|发证|领证|事故|起|止|到期|注册|核准|入职|就诊|入住|登记日期|毕业|开业")
_REACH = 14


@dataclass(frozen=True)
class Signed:
    """The places of a document, and by whom and when it was signed as far as text tells."""

    places: tuple[SignaturePlace, ...]
    signed_by: FieldValue | None = None
    signed_on: FieldValue | None = None


@dataclass(frozen=True)
class _Mark:
    kind: PlaceKind
    label: str
    piece: Piece  # the label itself
    rest: Piece | None  # what follows in its line
    sealable: bool


def signatures(section: Section, letters: bool = False) -> Signed:
    """Find the places of a document. `letters`: 「承诺人：」 in the lower part is a place of signature too."""
    places: list[SignaturePlace] = []
    by: list[FieldValue] = []
    on: list[FieldValue] = []
    for page in section.pages:
        pieces = [p for p in section.pieces if p.page == page.page_no]
        marks = [m for p in pieces for m in _marks(p, pieces, letters)]
        for mark in marks:
            zone = _zone(mark, marks, page)
            name = _name_at(mark, zone, pieces, marks) or _name_below(mark, page, pieces)
            filled = _filled(mark, zone, name, page)
            if (
                filled is None
                and page.quality.readable
                and is_bare(section.image_of(page.page_no), _around_seal(mark, zone), page)
            ):
                filled = False  # not even a grey one
            places.append(SignaturePlace(mark.kind, mark.label, page.page_no, zone, filled))
            if name is not None and mark.kind is PlaceKind.SIGNATURE:
                parsed = values.parse("party", name.text)
                if parsed is not None:
                    by.append(
                        FieldValue(
                            parsed.value, round(0.9 * parsed.sure * name.score, 3), name.page, name.box, name.text
                        )
                    )
        first = min((m.piece.box[1] for m in marks), default=None)
        for place, date in _dates(page, pieces, first, letters):
            places.append(place)
            if date is not None:
                on.append(date)
    return Signed(tuple(places), by[0] if by else None, on[-1] if on else None)


def _marks(piece: Piece, pieces: Sequence[Piece], letters: bool) -> Iterator[_Mark]:
    line = folded(piece.text)
    found = [m for m in _PLACE.finditer(line.text) if _is_place(m, line.text)]
    for number, match in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(line.text)
        act = match["act"]
        kind = PlaceKind.SIGNATURE if re.search(r"签|手印|捺印", act) else PlaceKind.SEAL
        label = _cut(piece, line, match.start(), match.end())
        rest = _cut(piece, line, match.end(), end) if match.end() < end else None
        yield _Mark(kind, _tidy(match[0]), label, rest, "章" in act)
    if not found and letters and _is_lower(piece, pieces):
        alone = _PARTY_ALONE.match(line.text)
        if alone and len(alone["rest"]) <= 24:
            split = alone.end("who") + 1
            rest = _cut(piece, line, split, len(line.text)) if split < len(line.text) else None
            yield _Mark(PlaceKind.SIGNATURE, alone["who"], _cut(piece, line, 0, split), rest, True)


def _tidy(label: str) -> str:
    """Give a label's words without colon and without a bracket that is not closed."""
    label = label.strip(":")
    return label if label.count("(") == label.count(")") else label.strip("()").replace("(", "").replace(")", "")


def _is_place(match: re.Match[str], text: str) -> bool:
    """Tell a place from a mention in a sentence."""
    if _SENTENCE.search(match["who"]) or (match.start() and text[match.start() - 1] in ",，。;；"):
        return False
    after = text[match.end() :]
    bracketed = match[0].rstrip(":").endswith(")")
    return (
        bool(match["colon"] or bracketed or not after or values.is_blank(after) or find_dates(after))
        and len(after) <= 40
    )


def _is_lower(piece: Piece, pieces: Sequence[Piece]) -> bool:
    top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
    return piece.middle[1] >= top + 0.55 * (bottom - top)


def _cut(piece: Piece, line: Folded, start: int, end: int) -> Piece:
    places = (*line.places, len(piece.text))
    return cut(piece, places[start], places[end])


def _zone(mark: _Mark, marks: Sequence[_Mark], page: Page) -> Box:
    """Give the room for a mark: to the right up to the next label, in its cell, or in the cell beside."""
    height = mark.piece.height
    left, top, right, bottom = mark.piece.box
    stop = min(
        (
            m.piece.box[0]
            for m in marks
            if m is not mark and same_row(m.piece.box, mark.piece.box) and m.piece.box[0] > left
        ),
        default=page.width,
    )
    limit = min(stop, right + _REACH * height, page.width)
    cell = cell_of(mark.piece.box, page.form_cells)
    if cell is None:
        return right, round(top - 0.9 * height), max(limit, right + 1), round(bottom + 0.9 * height)
    beside = cell_right_of(cell, page.form_cells)
    if beside is not None and cell[2] - right < max(3 * height, 0.8 * (beside[2] - beside[0])):
        return beside
    return (
        right,
        max(cell[1], round(top - 1.2 * height)),
        min(cell[2], stop),
        min(cell[3], round(bottom + 1.2 * height)),
    )


def _name_at(mark: _Mark, zone: Box, pieces: Sequence[Piece], marks: Sequence[_Mark]) -> Piece | None:
    """Give the text that stands at a place, if it may be a signature."""
    if mark.rest is not None:
        written = re.sub(r"(?:\d{4})?年?月?日?$|日期.*$|\d{4}[年.].*$", "", fold(mark.rest.text)).strip(" :_()")
        if len(re.findall(r"[\u4e00-\u9fffA-Za-z]", written)) >= 2 and not values.is_blank(written):
            return Piece(written, mark.rest.score, mark.rest.box, mark.rest.page, mark.rest.line)
    own_lines = {m.piece.line for m in marks}
    for piece in sorted(pieces, key=lambda p: p.box[0]):
        if piece.line in own_lines or not inside(piece.middle, zone):
            continue
        text = fold(piece.text)
        if (
            ":" in text
            or "年" in text
            or values.is_blank(text)
            or len(re.findall(r"[\u4e00-\u9fffA-Za-z]", text)) < 2
        ):
            continue
        return piece
    return None


def _around_seal(mark: _Mark, zone: Box) -> Box:
    """Give the paper over which a seal at this place would lie."""
    height = mark.piece.height
    return grown(zone, mark.piece.box[2] - mark.piece.box[0] + 2 * height, 2 * height, 0, 3 * height)


def strokes(page: Page) -> list[Box]:
    """Give the ink boxes of a page that no well-read printed line explains."""
    printed = [line.box for line in page.lines if line.score >= 0.9]
    return [ink for ink in page.ink_boxes if not any(covered_share(ink, box) > 0.6 for box in printed)]


def _name_below(mark: _Mark, page: Page, pieces: Sequence[Piece]) -> Piece | None:
    """Give a name that stands right under its label, as in forms with labels above; not in ruled tables."""
    if cell_of(mark.piece.box, page.form_cells) is not None or mark.kind is not PlaceKind.SIGNATURE:
        return None
    box, height = mark.piece.box, mark.piece.height
    for piece in pieces:
        under = 0 < piece.middle[1] - box[3] < 2 * height and abs(piece.box[0] - box[0]) < height
        parsed = values.parse("name", piece.text) if under else None
        if parsed is not None and parsed.sure >= 0.9:
            return piece
    return None


def _filled(mark: _Mark, zone: Box, name: Piece | None, page: Page) -> bool | None:
    around = grown(zone, 2 * mark.piece.height, 2 * mark.piece.height, 2 * mark.piece.height, 2 * mark.piece.height)
    sealed = any(
        covered_share(seal.box, grown(around, mark.piece.box[2] - mark.piece.box[0])) > 0.15 for seal in page.seals
    )
    if mark.kind is PlaceKind.SEAL:
        if sealed:
            return True
        return None if page.quality.is_copy or not page.quality.readable else False
    if name is not None or (mark.sealable and sealed):
        return True
    if any(covered_share(ink, grown(zone, 0, 6, 0, 6)) > 0.4 for ink in strokes(page)):
        return True
    return False if page.quality.readable else None


def _dates(
    page: Page, pieces: Sequence[Piece], first_mark: int | None, letters: bool
) -> Iterator[tuple[SignaturePlace, FieldValue | None]]:
    """Give the places of a date: blank ones anywhere, filled ones beside a label or near the signatures."""
    for piece in _with_split_dates(pieces):
        text = fold(piece.text)
        if len(text) > 60 or _OTHER_DAYS.search(text) or _day_of_other(piece, pieces):
            continue
        found = find_dates(text)
        labelled = re.search(r"日期:?|签署时间|签订时间|申请时间|填表时间|签名时间", text)
        near = first_mark is not None and piece.middle[1] >= first_mark - 3 * piece.height
        if is_blank_date(text):
            width = piece.box[2] - piece.box[0]
            ink = sum(
                covered_share(box, grown(piece.box, 0, 4, 0, 4)) > 0.5 and box[2] - box[0] < 0.4 * width
                for box in strokes(page)
            )
            filled = False if ink == 0 else None if ink == 1 else True
            yield SignaturePlace(PlaceKind.DATE, _label_of(text), page.page_no, piece.box, filled), None
        elif (
            found
            and found[-1].date.year < 9000
            and len(found) == 1
            and (near or (letters and _is_lower(piece, pieces)))
        ):
            if len(text) <= 16 or labelled or re.search(r"签[名字章]|盖章", text):
                value = FieldValue(
                    iso(found[0].date), round(0.92 * piece.score, 3), page.page_no, piece.box, piece.text
                )
                yield SignaturePlace(PlaceKind.DATE, _label_of(text), page.page_no, piece.box, True), value
        elif _DATE_LABEL.search(text) and len(text) <= 8:
            yield from _beside(page, piece, pieces)


def _with_split_dates(pieces: Sequence[Piece]) -> list[Piece]:
    """Make one piece of a date that was read in parts (年 | 月 | 日)."""
    out: list[Piece] = []
    for row in rows(pieces):
        parts = [p for p in row if re.search(r"[年月日]", p.text) and len(fold(p.text)) <= 8]
        whole = fold("".join(p.text for p in parts))
        if 2 <= len(parts) <= 3 and re.search(r"年.*月.*[日号]$", whole):
            out += [p for p in row if p not in parts]
            out.append(joined(parts))
        else:
            out += row
    return out


def _day_of_other(piece: Piece, pieces: Sequence[Piece]) -> bool:
    """Tell whether a date stands beside a label of another day (出生日期 | 1990年5月6日)."""
    return any(
        p is not piece
        and same_row(p.box, piece.box)
        and p.box[2] <= piece.box[0] + 5
        and len(fold(p.text)) <= 8
        and _OTHER_DAYS.search(fold(p.text))
        for p in pieces
    )


def _beside(page: Page, label: Piece, pieces: Sequence[Piece]) -> Iterator[tuple[SignaturePlace, FieldValue | None]]:
    """A label of a date alone in its line: the date stands in the row or the cell beside."""
    cell = cell_of(label.box, page.form_cells)
    zone = cell_right_of(cell, page.form_cells) if cell else None
    if zone is None:
        zone = label.box[2], label.box[1], min(page.width, label.box[2] + _REACH * label.height), label.box[3]
    for piece in pieces:
        if piece is label or not inside(piece.middle, zone):
            continue
        text = fold(piece.text)
        if is_blank_date(text):
            return  # counted as a place itself
        if found := find_dates(text):
            value = FieldValue(iso(found[0].date), round(0.92 * piece.score, 3), page.page_no, piece.box, piece.text)
            yield SignaturePlace(PlaceKind.DATE, fold(label.text).strip(":"), page.page_no, zone, True), value
            return
    ink = any(covered_share(box, grown(zone, 0, 4, 0, 4)) > 0.4 for box in strokes(page))
    yield SignaturePlace(PlaceKind.DATE, fold(label.text).strip(":"), page.page_no, zone, ink), None


def _label_of(text: str) -> str:
    head = re.match(r"([\u4e00-\u9fff()]{2,10}?(?:日期|时间))", text)
    return head[1] if head else "日期"
