"""Ruled rows of label and value, as certificates and forms have them."""

from __future__ import annotations

from collections.abc import Sequence

from eval.papers.canvas import Colour, Sheet, lines_of
from eval.papers.fonts import font

Entry = tuple[str, str, str] | tuple[str, str, str, str]
"""Label, field key (empty for none), value, and where it differs the printed form of the value."""

Row = tuple[Entry, ...]


def ruled(
    sheet: Sheet,
    x: float,
    y: float,
    width: float,
    rows: Sequence[Row],
    *,
    height: float,
    size: int,
    lines: bool = True,
    label_fill: Colour = (25, 25, 28),
    label_ground: Colour | None = None,
    face: str = "sans",
) -> float:
    """Draw rows of equal entries and give the y below; each entry is a label cell and a value cell."""
    for row in rows:
        share = width / len(row)
        left = x
        for entry in row:
            label, key, value = entry[:3]
            shown = entry[3] if len(entry) == 4 else value
            label_width = min(max(share * 0.3, font("sans", size).getlength(label) + 20), share * 0.5)
            if lines:
                sheet.box(left, y, left + label_width, y + height, fill=label_ground)
                sheet.box(left + label_width, y, left + share, y + height)
            _centred(sheet, left + 8, y, label, size, label_width - 14, height, "sans", label_fill)
            _centred(sheet, left + label_width + 12, y, shown, size, share - label_width - 20, height, face)
            sheet.note(key, value)
            left += share
        y += height
    return y


def _centred(
    sheet: Sheet,
    x: float,
    y: float,
    text: str,
    size: int,
    width: float,
    height: float,
    face: str,
    fill: Colour = (25, 25, 28),
) -> None:
    """Print a text in a cell, in the middle of its height; smaller when it would not fit."""
    while size > 12 and len(lines_of(text, size, width, face)) * size * 1.3 > height - 4:
        size -= 2
    found = lines_of(text, size, width, face)
    top = y + (height - len(found) * size * 1.3) / 2 - size * 0.1
    for place, line in enumerate(found):
        sheet.text(x, top + place * size * 1.3, line, size, face, fill)
