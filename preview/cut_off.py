"""Whether a page runs off its picture: text at the very rim, or the rules of a table or frame that end there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from preview.images import shrunk
from preview.ocr import Image
from preview.schema import TextLine
from preview.tables import Mask, dark_strokes

Side = Literal["left", "right", "top", "bottom"]

NEAR_RIM = 0.06
"""How close to the rim, in heights of its letters, the box of a cut line comes; printed lines keep well away."""

DOUBTED = 0.55
"""What is left of the score of a line that is cut: nobody knows what stood beyond."""

FEW_LINES = 6
_SIDE = 1400
_RIM = 4
_MAX_THICKNESS = 14
_MIN_RULES = 2
_MIN_LINES = 5
_MARK_WIDTH = 0.22


def is_cut_off(lines: Sequence[TextLine], image: Image, *, is_slice: bool = False) -> bool:
    """Tell whether a part of the page is outside the picture. `is_slice`: above and below the page goes on."""
    height, width = image.shape[:2]
    whole = ("top", "bottom") if is_slice else ()
    touching = [(side, line) for line in lines for side in cut_sides(line, width, height) if side not in whole]
    if max(Counter(side for side, _ in touching).values(), default=0) >= 2:
        return True
    if any(_is_telling(line, side, width, few=len(lines) <= FEW_LINES) for side, line in touching):
        return True
    rules = cut_rules(image) if len(lines) >= _MIN_LINES else Counter()
    return any(count >= _MIN_RULES for side, count in rules.items() if side not in whole)


def doubted(lines: Sequence[TextLine], image: Image) -> list[TextLine]:
    """Lower the score of the lines that are cut: however clear, what is there is not all."""
    height, width = image.shape[:2]
    return [
        replace(line, score=min(line.score, DOUBTED)) if cut_sides(line, width, height) else line for line in lines
    ]


def cut_sides(line: TextLine, width: int, height: int) -> tuple[Side, ...]:
    """Give the sides of the picture that a line's box touches; none for single characters and marks in a corner."""
    left, top, right, bottom = line.box
    high = min(right - left, bottom - top)
    if len(line.text) < 2 or line.score <= 0.3 or high > 0.3 * min(width, height):
        return ()
    reach = max(2.0, NEAR_RIM * high)
    gaps: tuple[tuple[Side, int], ...] = (
        ("left", left), ("right", width - 1 - right), ("top", top), ("bottom", height - 1 - bottom),
    )  # fmt: skip
    in_corner = sum(gap <= 0.6 * high for _, gap in gaps) > 1
    return (
        () if in_corner and right - left <= _MARK_WIDTH * width else tuple(side for side, gap in gaps if gap <= reach)
    )


def cut_rules(image: Image) -> Counter[Side]:
    """Count, by side, the rules that cross others and end at that rim, while their other end is in the picture."""
    import cv2

    strokes = cv2.dilate(dark_strokes(shrunk(image, _SIDE)), np.ones((3, 3), np.uint8))
    height, width = strokes.shape
    level = _long(strokes, (max(width // 9, 60), 1))
    upright = _long(strokes, (1, max(height // 9, 60)))
    found: Counter[Side] = Counter()
    found["left"], found["right"] = _ending_at_rim(level, upright)
    found["top"], found["bottom"] = _ending_at_rim(upright.T, level.T)
    return found


def _ending_at_rim(level: Mask, upright: Mask) -> tuple[int, int]:
    """Count the level rules that end at the left rim, and at the right, but not at both, and cross an upright one."""
    import cv2

    height, width = level.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(level))
    ends = [0, 0]
    for x, y, w, h, _ in stats[1:count].tolist():
        at_rim = x <= _RIM, x + w >= width - _RIM
        inside = h <= _MAX_THICKNESS and 0.02 * height < y < 0.98 * height - h
        if inside and at_rim[0] != at_rim[1] and upright[y : y + h, x : x + w].any():
            ends[at_rim[1]] += 1
    return ends[0], ends[1]


def _long(strokes: Mask, kernel: tuple[int, int]) -> Mask:
    import cv2

    mask: Mask = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, kernel))
    return mask


def _is_telling(line: TextLine, side: Side, width: int, *, few: bool) -> bool:
    """Tell whether one cut line is enough: at the sides some characters, above and below a line of some width."""
    if few or side in ("left", "right"):
        return len(line.text) >= (3 if few else 4)
    return line.box[2] - line.box[0] >= 0.3 * width
