"""How legible a page is. The thresholds were found on drawn pages; see docs/decisions/2026-11-22-ocr-engine.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from preview.copies import is_copy
from preview.cut_off import is_cut_off
from preview.images import shrunk
from preview.ocr import Image, area, overlap
from preview.schema import Box, Quality, QualityProblem, TextLine

UNREADABLE_SHARPNESS = 0.10
BLURRED_SHARPNESS = 0.20
DARK_LEVEL = 70
"""A page whose brightest tenth stays below twice this, and whose mean below this, was taken in the dark."""

GLARE_SHARE = 0.004
SMALL_TEXT_PX = 11
"""Half of the lines lower than this on the upload: strokes run together."""

WEAK_SCORE = 0.5
_SIDE = 1000


def measure(image: Image, *, digital: bool = False) -> Quality:
    """Measure what the picture alone tells. `digital`: drawn by a program, so neither blurred nor a copy."""
    import cv2

    small = shrunk(image, _SIDE)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    low, high = np.percentile(grey, (1, 99))
    brightness = float(grey.mean())
    if _is_blank(grey):
        return Quality(0.0, brightness, problems=(QualityProblem.BLANK,), readable=False)
    if digital:
        return Quality(sharpness=1.0, brightness=brightness)
    sharpness = sharpness_of(grey)
    boxes = glare_boxes(small)
    scale = max(image.shape[:2]) / max(small.shape[:2])
    problems: list[QualityProblem] = []
    if sharpness < BLURRED_SHARPNESS:
        problems.append(QualityProblem.BLURRED)
    if boxes:
        problems.append(QualityProblem.GLARE)
    if brightness < DARK_LEVEL and float(np.percentile(grey, 90)) < 2 * DARK_LEVEL:
        problems.append(QualityProblem.DARK)
    if is_screen_photo(image):
        problems.append(QualityProblem.SCREEN_PHOTO)
    return Quality(
        sharpness=round(sharpness, 3),
        brightness=round(brightness, 1),
        glare_share=round(sum(map(area, boxes)) / grey.size, 4),
        problems=tuple(problems),
        readable=sharpness >= UNREADABLE_SHARPNESS and high - low >= 12,
        is_copy=is_copy(image),
        glare_boxes=tuple(scaled(box, scale) for box in boxes),
    )


def after_reading(quality: Quality, lines: Sequence[TextLine], image: Image, *, is_slice: bool = False) -> Quality:
    """Add what the lines tell: none at all, cut at the rim, too small; white under which text stands is no glare."""
    hiding = tuple(box for box in quality.glare_boxes if not any(_middle_in(line.box, box) for line in lines))
    problems = [problem for problem in quality.problems if problem is not QualityProblem.GLARE or hiding]
    if not lines and QualityProblem.BLANK not in problems:
        problems.append(QualityProblem.NO_TEXT)
    if is_cut_off(lines, image, is_slice=is_slice):
        problems.append(QualityProblem.CUT_OFF)
    heights = sorted(min(box[3] - box[1], box[2] - box[0]) for box in (line.box for line in lines))
    if heights and heights[len(heights) // 2] < SMALL_TEXT_PX:
        problems.append(QualityProblem.LOW_RESOLUTION)
    read = sum(len(line.text) for line in lines if line.score >= WEAK_SCORE)
    hopeless = not lines or (read < 4 and quality.sharpness < BLURRED_SHARPNESS)
    share = (
        quality.glare_share
        if len(hiding) == len(quality.glare_boxes)
        else sum(map(area, hiding)) / image[:, :, 0].size
    )
    return replace(
        quality,
        problems=tuple(problems),
        readable=quality.readable and not hopeless,
        glare_boxes=hiding,
        glare_share=round(share, 4),
    )


def _middle_in(box: Box, other: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def sharpness_of(grey: NDArray[np.uint8]) -> float:
    """Give the steepest edges relative to the contrast of the page: about 1 when sharp, below 0.1 unreadable."""
    import cv2

    low, high = np.percentile(grey, (1, 99))
    smooth = cv2.medianBlur(grey, 3) if _noise(grey) > 4 else grey
    edges = np.abs(cv2.Laplacian(smooth, cv2.CV_32F))
    return float(np.percentile(edges, 99.5) / max(float(high - low), 1.0))


def _noise(grey: NDArray[np.uint8]) -> float:
    """Give the usual difference between neighbours in smooth places, in grey levels."""
    import cv2

    return float(np.median(np.abs(cv2.Laplacian(grey, cv2.CV_32F))))


def is_blank(image: Image) -> bool:
    """Tell whether nothing stands on a page."""
    import cv2

    return _is_blank(cv2.cvtColor(shrunk(image, _SIDE), cv2.COLOR_BGR2GRAY))


def _is_blank(grey: NDArray[np.uint8]) -> bool:
    """Tell whether nothing stands on the page: away from its rim hardly any strokes."""
    import cv2

    rim_y, rim_x = grey.shape[0] // 40, grey.shape[1] // 40
    inner = cv2.GaussianBlur(grey, (3, 3), 0)[rim_y : grey.shape[0] - rim_y, rim_x : grey.shape[1] - rim_x]
    if inner.size == 0:
        return True
    far = cv2.absdiff(inner, cv2.blur(inner, (41, 41)))
    return float((far > 14).mean()) < 0.0006


def glare_boxes(image: Image) -> tuple[Box, ...]:
    """Give burnt-out spots: pure white, soft at the rim, on something that is not white itself."""
    import cv2

    darkest = image.min(axis=2)
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    levels = np.bincount(grey.ravel(), minlength=256)
    if int(levels[248:].sum()) > 0.45 * grey.size:
        return ()  # white paper, scanned: white is no reflection there
    spots = cv2.morphologyEx((darkest >= 252).astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(spots)
    found: list[Box] = []
    for label in range(1, count):
        x, y, w, h, size = (int(value) for value in stats[label])
        if size < GLARE_SHARE * grey.size or size < 0.4 * w * h or _is_paper(w, h, *grey.shape):
            continue
        spot = (labels == label).astype(np.uint8)
        near = cv2.dilate(spot, np.ones((7, 7), np.uint8)) - spot
        far = cv2.dilate(spot, np.ones((41, 41), np.uint8)) - cv2.dilate(spot, np.ones((25, 25), np.uint8))
        soft = float(np.median(grey[near > 0])) >= 236 if near.any() else False
        if soft and far.any() and float(np.median(grey[far > 0])) < 249:
            found.append((x, y, x + w, y + h))
    return tuple(found)


def _is_paper(w: int, h: int, height: int, width: int) -> bool:
    """Tell the lit part or the white rim of a sheet from a reflection, which is a spot."""
    return w > 0.9 * width or h > 0.9 * height or w * h > 0.3 * height * width or max(w, h) > 5 * min(w, h)


def is_screen_photo(image: Image) -> bool:
    """Guess a photographed screen: places without text show the same fine grid, as lonely peaks in their spectrum."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    tiles = _plain_tiles(grey)
    peaks = [peak for tile in tiles if (peak := _grid_peak(tile)) is not None]
    if len(peaks) < 5 or len(peaks) < 0.7 * len(tiles):
        return False
    middle = np.median(np.array(peaks), axis=0)
    same = sum(float(np.hypot(*(np.array(peak) - middle))) <= 2.5 for peak in peaks)
    return same >= 0.7 * len(tiles)


