"""Word files: paragraphs and tables laid out on pages of our own, embedded pictures as further pages.

The layout is not Word's; it gives every line and table cell a place that evidence can point at.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preview.errors import IntakeError
from preview.intake import IntakeWarning, Limits, RawPage
from preview.intake_pictures import decoded, open_picture
from preview.ocr import Image, box_quad
from preview.schema import Box, IntakeProblem, TextLine

logger = logging.getLogger(__name__)

WIDTH, HEIGHT, MARGIN = 1240, 1754, 100
LINE, GLYPH, PAD = 34, 24, 8
"""Height of a line, width of a Chinese character and room around a cell's text, in pixels."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP")


@dataclass
class _Sheet:
    """A page in the making."""

    lines: list[TextLine] = field(default_factory=list)
    cells: list[Box] = field(default_factory=list)
    y: int = MARGIN


class WordFile:
    """A DOCX document."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.warnings: list[IntakeWarning] = []
        self._limits = limits
        _check_packing(data, limits)
        import docx

        document = docx.Document(io.BytesIO(data))
        self._sheets = _laid_out(document.element.body, limits.pages)
        self._pictures = self._usable(part.blob for part in _image_parts(document, limits.pages))
        if len(self._sheets) == 1 and not self._sheets[0].lines and self._pictures:
            self._sheets = []  # a Word file that only carries photographs
        if not self._pictures and not any(sheet.lines for sheet in self._sheets):
            raise IntakeError(IntakeProblem.EMPTY, "no text and no pictures")
        self.page_count = len(self._sheets) + len(self._pictures)

    def page(self, page_no: int) -> RawPage:
        """Give a laid-out page, or an embedded picture."""
        if page_no <= len(self._sheets):
            sheet = self._sheets[page_no - 1]
            image = _drawn(sheet)
            return RawPage(image, tuple(sheet.lines), tuple(sheet.cells), ocr=False, photo=False, digital=True)
        blob = self._pictures[page_no - len(self._sheets) - 1]
        return RawPage(decoded(open_picture(blob, _FORMATS, self._limits), self._limits))

    def close(self) -> None:
        """Let go of the file."""
        self._sheets, self._pictures = [], []

    def _usable(self, blobs: Iterator[bytes]) -> list[bytes]:
        """Keep the pictures that can be opened and are no mere decoration."""
        usable: list[bytes] = []
        for blob in blobs:
            try:
                with open_picture(blob, _FORMATS, self._limits) as picture:
                    if min(picture.size) >= 200:
                        usable.append(blob)
            except Exception as error:  # vector graphics, bombs, broken pictures: the text still counts
                logger.info("embedded picture left out: %s", type(error).__name__)
                if IntakeWarning.PICTURES_LEFT_OUT not in self.warnings:
                    self.warnings.append(IntakeWarning.PICTURES_LEFT_OUT)
        return usable


def _check_packing(data: bytes, limits: Limits) -> None:
    """Refuse encrypted parts and bombs before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise IntakeError(IntakeProblem.ENCRYPTED)
    xml = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if (
        len(parts) > limits.unpacked_parts
        or sum(part.file_size for part in parts) > limits.unpacked_bytes
        or xml > limits.unpacked_bytes // 4
    ):
        raise IntakeError(IntakeProblem.TOO_LARGE, "unpacked")


def _image_parts(document: Any, most: int) -> list[Any]:
    """Give the pictures of the body, in the order of their relations, each once."""
    parts = {
        str(relation.target_part.partname): relation.target_part
        for relation in document.part.rels.values()
        if not relation.is_external and "image" in relation.reltype
    }
    return list(parts.values())[: most + 1]


def _laid_out(body: Any, most: int) -> list[_Sheet]:
    """Lay paragraphs and tables out on pages."""
    sheets = [_Sheet()]
    for block in _blocks(body):
        if len(sheets) > most + 1:
            raise IntakeError(IntakeProblem.TOO_MANY_PAGES)
        if block.tag == f"{_W}tbl":
            _lay_table(sheets, block)
            continue
        if _breaks_page(block) and sheets[-1].lines:
            sheets.append(_Sheet())
        _lay_text(sheets, _text_of(block))
        for box in _text_boxes(block):
            for inner in _blocks(box):
                _lay_table(sheets, inner) if inner.tag == f"{_W}tbl" else _lay_text(sheets, _text_of(inner))
    return sheets


def _blocks(parent: Any) -> Iterator[Any]:
    """Give paragraphs and tables in order, those within content controls too."""
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _blocks(child)


