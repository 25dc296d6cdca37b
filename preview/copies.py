"""Black-and-white copies: pages on which a red seal could not be seen even if there were one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from preview.images import shrunk
from preview.ocr import Image

SPECKS = 0.5
"""So many specks on ten thousand pixels come from a copier: colourless originals had 0.41 at most, copies 0.60 at
least and those of plain letters 3.7."""

SHADES = 0.0017
"""So large a share in shades between ink and paper is a copied seal, picture or ground: colourless originals had
0.0008, coloured papers turned grey 0.0029 and more."""

_SIDE = 1000


def is_copy(image: Image) -> bool:
    """Tell a black-and-white copy, on which no red could be seen.

    A file in shades of grey is one when it shows more than black print on white: specks, a seal or picture in grey.
    A colourless page photographed in colour is one when it shows a round frame in grey: a copied seal. Black print
    on white paper alone proves nothing.
    """
    small = shrunk(image, _SIDE)
    spread = small.max(axis=2).astype(np.int16) - small.min(axis=2)
    if float(np.percentile(spread, 99.9)) <= 1:
        return _shades(small) >= SHADES or _specks(image) >= SPECKS or _has_grey_ring(small)
    return _is_colourless(small) and _has_grey_ring(small)


def _shades(image: Image) -> float:
    """Give the share of grey patches: darker than the paper around and with no ink beside them, as letters' rims."""
    import cv2

    light = _of_paper(image)
    patches = (light < 0.86) & (cv2.erode(light, np.ones((5, 5), np.uint8)) > 0.3)
    broad = cv2.morphologyEx(patches.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return float(int(broad.sum()) / broad.size)


def _of_paper(image: Image) -> NDArray[np.float32]:
    """Give each pixel's brightness as a share of the paper's around it, so that shadows do not count."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    paper = cv2.blur(cv2.dilate(grey, np.ones((15, 15), np.uint8)), (31, 31))
    share: NDArray[np.float32] = grey.astype(np.float32) / paper.clip(1)
    return share


def _specks(image: Image) -> float:
    """Give the number of single dark pixels on ten thousand pixels."""
    import cv2

    dark = (_of_paper(image) < 0.6).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    largest = 2 * max(max(dark.shape) / 1500, 1) ** 2
    return 1e4 * int((stats[1:, cv2.CC_STAT_AREA] <= largest).sum()) / dark.size


def _is_colourless(image: Image) -> bool:
    """Tell whether hardly a pixel has any colour of its own beside the tint of the page."""
    import cv2

    lab = cv2.cvtColor(cv2.GaussianBlur(image, (5, 5), 0), cv2.COLOR_BGR2LAB).astype(np.int16)
    tint = np.median(lab[:, :, 1:].reshape(-1, 2), axis=0)
    chroma = np.abs(lab[:, :, 1:] - tint).max(axis=2)
    return float(np.percentile(chroma, 99.8)) < 10


def _has_grey_ring(image: Image) -> bool:
    """Tell whether a circle of the size of a seal is drawn on the page."""
    import cv2

    grey = cv2.medianBlur(cv2.cvtColor(shrunk(image, 800), cv2.COLOR_BGR2GRAY), 3)
    short = min(grey.shape)
    circles = cv2.HoughCircles(
        grey, cv2.HOUGH_GRADIENT, 2, short / 8, param1=120, param2=90,
        minRadius=round(short * 0.06), maxRadius=round(short * 0.2),
    )  # fmt: skip
    if circles is None:
        return False
    strokes = cv2.dilate(
        (cv2.absdiff(grey, cv2.blur(grey, (31, 31))) > 20).astype(np.uint8), np.ones((3, 3), np.uint8)
    )
    return any(
        (on := _stroked(strokes, circle, 1.0)) >= 0.9 and on - _stroked(strokes, circle, 1.08) >= 0.3
        for circle in circles[0][:12]
    )


def _stroked(strokes: NDArray[np.uint8], circle: NDArray[np.float32], share: float) -> float:
    """Give how much of a circle, at a share of its radius, runs along strokes: dense text crosses it everywhere."""
    x, y, radius = (float(value) for value in circle[:3])
    turn = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    xs = np.clip(np.round(x + share * radius * np.cos(turn)).astype(int), 0, strokes.shape[1] - 1)
    ys = np.clip(np.round(y + share * radius * np.sin(turn)).astype(int), 0, strokes.shape[0] - 1)
    return float(strokes[ys, xs].mean())