_TILE = 96


def _plain_tiles(grey: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Give the plainest tiles of a page, at most eight: paper without print, but not without any structure."""
    rows, columns = grey.shape[0] // _TILE, grey.shape[1] // _TILE
    tiles = [
        grey[y * _TILE : (y + 1) * _TILE, x * _TILE : (x + 1) * _TILE] for y in range(rows) for x in range(columns)
    ]
    plain = sorted(tiles, key=lambda tile: float(tile.std()))[: max(len(tiles) // 3, 8)]
    return [tile for tile in plain if 2.5 <= float(tile.std()) <= 40 and float(tile.mean()) < 251][:8]


def _grid_peak(tile: NDArray[np.uint8]) -> tuple[int, int] | None:
    """Give the strongest fine frequency of a tile when it holds much of the tile's energy."""
    window = np.hanning(_TILE)[:, None] * np.hanning(_TILE)[None, :]
    power = np.abs(np.fft.rfft2((tile.astype(np.float32) - tile.mean()) * window)) ** 2
    ys = np.minimum(np.arange(_TILE), _TILE - np.arange(_TILE))[:, None]
    xs = np.arange(power.shape[1])[None, :]
    fine = np.hypot(ys, xs) >= _TILE * 0.14
    power = np.where(fine, power, 0)
    y, x = (int(value) for value in np.unravel_index(int(power.argmax()), power.shape))
    near = power[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].sum()
    jpeg = y % (_TILE // 8) == 0 and x % (_TILE // 8) == 0  # the blocks of a JPEG file
    return None if jpeg or near < 0.3 * power.sum() else (int(ys[y, 0]), x)


def scaled(box: Box, by: float) -> Box:
    """Give a box in pixels of a picture `by` times as large."""
    left, top, right, bottom = (round(value * by) for value in box)
    return left, top, right, bottom


def hidden_lines(lines: Sequence[TextLine], boxes: Sequence[Box]) -> list[TextLine]:
    """Give the lines that a burnt-out spot touches."""
    return [line for line in lines if any(overlap(line.box, box) > 0 for box in boxes)]
