"""What an OCR engine is, and what every engine's lines have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from preview.schema import Box, Quad, TextLine

Image = NDArray[np.uint8]
"""A picture: shape `(height, width, 3)`, uint8, BGR as OpenCV has it."""


class OcrEngine(Protocol):
    """Reads the text lines of an upright picture."""

    name: str

    def read(self, image: Image) -> list[TextLine]:
        """Give every line found, weak ones too, in reading order; quads are pixels of `image`. Raises OcrError."""
        ...


def quad_of(points: Iterable[Sequence[float]], width: int, height: int) -> Quad:
    """Round four corners (top left first, clockwise) to whole pixels inside a picture of that size."""
    a, b, c, d = ((min(max(round(x), 0), width), min(max(round(y), 0), height)) for x, y in points)
    return a, b, c, d


def box_quad(left: float, top: float, right: float, bottom: float) -> Quad:
    """Give the corners of an upright rectangle."""
    x0, y0, x1, y1 = round(left), round(top), round(right), round(bottom)
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def area(box: Box) -> int:
    """Give the area of a box; 0 when it is turned inside out."""
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def overlap(one: Box, other: Box) -> float:
    """Give how much of the smaller box lies in the other, 0 to 1."""
    both = area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))
    return both / max(min(area(one), area(other)), 1)


def grown(box: Box, by: int, width: int, height: int) -> Box:
    """Give `box` with `by` pixels more on every side, inside a picture of that size."""
    return max(box[0] - by, 0), max(box[1] - by, 0), min(box[2] + by, width), min(box[3] + by, height)


def in_reading_order(lines: Iterable[TextLine]) -> list[TextLine]:
    """Sort lines into rows, each row left to right; a line joins a row whose first line its middle lies within."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda each: (each.box[1] + each.box[3], each.box[0])):
        middle = (line.box[1] + line.box[3]) / 2
        if rows and rows[-1][0].box[1] <= middle <= rows[-1][0].box[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda each: each.box[0])]
