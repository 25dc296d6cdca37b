"""Pages typed by hand for tests: lines of text at places, with no picture and no OCR."""

from __future__ import annotations

from preview.folding import fold
from preview.layout import width_of
from preview.recognise import recognise
from preview.schema import Box, FieldName, FilePages, Page, Part, Quality, Seal, TextLine

HEIGHT = 30


def line(text: str, x: int, y: int, height: int = HEIGHT, score: float = 0.99) -> TextLine:
    """Give a line whose width follows from its text."""
    right, bottom = x + round(width_of(text) * height / 2), y + height
    return TextLine(text, score, ((x, y), (right, y), (right, bottom), (x, bottom)))


def page(
    *lines: TextLine,
    no: int = 1,
    width: int = 1240,
    height: int = 1754,
    seals: tuple[Seal, ...] = (),
    cells: tuple[Box, ...] = (),
    ink: tuple[Box, ...] = (),
    quality: Quality | None = None,
) -> Page:
    """Give a page of lines."""
    return Page(no, width, height, lines, seals, quality or Quality(), form_cells=cells, ink_boxes=ink)


def file(*pages: Page, name: str = "a.jpg") -> FilePages:
    """Give a file of pages."""
    return FilePages("f1", name, "", "image/jpeg", pages)


def read(*pages: Page, name: str = "a.jpg") -> tuple[Part, ...]:
    """Recognise pages."""
    return recognise(file(*pages, name=name))


def beside(title: str, *pairs: tuple[str, str], x: int = 80, value_x: int = 360) -> Page:
    """Give a page with a large title and labels to the left of their values."""
    lines = [line(title, 400, 60, 48)] if title else []
    for number, (label, value) in enumerate(pairs):
        lines.append(line(label, x, 170 + 70 * number))
        if value:
            lines.append(line(value, value_x, 170 + 70 * number))
    return page(*lines)


def values(part: Part) -> dict[str, str]:
    """Give a part's fields, folded for comparison."""
    return {name.value: fold(value.value) for name, value in part.fields.items()}


def value(part: Part, name: FieldName) -> str:
    """Give one field, empty where there is none."""
    return part.fields[name].value if name in part.fields else ""
