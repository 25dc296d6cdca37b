"""Which value belongs to which label: in the line, in the next cell, to the right or below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from preview import values
from preview.folding import fold
from preview.labels import Label, Split
from preview.layout import (
    Piece,
    cell_below,
    cell_of,
    cell_right_of,
    inside,
    joined,
    line_height,
    overlap,
    reading_order,
    same_row,
    united,
)
from preview.schema import Box
from preview.values import WRAPS, Known, Parsed


@dataclass(frozen=True)
class Pair:
    """A label with its value. `parsed` None: nothing of the expected kind stands there."""

    label: Label
    piece: Piece | None
    parsed: Parsed | None
    geometry: float = 1.0
    where: str = "right"
    pieces: tuple[Piece, ...] = ()

    @property
    def key(self) -> str:
        """The field the label stands for."""
        return self.label.key

    @property
    def confidence(self) -> float:
        """How sure position, kind and reader together make the value, 0 to 1."""
        if self.piece is None or self.parsed is None:
            return 0.0
        return round(self.geometry * self.parsed.sure * min(1.0, self.piece.score + 0.01), 3)


_NO_ADDRESS = re.compile(r"[:。]|^[一二三四五六七八九十]、|声明|承诺|本人|签[名字章]|医院$|中心$|公司$|银行$")
"""What a second line of an address does not hold."""

_WHOLE = frozenset({"company", "party", "parties", "organ"})
"""Kinds that go on in the next line only where that makes them better."""


@dataclass
class _Page:
    split: Split
    cells: Sequence[Box]
    kinds: Mapping[str, str]
    known: Known
    height: float
    taken: set[int] = field(default_factory=set)

    def kind(self, key: str) -> str:
        return self.kinds.get(key, "text")


def pair_up(split: Split, cells: Sequence[Box], kinds: Mapping[str, str], known: Known | None = None) -> list[Pair]:
    """Pair every label of one page with its value, in reading order.

    Whether values stand beside or below their labels is decided for the page as a whole: both ways are tried
    and the one that explains more values wins, ties going to values beside. A piece serves one label only.
    """
    pieces = [*split.texts, *(label.piece for label in split.labels)]
    cells = [
        c for c in cells if sum(inside(label.piece.middle, c) for label in split.labels) < 3
    ]  # frames are no cells
    tries = []
    for below_first in (False, True):
        page = _Page(split, cells, kinds, known or Known(), line_height(pieces))
        pairs = _paired(page, below_first)
        tries.append((sum(p.confidence for p in pairs) - (0.05 if below_first else 0.0), pairs))
    beside, below = tries
    return below[1] if below[0] > beside[0] + 0.25 else beside[1]


def _paired(page: _Page, below_first: bool) -> list[Pair]:
    labels = page.split.labels
    found: dict[int, Pair] = {}
    offers: list[tuple[float, int, Pair]] = []
    for number, label in enumerate(labels):
        body = page.split.inline[number]
        if body is not None:
            pair = _inline(page, label, body)
            if pair is not None:
                found[number] = pair
                continue
        for pair in _offers(page, label, below_first):
            offers.append((pair.confidence, number, pair))
    for _, number, pair in sorted(offers, key=lambda o: -o[0]):
        ids = {id(p) for p in pair.pieces}
        if number in found or ids & page.taken:
            continue
        page.taken |= ids
        found[number] = pair
    inline = page.split.inline  # a body that is not of the kind stays with its label: such a label is not blank
    pairs = [
        _wrapped(page, found[n]) if n in found else Pair(label, inline[n], None, where="inline")
        for n, label in enumerate(labels)
    ]
    return [_begun_above(page, pair) for pair in pairs]


def _inline(page: _Page, label: Label, body: Piece) -> Pair | None:
    """The rest of the label's own line, with what the same row holds beyond it."""
    kind = page.kind(label.key)
    whole = [body, *_row_from(page, body)] if kind in WRAPS or values.parse(kind, body.text) is None else [body]
    read: list[Pair] = []
    for group in (whole, [body]):
        piece = joined(group)
        parsed = values.parse(kind, piece.text, piece.score, page.known)
        if parsed is not None:
            read.append(Pair(label, piece, parsed, 1.0, "inline", tuple(group)))
    if not read:
        return None
    pair = next((p for p in read if p.parsed and p.parsed.until), read[0])  # a stray sign may cost a span its end
    page.taken |= {id(p) for p in pair.pieces}
    return pair


