"""材料预审 from end to end: files → pages → documents and fields → checks → report."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_base.content import KnowledgeBase
from preview.images import read_jpeg
from preview.ocr import Image
from preview.page_reading import PageReader, Progress, no_progress
from preview.schema import FilePages, FileReading, IntakeProblem, Report, Request, Upload

if TYPE_CHECKING:
    from preview.schema import Part

logger = logging.getLogger(__name__)


class Previewer:
    """Reads an applicant's files and checks them against the guide of one service item. Thread-safe."""

    def __init__(self, kb: KnowledgeBase, pages: PageReader, *, accept_unverified: bool = True) -> None:
        self._kb = kb
        self._accept_unverified = accept_unverified
        self._pages = pages

    def read_file(
        self, upload: Upload, *, images_dir: Path | None = None, on_page: Progress = no_progress
    ) -> FileReading:
        """Read one file: its pages, and the documents on them. Never raises on account of the file.

        `images_dir`: where the upright page images are kept; without it they are not, and `Page.image` is empty.
        """
        started = time.monotonic()
        if images_dir is not None:
            pages, parts = self._read(upload, images_dir, on_page)
        else:
            with tempfile.TemporaryDirectory(prefix="guanjia-preview-") as folder:
                pages, parts = self._read(upload, Path(folder), on_page)
            pages = replace(pages, pages=tuple(replace(page, image="") for page in pages.pages))
        return FileReading(pages, parts, time.monotonic() - started)

    def check(self, request: Request, readings: Sequence[FileReading], preview_id: str) -> Report:
        """Check what was read against the guide of `request.item_id`; KeyError when there is no such item."""
        from preview.checking import check

        item = self._kb.items[request.item_id]
        return check(
            item,
            request,
            readings,
            kb_revision=self._kb.revision,
            preview_id=preview_id,
            accept_unverified=self._accept_unverified,
        )

    def close(self) -> None:
        """End the worker processes."""
        self._pages.close()

    def _read(self, upload: Upload, images_dir: Path, on_page: Progress) -> tuple[FilePages, tuple[Part, ...]]:
        from preview.recognise import recognise

        pages = self._pages.read(upload, images_dir=images_dir, on_page=on_page)
        try:
            return pages, recognise(pages, page_images(pages, images_dir))
        except Exception:  # a page nobody thought of must cost its file, not the case; a person looks at it
            logger.exception("file %s: its pages could not be understood", upload.file_id)
            return replace(pages, problem=IntakeProblem.CRASHED), ()


def page_images(pages: FilePages, images_dir: Path) -> Callable[[int], Image | None]:
    """Give a function from page number to the upright page image (BGR), None for a page without one."""
    names = {page.page_no: page.image for page in pages.pages}

    def image_of(page_no: int) -> Image | None:
        return read_jpeg(images_dir / names[page_no]) if names.get(page_no) else None

    return image_of


def preview(previewer: Previewer, request: Request, uploads: Sequence[Upload], preview_id: str = "") -> Report:
    """Read and check in one go, for scripts and the command line."""
    return previewer.check(request, [previewer.read_file(upload) for upload in uploads], preview_id)
