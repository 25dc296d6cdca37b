"""The one-time notice as text, Word and PDF, and the annotated page."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from docx import Document
from PIL import Image
from pypdf import PdfReader

from knowledge_base.working_days import after_working_days, is_working_day
from preview.annotate import annotate, page_findings
from preview.notice import Notice, citizen_text, notice_of
from preview.notice_docx import notice_docx
from preview.notice_pdf import FONT_FILE, notice_pdf
from preview.schema import Report

from .readings import AS_OF, SOCIAL_CARD, WANG, blank, card_set, kb, run, signed, value, with_field, with_part


@pytest.fixture
def report() -> Report:
    """Three defects, and one doubt."""
    files = with_part(
        card_set()[:1] + card_set()[2:], "c-form", blanks=(blank("联系电话"),), signature_places=signed(False)
    )
    return run(with_field(files, "c-form", "applicant", value("王小兰")), SOCIAL_CARD)


@pytest.fixture
def notice(report: Report) -> Notice:
    """Its notice."""
    return notice_of(report, kb().items[report.request.item_id], applicant=WANG)


def squeezed(text: str) -> str:
    """A text without spaces and line ends, as PDF readers break lines."""
    return "".join(text.split())


def test_word_notice_opens_and_holds_every_defect(report: Report, notice: Notice) -> None:
    data = notice_docx(notice)
    text = "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs)
    assert len(report.findings) == 4
    for finding in report.findings:
        assert finding.message in text
        assert finding.how_to_fix in text
        assert finding.basis in text
    assert "五个工作日" in text
    assert notice.ai_label in text


def test_word_notice_carries_the_ai_mark_in_its_properties(notice: Notice) -> None:
    with zipfile.ZipFile(io.BytesIO(notice_docx(notice))) as packed:
        custom = packed.read("docProps/custom.xml").decode()
        assert "docProps/custom.xml" in packed.read("[Content_Types].xml").decode()
    start, end = custom.index("{&quot;") if "{&quot;" in custom else custom.index('{"'), custom.rindex("}")
    mark = json.loads(custom[start : end + 1].replace("&quot;", '"'))["AIGC"]
    assert mark["Label"] == "1"
    assert mark["ProduceID"] == "P1"


def test_pdf_notice_opens_and_holds_every_defect(report: Report, notice: Notice) -> None:
    reader = PdfReader(io.BytesIO(notice_pdf(notice)))
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    for finding in report.findings:
        assert squeezed(finding.message) in text
    assert squeezed(notice.ai_label) in text
    assert all(squeezed(notice.ai_label) in squeezed(page.extract_text()) for page in reader.pages)


def test_pdf_notice_carries_the_ai_mark_in_its_metadata(notice: Notice) -> None:
    raw = notice_pdf(notice)
    assert b"TC260:AIGC" in raw
    assert b'"ProduceID": "P1"' in raw


def test_shipped_font_is_small_and_draws_every_sign_of_the_notice(notice: Notice) -> None:
    from fontTools.ttLib import TTFont

    assert FONT_FILE.stat().st_size <= 6_000_000
    known = TTFont(FONT_FILE).getBestCmap()
    texts = [
        notice.title,
        *notice.head,
        *notice.closing,
        *(line.message for s in notice.sections for line in s.lines),
    ]
    assert {sign for text in texts for sign in text if ord(sign) not in known} == set()


def test_long_notice_runs_over_several_pages(notice: Notice) -> None:
    from dataclasses import replace

    long = replace(notice, sections=notice.sections * 12)
    assert len(PdfReader(io.BytesIO(notice_pdf(long))).pages) >= 3


def test_citizens_list_says_what_to_bring_and_what_to_change(notice: Notice) -> None:
    text = citizen_text(notice)
    bring, fix = text.index("还要带："), text.index("要改：")
    assert "照片回执" in text[bring:fix]
    assert "亲笔签名" in text[fix:]
    assert "工作人员决定" in text


def test_lines_are_grouped_by_material_and_numbered_through(notice: Notice) -> None:
    lines = [line for section in notice.sections for line in section.lines]
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    for section in notice.sections:
        headings = [line.heading for line in section.lines]
        assert headings == sorted(headings, key=headings.index)
        assert len(set(headings)) == sum(1 for n, h in enumerate(headings) if n == 0 or headings[n - 1] != h)


def test_annotated_page_shows_boxes_and_carries_the_mark(report: Report) -> None:
    blank_page = Image.new("RGB", (1000, 1400), "white")
    buffer = io.BytesIO()
    blank_page.save(buffer, "JPEG")
    marks = page_findings(report, "c-form", 1)
    assert {number for number, _, _ in marks} == {
        n for n, f in enumerate(report.findings, 1) if f.file_id == "c-form"
    }
    drawn = annotate(buffer.getvalue(), marks, "p1")
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.format == "JPEG"
        assert image.size == (1000, 1400)
        pixels = image.convert("RGB").load()
        assert pixels is not None
        red, green, _ = pixels[600, 1196]  # the frame around the signature's place
        assert red > 150 > green
    assert b"TC260:AIGC" in drawn


def test_both_sides_of_a_mismatch_are_marked_under_one_number(report: Report) -> None:
    on_card = page_findings(report, "a-card", 1)
    on_form = page_findings(report, "c-form", 1)
    assert {number for number, _, _ in on_card} <= {number for number, _, _ in on_form}
    assert on_card


def test_box_outside_the_page_is_drawn_at_its_edge(report: Report) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(buffer, "JPEG")
    marks = [(1, report.findings[0], (-50, -20, 5000, 4000)), (2, report.findings[0], None)]
    assert annotate(buffer.getvalue(), marks)


def test_five_working_days_leave_out_weekends_and_holidays() -> None:
    assert after_working_days(AS_OF, 5).on.isoformat() == "2026-11-27"
    assert not is_working_day(AS_OF.replace(month=10, day=1))
