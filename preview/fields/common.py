"""What every family of documents uses: labels paired with values on each page, values turned into fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from preview import values
from preview.documents import DocumentKind
from preview.folding import fold
from preview.labels import LabelBook, split_lines
from preview.layout import Piece, covered_share, grown, joined, overlap, rows
from preview.numbers import NumberReading, id_birth, id_sex, is_valid_id, read_id, read_permit
from preview.pairs import Pair, box_of, pair_up
from preview.schema import Blank, Box, FieldName, FieldValue, Page, Person, SignaturePlace
from preview.split import Section
from preview.values import Known, Parsed

Fields = dict[FieldName, FieldValue]
_SELF_PROVING = frozenset(
    {"id_number", "uscc", "bank_no", "sex", "birth", "signed_on", "issued_on", "founded_on", "phone"}
)
MIN_CONFIDENCE = 0.3
"""Below this a value is not given at all."""


@dataclass(frozen=True)
class Contents:
    """What was read off one document."""

    fields: Fields = field(default_factory=dict)
    labelled: dict[str, FieldValue] = field(default_factory=dict)
    blanks: tuple[Blank, ...] = ()
    signature_places: tuple[SignaturePlace, ...] = ()
    persons: tuple[Person, ...] = ()


def paired(section: Section, book: LabelBook, kinds: Mapping[str, str], keep_odd: bool = False) -> list[Pair]:
    """Pair the labels of a document with their values, page by page in reading order.

    A first look finds birth and sex; the second can then repair an identity number with them. With `keep_odd` a
    text that is no value of its label's kind (a phone number with x in it) is kept in `Pair.piece`, not parsed.
    """
    pairs: list[Pair] = []
    for page in section.pages:
        pieces = [p for p in section.pieces if p.page == page.page_no and not _is_title(p, section)]
        split = split_lines(pieces, book, kinds)
        found = pair_up(split, page.form_cells, kinds)
        known = Known(_value(found, "birth"), _value(found, "sex"))
        if any(p.parsed is not None and not p.parsed.valid and p.key == "id_number" for p in found):
            found = pair_up(split, page.form_cells, kinds, known)
        pairs += _with_odd(found, pair_up(split, page.form_cells, {})) if keep_odd else found
    return pairs


def _with_odd(pairs: Sequence[Pair], as_text: Sequence[Pair]) -> list[Pair]:
    """Add what stands beside labels without a value, unless it is another label's value."""
    used = {id(piece) for pair in pairs for piece in pair.pieces}
    odd = {
        id(t.label): t
        for t in as_text
        if t.parsed is not None and t.pieces and not any(id(p) in used for p in t.pieces)
    }
    return [
        replace(pair, piece=odd[id(pair.label)].piece, pieces=odd[id(pair.label)].pieces)
        if pair.parsed is None and id(pair.label) in odd
        else pair
        for pair in pairs
    ]


def _is_title(piece: Piece, section: Section) -> bool:
    return bool(section.guess.title) and fold(piece.text) == section.guess.title


def of_kind(section: Section, kind: DocumentKind) -> list[Pair]:
    """Pair the labels that this type of document prints."""
    return paired(section, kind.book, kind.kinds)


def _value(pairs: Iterable[Pair], key: str) -> str:
    return next((p.parsed.value for p in pairs if p.key == key and p.parsed), "")


def filled(pairs: Iterable[Pair], key: str) -> list[Pair]:
    """Give the pairs of a key that have a value, in reading order."""
    return [p for p in pairs if p.key == key and p.parsed is not None and p.piece is not None]


def best(pairs: Iterable[Pair], key: str) -> Pair | None:
    """Give the surest pair of a key, the first of equals."""
    return max(filled(pairs, key), key=lambda p: p.confidence, default=None)


def field_value(pair: Pair, pages: Sequence[Page] = (), value: str | None = None) -> FieldValue | None:
    """Make a field of a pair; None when it is too unsure. Glare beside a value halves the trust in it."""
    if pair.piece is None or pair.parsed is None:
        return None
    box = box_of(pair)
    confidence = pair.confidence * _trust(pages, pair.piece.page, box)
    if _under_seal(pair, pages, box):
        confidence = min(0.79 * confidence, 0.74)
    if confidence < MIN_CONFIDENCE:
        return None
    chosen = pair.parsed.value if value is None else value
    return FieldValue(
        chosen, round(min(confidence, 0.99), 3), pair.piece.page, box, pair.piece.text, pair.parsed.repaired
    )


