"""Draws numbered boxes of the findings on a page image."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from preview.ai_label import ai_xmp
from preview.notice_pdf import FONT_FILE
from preview.schema import Box, Evidence, Finding, Report, Severity
from preview.wording import text

_COLOURS = {Severity.BLOCK: (208, 40, 40), Severity.DEFER: (190, 110, 0), Severity.HINT: (20, 90, 180)}
_QUALITY = 88


def page_findings(report: Report, file_id: str, page_no: int) -> list[tuple[int, Finding, Box | None]]:
    """Give number (from 1, as in `report.findings`), finding and box of what is to be shown on a page.

    A mismatch is shown on both of its pages, under one number.
    """
    found: list[tuple[int, Finding, Box | None]] = []
    for number, finding in enumerate(report.findings, 1):
        own = [Evidence(finding.file_id, finding.page or 1, finding.box)] if finding.file_id else []
        for place in (*own, *finding.evidence):
            if place.file_id == file_id and place.page == page_no:
                found.append((number, finding, place.box))
    return found


def annotate(image: bytes, marks: Sequence[tuple[int, Finding, Box | None]], case_number: str = "") -> bytes:
    """Draw the boxes and numbers on an upright page image; JPEG in, JPEG out, with the AI label in its metadata.

    `case_number`: the short number of the pre-review, for the label.

    A finding without a box is noted at the upper edge.
    """
    with Image.open(io.BytesIO(image)) as opened:
        page = opened.convert("RGB")
    draw = ImageDraw.Draw(page)
    size = max(18, min(page.size) // 32)
    top = 4
    for number, finding, box in marks:
        colour = _COLOURS[finding.severity]
        if box is None:
            _tag(draw, f"{number} {text(f'codes.{finding.code}')}", 4, top, size, colour)
            top += int(size * 1.5)
            continue
        edges = _clamped(box, page.size)
        draw.rectangle(edges, outline=colour, width=max(3, size // 8))
        _tag(draw, str(number), edges[0], max(0, edges[1] - int(size * 1.35)), size, colour)
    _tag(draw, text("notice.ai"), 4, page.height - int(size * 1.1), max(12, size // 2), (90, 90, 90))
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=_QUALITY, xmp=ai_xmp(case_number).encode())
    return buffer.getvalue()


def _clamped(box: Box, size: tuple[int, int]) -> Box:
    left, right = sorted((min(max(box[0] - 4, 0), size[0] - 2), min(max(box[2] + 4, 1), size[0] - 1)))
    top, bottom = sorted((min(max(box[1] - 4, 0), size[1] - 2), min(max(box[3] + 4, 1), size[1] - 1)))
    return left, top, right, bottom


def _tag(draw: ImageDraw.ImageDraw, words: str, x: float, y: float, size: int, colour: tuple[int, int, int]) -> None:
    font = _font(size)
    left, upper, right, lower = draw.textbbox((x + size * 0.25, y), words, font=font)
    draw.rectangle((left - size * 0.25, upper - 2, right + size * 0.25, lower + 2), fill=colour)
    draw.text((x + size * 0.25, y), words, font=font, fill=(255, 255, 255))


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_FILE), size)
