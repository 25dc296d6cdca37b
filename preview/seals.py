"""Red seals: where they are, what their ring says, and the text beneath them read through the red channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from preview.ocr import Image, OcrEngine, area, grown, in_reading_order, overlap
from preview.schema import Box, Seal, TextLine

MIN_RADIUS = 0.04
"""Of the page's short side; 42 mm on A4 are 0.1."""

MAX_RED_FILL = 0.60
"""A seal is a drawing in red; a red-clothed or red-grounded portrait is filled."""

MIN_RED_FILL = 0.06
MIN_SATURATION = 88.0
RING_SCORE = 0.85
"""Ring text below this is guesswork and not given."""

_RING = 0.55, 0.97
_STRIP_HEIGHT = 64


def red_mask(image: Image) -> NDArray[np.uint8]:
    """Give 255 where the page is the red of seals."""
    import cv2

    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    low, high = (cv2.inRange(hsv, (start, 60, 50), (end, 255, 255)) for start, end in ((0, 12), (165, 180)))
    return cast("NDArray[np.uint8]", low | high)


def find_seals(image: Image) -> tuple[Box, ...]:
    """Give the boxes of red seals: round, oval or square. The 国徽 on the back of an identity card looks like one."""
    import cv2

    red = red_mask(image)
    short = min(image.shape[:2])
    reach = max(round(short * 0.012), 3) | 1
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[Box] = []
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        if min(w, h) < 2 * MIN_RADIUS * short * 0.8 or max(w, h) > 0.6 * short:
            continue
        hull = cv2.convexHull(contour)
        if _is_round(hull, w, h, short) or _is_square(hull, w, h):
            inside = np.zeros((h, w), np.uint8)
            cv2.fillConvexPoly(inside, hull - np.array([[x, y]]), 1)
            inked = (red[y : y + h, x : x + w] > 0) & (inside > 0)
            fill = float(inked.sum()) / max(int(inside.sum()), 1)
            if (
                MIN_RED_FILL <= fill <= MAX_RED_FILL
                and _saturation(image[y : y + h, x : x + w][inked]) >= MIN_SATURATION
            ):
                found.append((x, y, x + w, y + h))
    return tuple(_outer(found))


def _saturation(pixels: NDArray[np.uint8]) -> float:
    """Give the usual saturation of pixels, 0 to 255: skin has about 70, the ink of seals above 100."""
    high, low = pixels.max(axis=1).astype(np.float32), pixels.min(axis=1).astype(np.float32)
    return float(np.median((high - low) / np.maximum(high, 1))) * 255


def _is_round(hull: NDArray[np.int32], w: int, h: int, short: int) -> bool:
    import cv2

    (_, _), radius = cv2.minEnclosingCircle(hull)
    size = float(cv2.contourArea(hull))
    ellipse = size / max(np.pi / 4 * w * h, 1)
    return radius >= MIN_RADIUS * short and 0.6 <= w / h <= 1.67 and 0.86 <= ellipse <= 1.1


def _is_square(hull: NDArray[np.int32], w: int, h: int) -> bool:
    import cv2

    (_, _), (a, b), _ = cv2.minAreaRect(hull)
    size = float(cv2.contourArea(hull))
    return min(a, b) > 0 and 0.75 <= a / b <= 1.33 and size >= 0.88 * a * b and min(w, h) >= 24


def _outer(boxes: list[Box]) -> list[Box]:
    """Leave out what lies within a larger one: the star, or an inner ring."""
    kept: list[Box] = []
    for box in sorted(boxes, key=area, reverse=True):
        if not any(overlap(box, other) > 0.7 for other in kept):
            kept.append(box)
    return sorted(kept, key=lambda box: (box[1], box[0]))


def read_seal(image: Image, box: Box, engine: OcrEngine) -> Seal:
    """Read the text along a seal's ring; empty when it is not sure."""
    strip = ring_strip(image, box)
    lines = engine.read(strip)
    text = "".join(line.text for line in sorted(lines, key=lambda line: line.box[0]))
    letters = sum(len(line.text) for line in lines)
    score = sum(line.score * len(line.text) for line in lines) / letters if letters else 0.0
    if score < RING_SCORE or letters < 4:
        return Seal(box, "", round(score, 3))
    return Seal(box, text, round(score, 3))


