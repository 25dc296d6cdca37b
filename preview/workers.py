"""Worker processes for files that nobody vouches for: a crash, a hang or growing memory ends a worker, not the case.

Jobs and results are pickled, with their length before them, over the worker's standard input and output. What comes
back is unpickled with a list of allowed classes, since the worker has looked into foreign files.
"""

from __future__ import annotations

import io
import logging
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Literal

from preview.errors import OcrUnavailableError, WorkerCrashedError, WorkerTimeoutError
from preview.intake import IntakeWarning, Limits, MediaType
from preview.page_analysis import Analysed
from preview.schema import IntakeProblem, Upload

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 90.0
_LENGTH = struct.Struct(">Q")
_ALLOWED = {"preview.schema", "preview.intake", "preview.page_analysis", "preview.workers"}


@dataclass(frozen=True)
class EngineOptions:
    """Which OCR engine a worker uses. The paddle engine needs the interpreter of its own environment, and models."""

    name: Literal["rapid", "paddle"] = "rapid"
    threads: int = 2
    paddle_python: str = ""
    paddle_models: str = ""


@dataclass(frozen=True)
class WorkerOptions:
    """How workers are run. `memory_mib`: a worker that holds more after a page is replaced."""

    engine: EngineOptions = EngineOptions()
    limits: Limits = field(default_factory=Limits)
    memory_mib: int = 1200
    hard_memory_mib: int = 4096
    pages: int = 500
    open_timeout_s: float = 30.0
    page_timeout_s: float = 90.0


@dataclass(frozen=True)
class Job:
    """One page of a file, or its opening (`page_no` 0). `plain`: the picture only, nothing is read.

    `upload` goes along when the worker has asked for it.
    """

    key: str
    page_no: int
    upload: Upload | None = None
    plain: bool = False


@dataclass(frozen=True)
class Result:
    """What a worker says: exactly one of the fields beside `rss_mib` is set."""

    rss_mib: float = 0.0
    ready: bool = False
    need_upload: bool = False
    opened: tuple[MediaType, int, tuple[IntakeWarning, ...]] | None = None
    analysed: Analysed | None = None
    problem: IntakeProblem | None = None
    failure: str = ""  # the page could not be read
    unavailable: str = ""  # the OCR engine cannot be used at all


class Worker:
    """One worker process."""

    def __init__(self, options: WorkerOptions) -> None:
        self._options = options
        self._pages = 0
        self._is_ready = False
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "preview.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self.rss_mib = 0.0
        self._send(options)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_spent(self) -> bool:
        """Whether it should be replaced: ended, grown too large, or long in use."""
        gone = self._process.poll() is not None
        return gone or self.rss_mib > self._options.memory_mib or self._pages >= self._options.pages

    def run(self, job: Job, timeout_s: float) -> Result:
        """Have a job done. Raises WorkerCrashedError, WorkerTimeoutError, OcrUnavailableError."""
        self.wait_ready()
        self._pages += job.page_no > 0
        return self._answer(job, timeout_s)

    def wait_ready(self) -> None:
        """Wait until the engine is loaded."""
        if not self._is_ready:
            self._answer(None, START_TIMEOUT_S)
            self._is_ready = True

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    logger.debug("pipe of worker %d was broken", self.pid)

    def _answer(self, job: Job | None, timeout_s: float) -> Result:
        expired = threading.Event()

        def stop() -> None:
            expired.set()
            self._process.kill()

        watch = threading.Timer(timeout_s, stop)
        watch.daemon = True
        watch.start()
        try:
            if job is not None:
                send(self._stream(self._process.stdin), job)  # a pipe broken by `stop` is a timeout, too
            result = receive(self._stream(self._process.stdout))
        except (OSError, EOFError, pickle.UnpicklingError, ValueError) as error:
            self.kill()
            if expired.is_set():
                raise WorkerTimeoutError(timeout_s) from error
            raise WorkerCrashedError from error
        finally:
            watch.cancel()
        if not isinstance(result, Result):
            self.kill()
            raise WorkerCrashedError
        self.rss_mib = result.rss_mib
        if result.unavailable:
            raise OcrUnavailableError(self._options.engine.name, result.unavailable)
        return result

    def _send(self, message: object) -> None:
        try:
            send(self._stream(self._process.stdin), message)
        except (OSError, ValueError) as error:
            raise WorkerCrashedError from error

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None  # both are pipes
        return stream


class Workers:
    """A fixed number of workers, each started when first needed and replaced when spent. Thread-safe."""

    def __init__(self, options: WorkerOptions, count: int = 1) -> None:
        self.options = options
        self._idle: queue.Queue[Worker | None] = queue.Queue()
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        self.replaced = 0
        for _ in range(count):
            self._idle.put(None)

    def warm(self) -> None:
        """Start one worker and wait until its engine is loaded. Raises OcrUnavailableError, WorkerError."""
        with self._worker() as worker:
            worker.wait_ready()

    def run(self, job: Job, upload: Upload) -> Result:
        """Have a job done by whichever worker is free; the upload is sent only where it is not known yet."""
        timeout_s = self.options.page_timeout_s if job.page_no else self.options.open_timeout_s
        with self._worker() as worker:
            started = time.monotonic()
            result = worker.run(job, timeout_s)
            if result.need_upload:
                result = worker.run(Job(job.key, job.page_no, upload, job.plain), timeout_s)
            logger.debug(
                "job page=%d ms=%.0f rss=%.0f", job.page_no, (time.monotonic() - started) * 1000, worker.rss_mib
            )
            return result

    def rss_mib(self) -> float:
        """Give the memory of all workers as they last told it."""
        with self._lock:
            return sum(worker.rss_mib for worker in self._all)

    def pids(self) -> list[int]:
        """Give the process ids of all workers."""
        with self._lock:
            return [worker.pid for worker in self._all]

    def close(self) -> None:
        """End all workers; jobs under way fail."""
        self._closed = True
        with self._lock:
            workers = list(self._all)
            self._all.clear()
        for worker in workers:
            worker.kill()

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        worker = self._idle.get()
        try:
            if worker is None or worker.is_spent:
                self._drop(worker)
                worker = self._started()
            yield worker
            if worker.is_spent and not self._closed:
                self._drop(worker)
                self.replaced += 1
                worker = self._started()  # loads its engine while nobody waits for it
        except BaseException:
            self._drop(worker)
            worker = None
            raise
        finally:
            self._idle.put(worker)

    def _started(self) -> Worker:
        if self._closed:
            raise WorkerCrashedError
        worker = Worker(self.options)
        with self._lock:
            self._all.add(worker)
        return worker

    def _drop(self, worker: Worker | None) -> None:
        if worker is not None:
            with self._lock:
                self._all.discard(worker)
            worker.kill()


def send(stream: IO[bytes], message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> object:
    """Read one message. Raises EOFError when the other side has gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return _OurClasses(io.BytesIO(data)).load()


class _OurClasses(pickle.Unpickler):
    """Unpickles this room's plain data and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if module in _ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not expected here")
