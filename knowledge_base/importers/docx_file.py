"""Word documents: headings become sections, tables keep their headers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_base.importers.reading import ImportFileError, Reading, clean
from knowledge_base.importers.structure import Line, heading_level, sections, table_lines
from knowledge_base.importers.xlsx_file import office_bytes

if TYPE_CHECKING:
    from docx.table import Table

_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_TITLE_STYLE = {"title", "标题"}


def read_docx(path: Path) -> Reading:
    """Read a DOCX file as one document.

    Raises:
        ImportFileError: the file cannot be read.
    """
    data = office_bytes(path, "Word", ".docx")
    import docx

    try:
        lines = list(_lines(docx.Document(io.BytesIO(data))))
    except Exception as error:  # python-docx raises whatever its parts do on a broken file
        raise ImportFileError("文件损坏或不是 Word 文档，请用 Word 另存为 .docx") from error
    title = next((line.text for line in lines if line.level == 0), "")
    body = [line for line in lines if line.level != 0]
    first = [line.text for line in body if line.level == 1]
    name = title or (first[0] if len(first) == 1 else path.stem)
    reading = Reading(path.name)
    reading.add_whole(name, sections(line for line in body if line.level is None or line.text != name))
    return reading


def _lines(document: Any) -> Iterator[Line]:
    from docx.text.paragraph import Paragraph

    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield from _paragraph(block)
        else:
            yield from table_lines(_rows(block))


def _paragraph(paragraph: Any) -> Iterator[Line]:
    text = clean(paragraph.text)
    if not text:
        return
    style = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
    level = _HEADING_STYLE.search(style)
    if style in _TITLE_STYLE:
        yield Line(text, 0)
    elif level:
        yield Line(text, int(level[1]))
    else:
        yield Line(text, heading_level(text))


def _rows(table: Table) -> list[list[str]]:
    """Give the cells of each row; a merged cell counts once."""
    rows = []
    for row in table.rows:
        cells = {id(cell._tc): clean(cell.text) for cell in row.cells}
        rows.append(list(cells.values()))
    return rows