def _offers(page: _Page, label: Label, below_first: bool) -> list[Pair]:
    cell = cell_of(label.piece.box, page.cells) if page.cells else None
    if cell is not None:
        offers = _from_cells(page, label, cell)
        if offers or cell_right_of(cell, page.cells) is not None:
            return offers
        beside = _row_from(page, label.piece)  # the rule behind the value was not found
        return _offer(page, label, beside, "right", 0.85) if beside else []
    offers = []
    if beside := _row_from(page, label.piece):
        offers += _offer(page, label, beside, "right", 0.97 if not below_first else 0.8)
    under = _under(page, label)
    if under:
        offers += _offer(page, label, [under], "below", 0.92 if below_first else 0.72)
    return offers


def _offer(page: _Page, label: Label, group: Sequence[Piece], where: str, geometry: float) -> list[Pair]:
    """Offer the first piece, then more of the row, as long as the kind is met."""
    kind = page.kind(label.key)
    gap = max(0, group[0].box[0] - label.piece.box[2]) / page.height if where == "right" else 0.0
    geometry -= min(0.3, max(0.0, gap - 8) * 0.02)
    sizes = (
        range(len(group), 0, -1) if kind in WRAPS or kind in ("date", "id", "any_id", "bank", "code") else (1, 2, 3)
    )
    best: list[Pair] = []
    for size in sizes:
        if size > len(group):
            break
        piece = joined(reading_order(group[:size]))
        parsed = values.parse(kind, piece.text, piece.score, page.known)
        if parsed is not None:
            best.append(Pair(label, piece, parsed, geometry, where, tuple(group[:size])))
    return [max(best, key=lambda p: p.confidence)] if best else []


def _row_from(page: _Page, start: Piece) -> list[Piece]:
    """Give the free pieces to the right of a piece in its row, up to the next label."""
    stop = min(
        (
            other.piece.box[0]
            for other in page.split.labels
            if other.piece is not start
            and same_row(other.piece.box, start.box)
            and other.piece.box[0] >= start.box[2] - 2
        ),
        default=10**9,
    )
    beside = [t for t in page.split.texts if _is_beside(t, start, stop, 0.5)]
    if not beside:  # the label of a value in two lines may stand between them
        beside = [t for t in page.split.texts if _is_beside(t, start, stop, 0.25)][:1]
    beside.sort(key=lambda t: t.box[0])
    run: list[Piece] = []
    edge = start.box[2]
    for piece in beside:
        if run and piece.box[0] - edge > 4 * page.height:
            break
        if not run and piece.box[0] - edge > 30 * page.height:
            break
        run.append(piece)
        edge = piece.box[2]
    return run


def _is_beside(piece: Piece, start: Piece, stop: int, shared: float) -> bool:
    return (
        piece is not start
        and overlap(piece.box[1], piece.box[3], start.box[1], start.box[3]) >= shared
        and start.box[2] - 0.6 * start.height <= piece.box[0] < stop
        and abs(piece.middle[1] - start.middle[1]) <= 0.75 * max(start.height, piece.height)
    )


