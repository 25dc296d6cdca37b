"""A file's pages, read: intake, geometry, quality, OCR and seals of every page, in worker processes."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from preview.errors import IntakeError, OcrUnavailableError, WorkerError, WorkerTimeoutError
from preview.intake import check_size
from preview.page_analysis import Analysed
from preview.schema import FilePages, IntakeProblem, Page, Quality, QualityProblem, Upload
from preview.workers import Job, Result, WorkerOptions, Workers
from prompts.preview_files import warning_text

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with file id, pages done and pages in all: first with 0 done, then after every page."""

ATTEMPTS = 2
"""A page on which the worker breaks off is tried once more, in a new process."""


def no_progress(file_id: str, done: int, pages: int) -> None:
    """Tell nobody."""


class PageReader:
    """Reads files into pages. Thread-safe; `close` ends its worker processes."""

    def __init__(self, options: WorkerOptions | None = None, *, workers: int = 1) -> None:
        self._workers = Workers(options or WorkerOptions(), workers)

    @property
    def workers(self) -> Workers:
        """The worker processes, for those who watch them."""
        return self._workers

    def warm(self) -> None:
        """Load the OCR engine now instead of with the first page. Raises OcrUnavailableError, WorkerError."""
        self._workers.warm()

    def read(self, upload: Upload, *, images_dir: Path | None = None, on_page: Progress = no_progress) -> FilePages:
        """Read all pages of `upload`; never raises on account of the file: `problem` says what was wrong with it.

        `images_dir`: where the upright page images go (JPEG, named in `Page.image`); without it none are kept.
        A page that could not be read has the problem OCR_FAILED. Raises OcrUnavailableError when there is no engine.
        """
        digest = hashlib.sha256(upload.data).hexdigest()
        nothing = FilePages(upload.file_id, upload.name, digest, "")
        try:
            check_size(upload.data, self._workers.options.limits)
        except IntakeError as error:
            return replace(nothing, problem=error.problem)
        key = f"{upload.file_id}:{digest}"
        first = self._run(Job(key, 0), upload)
        if isinstance(first, IntakeProblem):
            return replace(nothing, problem=first)
        if first.opened is None:
            return replace(nothing, problem=first.problem or IntakeProblem.BROKEN)
        media_type, count, warnings = first.opened
        on_page(upload.file_id, 0, count)
        pages: list[Page] = []
        odd = list(warnings)
        for page_no in range(1, count + 1):
            analysed = self._page(key, page_no, upload)
            pages.append(_kept(analysed, page_no, upload.file_id, images_dir))
            odd += [warning for warning in (analysed.warnings if analysed else ()) if warning not in odd]
            on_page(upload.file_id, page_no, count)
        told = tuple(warning_text(warning) for warning in odd)
        problem = IntakeProblem.BROKEN if all(page.width == 0 for page in pages) else None
        usable = () if problem else tuple(pages)
        return replace(nothing, media_type=str(media_type), pages=usable, problem=problem, warnings=told)

    def close(self) -> None:
        """End the worker processes."""
        self._workers.close()

    def _page(self, key: str, page_no: int, upload: Upload) -> Analysed | None:
        """Have a page read; when that fails twice only its picture is asked for, None when there is not even that."""
        for plain in (False, True):
            done = self._run(Job(key, page_no, plain=plain), upload)
            if isinstance(done, Result) and done.analysed is not None:
                return done.analysed
            reason = done if isinstance(done, IntakeProblem) else (done.problem or done.failure)
            logger.warning("page %d of file %s not read: %s", page_no, upload.file_id, reason)
        return None

    def _run(self, job: Job, upload: Upload) -> Result | IntakeProblem:
        """Have a job done, in a second process when the first breaks off on it."""
        problem = IntakeProblem.CRASHED
        for _ in range(ATTEMPTS):
            try:
                return self._workers.run(job, upload)
            except OcrUnavailableError:
                raise
            except WorkerError as error:
                logger.warning("file %s page %d: %s", upload.file_id, job.page_no, error)
                timed_out = isinstance(error, WorkerTimeoutError)
                problem = IntakeProblem.TIMED_OUT if timed_out else IntakeProblem.CRASHED
                if timed_out:
                    break  # a second try would only take as long again
        return problem


def too_many(uploads: Sequence[Upload], options: WorkerOptions) -> bool:
    """Tell whether a case has more files than are taken."""
    return len(uploads) > options.limits.files


def _kept(analysed: Analysed | None, page_no: int, file_id: str, images_dir: Path | None) -> Page:
    if analysed is None:
        return Page(page_no, 0, 0, quality=Quality(problems=(QualityProblem.OCR_FAILED,), readable=False))
    if images_dir is None:
        return analysed.page
    safe = (
        file_id if re.fullmatch(r"[\w-]{1,64}", file_id, re.ASCII) else hashlib.sha256(file_id.encode()).hexdigest()
    )
    name = f"{safe}-{page_no}.jpg"
    images_dir.mkdir(parents=True, exist_ok=True)
    (images_dir / name).write_bytes(analysed.jpeg)
    return replace(analysed.page, image=name)
