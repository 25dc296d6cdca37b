"""Web pages: the main text with its headings and tables; nothing that runs, nothing hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_base.importers.reading import ImportFileError, Reading, bytes_of, clean, text_of
from knowledge_base.importers.structure import Line, sections, table_lines

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DROPPED = re.compile(
    "script|style|noscript|template|iframe|object|embed|svg|canvas|nav|footer|aside|form|button|select|input|head"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?!\.)|opacity\s*:\s*0(?![.\d])")
_BLOCKS = re.compile("p|div|section|article|li|dt|dd|blockquote|pre|ul|ol|dl|main|td|th|tr|center|header")
_SITE_NAME = re.compile(r"\s*[-_|—–]\s*[^-_|—–]{2,20}$")
_SHARE = 0.7
"""The main text is the smallest element that holds this share of the page's text outside links."""


def read_html(path: Path) -> Reading:
    """Read an HTML file as one document.

    Raises:
        ImportFileError: the file cannot be read or has no text.
    """
    from lxml import etree, html

    text = text_of(bytes_of(path))
    try:
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (etree.LxmlError, ValueError) as error:
        raise ImportFileError("不是 HTML 网页") from error
    title = clean(root.findtext(".//title") or "")
    canonical = [link.get("href", "") for link in root.iter("link") if link.get("rel") == "canonical"]
    _strip(root)
    body = _main(root)
    lines = list(_lines(body))
    headings = [line.text for line in lines if line.level == 1] or [clean(h.text_content()) for h in root.iter("h1")]
    name = headings[0] if len(headings) == 1 else _SITE_NAME.sub("", title) or path.stem
    reading = Reading(path.name)
    body_lines = (line for line in lines if line.level is None or line.text != name)
    reading.add_whole(name, sections(body_lines), canonical[0] if canonical else "")
    return reading


def _strip(root: HtmlElement) -> None:
    """Take away what is no text for readers."""
    from lxml import etree

    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            if isinstance(element, etree._Comment | etree._ProcessingInstruction):
                _drop(element)
            continue
        hidden = "hidden" in element.attrib or element.get("aria-hidden") == "true"
        if _DROPPED.fullmatch(element.tag) or hidden or _HIDDEN.search(element.get("style", "").lower()):
            _drop(element)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _main(root: HtmlElement) -> HtmlElement:
    def weight(element: HtmlElement) -> int:
        links = sum(len(clean(a.text_content())) for a in element.iter("a"))
        return len(clean(element.text_content())) - links

    best = root.find("body") if root.find("body") is not None else root
    enough = weight(best) * _SHARE
    while True:
        inner = [child for child in best if isinstance(child.tag, str) and weight(child) >= enough]
        if not inner or inner[0].tag in ("p", "table", "tbody", "tr", "ul", "ol"):
            return best
        best = inner[0]


def _lines(element: HtmlElement) -> Iterator[Line]:
    """Walk an element; text between blocks is gathered into lines."""
    words: list[str] = []

    def flush() -> Iterator[Line]:
        text = clean(re.sub(r"\s+", " ", "".join(words)))
        words.clear()
        if text:
            yield Line(text)

    words.append(element.text or "")
    for child in element:
        if isinstance(child.tag, str):
            if re.fullmatch(r"h[1-6]", child.tag):
                yield from flush()
                yield Line(clean(re.sub(r"\s+", " ", child.text_content())), int(child.tag[1]))
            elif child.tag == "table" and child.find(".//table") is None and child.find(".//p/..//h2") is None:
                yield from flush()
                rows = [[clean(c.text_content()) for c in row.iter("td", "th")] for row in child.iter("tr")]
                yield from table_lines(rows)
            elif child.tag == "br":
                yield from flush()
            elif any(isinstance(d.tag, str) and _BLOCKS.fullmatch(d.tag) for d in child.iter()):
                yield from flush()
                yield from _lines(child)
            else:
                words.append(child.text_content())
        words.append(child.tail or "")
    yield from flush()