def _trust(pages: Sequence[Page], page_no: int, box: Box | None) -> float:
    page = next((p for p in pages if p.page_no == page_no), None)
    if page is None or box is None:
        return 1.0
    trust = 1.0 if page.quality.readable else 0.6
    near = grown(box, 0, 0, 3 * (box[3] - box[1]), 0)
    hit = any(
        overlap(near[0], near[2], g[0], g[2]) > 0 and overlap(near[1], near[3], g[1], g[3]) > 0.3
        for g in page.quality.glare_boxes
    )
    return trust * (0.5 if hit else 1.0)


def _under_seal(pair: Pair, pages: Sequence[Page], box: Box | None) -> bool:
    """Tell whether a seal lies over a value that no check digit and no form of date vouches for."""
    if pair.piece is None or pair.parsed is None or box is None or pair.key in _SELF_PROVING:
        return False
    page = next((p for p in pages if p.page_no == pair.piece.page), None)
    return page is not None and any(covered_share(box, seal.box) > 0.15 for seal in page.seals)


def plain_fields(section: Section, pairs: Sequence[Pair]) -> Fields:
    """Give every field whose label has a value; 「有效期限」 gives both its dates, 「期限」 start and end."""
    fields: Fields = {}
    names = {f.value: f for f in FieldName}
    for key in dict.fromkeys(p.key for p in pairs):
        pair = best(pairs, key)
        if pair is None or pair.parsed is None:
            continue
        if key in names and (made := field_value(pair, section.pages)) is not None:
            fields.setdefault(names[key], made)
        elif key in ("validity", "period"):
            parsed = _with_sure_end(pair.label.text, pair.parsed)
            spanned = replace(pair, parsed=parsed)
            start, end = (
                (FieldName.VALID_FROM, FieldName.VALID_TO)
                if key == "validity"
                else (FieldName.START_ON, FieldName.END_ON)
            )
            for name, value in ((start, parsed.value), (end, parsed.until)):
                if value and (made := field_value(spanned, section.pages, value)) is not None:
                    fields.setdefault(name, made)
    return fields


def _with_sure_end(label: str, parsed: Parsed) -> Parsed:
    """Trust a date that stands alone behind 有效期至: behind 有效期 it may be what is left of a span."""
    alone = not parsed.value and parsed.until
    return replace(parsed, sure=0.97) if alone and re.search("[至止]", label) else parsed


def from_text(
    section: Section,
    reader: Callable[[str], NumberReading | None],
    sure: float = 0.9,
    skip: Callable[[Piece], bool] | None = None,
) -> FieldValue | None:
    """Find a number anywhere on the document, line by line, then in rows joined; valid ones first."""
    found: list[FieldValue] = []
    groups = [[p] for p in section.pieces] + [r for r in rows(section.pieces) if len(r) > 1]
    for group in groups:
        piece = joined(group) if len(group) > 1 else group[0]
        if skip is not None and skip(piece):
            continue
        reading = reader(piece.text)
        if reading is None:
            continue
        confidence = (sure if reading.valid else 0.4) * piece.score
        found.append(
            FieldValue(reading.value, round(confidence, 3), piece.page, piece.box, reading.raw, reading.repaired)
        )
    return max(found, key=lambda f: f.confidence, default=None)


def text_value(
    section: Section,
    pattern: re.Pattern[str],
    kind: str,
    sure: float = 0.8,
    group: int = 1,
    least: float | None = None,
) -> FieldValue | None:
    """Find a value by a sentence of the document's running text (lines joined without breaks).

    `least`: how well the words must fit the kind; a name must look like one unless the sentence is beyond doubt.
    """
    text, places = running_text(section)
    for match in pattern.finditer(text):
        parsed = values.parse(kind, match[group].strip())
        if parsed is not None and parsed.sure >= (least or (0.9 if kind == "name" else 0.5)):
            piece = places[match.start(group)]
            return _from_parsed(parsed, piece, sure, match[group])
    return None


def span_values(
    section: Section, pattern: re.Pattern[str], sure: float = 0.85, kind: str = "span"
) -> tuple[FieldValue, FieldValue] | None:
    """Find a start and an end date by a sentence of the running text."""
    text, places = running_text(section)
    for match in pattern.finditer(text):
        parsed = values.parse(kind, match[0])
        if parsed and parsed.value and parsed.until:
            piece = places[match.start()]
            start = _from_parsed(parsed, piece, sure, match[0])
            return start, FieldValue(parsed.until, start.confidence, piece.page, piece.box, match[0])
    return None