def _under(page: _Page, label: Label) -> Piece | None:
    """Give the nearest free piece below a label that shares its left edge or its width."""
    box = label.piece.box
    reach = 1.9 * max(page.height, label.piece.height)
    below = [
        t
        for t in page.split.texts
        if t.middle[1] - box[3] + 0.3 * page.height >= 0
        and t.box[1] - box[3] <= reach
        and (abs(t.box[0] - box[0]) <= 1.2 * page.height or overlap(t.box[0], t.box[2], box[0], box[2]) >= 0.6)
    ]
    for other in page.split.labels:  # a label in between ends the column
        o = other.piece.box
        if o[1] >= box[3] - 3 and overlap(o[0], o[2], box[0], box[2]) >= 0.5:
            below = [t for t in below if t.middle[1] < o[1]]
    return (
        min(below, key=lambda t: (t.box[1] // max(1, round(page.height / 2)), abs(t.box[0] - box[0])))
        if below
        else None
    )


def _from_cells(page: _Page, label: Label, cell: Box) -> list[Pair]:
    """Values of a ruled form: the rest of the label's cell, the cell beside, the cell below a head of labels."""
    kind = page.kind(label.key)
    label_boxes = [other.piece for other in page.split.labels]
    own = [t for t in page.split.texts if inside(t.middle, cell) and t.middle[1] > label.piece.box[1] - 2]
    places = [("inline", own, 0.9)] if own and not _labels_inside(label_boxes, cell, label) else []
    right = cell_right_of(cell, page.cells)
    if right is not None and not _labels_inside(label_boxes, right, label):
        places.append(("right", [t for t in page.split.texts if inside(t.middle, right)], 0.99))
    else:
        under = cell_below(cell, page.cells)
        if under is not None and not _labels_inside(label_boxes, under, label):
            places.append(("below", [t for t in page.split.texts if inside(t.middle, under)], 0.9))
    offers = []
    for where, group, geometry in places:
        if not group:
            continue
        ordered = reading_order(group)
        piece = joined(ordered)
        parsed = values.parse(kind, piece.text, piece.score, page.known)
        if parsed is not None:
            offers.append(Pair(label, piece, parsed, geometry, where, tuple(ordered)))
    return offers


def _labels_inside(pieces: Sequence[Piece], cell: Box, label: Label) -> bool:
    return any(p is not label.piece and inside(p.middle, cell) for p in pieces)


def _wrapped(page: _Page, pair: Pair) -> Pair:
    """Add the lines in which a long value goes on."""
    kind = page.kind(pair.key)
    if kind not in WRAPS or pair.piece is None or (page.cells and cell_of(pair.piece.box, page.cells)):
        return pair
    group = list(pair.pieces)
    left_limit = min(pair.label.piece.box[0], group[0].box[0])
    for _ in range(12):
        last = group[-1]
        following = _next_line(page, group[0], last, left_limit, pair)
        if following is None:
            break
        group += following
    if len(group) == len(pair.pieces):
        return pair
    piece = replace(joined(group), text="".join(p.text for p in group))
    parsed = values.parse(kind, piece.text, piece.score, page.known)
    was = pair.parsed.sure if pair.parsed else 0.0
    if parsed is None or (kind in _WHOLE and parsed.sure <= was):
        return pair
    page.taken |= {id(p) for p in group}
    return replace(pair, piece=piece, parsed=replace(parsed, sure=max(parsed.sure, was)), pieces=tuple(group))


def _next_line(page: _Page, first: Piece, last: Piece, left_limit: int, pair: Pair) -> list[Piece] | None:
    reach = 1.1 * max(page.height, last.height)
    candidates = [
        t
        for t in page.split.texts
        if id(t) not in page.taken
        and t.middle[1] > last.middle[1] + 0.5 * last.height
        and t.box[1] - last.box[3] <= reach
        and left_limit - page.height <= t.box[0] <= first.box[0] + 2.5 * page.height
        and (
            overlap(t.box[0], t.box[2], first.box[0] - 2 * round(page.height), max(first.box[2], last.box[2])) > 0.3
            or _back_at_margin(page, pair, last, t)
        )
        and 0.6 <= t.height / last.height <= 1.6
    ]
    if not candidates:
        return None
    following = min(candidates, key=lambda t: (t.middle[1], t.box[0]))
    if _stands_alone(page, pair, first, following):
        return None
    gone_by = [
        o.piece.box
        for o in page.split.labels
        if o is not pair.label
        and o.piece.middle[1] > last.middle[1] + 0.3 * last.height
        and o.piece.middle[1] <= following.middle[1] + 0.5 * following.height
        and o.piece.box[0] < following.box[2]
        and o.piece.box[2] > left_limit - page.height
    ]
    return None if gone_by or _begins_another(page, pair, last, following) else [following]


def _stands_alone(page: _Page, pair: Pair, first: Piece, piece: Piece) -> bool:
    """Tell whether a line cannot be part of the value above: a date by itself, a heading, or another column."""
    kind = page.kind(pair.key)
    date = values.parse("date", piece.text)
    if date is not None and len(fold(piece.text)) <= 12 and kind not in ("span", "month_span"):
        return True
    if kind == "address" and (_NO_ADDRESS.search(fold(piece.text)) or len(fold(piece.text)) > 40):
        return True
    if pair.where != "right" or pair.key == "":
        return False
    return kind == "address" and piece.box[0] < first.box[0] - 1.5 * page.height


def _begins_another(page: _Page, pair: Pair, last: Piece, piece: Piece) -> bool:
    """Tell whether a line is the first of the next value, whose label stands beside its second line."""
    gap = piece.box[1] - last.box[3]
    below = [
        t for t in page.split.texts if t.box[1] >= piece.middle[1] and abs(t.box[0] - piece.box[0]) <= page.height
    ]
    after = min(below, key=lambda t: t.box[1], default=None)
    if after is None or after.box[1] - piece.box[3] >= 0.6 * gap:
        return False
    return any(
        o is not pair.label and same_row(o.piece.box, after.box) and o.piece.box[2] <= after.box[0] + page.height
        for o in page.split.labels
    )


def _begun_above(page: _Page, pair: Pair) -> Pair:
    """Add the lines above, where the label stands beside the middle of a long value."""
    kind = page.kind(pair.key)
    if (
        kind not in WRAPS
        or pair.where != "right"
        or not pair.pieces
        or (page.cells and cell_of(pair.pieces[0].box, page.cells))
    ):
        return pair
    group = list(pair.pieces)
    for _ in range(3):
        first = group[0]
        above = [
            t
            for t in page.split.texts
            if id(t) not in page.taken
            and t.page == first.page
            and -0.3 * page.height <= first.box[1] - t.box[3] <= 0.6 * page.height
            and abs(t.box[0] - first.box[0]) <= 0.8 * page.height
            and not any(same_row(o.piece.box, t.box) and o is not pair.label for o in page.split.labels)
        ]
        if not above:
            break
        group.insert(0, max(above, key=lambda t: t.box[1]))
    if len(group) == len(pair.pieces):
        return pair
    piece = replace(joined(group), text="".join(p.text for p in group))
    parsed = values.parse(kind, piece.text, piece.score, page.known)
    if parsed is None or (pair.parsed is not None and kind in _WHOLE and parsed.sure <= pair.parsed.sure):
        return pair
    page.taken |= {id(p) for p in group}
    return replace(pair, piece=piece, parsed=parsed, pieces=tuple(group))


def _back_at_margin(page: _Page, pair: Pair, last: Piece, piece: Piece) -> bool:
    """Tell whether a value that shares its label's line goes on at the left margin, after a line that was full."""
    if pair.where != "inline" or abs(piece.box[0] - pair.label.piece.box[0]) > 1.2 * page.height:
        return False
    edge = max(t.box[2] for t in page.split.texts)
    return last.box[2] >= edge - 3 * page.height


def box_of(pair: Pair) -> Box | None:
    """Give the box around a pair's value."""
    return united(p.box for p in pair.pieces) if pair.pieces else (pair.piece.box if pair.piece else None)
