"""The inside of a worker process: opens files, reads their pages, one job after another (see `preview.workers`)."""

from __future__ import annotations

import os
import signal
import sys
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import IO

from preview.errors import IntakeError, ModelFileError, OcrError, OcrUnavailableError
from preview.intake import Opened, open_upload
from preview.ocr import OcrEngine
from preview.page_analysis import PageAnalyser, plain_page
from preview.workers import EngineOptions, Job, Result, WorkerOptions, receive, send

OPEN_FILES = 2


def make_engine(options: EngineOptions) -> OcrEngine:
    """Make the engine that is asked for. Raises OcrUnavailableError."""
    if options.name == "rapid":
        from preview.ocr_rapid import RapidEngine

        return RapidEngine(options.threads)
    from preview.ocr_paddle import PaddleEngine

    return PaddleEngine(options.paddle_python, options.paddle_models, options.threads)


class Desk:
    """The files at hand and what reads them."""

    def __init__(self, options: WorkerOptions) -> None:
        self._options = options
        self._files: OrderedDict[str, Opened] = OrderedDict()
        self.analyser = PageAnalyser(lambda: make_engine(options.engine))

    def do(self, job: Job) -> Result:
        """Do one job; every expected outcome is a result."""
        try:
            return self._done(job)
        except IntakeError as error:
            return Result(problem=error.problem)
        except (OcrUnavailableError, ModelFileError) as error:
            return Result(unavailable=str(error))
        except OcrError as error:
            return Result(failure=str(error))
        except Exception as error:  # of a foreign file's page; the type is told, never its text
            return Result(failure=type(error).__name__)

    def rss_mib(self) -> float:
        """Give the memory in use, that of an engine in a process of its own included."""
        pid = getattr(self.analyser.engine, "pid", None)
        return rss_mib() + (rss_mib(pid) if pid else 0.0)

    def _done(self, job: Job) -> Result:
        if job.upload is not None and job.key not in self._files:
            self._put(job.key, open_upload(job.upload, self._options.limits))
        opened = self._files.get(job.key)
        if opened is None:
            return Result(need_upload=True)
        self._files.move_to_end(job.key)
        if job.page_no == 0:
            return Result(opened=(opened.media_type, opened.file.page_count, tuple(opened.warnings)))
        raw = opened.page(job.page_no)
        page = plain_page(raw, job.page_no) if job.plain else self.analyser.analyse(raw, job.page_no)
        return Result(analysed=page)

    def _put(self, key: str, opened: Opened) -> None:
        self._files[key] = opened
        while len(self._files) > OPEN_FILES:
            _, old = self._files.popitem(last=False)
            old.file.close()


def rss_mib(pid: int | str = "self") -> float:
    """Give the resident memory of a process; the peak of this one where the system does not tell the present."""
    status = Path(f"/proc/{pid}/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _limit_memory(mib: int) -> None:
    """Have the system refuse memory beyond a bound, so that a bomb ends this process and no other."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (mib * 1024 * 1024, mib * 1024 * 1024))
    except (ImportError, ValueError, OSError):
        return  # not on this system; the parent still watches what is in use


def _own_stdout() -> IO[bytes]:
    """Keep standard output for results; what libraries print goes to standard error."""
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return results


def main() -> None:
    """Serve until the parent closes the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    results = _own_stdout()
    jobs = sys.stdin.buffer
    options = receive(jobs)
    assert isinstance(options, WorkerOptions)
    _limit_memory(options.hard_memory_mib)
    desk = Desk(options)
    try:
        desk.analyser.warm()
        send(results, Result(desk.rss_mib(), ready=True))
    except (OcrUnavailableError, ModelFileError) as error:
        send(results, Result(rss_mib(), unavailable=str(error)))
        return
    while True:
        try:
            job = receive(jobs)
        except EOFError:
            return
        assert isinstance(job, Job)
        done = desk.do(job)
        send(results, replace(done, rss_mib=desk.rss_mib()))


if __name__ == "__main__":
    main()