def _from_parsed(parsed: Parsed, piece: Piece, sure: float, raw: str) -> FieldValue:
    confidence = round(sure * parsed.sure * min(1.0, piece.score + 0.01), 3)
    return FieldValue(parsed.value, confidence, piece.page, piece.box, raw, parsed.repaired)


def running_text(section: Section) -> tuple[str, list[Piece]]:
    """Give the document's lines as one text, and for each character the piece it stands in."""
    text, places = "", []
    for piece in section.pieces:
        if _is_title(piece, section):
            continue
        line = piece.text.strip()
        text += line
        places += [piece] * len(line)
    return text, places


def number_behind(section: Section, name: FieldValue | None) -> FieldValue | None:
    """Give the first number within 60 characters behind a name; with no name the only number there is."""
    text, places = running_text(section)
    if name is None:
        if (reading := read_id(text)) is not None and reading.valid:
            piece = places[max(0, text.find(reading.raw[:6]))]
            return FieldValue(
                reading.value, round(0.88 * piece.score, 3), piece.page, piece.box, reading.raw, reading.repaired
            )
        found = {r.value: n for n, p in enumerate(section.pieces) if (r := read_id(p.text)) is not None and r.valid}
        if len(found) != 1:
            return None
        value, number = next(iter(found.items()))
        piece = section.pieces[number]
        return FieldValue(value, round(0.9 * piece.score, 3), piece.page, piece.box, piece.text)
    start = text.find(name.value)
    while start >= 0:
        window = text[start : start + len(name.value) + 60]
        reading = read_id(window, score=places[start].score) or read_permit(window)
        if reading is not None:
            piece = places[start]
            return FieldValue(
                reading.value,
                round((0.9 if reading.valid else 0.4) * piece.score, 3),
                piece.page,
                piece.box,
                reading.raw,
                reading.repaired,
            )
        start = text.find(name.value, start + 1)
    return None


def cross_checked(fields: Fields) -> Fields:
    """Let the identity number speak for birth and sex: agreement makes all three surer."""
    number = fields.get(FieldName.ID_NUMBER)
    if number is None or not is_valid_id(number.value):
        return fields
    checked = dict(fields)
    born = id_birth(number.value)
    for name, told in ((FieldName.BIRTH, born.isoformat() if born else ""), (FieldName.SEX, id_sex(number.value))):
        value = fields.get(name)
        if value is not None and value.value == told:
            checked[name] = FieldValue(
                value.value,
                min(0.99, value.confidence + 0.1),
                value.page,
                value.box,
                value.raw,
                value.repaired,
                readings=2,
            )
    return checked


def set_if_better(fields: Fields, name: FieldName, value: FieldValue | None) -> None:
    """Put a value in place where there is none, or a surer one of the same kind."""
    if value is not None and value.confidence >= MIN_CONFIDENCE:
        present = fields.get(name)
        if present is None or value.confidence > present.confidence + 0.15:
            fields[name] = value


def persons_in(
    section: Section, pairs: Sequence[Pair], name_key: str = "name", number_key: str = "id_number"
) -> list[Person]:
    """Give the persons of a document in reading order, each with the number that stands nearest behind the name."""
    numbers = list(filled(pairs, number_key))
    persons = []
    for pair in filled(pairs, name_key):
        name = field_value(pair, section.pages)
        if name is None or pair.piece is None:
            continue
        behind = [
            n
            for n in numbers
            if n.piece is not None and n.piece.page == pair.piece.page and _distance(pair, n) is not None
        ]
        nearest = min(behind, key=lambda n: _distance(pair, n) or 0.0, default=None)
        number = None
        if nearest is not None:
            numbers.remove(nearest)
            number = field_value(nearest, section.pages)
        persons.append(Person(name, number))
    return persons


def _distance(name: Pair, number: Pair) -> float | None:
    """Give how far a number stands behind a name; a column aside counts three times. None above it."""
    a, b = name.label.piece.box, number.label.piece.box
    down = b[1] - a[1]
    height = name.label.piece.height
    return None if down < -0.6 * height else down + 3 * abs(b[0] - a[0]) * (down > 0.6 * height)
