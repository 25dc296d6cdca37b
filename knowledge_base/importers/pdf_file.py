"""PDF files with digital text; scanned ones are told apart, they would need OCR."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge_base.importers.reading import ImportFileError, Reading, bytes_of, clean
from knowledge_base.importers.structure import Line, heading_level, sections

FEWEST_CHARS = 15
"""A page with less text than this has none, or only its number."""

_PAGE_NO = re.compile(r"^[-—–\s]*(第?\s*\d{1,4}\s*页?)([/／\s共]*\d{0,4}\s*页?)[-—–\s]*$")
_SENTENCE_END = re.compile(r"[。！？；：!?;:]$")
_STARTS_NEW = re.compile(
    r"^(第[一二三四五六七八九十百\d]+[条章节款]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.、．])|^[^：]{2,14}："
)


def read_pdf(path: Path) -> Reading:
    """Read a PDF file as one document.

    Raises:
        ImportFileError: it is damaged, has a password, or holds pictures instead of text.
    """
    pages = _pages(bytes_of(path))
    reading = Reading(path.name)
    blank = [number for number, page in enumerate(pages, 1) if sum(map(len, page)) < FEWEST_CHARS]
    if len(blank) == len(pages):
        raise ImportFileError("没有文字，像是扫描件或图片；还不能用 OCR 导入，请换成文字版")
    for number in blank:
        reading.refuse(f"第 {number} 页", "没有文字（可能是扫描页或空白页），这一页没有导入")
    lines = list(_joined(_without_margins(pages)))
    title = next((text for text in lines[:3] if heading_level(text) is None and 4 <= len(text) <= 50), path.stem)
    if _SENTENCE_END.search(title):
        title = path.stem
    body = (Line(text, heading_level(text)) for text in lines)
    reading.add_whole(title, sections(body))
    return reading


def _pages(data: bytes) -> list[list[str]]:
    """Give the lines of each page."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PdfReadError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings are about the file, not for our log
    locked = "文件有密码，请去掉密码后再导入"
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ImportFileError(locked)
        return [[clean(line) for line in page.extract_text().splitlines() if line.strip()] for page in reader.pages]
    except DependencyError as error:  # AES needs a library that is not there
        raise ImportFileError(locked) from error
    except ImportFileError:
        raise
    except (PdfReadError, Exception) as error:  # pypdf lets many kinds through on broken files
        raise ImportFileError("文件损坏或不是 PDF，请重新下载或另存一次") from error


def _without_margins(pages: Sequence[list[str]]) -> Iterator[str]:
    """Drop page numbers, and first and last lines that most pages share."""
    edges = Counter(line for page in pages for line in {*page[:1], *page[-1:]})
    shared = {line for line, n in edges.items() if n >= 3 and n > len(pages) / 2}
    for page in pages:
        yield from (line for line in page if line not in shared and not _PAGE_NO.match(line))


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """Join what the page width has broken; a line that ends a sentence or starts an item stands alone."""
    whole = ""
    for line in lines:
        if whole and (
            _SENTENCE_END.search(whole) or _STARTS_NEW.match(line) or heading_level(whole) or len(whole) < 12
        ):
            yield whole
            whole = ""
        gap = (
            " " if whole[-1:].isascii() and whole[-1:].isalnum() and line[:1].isascii() and line[:1].isalnum() else ""
        )
        whole += gap + line
    if whole:
        yield whole
