"""`guanjia serve` as a process of its own, watched from outside: answers, memory, CPU time (Linux: /proc)."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIRST_QUESTION = "居住证怎么续签"
POLL_S = 0.05
REQUEST_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0


class BenchError(Exception):
    """The benchmark cannot go on; the message says why."""


@dataclass(frozen=True)
class Served:
    """A running server; `started` is the monotonic time of its launch."""

    process: subprocess.Popen[bytes]
    port: int
    started: float

    def until_answered(self, timeout_s: float) -> float:
        """Give the seconds from launch to the first answered question."""
        body = json.dumps({"question": FIRST_QUESTION})
        return self._until("POST", "/v1/enquiries", body, timeout_s)

    def until_page(self, timeout_s: float) -> float:
        """Give the seconds from launch until the citizens' page is there."""
        return self._until("GET", "/", None, timeout_s)

    def _until(self, method: str, path: str, body: str | None, timeout_s: float) -> float:
        end = self.started + timeout_s
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise BenchError(f"the server ended with exit code {self.process.returncode}")
            try:
                if Client(self.port).ask_for(method, path, body)[0] == http.HTTPStatus.OK:
                    return time.monotonic() - self.started
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(POLL_S)
        raise BenchError(f"{path} did not answer within {timeout_s:.0f} s")

    def rss_mib(self) -> float:
        """Give the resident memory, files mapped into it included."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def cpu_s(self) -> float:
        """Give the CPU seconds spent so far, all threads together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Client:
    """One citizen's connection, kept open; cheap enough not to disturb what it measures."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_TIMEOUT_S)

    def ask_for(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        """Send one request and give status and body; a broken connection is opened anew by the next."""
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def ask(self, question: str, history: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
        """Ask one question in a new conversation; raises BenchError for any other status than 200."""
        body = json.dumps({"question": question, "history": list(history)})
        status, reply = self.ask_for("POST", "/v1/enquiries", body)
        if status != http.HTTPStatus.OK:
            raise BenchError(f"HTTP {status}")
        answer: dict[str, Any] = json.loads(reply)
        return answer


def environment(data_dir: Path) -> dict[str, str]:
    """This process's environment without its GUANJIA_* settings: no base model, this data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUANJIA_")}
    return kept | {"GUANJIA_DATA_DIR": str(data_dir), "GUANJIA_MODEL__USE": "never"}


def command(*arguments: str) -> list[str]:
    """The command line of `guanjia` in this Python."""
    return [sys.executable, "-m", "serving.cli", *arguments]


@contextmanager
def served(data_dir: Path, *options: str) -> Iterator[Served]:
    """Start `guanjia serve`; what it writes goes to `data_dir`/bench-server.log. It ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (data_dir / "bench-server.log").open("wb") as log:
        started = time.monotonic()
        process = subprocess.Popen(
            command("serve", "--port", str(port), *options),
            env=environment(data_dir),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Served(process, port, started)
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
