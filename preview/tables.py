"""Ruled forms: cells by their lines; and ink that is no printed text, where a signature may stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from preview.ocr import Image, area, overlap
from preview.schema import Box, TextLine

Mask = NDArray[np.uint8]

MIN_CELL = (18, 14)
"""A narrower or lower space between lines, in pixels of a page 2000 long, is no cell."""

MIN_CELLS = 4
"""Fewer cells are a frame, not a table."""


def dark_strokes(image: Image) -> Mask:
    """Give 255 where the page is darker than its surroundings: print, lines, ink."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    span = max(image.shape[0] // 60 * 2 + 1, 15)
    mask: Mask = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, span, 12)
    return mask


def ruled_lines(strokes: Mask) -> Mask:
    """Give the long level and upright strokes of a page that is not askew by more than about two degrees."""
    import cv2

    height, width = strokes.shape
    lines = np.zeros_like(strokes)
    for kernel in ((max(width // 36, 20), 1), (1, max(height // 60, 16))):
        joined = cv2.dilate(strokes, np.ones((3, 3), np.uint8))
        lines |= cv2.morphologyEx(joined, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, kernel))
    return lines


def form_cells(strokes: Mask) -> tuple[Box, ...]:
    """Give the cells of all ruled tables, row by row; empty for a page without a table."""
    import cv2

    height, width = strokes.shape
    lines = cv2.dilate(ruled_lines(strokes), np.ones((3, 3), np.uint8))
    contours, tree = cv2.findContours(lines, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None:
        return ()
    scale = max(height, width) / 2000
    cells: list[Box] = []
    for contour, (_, _, _, parent) in zip(contours, tree[0], strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        too_small = w < MIN_CELL[0] * scale or h < MIN_CELL[1] * scale
        if parent < 0 or too_small or w * h > 0.6 * width * height:
            continue  # parent: only holes within a net of lines are cells
        if cv2.contourArea(contour) >= 0.75 * w * h:
            cells.append((x, y, x + w, y + h))
    return tuple(by_rows(cells)) if len(cells) >= MIN_CELLS else ()


def by_rows(boxes: Sequence[Box]) -> list[Box]:
    """Sort boxes by the height of their tops, those of a row left to right."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda each: (each[1], each[0])):
        if rows and abs(box[1] - rows[-1][0][1]) <= max((rows[-1][0][3] - rows[-1][0][1]) * 0.35, 6):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row)]


def ink_boxes(image: Image, strokes: Mask, lines: Sequence[TextLine], others: Sequence[Box]) -> tuple[Box, ...]:
    """Give places with strokes that are no printed text: not ruled, not within `others` (seals, portraits).

    A line of text written in blue ink counts as well, even though it was read.
    """
    import cv2

    height, width = strokes.shape
    scale = max(height, width) / 2000
    ink = cv2.subtract(strokes, cv2.dilate(ruled_lines(strokes), np.ones((3, 3), np.uint8)))
    blue = _blue(image)
    found: list[Box] = []
    for line in lines:
        if _is_blue(line.box, blue, strokes):
            found.append(line.box)
        cv2.fillPoly(ink, [np.array(line.quad, np.int32)], 0)
        x0, y0, x1, y1 = line.box
        rim = round(4 * scale) + (y1 - y0) // 8
        ink[max(y0 - rim, 0) : y1 + rim, max(x0 - rim, 0) : x1 + rim] = 0
    for x0, y0, x1, y1 in others:
        ink[y0:y1, x0:x1] = 0
    edge = round(10 * scale)
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0
    reach = round(14 * scale) * 2 + 1
    groups = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    groups = cv2.dilate(groups, np.ones((reach // 2 | 1, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(groups)
    for x, y, w, h, _ in stats[1:count].tolist():
        box = (x + reach // 2, y + reach // 4, x + w - reach // 2, y + h - reach // 4)
        if _looks_written(box, ink, scale):
            found.append(box)
    return tuple(by_rows(found))


def _looks_written(box: Box, ink: Mask, scale: float) -> bool:
    """Tell strokes of a pen from specks, bars and pictures by size and how much of the box they cover."""
    x0, y0, x1, y1 = box
    wide, high = (x1 - x0) / scale, (y1 - y0) / scale
    if not (24 <= wide <= 900 and 14 <= high <= 300) or area(box) == 0:
        return False
    return 0.03 <= float((ink[y0:y1, x0:x1] > 0).mean()) <= 0.55


def _blue(image: Image) -> Mask:
    """Give 255 where the page is the blue of pens."""
    import cv2

    mask: Mask = cv2.inRange(cv2.cvtColor(image, cv2.COLOR_BGR2HSV), (95, 70, 30), (135, 255, 225))
    return mask


def _is_blue(box: Box, blue: Mask, strokes: Mask) -> bool:
    x0, y0, x1, y1 = box
    there: Any = strokes[y0:y1, x0:x1] > 0
    return bool(there.any()) and float((blue[y0:y1, x0:x1][there] > 0).mean()) >= 0.5


def within(box: Box, others: Sequence[Box]) -> bool:
    """Tell whether most of `box` lies in one of `others`."""
    return any(overlap(box, other) > 0.6 for other in others)


def portraits(image: Image, lines: Sequence[TextLine], seals: Sequence[Box]) -> tuple[Box, ...]:
    """Give places that look like a photograph of a person: textured, upright, no text, of skin's colours in part."""
    import cv2

    height, width = image.shape[:2]
    scale = 600 / max(height, width)
    small = cv2.resize(
        image, (max(round(width * scale), 1), max(round(height * scale), 1)), interpolation=cv2.INTER_AREA
    )
    hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV)
    skin = cv2.inRange(hsv, (0, 35, 70), (22, 170, 255))
    for line in lines:
        x0, y0, x1, y1 = (round(value * scale) for value in line.box)
        skin[y0:y1, x0:x1] = 0
    skin = cv2.morphologyEx(skin, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    skin = cv2.morphologyEx(skin, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(skin)
    found: list[Box] = []
    for x, y, w, h, size in stats[1:count].tolist():
        if not (0.002 * skin.size <= size <= 0.15 * skin.size and 0.35 <= w / h <= 1.6 and size >= 0.4 * w * h):
            continue
        box = (round((x - w * 0.35) / scale), round((y - h * 0.35) / scale))
        end = (round((x + w * 1.35) / scale), round((y + h * 1.4) / scale))
        whole = (max(box[0], 0), max(box[1], 0), min(end[0], width), min(end[1], height))
        if not within(whole, seals):
            found.append(whole)
    return tuple(by_rows(found))
