"""Signatures and handwritten dates: glyphs sheared, bent and inked, no real hand."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw

from eval.papers.canvas import Colour, Sheet
from eval.papers.fonts import font

INKS: tuple[Colour, ...] = ((20, 24, 60), (22, 22, 26), (30, 45, 120))


def written(text: str, size: int, rng: Random, strength: float = 1.0, step: float = 0.88) -> Image.Image:
    """Give an alpha mask of handwritten text; `strength`: how far it bends, `step`: how far the pen moves on."""
    noise = np.random.default_rng(rng.randrange(2**32))
    mask = Image.new("L", (int(size * (len(text) + 2)), size * 3), 0)
    draw = ImageDraw.Draw(mask)
    x = float(size)
    for sign in text:
        used = int(size * rng.uniform(0.9, 1.15))
        draw.text((x, size + rng.uniform(-0.08, 0.1) * size), sign, font=font("serif", used), fill=255)
        x += font("serif", used).getlength(sign) * step * rng.uniform(0.93, 1.07)
    pixels = np.asarray(mask)
    height, width = pixels.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bend = np.zeros((2, height, width), np.float32)
    for axis in (0, 1):
        field = noise.normal(0, 1, (height // 8 + 2, width // 8 + 2)).astype(np.float32)
        bend[axis] = (
            cv2.GaussianBlur(cv2.resize(field, (width, height)), (0, 0), size * 0.18) * size * 0.28 * strength
        )
    shear = rng.uniform(0.05, 0.25) * strength
    bent = cv2.remap(pixels, columns + bend[0] + (rows - height / 2) * shear, rows + bend[1], cv2.INTER_LINEAR)
    return Image.fromarray(bent)


def sign(sheet: Sheet, rng: Random, x: float, y: float, name: str, size: int = 46) -> None:
    """Write a name with its upper left corner near (x, y). The name is not noted as a field: it may be unreadable."""
    mask = written(name, size, rng, rng.uniform(0.7, 1.2))
    sheet.image.paste(Image.new("RGB", mask.size, rng.choice(INKS)), (int(x - size), int(y - size)), mask)


def write(sheet: Sheet, rng: Random, x: float, y: float, text: str, size: int = 30) -> None:
    """Write a line by a legible hand, a date for instance."""
    mask = written(text, size, rng, 0.25, 1.06)
    sheet.image.paste(Image.new("RGB", mask.size, rng.choice(INKS)), (int(x - size), int(y - size)), mask)
