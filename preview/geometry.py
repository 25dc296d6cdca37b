"""Photographed pages: the four corners of a page on a background, and how far its lines fall or rise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from preview.images import shrunk
from preview.ocr import Image

Corners = NDArray[np.float32]
"""Top left, top right, bottom right, bottom left: shape (4, 2)."""

MIN_SHARE, MAX_SHARE = 0.18, 0.97
MIN_CONTRAST = 16.0
"""How far, in Lab, a page must differ from what lies around it on every side."""

INSET = 0.008
MIN_SKEW_DEG, MAX_SKEW_DEG = 0.6, 20.0
_SIDE = 640


@dataclass(frozen=True)
class Flat:
    """A page taken out of its background, or the picture as it was."""

    image: Image
    warped: bool


def flattened(image: Image) -> Flat:
    """Cut a photographed page out and make it rectangular; leave the picture alone when in doubt."""
    corners = page_corners(image)
    return Flat(image, False) if corners is None else Flat(warped_to(image, corners), True)


def page_corners(image: Image) -> Corners | None:
    """Find the corners of the one page in the picture; None when there is no page, or it is not sure."""
    import cv2

    small = cv2.bilateralFilter(shrunk(image, _SIDE), 7, 40, 7)
    scale = max(image.shape[:2]) / max(small.shape[:2])
    best: tuple[float, Corners] | None = None
    for mask in _masks(small):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:4]:
            corners = _as_quad(contour, small.shape[0], small.shape[1])
            if corners is None or not _stands_out(small, corners):
                continue
            size = float(cv2.contourArea(corners))
            if best is None or size > best[0]:
                best = size, corners
    if best is None:
        return None
    middle = best[1].mean(axis=0)
    inset: Corners = ((middle + (best[1] - middle) * (1 - INSET)) * scale).astype(np.float32)
    return inset  # moved inwards a little, so that no strip of the table is left along the rim


def warped_to(image: Image, corners: Corners) -> Image:
    """Map four corners to a rectangle with the sides' lengths."""
    import cv2

    a, b, c, d = corners
    width = round(float(max(np.linalg.norm(b - a), np.linalg.norm(c - d))))
    height = round(float(max(np.linalg.norm(d - a), np.linalg.norm(c - b))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cast("Image", flat)


def skew_of(image: Image) -> float:
    """Give by how many degrees the lines of text fall to the right (rise: below 0); 0 when it cannot be told."""
    import cv2

    small = shrunk(image, 1000)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    strokes = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 7)))
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    angles: list[float] = []
    weights: list[float] = []
    for contour in contours:
        (_, _), (w, h), angle = cv2.minAreaRect(contour)
        long, short = max(w, h), min(w, h)
        if long < 60 or short < 5 or short > 60 or long / max(short, 1) < 4:
            continue
        tilt = angle if w >= h else angle - 90
        tilt = (tilt + 90) % 180 - 90
        if abs(tilt) <= MAX_SKEW_DEG:
            angles.append(tilt)
            weights.append(long)
    if len(angles) < 4:
        return 0.0
    order = np.argsort(angles)
    middle = int(np.searchsorted(np.cumsum(np.array(weights)[order]), sum(weights) / 2))
    skew = float(np.array(angles)[order][middle])
    near = sum(weight for angle, weight in zip(angles, weights, strict=True) if abs(angle - skew) <= 2)
    return skew if near >= 0.6 * sum(weights) else 0.0


def _masks(small: Image) -> list[NDArray[np.uint8]]:
    """Give several guesses of where the page is: light, coloured, or bounded by edges."""
    import cv2

    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    rim = np.concatenate([small[:6].reshape(-1, 3), small[-6:].reshape(-1, 3), small[:, :6].reshape(-1, 3)])
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    ground = np.median(cv2.cvtColor(rim[None], cv2.COLOR_BGR2LAB)[0].astype(np.float32), axis=0)
    other = (np.linalg.norm(lab - ground, axis=2) > 28).astype(np.uint8) * 255
    edges = cv2.dilate(cv2.Canny(small, 40, 120), np.ones((3, 3), np.uint8))
    kernel = np.ones((9, 9), np.uint8)
    closed = [cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel) for mask in (light, other)]
    opened = [cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel) for mask in closed]
    return [*opened, cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))]


def _as_quad(contour: NDArray[np.int32], height: int, width: int) -> Corners | None:
    """Give the four corners of a contour that is nearly a quadrilateral of a page's shape, clear of the rim."""
    import cv2

    hull = cv2.convexHull(contour)
    size = float(cv2.contourArea(hull))
    if not MIN_SHARE * height * width <= size <= MAX_SHARE * height * width:
        return None
    for tolerance in (0.02, 0.03, 0.045):
        points = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True).reshape(-1, 2)
        if len(points) == 4:
            break
    else:
        return None
    corners = _ordered(points.astype(np.float32))
    if float(cv2.contourArea(corners)) < 0.93 * size or float(cv2.contourArea(contour)) < 0.8 * size:
        return None
    sides = [float(np.linalg.norm(corners[n] - corners[n - 1])) for n in range(4)]
    even = (
        min(sides[0], sides[2]) / max(sides[0], sides[2]) > 0.55
        and min(sides[1], sides[3]) / max(sides[1], sides[3]) > 0.55
    )
    on_rim = (
        (corners[:, 0] <= 2) | (corners[:, 0] >= width - 3) | (corners[:, 1] <= 2) | (corners[:, 1] >= height - 3)
    )
    return corners if even and min(sides) > 0.2 * min(height, width) and not on_rim.any() else None


def _ordered(points: Corners) -> Corners:
    """Order corners clockwise from the top left."""
    middle = points.mean(axis=0)
    turn = np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0])
    clockwise = points[np.argsort(turn)]
    first = int(np.argmin(clockwise.sum(axis=1)))
    return np.roll(clockwise, -first, axis=0)


def _stands_out(small: Image, corners: Corners) -> bool:
    """Tell a page on a table from a frame printed on paper: all four sides divide two different surfaces."""
    import cv2

    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    middle = corners.mean(axis=0)
    height, width = small.shape[:2]
    for n in range(4):
        start, end = corners[n], corners[(n + 1) % 4]
        along = start + (end - start) * np.linspace(0.12, 0.88, 40)[:, None]
        inward = middle - (start + end) / 2
        inward = inward / max(float(np.linalg.norm(inward)), 1e-6)
        inner, outer = (_colours(lab, along + inward * step, width, height) for step in (9.0, -9.0))
        if inner is None or outer is None or float(np.linalg.norm(inner - outer)) < MIN_CONTRAST:
            return False
    return True


def _colours(lab: NDArray[np.float32], points: Corners, width: int, height: int) -> NDArray[np.float32] | None:
    """Give the median colour at points, None when most of them lie outside the picture."""
    xs, ys = np.round(points[:, 0]).astype(int), np.round(points[:, 1]).astype(int)
    there = (xs >= 0) & (ys >= 0) & (xs < width) & (ys < height)
    if there.sum() < 12:
        return None
    return cast("NDArray[np.float32]", np.median(lab[ys[there], xs[there]], axis=0))
