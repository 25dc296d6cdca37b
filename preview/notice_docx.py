"""Writes the one-time notice as a Word document."""

from __future__ import annotations

import io
from typing import Any

from preview.ai_label import KEY, PRODUCER, ai_metadata
from preview.notice import Notice, details

_FONT = "宋体"
_CUSTOM = "docProps/custom.xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"


def notice_docx(notice: Notice) -> bytes:
    """Give the notice as DOCX: A4, black, the AI label on every page and in the file's properties."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = Document()
    _set_fonts(document)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for paragraph, words, size in (
        (document.add_paragraph(), notice.title, 20),
        (document.add_paragraph(), notice.subtitle, 11),
    ):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(words)
        run.font.size, run.bold = Pt(size), size > 12
    for row in notice.head:
        document.add_paragraph(row)
    document.add_paragraph(notice.greeting)
    for part in notice.sections:
        document.add_paragraph().add_run(part.title).bold = True
        heading = ""
        for line in part.lines:
            if line.heading != heading:
                heading = line.heading
                document.add_paragraph().add_run(f"【{heading}】").bold = True
            document.add_paragraph(f"{line.number}. {line.message}")
            for row in details(line):
                paragraph = document.add_paragraph(row)
                paragraph.paragraph_format.left_indent = Cm(0.8)
    for row in (*notice.closing, notice.ai_label, "", *notice.signatures):
        document.add_paragraph(row)
    section.footer.paragraphs[0].text = notice.ai_label
    properties = document.core_properties
    properties.title, properties.author = notice.title, PRODUCER
    properties.comments = notice.ai_label
    _add_ai_property(document, ai_metadata(notice.number))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_fonts(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_after = Pt(4)


def _add_ai_property(document: Any, value: str) -> None:
    """Put the implicit mark into the document's custom properties, as the standard asks for office files."""
    from xml.sax.saxutils import escape

    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="{KEY}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property></Properties>"
    )
    package = document.part.package
    package.relate_to(Part(PackURI(f"/{_CUSTOM}"), _CUSTOM_TYPE, xml.encode(), package), _CUSTOM_LINK)