def _text_of(paragraph: Any) -> str:
    """Give a paragraph's text without that of text boxes within it and without deleted text."""
    words: list[str] = []
    skipped = {f"{_W}txbxContent", f"{_W}del", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", _FALLBACK}

    def walk(element: Any) -> None:
        for child in element:
            if child.tag in skipped:
                continue
            if child.tag == f"{_W}t":
                words.append(child.text or "")
            elif child.tag == f"{_W}tab":
                words.append("  ")
            elif child.tag in (f"{_W}br", f"{_W}cr"):
                words.append("\n")
            else:
                walk(child)

    walk(paragraph)
    return "".join(words)


def _text_boxes(paragraph: Any) -> list[Any]:
    """Give the text boxes anchored in a paragraph, each once: Word writes a second copy for old programs."""
    return [
        box
        for box in paragraph.iter(f"{_W}txbxContent")
        if not any(parent.tag == _FALLBACK for parent in box.iterancestors())
    ]


def _breaks_page(paragraph: Any) -> bool:
    """Tell whether a paragraph starts on a new page."""
    breaks = (each.get(f"{_W}type") == "page" for each in paragraph.iter(f"{_W}br"))
    return any(breaks) or next(paragraph.iter(f"{_W}lastRenderedPageBreak"), None) is not None


def _width(text: str) -> int:
    """Give the width of a text in pixels: half a character for what stands in ASCII."""
    return sum(GLYPH // 2 if ord(char) < 0x2E80 else GLYPH for char in text)


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` pixels."""
    rows: list[str] = []
    for row in text.split("\n"):
        current = ""
        for char in row:
            if current and _width(current + char) > width:
                rows.append(current)
                current = ""
            current += char
        rows.append(current)
    return [row for row in rows if row.strip()]


def _lay_text(sheets: list[_Sheet], text: str) -> None:
    for row in _wrapped(text, WIDTH - 2 * MARGIN):
        if sheets[-1].y + LINE > HEIGHT - MARGIN:
            sheets.append(_Sheet())
        _put(sheets[-1], row, MARGIN, sheets[-1].y)
        sheets[-1].y += LINE


def _put(sheet: _Sheet, row: str, x: int, y: int) -> None:
    """Put a line at its place; its box holds the characters alone, not the blanks around them."""
    start = x + _width(row[: len(row) - len(row.lstrip())])
    text = row.strip()
    sheet.lines.append(TextLine(text, 1.0, box_quad(start, y + 4, start + _width(text), y + LINE - 4)))


def _lay_table(sheets: list[_Sheet], table: Any) -> None:
    """Lay a table out; a cell merged downwards grows, one merged to the right is wider."""
    grid = [int(column.get(f"{_W}w") or 0) for column in table.findall(f"{_W}tblGrid/{_W}gridCol")]
    grid = grid if grid and min(grid) > 0 else [1] * max(len(grid), _columns(table), 1)
    edges = [MARGIN + round((WIDTH - 2 * MARGIN) * sum(grid[:n]) / sum(grid)) for n in range(len(grid) + 1)]
    open_cells: dict[int, int] = {}  # column → index of the cell above, for cells that go on downwards
    for row in table.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl")) is not table:
            continue  # a row of a table within a cell; its text is read with that cell
        cells = list(_row_cells(row, len(grid)))
        texts = [_wrapped(text, edges[end] - edges[start] - 2 * PAD) for start, end, text, _ in cells]
        height = LINE * max([1, *(len(rows) for rows in texts)]) + 2 * PAD
        if sheets[-1].y + height > HEIGHT - MARGIN and sheets[-1].y > MARGIN:
            sheets.append(_Sheet())
            open_cells.clear()
        sheet = sheets[-1]
        for (start, end, _, goes_on), rows in zip(cells, texts, strict=True):
            if goes_on and start in open_cells:
                left, top, right, _ = sheet.cells[open_cells[start]]
                sheet.cells[open_cells[start]] = left, top, right, sheet.y + height
                continue
            open_cells[start] = len(sheet.cells)
            sheet.cells.append((edges[start], sheet.y, edges[end], sheet.y + height))
            for number, text in enumerate(rows):
                _put(sheet, text, edges[start] + PAD, sheet.y + PAD + number * LINE)
        sheet.y += height
    sheets[-1].y += LINE // 2


def _columns(table: Any) -> int:
    return max((sum(1 for _ in row.iter(f"{_W}tc")) for row in table.iter(f"{_W}tr")), default=1)


def _row_cells(row: Any, columns: int) -> Iterator[tuple[int, int, str, bool]]:
    """Give first column, column after the last, text, and whether the cell only continues the one above."""
    at = 0
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is not row or at >= columns:
            continue
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        wide = int(span.get(f"{_W}val") or 1) if span is not None else 1
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        goes_on = merge is not None and merge.get(f"{_W}val", "continue") == "continue"
        end = min(at + max(wide, 1), columns)
        yield at, end, "\n".join(_text_of(paragraph) for paragraph in cell.iter(f"{_W}p")), goes_on
        at = end


def _drawn(sheet: _Sheet) -> Image:
    """Draw a page: its characters where a Chinese font is at hand, grey bars in their places otherwise."""
    import numpy as np
    from PIL import Image as Pillow
    from PIL import ImageDraw, ImageFont

    paper = Pillow.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(paper)
    for cell in sheet.cells:
        pen.rectangle(cell, outline="black", width=2)
    path = _font_path()
    font = ImageFont.truetype(str(path), GLYPH) if path else None
    for line in sheet.lines:
        left, top, right, bottom = line.box
        if font is None:
            pen.rectangle((left, top + 6, right, bottom - 6), fill=(200, 200, 200))
            continue
        size = max(round(GLYPH * min(1.0, (right - left) / max(font.getlength(line.text), 1))), 8)
        pen.text((left, top), line.text, fill="black", font=ImageFont.truetype(str(path), size))
    return np.ascontiguousarray(np.asarray(paper, dtype=np.uint8)[:, :, ::-1])


def _font_path() -> Path | None:
    """Find a font with Chinese characters: the one shipped with this room, or the system's."""
    places = [
        *sorted((Path(__file__).parent / "fonts").glob("*.[to]t[fc]")),
        Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
        Path("C:/Windows/Fonts/simsun.ttc"),
        Path("/System/Library/Fonts/PingFang.ttc"),
    ]
    return next((place for place in places if place.is_file()), None)
