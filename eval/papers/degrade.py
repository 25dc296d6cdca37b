"""What phones, scanners and copiers do to a page; all but the last two ways keep it readable."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Way = Callable[[Pixels, Random], Pixels]


def turn90(page: Pixels, rng: Random) -> Pixels:
    """Turn a quarter to the left."""
    return np.rot90(page).copy()


def turn180(page: Pixels, rng: Random) -> Pixels:
    """Turn upside down."""
    return np.rot90(page, 2).copy()


def turn270(page: Pixels, rng: Random) -> Pixels:
    """Turn a quarter to the right."""
    return np.rot90(page, 3).copy()


def tilt(page: Pixels, rng: Random) -> Pixels:
    """Turn by two to seven degrees on a white ground."""
    angle = rng.choice([-1, 1]) * rng.uniform(2, 7)
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(height * sin + width * cos), int(height * cos + width * sin)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return _uint8(cv2.warpAffine(page, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(250, 250, 250)))


def photographed(page: Pixels, rng: Random) -> Pixels:
    """Lay the page on a table and take a photo from a slant."""
    noise = np.random.default_rng(rng.randrange(2**32))
    height, width = page.shape[:2]
    margin = 0.09
    out_w, out_h = int(width * (1 + 2 * margin)), int(height * (1 + 2 * margin))
    base = np.array(rng.choice([(92, 70, 52), (120, 118, 112), (60, 78, 96), (150, 126, 96)]), np.float32)
    grain = cv2.GaussianBlur(noise.normal(0, 1, (out_h, out_w)).astype(np.float32), (0, 0), 12, sigmaY=1.2) * 90
    table = np.clip(base + grain[..., None] + noise.normal(0, 3, (out_h, out_w, 3)), 0, 255).astype(np.uint8)

    def jitter() -> tuple[float, float]:
        return rng.uniform(-0.05, 0.05) * width, rng.uniform(-0.05, 0.05) * height

    x0, y0, x1, y1 = width * margin, height * margin, width * (1 + margin), height * (1 + margin)
    corners = np.array(
        [(x + dx, y + dy) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)) for dx, dy in [jitter()]]
    )
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    warped = cv2.warpPerspective(page, matrix, (out_w, out_h), flags=cv2.INTER_CUBIC)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, (out_w, out_h))[..., None] / 255
    return _uint8(warped * mask + table * (1 - mask))


def blurred(page: Pixels, rng: Random) -> Pixels:
    """A little out of focus; still read by people with ease."""
    return _uint8(cv2.GaussianBlur(page, (0, 0), rng.uniform(1.0, 1.7) * max(page.shape[:2]) / 1500))


def noisy(page: Pixels, rng: Random) -> Pixels:
    """Grain of a small sensor."""
    grain = np.random.default_rng(rng.randrange(2**32)).normal(0, rng.uniform(5, 12), page.shape)
    return _uint8(page + grain)


def shadowed(page: Pixels, rng: Random) -> Pixels:
    """The shadow of the phone across a part of the page."""
    height, width = page.shape[:2]
    mask = np.zeros((height, width), np.float32)
    x = rng.uniform(0.2, 0.8) * width
    points = np.array([(x, 0), (width, 0), (width, height), (x + rng.uniform(-0.3, 0.3) * width, height)], np.int32)
    cv2.fillPoly(mask, [points], rng.uniform(0.35, 0.55))
    return _uint8(page * (1 - cv2.GaussianBlur(mask, (0, 0), width / 40)[..., None]))


def glare(page: Pixels, rng: Random) -> Pixels:
    """A soft reflection in a corner where little stands; nothing is lost."""
    height, width = page.shape[:2]
    spot = np.zeros((height, width), np.float32)
    centre = int(width * rng.choice([0.04, 0.96])), int(height * rng.choice([0.03, 0.97]))
    cv2.ellipse(spot, centre, (width // 12, height // 14), rng.uniform(0, 90), 0, 360, 0.9, -1)
    soft = cv2.GaussianBlur(spot, (0, 0), width / 45)[..., None]
    return _uint8(page * (1 - soft) + 255 * soft)


def dark(page: Pixels, rng: Random) -> Pixels:
    """Too little light."""
    grain = np.random.default_rng(rng.randrange(2**32)).normal(0, 4, page.shape)
    return _uint8(page * rng.uniform(0.32, 0.5) + grain)


def squeezed(page: Pixels, rng: Random) -> Pixels:
    """Saved as JPEG of low quality, as messengers do."""
    return reencoded(page, rng.randint(18, 32))


def copied(page: Pixels, rng: Random) -> Pixels:
    """A black-and-white copy: no red is left of a seal."""
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY).astype(np.float32)
    contrast = np.clip((grey - 128) * 1.35 + 150, 0, 255)
    specks = np.random.default_rng(rng.randrange(2**32)).random(grey.shape) < 0.0004
    contrast[specks] = 40
    return np.repeat(_uint8(contrast)[..., None], 3, axis=2)


def small(page: Pixels, rng: Random) -> Pixels:
    """Few pixels, as a forwarded picture has."""
    share = rng.uniform(0.62, 0.75) if max(page.shape[:2]) > 1300 else rng.uniform(0.72, 0.85)
    return _uint8(cv2.resize(page, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))


def stamped(page: Pixels, rng: Random) -> Pixels:
    """A round received-stamp of the office in a corner, in blue."""
    height, width = page.shape[:2]
    out = page.copy()
    centre = int(width * rng.uniform(0.8, 0.9)), int(height * rng.uniform(0.03, 0.06))
    cv2.ellipse(out, centre, (width // 12, height // 34), 0, 0, 360, (60, 90, 170), 3, cv2.LINE_AA)
    cv2.putText(
        out, "RECEIVED", (centre[0] - width // 17, centre[1] + 6), 0, width / 2100, (60, 90, 170), 2, cv2.LINE_AA
    )
    return _uint8(out)


def unreadable(page: Pixels, rng: Random) -> Pixels:
    """So much out of focus that nobody can read it."""
    return _uint8(cv2.GaussianBlur(page, (0, 0), rng.uniform(11, 14) * max(page.shape[:2]) / 1500))


def cropped(page: Pixels, rng: Random) -> Pixels:
    """A third of the page is outside the picture, text is cut through."""
    width = page.shape[1]
    keep = int(width * rng.uniform(0.6, 0.68))
    return page[:, :keep].copy() if rng.random() < 0.5 else page[:, width - keep :].copy()


READABLE: dict[str, Way] = {
    way.__name__: way
    for way in (
        turn90, turn180, turn270, tilt, photographed, blurred, noisy, shadowed, glare, dark, squeezed, copied, small,
        stamped,
    )
}  # fmt: skip
WAYS: dict[str, Way] = {**READABLE, "unreadable": unreadable, "cropped": cropped}
COMBINATIONS = (
    ("photographed", "shadowed", "squeezed"),
    ("photographed", "blurred"),
    ("photographed", "turn90"),
    ("photographed", "noisy", "dark"),
    ("tilt", "squeezed"),
    ("copied", "tilt"),
    ("copied", "turn180"),
)
"""Damage that comes together; single ways are drawn as often."""


def degrade(image: Image.Image, names: tuple[str, ...], rng: Random) -> Image.Image:
    """Apply the named ways in order."""
    page = np.asarray(image.convert("RGB"))
    for name in names:
        page = WAYS[name](page, rng)
    return Image.fromarray(page)


def choose(rng: Random, *, may_be_copy: bool) -> tuple[str, ...]:
    """Draw what happens to a page, single or combined; no black-and-white copy where an original is wanted."""
    chosen = rng.choice(COMBINATIONS) if rng.random() < 0.5 else (rng.choice(list(READABLE)),)
    return chosen if may_be_copy or "copied" not in chosen else ("photographed", "squeezed")


def reencoded(page: Pixels, quality: int) -> Pixels:
    """Give the page as it comes back from a JPEG file."""
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def _uint8(pixels: NDArray[np.generic]) -> Pixels:
    clipped: Pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    return clipped
