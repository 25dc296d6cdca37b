"""The sheet that papers are drawn on; it notes each field that was really printed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw

from eval.papers.fonts import font
from preview.schema import FieldName

Colour = tuple[int, int, int]
BLACK: Colour = (25, 25, 28)
GREY: Colour = (110, 110, 115)
BLUE: Colour = (40, 70, 120)
RED: Colour = (200, 30, 35)
A4 = (1240, 1754)
CARD = (1012, 638)

_FIELDS = {str(name) for name in FieldName}


class Sheet:
    """An image with drawing helpers and the truth of what stands on it.

    Coordinates are pixels from the top left; `fields` takes the first value printed under a field name.
    """

    def __init__(self, size: tuple[int, int], colour: Colour = (255, 255, 255)) -> None:
        self.image = Image.new("RGB", size, colour)
        self.draw = ImageDraw.Draw(self.image)
        self.fields: dict[str, str] = {}

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.image.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.image.height

    def note(self, key: str, value: str) -> None:
        """Note that a field was printed; empty values and keys that are no fields are passed over."""
        if key in _FIELDS and value:
            self.fields.setdefault(key, value)

    def text(
        self, x: float, y: float, text: str, size: int, face: str = "sans", fill: Colour = BLACK, anchor: str = "la"
    ) -> float:
        """Print one line and give its right end; `anchor` as in Pillow."""
        used = font(face, size)
        self.draw.text((x, y), text, font=used, fill=fill, anchor=anchor)
        return x + used.getlength(text)

    def spaced(
        self, x: float, y: float, text: str, size: int, step: float, face: str = "mono", fill: Colour = BLACK
    ) -> None:
        """Print characters at an even distance, as numbers on cards are."""
        for place, sign in enumerate(text):
            self.text(x + place * step, y, sign, size, face, fill)

    def wrapped(
        self,
        x: float,
        y: float,
        text: str,
        size: int,
        width: float,
        face: str = "sans",
        fill: Colour = BLACK,
        leading: float = 1.45,
        indent: bool = False,
    ) -> float:
        """Print a text in lines of at most `width` pixels and give the y below the last."""
        for line in lines_of(text, size, width, face, indent=indent):
            self.text(x, y, line, size, face, fill)
            y += size * leading
        return y

    def pair(
        self,
        x: float,
        y: float,
        label: str,
        key: str,
        value: str,
        size: int,
        *,
        at: float,
        width: float = 0,
        shown: str = "",
        label_fill: Colour = BLACK,
        face: str = "sans",
        label_face: str = "sans",
        value_size: int = 0,
    ) -> float:
        """Print a label, its value at `at`, and note the field; `shown` is the printed form of the value."""
        self.text(x, y, label, size, label_face, label_fill)
        self.note(key, value)
        used = value_size or size
        return self.wrapped(at, y, shown or value, used, width or self.width, face)

    def underlined(self, x: float, y: float, width: float, text: str, size: int, face: str = "sans") -> None:
        """Print text upon a rule, as in forms to be filled in."""
        self.text(x + 8, y, text, size, face)
        self.draw.line([(x, y + size * 1.32), (x + width, y + size * 1.32)], fill=GREY, width=2)

    def box(self, x0: float, y0: float, x1: float, y1: float, width: int = 2, fill: Colour | None = None) -> None:
        """Draw a ruled rectangle."""
        self.draw.rectangle([x0, y0, x1, y1], outline=BLACK, width=width, fill=fill)

    def guilloche(self, rng: Random, tint: Colour, lines: int = 26) -> None:
        """Cover the ground with fine waves, as secure paper has them."""
        import math

        amplitude, wave = rng.uniform(8, 18), rng.uniform(60, 140)
        for number in range(lines):
            base = self.height * number / lines
            points = [
                (x, base + amplitude * math.sin(x / wave + number * 0.6)) for x in range(0, self.width + 12, 12)
            ]
            self.draw.line(points, fill=tint, width=1)

    def portrait(
        self, rng: Random, x: int, y: int, width: int, height: int, ground: Colour = (235, 238, 242)
    ) -> None:
        """Draw a photo as plain shapes: head, hair, shoulders."""
        photo = Image.new("RGB", (width, height), ground)
        d = ImageDraw.Draw(photo)
        skin = (rng.randint(215, 238), rng.randint(180, 200), rng.randint(150, 175))
        coat = (rng.randint(30, 90), rng.randint(30, 90), rng.randint(40, 110))
        cx, r, top = width / 2, width * 0.24, height * 0.16
        d.ellipse([cx - width * 0.42, height * 0.68, cx + width * 0.42, height * 1.35], fill=coat)
        d.rectangle([cx - r * 0.4, height * 0.5, cx + r * 0.4, height * 0.72], fill=skin)
        d.ellipse([cx - r * 1.1, top - r * 0.3, cx + r * 1.1, top + r * 2.0], fill=(30, 26, 26))
        d.ellipse([cx - r, top, cx + r, top + r * 2.5], fill=skin)
        for side in (-1, 1):
            d.ellipse(
                [cx + side * r * 0.45 - 5, top + r, cx + side * r * 0.45 + 5, top + r * 1.12], fill=(40, 30, 30)
            )
        d.line([(cx - r * 0.3, top + r * 1.9), (cx + r * 0.3, top + r * 1.9)], fill=(150, 80, 80), width=3)
        self.image.paste(photo, (x, y))

    def sample_mark(self) -> None:
        """Print 样张 small in the lower right corner."""
        size = max(14, self.width // 62)
        self.text(self.width - 8, self.height - 6, "样张", size, "sans", (165, 165, 170), "rd")


def lines_of(text: str, size: int, width: float, face: str = "sans", *, indent: bool = False) -> list[str]:
    """Break a text into lines of at most `width` pixels; a newline always breaks."""
    used = font(face, size)
    lines: list[str] = []
    for block in text.split("\n"):
        line = "　　" if indent else ""
        for sign in block:
            if used.getlength(line + sign) > width and line.strip():
                lines.append(line)
                line = ""
            line += sign
        lines.append(line)
    return lines


def stacked(sheets: Sequence[Sheet], size: tuple[int, int] = A4, gap: int = 140) -> Sheet:
    """Copy several sheets below each other on one page, as a photocopier does with both sides of a card."""
    page = Sheet(size)
    height = sum(s.height for s in sheets) + gap * (len(sheets) - 1)
    share = min(1.0, size[0] * 0.8 / max(s.width for s in sheets), size[1] * 0.9 / height)
    y = (size[1] - height * share) * 0.4
    for sheet in sheets:
        small = sheet.image.resize((int(sheet.width * share), int(sheet.height * share)), Image.Resampling.LANCZOS)
        page.image.paste(small, (int((size[0] - small.width) / 2), int(y)))
        y += small.height + gap * share
        page.fields = {**sheet.fields, **page.fields}
    return page
