"""One page from raw picture to lines, seals, cells and quality. Runs inside a worker process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np

from preview import geometry, quality, seals, tables
from preview.cut_off import doubted
from preview.errors import OcrError
from preview.images import as_jpeg, digest_of, straightened, turned
from preview.intake import IntakeWarning, RawPage
from preview.ocr import Image, OcrEngine, in_reading_order
from preview.orientation import Orientation
from preview.schema import Page, Quality, QualityProblem, Seal, TextLine

SURE_ANGLE = 0.7
"""Below this the page is read both ways, and the better reading counts."""

CHECKED_LINES = 10
SAME_TEXT = 0.7


@dataclass(frozen=True)
class Analysed:
    """A page, its upright image as JPEG, and what was odd about it."""

    page: Page
    jpeg: bytes
    warnings: tuple[IntakeWarning, ...] = ()


@dataclass(frozen=True)
class _Read:
    """An upright image with its lines."""

    image: Image
    lines: list[TextLine]
    angle: int = 0
    skew_deg: float = 0.0
    warned: tuple[IntakeWarning, ...] = ()


class PageAnalyser:
    """Analyses pages one after another. The engine and the orientation model are made when first needed."""

    def __init__(self, make_engine: Callable[[], OcrEngine]) -> None:
        self._make_engine = make_engine
        self._engine: OcrEngine | None = None
        self._orientation: Orientation | None = None

    @property
    def engine(self) -> OcrEngine:
        """The OCR engine."""
        if self._engine is None:
            self._engine = self._make_engine()
        return self._engine

    @property
    def orientation(self) -> Orientation:
        """The model that tells which way up a page is."""
        if self._orientation is None:
            self._orientation = Orientation()
        return self._orientation

    def warm(self) -> None:
        """Load both models now."""
        _ = self.engine, self.orientation

    def analyse(self, raw: RawPage, page_no: int) -> Analysed:
        """Read a page. Raises OcrError when the engine fails."""
        flat = geometry.flattened(raw.image) if raw.photo else geometry.Flat(raw.image, False)
        if not raw.lines and quality.is_blank(flat.image):
            blank = Page(page_no, 0, 0, quality=quality.measure(flat.image), warped=flat.warped)
            return _analysed(page_no, flat.image, blank)
        read = self._own_text(raw) if raw.lines and raw.digital else self._read(flat.image)
        measured = quality.measure(read.image, digital=raw.digital)
        boxes = () if measured.is_copy else seals.find_seals(read.image)
        lines = read.lines
        if boxes and raw.ocr:
            lines = seals.read_under_seals(read.image, boxes, lines, self.engine)
        strokes = tables.dark_strokes(read.image)
        measured = replace(measured, skew_deg=round(read.skew_deg, 2))
        if not raw.digital:
            measured = quality.after_reading(measured, lines, read.image, is_slice=raw.is_slice)
        if QualityProblem.CUT_OFF in measured.problems:
            lines = doubted(lines, read.image)
        page = Page(
            page_no,
            0,
            0,
            lines=tuple(lines),
            seals=tuple(self._seal(read.image, box) for box in boxes),
            quality=measured,
            angle=read.angle,
            warped=flat.warped,
            form_cells=raw.cells or tables.form_cells(strokes),
            ink_boxes=tables.ink_boxes(read.image, strokes, lines, boxes),
            portraits=tables.portraits(read.image, lines, boxes),
        )
        return _analysed(page_no, read.image, page, read.warned)

    def _seal(self, image: Image, box: tuple[int, int, int, int]) -> Seal:
        try:
            return seals.read_seal(image, box, self.engine)
        except OcrError:
            return Seal(box)

    def _read(self, image: Image) -> _Read:
        """Turn a page upright, level its lines, read it."""
        angle, sure = self.orientation.angle(image)
        read = self._read_turned(image, angle)
        if sure >= SURE_ANGLE:
            return read
        other = self._read_turned(image, 0 if angle == 180 else (angle + 180) % 360)
        best = max(read, other, key=lambda each: _legible(each.lines))
        if _legible(best.lines) < 12 and angle:
            upright = self._read_turned(image, 0)
            best = max(upright, best, key=lambda each: _legible(each.lines))
        return best

    def _read_turned(self, image: Image, angle: int) -> _Read:
        upright = turned(image, angle)
        skew = geometry.skew_of(upright)
        if geometry.MIN_SKEW_DEG <= abs(skew) <= geometry.MAX_SKEW_DEG:
            upright = straightened(upright, skew)
        else:
            skew = 0.0
        return _Read(upright, self.engine.read(upright), angle, skew)

    def _own_text(self, raw: RawPage) -> _Read:
        """Take the file's own text where what is seen agrees with it; the picture counts where they differ."""
        own = in_reading_order(raw.lines)
        if not raw.ocr and (raw.cells or self._is_what_is_seen(raw.image, own)):
            return _Read(raw.image, own)
        seen = self.engine.read(raw.image)
        same = _similarity("".join(line.text for line in own), "".join(line.text for line in seen))
        return _Read(raw.image, seen, warned=() if same >= SAME_TEXT else (IntakeWarning.TEXT_DIFFERS,))

    def _is_what_is_seen(self, image: Image, lines: Sequence[TextLine]) -> bool:
        """Read a sample of lines, those with most figures first, and compare: a text layer can be forged."""
        sample = sorted(lines, key=lambda line: (-sum(map(str.isdigit, line.text)), -len(line.text)))[:CHECKED_LINES]
        strips = [_strip(image, line) for line in sample]
        width = max((strip.shape[1] for strip in strips), default=0)
        if not width:
            return True
        padded = [
            np.pad(strip, ((14, 14), (20, 20 + width - strip.shape[1]), (0, 0)), constant_values=255)
            for strip in strips
        ]
        read = self.engine.read(np.ascontiguousarray(np.vstack(padded)))
        seen = "".join(line.text for line in read)
        return _similarity("".join(line.text for line in sample), seen) >= 0.85


def plain_page(raw: RawPage, page_no: int) -> Analysed:
    """Give a page that could not be read, with its picture."""
    lost = Quality(problems=(QualityProblem.OCR_FAILED,), readable=False)
    return _analysed(page_no, raw.image, Page(page_no, 0, 0, quality=lost))


def _analysed(page_no: int, image: Image, page: Page, warnings: tuple[IntakeWarning, ...] = ()) -> Analysed:
    height, width = image.shape[:2]
    page = replace(page, page_no=page_no, width=width, height=height, digest=digest_of(image))
    return Analysed(page, as_jpeg(image), warnings)


def _legible(lines: Sequence[TextLine]) -> float:
    """Give the number of characters, each counted by how sure it is; lines that stand upright count little."""
    total = 0.0
    for line in lines:
        left, top, right, bottom = line.box
        level = right - left >= bottom - top or len(line.text) < 2
        total += len(line.text) * max(line.score - 0.5, 0) * (2.0 if level else 0.5)
    return total


def _strip(image: Image, line: TextLine) -> Image:
    left, top, right, bottom = line.box
    rim = max((bottom - top) // 6, 2)
    return image[max(top - rim, 0) : bottom + rim, max(left - rim, 0) : right + rim]


def _similarity(one: str, other: str) -> float:
    """Give how alike two texts are without blanks, 0 to 1."""
    first, second = ("".join(text.split()) for text in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio() if first or second else 1.0
