"""What can go wrong in pre-review."""

from __future__ import annotations

from preview.schema import IntakeProblem


class PreviewError(Exception):
    """Base of every error of this room."""


class IntakeError(PreviewError):
    """A file cannot be used; `problem` says why. Caught by the page reader, which puts it into the reading."""

    def __init__(self, problem: IntakeProblem, detail: str = "") -> None:
        super().__init__(f"file not usable: {problem}" + (f" ({detail})" if detail else ""))
        self.problem = problem


class OcrError(PreviewError):
    """The OCR engine failed on a page."""


class OcrUnavailableError(OcrError):
    """An OCR engine cannot be used here: not installed, or its model folders are missing."""

    def __init__(self, engine: str, missing: str) -> None:
        super().__init__(f"OCR engine {engine!r} is not available: {missing}")
        self.engine = engine
        self.missing = missing


class ModelFileError(PreviewError):
    """A model file shipped with this room is missing or not the one it should be."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"model file {name!r}: {problem}; install the package again")
        self.name = name


class WorkerError(PreviewError):
    """A worker process broke off."""


class WorkerCrashedError(WorkerError):
    """The worker process ended in the middle of a job."""

    def __init__(self) -> None:
        super().__init__("the worker process ended in the middle of a job")


class WorkerTimeoutError(WorkerError):
    """A job took longer than it may; the worker process was ended."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(f"a job took longer than {timeout_s:.0f} s")
        self.timeout_s = timeout_s
