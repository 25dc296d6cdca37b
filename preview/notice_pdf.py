"""Writes the one-time notice as PDF, with the font that ships with this room."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preview.ai_label import PRODUCER, ai_xmp
from preview.notice import Notice, details

if TYPE_CHECKING:
    from fpdf import FPDF

FONT_FILE = Path(__file__).parent / "fonts" / "wqy-microhei.ttf"
_MARGIN_MM = 20
_LINE_MM = 7


def notice_pdf(notice: Notice) -> bytes:
    """Give the notice as PDF: A4, the AI label on every page and in the file's metadata."""
    pdf = _document(notice)
    pdf.add_page()
    pdf.set_font("cjk", size=20)
    pdf.multi_cell(0, 11, notice.title, align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("cjk", size=11)
    pdf.multi_cell(0, _LINE_MM, notice.subtitle, align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("cjk", size=12)
    for row in (*notice.head, "", notice.greeting):
        _row(pdf, row)
    for section in notice.sections:
        pdf.ln(2)
        _row(pdf, section.title, size=13)
        heading = ""
        for line in section.lines:
            if line.heading != heading:
                heading = line.heading
                _row(pdf, f"【{heading}】")
            _row(pdf, f"{line.number}. {line.message}")
            for row in details(line):
                _row(pdf, row, size=10.5, indent_mm=7)
    pdf.ln(3)
    for row in (*notice.closing, notice.ai_label, "", *notice.signatures):
        _row(pdf, row)
    return bytes(pdf.output())


def _row(pdf: FPDF, words: str, size: float = 12, indent_mm: float = 0) -> None:
    pdf.set_font("cjk", size=size)
    pdf.set_x(_MARGIN_MM + indent_mm)
    pdf.multi_cell(0, _LINE_MM, words or " ", align="L", wrapmode="CHAR", new_x="LMARGIN", new_y="NEXT")


def _document(notice: Notice) -> FPDF:
    pdf: FPDF = _class()(notice.ai_label)
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # the subsetter tells every table it drops
    pdf.set_margins(_MARGIN_MM, _MARGIN_MM)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN_MM)
    pdf.add_font("cjk", fname=str(FONT_FILE))
    pdf.set_title(notice.title)
    pdf.set_author(PRODUCER)
    pdf.set_subject(notice.ai_label)
    pdf.set_xmp_metadata(ai_xmp(notice.number, packet=False))
    return pdf


@lru_cache(maxsize=1)
def _class() -> Any:
    from fpdf import FPDF

    class LabelledPdf(FPDF):  # type: ignore[misc]
        """A PDF that carries the AI label at the foot of every page."""

        def __init__(self, label: str) -> None:
            super().__init__(format="A4")
            self._label = label

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("cjk", size=9)
            self.cell(0, 8, f"{self._label}　第 {self.page_no()} 页", align="C")

    return LabelledPdf
