"""Reads cases in the background: one file after another, resumable, one process per case at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from preview.errors import OcrUnavailableError
from preview.schema import FilePages, FileReading, IntakeProblem, Upload
from serving.previews.cases import CaseStore
from serving.previews.errors import NoEngineError, PreviewCaseError, StorageError
from serving.previews.readings import ReadingStore
from serving.previews.records import CaseStatus, StoredFile
from serving.previews.vault import Vault
from serving.previews.words import word

if TYPE_CHECKING:
    from serving.previews.checking import Engine

try:
    import fcntl
except ImportError:  # Windows: one process reads cases
    fcntl = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How soon a case is seen that another process took in."""

PURGE_EVERY_S = 300.0
STORAGE_RETRY_S = 30.0
MAX_ATTEMPTS = 3
"""A file in whose reading the whole process ended so often is set aside."""

IDLE_S = 600.0
"""After so long without a file the engine's worker processes are ended, to give their memory back."""


class _Unwanted(BaseException):
    """Breaks a reading off; no Exception, so that nobody on the way takes it for a fault of the file."""


class PreviewWorker:
    """One thread that reads what waits. `check` is called with the id of a case whose files are all read."""

    def __init__(
        self,
        cases: CaseStore,
        readings: ReadingStore,
        vault: Vault,
        engine: Callable[[], Engine],
        check: Callable[[str], None],
        release: Callable[[], None] = lambda: None,
    ) -> None:
        """Args: engine: gives the engine, built when first needed; release: frees it until it is needed again."""
        self._cases = cases
        self._readings = readings
        self._vault = vault
        self._engine = engine
        self._check = check
        self._release = release
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; cases that an earlier process left unfinished come first."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._work, name="previews", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Look at once whether something waits."""
        self._wake.set()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the page in hand; what is unfinished goes on at the next start."""
        if self._thread is not None:
            self._stopping.set()
            self._wake.set()
            self._thread.join(timeout_s)
            self._thread = None

    def _work(self) -> None:
        purged, busy = -PURGE_EVERY_S, time.monotonic()
        while not self._stopping.is_set():
            now = time.monotonic()
            try:
                if now - purged >= PURGE_EVERY_S:
                    purged = now
                    self.purge(dt.datetime.now(dt.UTC))
                for preview_id in self._cases.unfinished():
                    if self._stopping.is_set():
                        return
                    self.run(preview_id)
                    busy = time.monotonic()
                if time.monotonic() - busy > IDLE_S:
                    self._release()
                    busy = time.monotonic()
            except StorageError as error:
                logger.error("previews are not read: %s", error.problem)
                self._wake.wait(STORAGE_RETRY_S)
            self._wake.wait(LOOK_EVERY_S)
            self._wake.clear()

    def run(self, preview_id: str) -> None:
        """Read all files of a case that are not read yet and have it checked; nothing if another process does."""
        with self._alone(preview_id) as mine:
            if not mine:
                return
            try:
                self._read_all(preview_id)
            except _Unwanted:
                logger.info("preview broken off id=%s", preview_id[:8])
            except PreviewCaseError as error:
                logger.error("preview failed id=%s error=%s", preview_id[:8], type(error).__name__)
                self._cases.set_status(preview_id, CaseStatus.FAILED, str(error))
            except Exception as error:
                _log_fault("preview failed", preview_id, error)
                self._cases.set_status(preview_id, CaseStatus.FAILED, word("errors.check_failed"))
        if self._cases.case(preview_id).is_gone:
            self._vault.drop_case(preview_id)  # page images may have come after the case was deleted

    def purge(self, now: dt.datetime) -> int:
        """Delete the files of every case that is due; gives how many cases there were."""
        due = self._cases.expired(now)
        for preview_id in due:
            self._vault.drop_case(preview_id)
            self._cases.forget(preview_id, cancelled=False)
        if due:
            logger.info("previews deleted by the retention rule n=%d", len(due))
        return len(due)

    def _read_all(self, preview_id: str) -> None:
        started, pages = time.monotonic(), 0
        while self._cases.case(preview_id).status in (CaseStatus.QUEUED, CaseStatus.READING):
            waiting = [file for file in self._readings.files(preview_id) if not file.is_read]
            if waiting:
                pages += self._read(preview_id, waiting[0])
                continue
            self._check(preview_id)
        seconds = time.monotonic() - started
        logger.info("preview read id=%s pages=%d s=%.1f", preview_id[:8], pages, seconds)

    def _read(self, preview_id: str, file: StoredFile) -> int:
        if not self._readings.begin_file(preview_id, file.file_id):
            return 0
        if file.attempts >= MAX_ATTEMPTS:
            reading = unread(file, IntakeProblem.CRASHED)
        else:
            reading = self._reading(preview_id, file)
        self._readings.save_reading(preview_id, file.file_id, reading)
        return len(reading.file.pages)

    def _reading(self, preview_id: str, file: StoredFile) -> FileReading:
        def on_page(file_id: str, done: int, total: int) -> None:
            if self._stopping.is_set():
                self._readings.give_back(preview_id, file.file_id)
                raise _Unwanted
            if not self._readings.progress(preview_id, file.file_id, done, total):
                raise _Unwanted

        try:
            data = self._vault.read(preview_id, upload_part(file.file_id))
        except FileNotFoundError:
            return unread(file, IntakeProblem.BROKEN)
        upload = Upload(file.file_id, file.name, data)
        try:
            with self._images_dir(preview_id, file.file_id) as images_dir:
                return self._engine().read_file(upload, images_dir=images_dir, on_page=on_page)
        except PreviewCaseError:
            raise
        except OcrUnavailableError as error:
            raise NoEngineError(str(error)) from error
        except Exception as error:  # costs this file, not the case
            _log_fault("file not read", preview_id, error)
            return unread(file, IntakeProblem.CRASHED)

    @contextmanager
    def _images_dir(self, preview_id: str, file_id: str) -> Iterator[Path]:
        """Where the engine may write page images; where files are encrypted they are, too, before this ends."""
        target = self._vault.folder(preview_id) / pages_part(file_id)
        if not self._vault.encrypts:
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
            yield target
            return
        with tempfile.TemporaryDirectory(prefix="guanjia-pages-") as folder:
            yield Path(folder)
            for image in Path(folder).iterdir():
                self._vault.write(preview_id, f"{pages_part(file_id)}/{image.name}", image.read_bytes())

    @contextmanager
    def _alone(self, preview_id: str) -> Iterator[bool]:
        """Hold the case's lock; gives False when another process has it. A killed process holds none."""
        if fcntl is None:
            yield True
            return
        with (self._vault.folder(preview_id) / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            try:
                yield True
            finally:
                with suppress(OSError):
                    fcntl.flock(lock, fcntl.LOCK_UN)


def _log_fault(what: str, preview_id: str, error: Exception) -> None:
    """Log an error by its kind alone: a message or a traceback may quote what was read off a page."""
    logger.error("%s id=%s error=%s", what, preview_id[:8], type(error).__name__)
    logger.debug("%s", what, exc_info=error)


def upload_part(file_id: str) -> str:
    """Name the part of a case's folder that holds an upload."""
    return f"files/{file_id}"


def pages_part(file_id: str) -> str:
    """Name the part of a case's folder that holds the page images of a file."""
    return f"pages/{file_id}"


def unread(file: StoredFile, problem: IntakeProblem) -> FileReading:
    """Give the reading of a file that could not be read."""
    return FileReading(FilePages(file.file_id, file.name, file.sha256, "", (), problem))


def digest_of(data: bytes) -> str:
    """Give the SHA-256 of an upload, hex."""
    return hashlib.sha256(data).hexdigest()