def ring_strip(image: Image, box: Box) -> Image:
    """Unroll a seal's ring, from six o'clock clockwise: dark letters on white, their heads up."""
    import cv2

    x0, y0, x1, y1 = box
    side = max(x1 - x0, y1 - y0)
    round_seal = cv2.resize(image[y0:y1, x0:x1], (side, side), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    redness = (round_seal[:, :, 2] - np.minimum(round_seal[:, :, 0], round_seal[:, :, 1])).clip(0, 255)
    ink = 255 - (redness / max(float(np.percentile(redness, 98)), 1.0) * 255).clip(0, 255).astype(np.uint8)
    radius = side / 2
    around = round(2 * np.pi * radius * 0.76)
    polar = cv2.warpPolar(
        ink, (round(radius), around), (radius, radius), radius, cv2.WARP_POLAR_LINEAR | cv2.INTER_CUBIC
    )
    ring = polar[:, round(radius * _RING[0]) : round(radius * _RING[1])]
    strip = np.roll(np.rot90(ring), -around // 4, axis=1)
    scale = _STRIP_HEIGHT / max(strip.shape[0], 1)
    strip = cv2.resize(strip, (max(round(strip.shape[1] * scale), 1), _STRIP_HEIGHT), interpolation=cv2.INTER_CUBIC)
    strip = cv2.copyMakeBorder(strip, 24, 24, 24, 24, cv2.BORDER_CONSTANT, value=255)
    return cast("Image", cv2.cvtColor(strip, cv2.COLOR_GRAY2BGR))


def read_under_seals(
    image: Image, boxes: Sequence[Box], lines: Sequence[TextLine], engine: OcrEngine
) -> list[TextLine]:
    """Read the text around each seal again in the red channel, where red ink is as light as paper."""
    result = list(lines)
    height, width = image.shape[:2]
    for seal in boxes:
        region = _with_lines(grown(seal, (seal[2] - seal[0]) // 4, width, height), seal, result, width, height)
        x0, y0, x1, y1 = region
        red: Any = image[y0:y1, x0:x1, 2]
        again = [_moved(line, x0, y0) for line in engine.read(np.ascontiguousarray(np.dstack([red, red, red])))]
        result = merged(result, [line for line in again if overlap(line.box, seal) > 0], region)
    return in_reading_order(result)


def _with_lines(region: Box, seal: Box, lines: Sequence[TextLine], width: int, height: int) -> Box:
    """Widen the region so that no line that touches the seal is cut."""
    x0, y0, x1, y1 = region
    for line in lines:
        if overlap(line.box, seal) > 0:
            left, top, right, bottom = grown(line.box, 8, width, height)
            x0, y0, x1, y1 = min(x0, left), min(y0, top), max(x1, right), max(y1, bottom)
    return x0, y0, x1, y1


def merged(lines: Sequence[TextLine], again: Sequence[TextLine], region: Box) -> list[TextLine]:
    """Put second readings in: the same text counts twice, more or surer text replaces what it covers."""
    result = list(lines)
    for line in sorted(again, key=lambda each: -len(each.text)):
        if not line.text or line.score < 0.5:
            continue
        covered = [each for each in result if _same_place(each.box, line.box)]
        before = "".join(each.text for each in sorted(covered, key=lambda each: each.box[0]))
        if before == line.text:
            kept = (
                replace(covered[0], readings=covered[0].readings + 1)
                if len(covered) == 1
                else replace(line, readings=2)
            )
        elif not covered or _is_better(line, covered, before):
            kept = line
        else:
            continue
        result = [each for each in result if each not in covered] + [kept]
    return result


def _same_place(old: Box, new: Box) -> bool:
    """Tell whether two lines stand in one row and over one another."""
    rows = min(old[3], new[3]) - max(old[1], new[1])
    return rows > 0.5 * min(old[3] - old[1], new[3] - new[1]) and overlap(old, new) > 0.5


def _is_better(line: TextLine, covered: Sequence[TextLine], before: str) -> bool:
    """Tell whether a second reading may replace the first: it says more, or as much and is surer of it."""
    letters = sum(len(each.text) for each in covered)
    score = sum(each.score * len(each.text) for each in covered) / max(letters, 1)
    if len(line.text) > len(before):
        return line.score >= min(score, 0.8) - 0.05
    return len(line.text) == len(before) and line.score > score


def _moved(line: TextLine, x: int, y: int) -> TextLine:
    a, b, c, d = ((left + x, top + y) for left, top in line.quad)
    return replace(line, quad=(a, b, c, d))
