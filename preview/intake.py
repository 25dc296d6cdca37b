"""Files as they come in: what they are by their first bytes, whether they can be used, and their pages as pictures.

Everything here may meet hostile files: it runs inside a worker process, and every refusal is a typed problem.
"""

from __future__ import annotations

import io
import logging
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Protocol

from preview.errors import IntakeError
from preview.ocr import Image
from preview.schema import Box, IntakeProblem, TextLine, Upload

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What a file may cost. `long_side` is the size pages are brought to, in pixels."""

    file_bytes: int = 20 * 1024 * 1024
    files: int = 30
    pages: int = 50
    pixels: int = 40_000_000
    long_side: int = 2000
    unpacked_bytes: int = 120 * 1024 * 1024  # what a DOCX may unfold to
    unpacked_parts: int = 2000


class MediaType(StrEnum):
    """What a file is."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    TIFF = "image/tiff"
    BMP = "image/bmp"
    HEIC = "image/heic"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


EXTENSIONS = {
    MediaType.JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"},
    MediaType.PNG: {".png"},
    MediaType.WEBP: {".webp"},
    MediaType.TIFF: {".tif", ".tiff"},
    MediaType.BMP: {".bmp", ".dib"},
    MediaType.HEIC: {".heic", ".heif", ".hif"},
    MediaType.PDF: {".pdf"},
    MediaType.DOCX: {".docx"},
}


class IntakeWarning(StrEnum):
    """What is odd about a file that can be used all the same; prompts/preview_files.yaml holds the wording."""

    WRONG_EXTENSION = "wrong_extension"
    PICTURES_LEFT_OUT = "pictures_left_out"
    TEXT_DIFFERS = "text_differs"


@dataclass(frozen=True)
class RawPage:
    """A page as it came: `image` turned by EXIF, at most `Limits.long_side` long.

    `lines`: the file's own text; `ocr` tells whether the picture must be read as well. `photo`: taken by a camera
    perhaps, so that it may show a background and lie askew. `digital`: drawn by a program, never on paper.
    `is_slice`: a piece of a long picture, which goes on above or below.
    """

    image: Image
    lines: tuple[TextLine, ...] = ()
    cells: tuple[Box, ...] = ()
    ocr: bool = True
    photo: bool = True
    digital: bool = False
    is_slice: bool = False


class OpenFile(Protocol):
    """A usable file. `page` may raise IntakeError for a page that cannot be drawn."""

    page_count: int
    warnings: list[IntakeWarning]

    def page(self, page_no: int) -> RawPage:
        """Give page `page_no`, counted from 1."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


@dataclass
class Opened:
    """A file that passed intake."""

    media_type: MediaType
    file: OpenFile
    warnings: list[IntakeWarning] = field(default_factory=list)

    def page(self, page_no: int) -> RawPage:
        """Give page `page_no`, counted from 1. Raises IntakeError, and nothing else, when it cannot be drawn."""
        with _only_intake_errors():
            return self.file.page(page_no)


def check_size(data: bytes, limits: Limits) -> None:
    """Refuse an empty or too large file before anything looks into it."""
    if not data:
        raise IntakeError(IntakeProblem.EMPTY)
    if len(data) > limits.file_bytes:
        raise IntakeError(IntakeProblem.TOO_LARGE, f"{len(data)} bytes")


def open_upload(upload: Upload, limits: Limits) -> Opened:
    """Open a file of any accepted kind. Raises IntakeError, and nothing else, when it cannot be used."""
    check_size(upload.data, limits)
    with _only_intake_errors():
        media_type = media_type_of(upload.data)
        file = _open(media_type, upload.data, limits)
    if file.page_count > limits.pages:
        file.close()
        raise IntakeError(IntakeProblem.TOO_MANY_PAGES, str(file.page_count))
    if file.page_count < 1:
        file.close()
        raise IntakeError(IntakeProblem.EMPTY, "no pages")
    odd = list(file.warnings)
    if PurePath(upload.name).suffix.lower() not in EXTENSIONS[media_type]:
        odd.append(IntakeWarning.WRONG_EXTENSION)
    return Opened(media_type, file, odd)


@contextmanager
def _only_intake_errors() -> Iterator[None]:
    """Turn whatever a parser of foreign files raises into a typed problem; its warnings interest nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except IntakeError:
            raise
        except MemoryError as error:
            raise IntakeError(IntakeProblem.TOO_MANY_PIXELS, "out of memory") from error
        except Exception as error:
            logger.info("file broken: %s", type(error).__name__)
            raise IntakeError(IntakeProblem.BROKEN, type(error).__name__) from error


def media_type_of(data: bytes) -> MediaType:
    """Tell by the first bytes what a file is. Raises IntakeError for what is not accepted."""
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return MediaType.WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return MediaType.HEIC
    if b"%PDF-" in data[:1024]:
        return MediaType.PDF
    if data.startswith(b"PK\x03\x04"):
        return _zip_type(data)
    if data.startswith(_OLE):
        raise IntakeError(_ole_problem(data))
    if data.startswith(_ARCHIVES) or data[257:262] == b"ustar":
        raise IntakeError(IntakeProblem.ARCHIVE)
    raise IntakeError(IntakeProblem.UNSUPPORTED)


_MAGIC = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"BM", MediaType.BMP),
)
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVES = (b"PK\x05\x06", b"PK\x07\x08", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")


def _zip_type(data: bytes) -> MediaType:
    """Tell a Word document from other packed files."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise IntakeError(IntakeProblem.BROKEN, "zip") from error
    if "word/document.xml" in names:
        return MediaType.DOCX
    if names & {"xl/workbook.xml", "ppt/presentation.xml", "OFD.xml"}:
        raise IntakeError(IntakeProblem.UNSUPPORTED)
    raise IntakeError(IntakeProblem.ARCHIVE)


def _ole_problem(data: bytes) -> IntakeProblem:
    """Tell what an old Office container holds; stream names stand in it as UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return IntakeProblem.ENCRYPTED
    if "WordDocument".encode("utf-16-le") in data:
        return IntakeProblem.OLD_WORD
    return IntakeProblem.UNSUPPORTED


def _open(media_type: MediaType, data: bytes, limits: Limits) -> OpenFile:
    if media_type is MediaType.PDF:
        from preview.intake_pdf import PdfFile

        return PdfFile(data, limits)
    if media_type is MediaType.DOCX:
        from preview.intake_word import WordFile

        return WordFile(data, limits)
    from preview.intake_pictures import PictureFile

    return PictureFile(data, media_type, limits)
