"""Where text stands: pieces of lines, rows, reading order, cells of ruled tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from preview.schema import Box, Page


@dataclass(frozen=True)
class Piece:
    """A line of text or a part of one. `line` numbers the line of the page that it was cut from."""

    text: str
    score: float
    box: Box
    page: int
    line: int = -1

    @property
    def height(self) -> int:
        """Height in pixels, at least 1."""
        return max(1, self.box[3] - self.box[1])

    @property
    def middle(self) -> tuple[float, float]:
        """The centre of the box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def pieces_of(page: Page, region: Box | None = None) -> list[Piece]:
    """Give the lines of a page (or of a region of it) in reading order; lines of no text are left out."""
    pieces = [
        Piece(line.text, line.score, line.box, page.page_no, number)
        for number, line in enumerate(page.lines)
        if line.text.strip()
    ]
    if region is not None:
        pieces = [p for p in pieces if inside(p.middle, region)]
    return reading_order(pieces)


def inside(point: tuple[float, float], box: Box) -> bool:
    """Tell whether a point lies in a box."""
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def overlap(low: int, high: int, other_low: int, other_high: int) -> float:
    """Give the share of the shorter of two stretches that both cover, 0 to 1."""
    shared = min(high, other_high) - max(low, other_low)
    return max(0.0, shared / max(1, min(high - low, other_high - other_low)))


def same_row(one: Box, other: Box) -> bool:
    """Tell whether two boxes stand in one row."""
    return overlap(one[1], one[3], other[1], other[3]) >= 0.5


def united(boxes: Iterable[Box]) -> Box:
    """Give the rectangle around boxes; at least one is needed."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def covered_share(box: Box, other: Box) -> float:
    """Give which share of `box` lies under `other`."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    area = max(1, (box[2] - box[0]) * (box[3] - box[1]))
    return max(0, width) * max(0, height) / area


def line_height(pieces: Sequence[Piece]) -> float:
    """Give the usual height of a line; 20 where there is none."""
    return median(p.height for p in pieces) if pieces else 20.0


def rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group pieces into rows, top to bottom, each left to right. A little skew is followed from piece to piece."""
    found: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.page, p.box[0])):
        fitting = [r for r in found if r[-1].page == piece.page and _continues(r[-1], piece)]
        if fitting:
            min(fitting, key=lambda r: abs(r[-1].middle[1] - piece.middle[1])).append(piece)
        else:
            found.append([piece])
    return sorted(found, key=lambda r: (r[0].page, min(p.box[1] for p in r) + min(p.box[3] for p in r)))


def _continues(last: Piece, piece: Piece) -> bool:
    apart = abs(last.middle[1] - piece.middle[1])
    return same_row(last.box, piece.box) and apart <= 0.6 * max(last.height, piece.height)


def reading_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Give pieces row by row."""
    return [piece for row in rows(pieces) for piece in row]


def width_of(text: str) -> float:
    """Give the width of a text in narrow characters: Chinese ones count two."""
    return sum(2.0 if unicodedata.east_asian_width(c) in "WFA" else 1.0 for c in text) or 1.0


def cut(piece: Piece, start: int, end: int) -> Piece:
    """Give characters `start` to `end` of a piece as a piece; the box is cut in proportion."""
    left, top, right, bottom = piece.box
    whole = width_of(piece.text)
    x0 = left + (right - left) * (width_of(piece.text[:start]) if start else 0.0) / whole
    x1 = left + (right - left) * width_of(piece.text[:end]) / whole
    return Piece(
        piece.text[start:end],
        piece.score,
        (round(x0), top, max(round(x1), round(x0) + 1), bottom),
        piece.page,
        piece.line,
    )


def joined(pieces: Sequence[Piece]) -> Piece:
    """Make one piece of several, in the order given, with a space between."""
    text = " ".join(p.text for p in pieces)
    score = min(p.score for p in pieces)
    return Piece(text, score, united(p.box for p in pieces), pieces[0].page, pieces[0].line)


def cell_of(box: Box, cells: Sequence[Box]) -> Box | None:
    """Give the smallest cell in which the middle of a box lies; a cell lower than the text is a glyph's own frame."""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    least = 0.75 * (box[3] - box[1])
    around = [c for c in cells if inside(middle, c) and c[3] - c[1] >= least]
    return min(around, key=lambda c: (c[2] - c[0]) * (c[3] - c[1])) if around else None


def cell_right_of(cell: Box, cells: Sequence[Box]) -> Box | None:
    """Give the cell that touches this one's right edge."""
    reach = 0.35 * (cell[3] - cell[1]) + 6
    beside = [c for c in cells if abs(c[0] - cell[2]) <= reach and overlap(c[1], c[3], cell[1], cell[3]) >= 0.5]
    return min(beside, key=lambda c: (abs(c[0] - cell[2]), c[1])) if beside else None


def cell_below(cell: Box, cells: Sequence[Box]) -> Box | None:
    """Give the cell under this one, when it is about as wide."""
    reach = 0.35 * (cell[3] - cell[1]) + 6
    under = [
        c
        for c in cells
        if abs(c[1] - cell[3]) <= reach
        and overlap(c[0], c[2], cell[0], cell[2]) >= 0.8
        and 0.6 <= (c[2] - c[0]) / max(1, cell[2] - cell[0]) <= 1.7
    ]
    return min(under, key=lambda c: abs(c[0] - cell[0])) if under else None


def grown(box: Box, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Box:
    """Give a box made larger on each side by so many pixels."""
    return round(box[0] - left), round(box[1] - top), round(box[2] + right), round(box[3] + bottom)
