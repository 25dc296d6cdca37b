"""PDF files: every page as a picture, and the text a program put into it.

PDFium may not be used from two threads, even with different documents: one lock guards every call.
"""

from __future__ import annotations

import re
import threading
from typing import Any, cast

import numpy as np

from preview.errors import IntakeError
from preview.intake import IntakeWarning, Limits, RawPage
from preview.ocr import Image, box_quad, in_reading_order
from preview.schema import IntakeProblem, TextLine

_LOCK = threading.RLock()

DIGITAL_DPI = 150
MIN_CHARACTERS = 40
"""A page with less text of its own is read as a picture."""

MAX_PICTURE_SHARE = 0.2
"""A page on which pictures cover more than this is read as a picture, whatever its text says."""

MAX_OBJECTS = 20_000
_CERTIFICATE = re.compile(
    r"营业执照|身份证|居住证|不动产权|户口簿|结婚证|医学证明|通行证|许可证|毕业证书|学位证书|行驶证|驾驶证|社会保障卡"
)
"""On these the picture counts, since a text layer is easily forged."""


class PdfFile:
    """A PDF document."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        import pypdfium2

        self.warnings: list[IntakeWarning] = []
        self._limits = limits
        with _LOCK:
            try:
                self._document = pypdfium2.PdfDocument(data)
            except pypdfium2.PdfiumError as error:
                encrypted = "password" in str(error).lower() or "security" in str(error).lower()
                raise IntakeError(IntakeProblem.ENCRYPTED if encrypted else IntakeProblem.BROKEN) from error
            self.page_count = len(self._document)

    def page(self, page_no: int) -> RawPage:
        """Draw one page, and take its text where that can stand for the picture."""
        with _LOCK:
            page = self._document[page_no - 1]
            try:
                return self._read(page)
            finally:
                page.close()

    def close(self) -> None:
        """Let go of the file."""
        with _LOCK:
            self._document.close()

    def _read(self, page: Any) -> RawPage:
        width, height = (float(side) for side in page.get_size())
        if not (width > 0 and height > 0):
            raise IntakeError(IntakeProblem.BROKEN, "page without size")
        pictures = _picture_share(page, width * height)
        dpi = DIGITAL_DPI if pictures <= MAX_PICTURE_SHARE else 300
        scale = min(dpi / 72, self._limits.long_side / max(width, height))
        image = _drawn(page, scale)
        lines = _text_lines(page, scale, image.shape[0])
        text = "".join(line.text for line in lines)
        digital = pictures <= MAX_PICTURE_SHARE and len(text) >= MIN_CHARACTERS
        ocr = (
            not digital
            or _CERTIFICATE.search(re.sub(r"\s", "", text[:200])) is not None
            or not _is_seen(lines, image)
        )
        return RawPage(image, tuple(lines), ocr=ocr, photo=pictures > MAX_PICTURE_SHARE, digital=digital)


def _drawn(page: Any, scale: float) -> Image:
    """Draw a page on white as BGR."""
    bitmap = page.render(scale=scale, rev_byteorder=False, prefer_bgrx=False)
    try:
        pixels = bitmap.to_numpy()
        if pixels.ndim == 2 or pixels.shape[2] == 1:
            pixels = np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, axis=2)
        return cast("Image", np.ascontiguousarray(pixels[:, :, :3]).copy())
    finally:
        bitmap.close()


def _picture_share(page: Any, page_area: float) -> float:
    """Tell how much of the page its pictures cover together, 0 to 1."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    covered = 0.0
    for number, item in enumerate(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=4)):
        if number > MAX_OBJECTS:
            break
        left, bottom, right, top = item.get_bounds()
        covered += abs(right - left) * abs(top - bottom)
    return min(covered / page_area, 1.0)


def _text_lines(page: Any, scale: float, image_height: int) -> list[TextLine]:
    """Give the page's own text: PDFium's pieces of one font and baseline, joined where they touch."""
    text = page.get_textpage()
    try:
        pieces: list[TextLine] = []
        for index in range(min(text.count_rects(), MAX_OBJECTS)):
            left, bottom, right, top = text.get_rect(index)
            words = " ".join(text.get_text_bounded(left, bottom, right, top).split())
            if words:
                corners = left * scale, image_height - top * scale, right * scale, image_height - bottom * scale
                pieces.append(TextLine(words, 1.0, box_quad(*corners)))
        return _joined(in_reading_order(pieces))
    finally:
        text.close()


def _joined(pieces: list[TextLine]) -> list[TextLine]:
    """Join neighbours of one row that are less than a character apart."""
    lines: list[TextLine] = []
    for piece in pieces:
        if lines:
            left, top, right, bottom = lines[-1].box
            x0, y0, x1, y1 = piece.box
            height = max(bottom - top, y1 - y0)
            if abs((top + bottom) - (y0 + y1)) < height and -height * 0.5 <= x0 - right <= height * 0.8:
                gap = " " if x0 - right > height * 0.3 else ""
                corners = min(left, x0), min(top, y0), max(right, x1), max(bottom, y1)
                lines[-1] = TextLine(lines[-1].text + gap + piece.text, 1.0, box_quad(*corners))
                continue
        lines.append(piece)
    return lines


def _is_seen(lines: list[TextLine], image: Image) -> bool:
    """Tell whether nearly every line has ink where it claims to stand: text may be invisible, white or covered."""
    seen = 0
    for line in lines:
        left, top, right, bottom = line.box
        spot = image[max(top, 0) : bottom + 1, max(left, 0) : right + 1]
        seen += spot.size > 0 and int(spot.max()) - int(spot.min()) >= 60
    return seen >= 0.95 * len(lines)
