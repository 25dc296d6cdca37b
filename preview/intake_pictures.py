"""Picture files: JPEG, PNG, WebP, TIFF with its pages, BMP, HEIC where the extra is installed."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from preview.errors import IntakeError
from preview.intake import IntakeWarning, Limits, MediaType, RawPage
from preview.ocr import Image
from preview.schema import IntakeProblem

if TYPE_CHECKING:
    from PIL import Image as Pillow

MIN_SIDE = 8
"""A picture with a shorter side, in pixels, holds nothing that could be read."""

_FORMATS = {
    MediaType.JPEG: ("JPEG", "MPO"),
    MediaType.PNG: ("PNG",),
    MediaType.WEBP: ("WEBP",),
    MediaType.TIFF: ("TIFF",),
    MediaType.BMP: ("BMP", "DIB"),
    MediaType.HEIC: ("HEIF",),
}


class PictureFile:
    """A picture; a TIFF may have pages, of other formats the first frame counts."""

    def __init__(self, data: bytes, media_type: MediaType, limits: Limits) -> None:
        self.warnings: list[IntakeWarning] = []
        self._limits = limits
        self._picture = open_picture(data, _FORMATS[media_type], limits)
        self._frames = self._count() if media_type is MediaType.TIFF else 1
        self._first = self._page(0)  # a truncated picture is told at once
        self._slices = self._slices_of(self._first) if self._frames == 1 else 1
        self.page_count = max(self._frames, self._slices)

    def page(self, page_no: int) -> RawPage:
        """Decode one page; a long screenshot comes in slices that overlap a little."""
        if self._slices == 1:
            return RawPage(self._first if page_no == 1 else self._page(page_no - 1))
        whole = decoded(self._picture, replace(self._limits, long_side=self._limits.long_side * self._slices))
        step = whole.shape[0] / self._slices
        start = max(round(step * (page_no - 1.04)), 0)
        return RawPage(np.ascontiguousarray(whole[start : round(step * page_no)]), photo=False, is_slice=True)

    def _slices_of(self, upright: Image) -> int:
        """Tell into how many pages a picture is cut: one, unless it is so tall that its text would be shrunk away."""
        height, width = upright.shape[:2]
        too_long = max(self._picture.size) > 1.3 * self._limits.long_side
        return math.ceil(height / width / 1.6) if too_long and height > 2.6 * width else 1

    def close(self) -> None:
        """Let go of the file."""
        self._picture.close()

    def _page(self, index: int) -> Image:
        if self._frames > 1:
            self._picture.seek(index)
        return decoded(self._picture, self._limits)

    def _count(self) -> int:
        """Count the pages of a TIFF, one beyond the limit at most: its directory may run in a circle."""
        count = 1
        while count <= self._limits.pages:
            try:
                self._picture.seek(count)
            except EOFError:
                break
            count += 1
        self._picture.seek(0)
        return count


def open_picture(data: bytes, formats: tuple[str, ...], limits: Limits) -> Pillow.Image:
    """Open a picture without decoding it. Raises IntakeError for bombs, broken files and HEIC without the extra."""
    from PIL import Image as Pillow

    if "HEIF" in formats:
        try:
            from pillow_heif import register_heif_opener
        except ImportError as error:
            raise IntakeError(IntakeProblem.HEIC_UNAVAILABLE) from error
        register_heif_opener()
    try:
        picture = Pillow.open(io.BytesIO(data), formats=formats)
    except Pillow.DecompressionBombError as error:
        raise IntakeError(IntakeProblem.TOO_MANY_PIXELS) from error
    _check_pixels(picture, limits)
    return picture


def decoded(picture: Pillow.Image, limits: Limits) -> Image:
    """Decode the current frame: upright by EXIF, on white, as BGR, not longer than the limit.

    Only pixels come out, so place, time and device of the photograph are gone.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps

    _check_pixels(picture, limits)
    if picture.format in ("JPEG", "MPO"):
        picture.draft("RGB", (limits.long_side, limits.long_side))
    picture.load()
    frame = _without_depth(picture)
    frame.thumbnail((limits.long_side, limits.long_side), Pillow.Resampling.LANCZOS, reducing_gap=2.0)
    frame = ImageOps.exif_transpose(_with_exif_of(frame, picture))
    if min(frame.size) < MIN_SIDE:
        raise IntakeError(IntakeProblem.BROKEN, f"{frame.size[0]}x{frame.size[1]} pixels")
    rgb = np.asarray(frame, dtype=np.uint8)
    return cast("Image", np.ascontiguousarray(rgb[:, :, ::-1]))


def _check_pixels(picture: Pillow.Image, limits: Limits) -> None:
    width, height = picture.size
    if width * height > limits.pixels:
        raise IntakeError(IntakeProblem.TOO_MANY_PIXELS, f"{width}x{height}")


def _without_depth(picture: Pillow.Image) -> Pillow.Image:
    """Give a new RGB picture: 16 bits brought to 8, transparency laid on white."""
    from PIL import Image as Pillow

    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        values = np.nan_to_num(np.asarray(picture, dtype=np.float64))
        top = 65535.0 if picture.mode.startswith("I") else max(float(values.max(initial=0.0)), 1e-9)
        return Pillow.fromarray((values / top * 255).clip(0, 255).astype(np.uint8)).convert("RGB")
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        top_layer = picture.convert("RGBA")
        paper = Pillow.new("RGBA", top_layer.size, "white")
        return Pillow.alpha_composite(paper, top_layer).convert("RGB")
    return picture.convert("RGB") if picture.mode != "RGB" else picture.copy()


def _with_exif_of(frame: Pillow.Image, picture: Pillow.Image) -> Pillow.Image:
    """Carry the orientation of `picture` over to `frame`; a damaged EXIF block turns nothing."""
    try:
        orientation = picture.getexif().get(0x0112, 1)
    except Exception:  # EXIF is written by everybody and checked by nobody
        orientation = 1
    exif = frame.getexif()
    exif.clear()
    if orientation in range(2, 9):
        exif[0x0112] = orientation
    return frame
