"""What leaves a case on paper: the correction notice, and the pages with their boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preview.annotate import annotate, page_findings
from preview.notice import Notice, notice_of, short_number
from preview.notice_docx import notice_docx
from preview.notice_pdf import notice_pdf

if TYPE_CHECKING:
    from knowledge_base.content import KnowledgeBase
    from preview.schema import Report
    from serving.previews.desk import Previews


def notice_as_pdf(previews: Previews, preview_id: str) -> bytes:
    """Give the notice of a case as PDF, without the findings that an officer rejected."""
    return pdf_of(previews.kb, previews.report(preview_id))


def notice_as_docx(previews: Previews, preview_id: str) -> bytes:
    """Give the notice of a case as DOCX, without the findings that an officer rejected."""
    return docx_of(previews.kb, previews.report(preview_id))


def annotated_page(previews: Previews, preview_id: str, file_id: str, page_no: int) -> bytes:
    """Give a page of a case with its numbered boxes, JPEG."""
    image, _ = previews.page_image(preview_id, file_id, page_no)
    return annotated(image, previews.report(preview_id), file_id, page_no)


def pdf_of(kb: KnowledgeBase, report: Report) -> bytes:
    """Give the notice of a report as PDF."""
    return notice_pdf(_notice(kb, report))


def docx_of(kb: KnowledgeBase, report: Report) -> bytes:
    """Give the notice of a report as DOCX."""
    return notice_docx(_notice(kb, report))


def annotated(image: bytes, report: Report, file_id: str, page_no: int) -> bytes:
    """Draw the boxes of a report on an upright page image (JPEG)."""
    return annotate(image, page_findings(report, file_id, page_no), short_number(report.preview_id))


def _notice(kb: KnowledgeBase, report: Report) -> Notice:
    return notice_of(report, kb.items[report.request.item_id])
