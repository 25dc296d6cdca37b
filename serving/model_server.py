"""Keeps the embedded base model running: a child process, watched, restarted, never left behind."""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from serving.llama_child import LlamaOptions, child_environment
from serving.model_status import ModelState, ModelStatus

logger = logging.getLogger(__name__)

HEALTH_POLL_S = 0.2
STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Supervision:
    """How patient the watcher is."""

    start_timeout_s: float = 300.0  # a 5 GB file from a slow disk
    backoff_s: float = 1.0  # doubles with each failure
    backoff_max_s: float = 30.0
    max_failures: int = 5  # within window_s; then it gives up
    window_s: float = 600.0
    absent_poll_s: float = 5.0


class EmbeddedModelServer:
    """An OpenAI-compatible server for one .gguf file, on loopback, behind a random key.

    `start` returns at once; `status` follows what happens. The port stays the same over a restart
    whenever it is still free, so a client made for `base_url` goes on working.
    """

    def __init__(
        self,
        model_path: Path,
        options: LlamaOptions | None = None,
        *,
        log_path: Path | None = None,
        supervision: Supervision | None = None,
        command: Callable[[Path, int], Sequence[str]] | None = None,
    ) -> None:
        """Args: log_path: what the child writes on standard error; command: how the child is started."""
        self._model_path = model_path
        self._command = command or (options or LlamaOptions()).command
        self._log_path = log_path
        self._patience = supervision or Supervision()
        self._status = ModelStatus(ModelState.OFF)
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self._spawning = threading.Lock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self.api_key = secrets.token_urlsafe(32)

    @property
    def base_url(self) -> str | None:
        """Address for an OpenAI client, ends in /v1; None before the first start succeeded."""
        return f"http://127.0.0.1:{self._port}/v1" if self._port else None

    def status(self) -> ModelStatus:
        """The state right now; never blocks."""
        return self._status

    def start(self) -> None:
        """Start the watcher, which starts the child; after `failed` or `stop`, a fresh attempt."""
        if self._watcher is not None and self._watcher.is_alive():
            return
        self._stopping.clear()
        self._set(ModelState.STARTING, "正在装入模型")
        self._watcher = threading.Thread(target=self._watch, name="base-model-watcher", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """End the child and the watcher; returns when both are gone."""
        self._stopping.set()
        with self._spawning:
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._watcher is not None:
            self._watcher.join()
        self._set(ModelState.OFF, "已停止")

    def _set(self, state: ModelState, detail: str = "") -> None:
        if state is not self._status.state:
            logger.info("base model state=%s", state)
        self._status = ModelStatus(state, detail)

    def _watch(self) -> None:
        failures: deque[float] = deque()
        while not self._stopping.is_set():
            if not self._model_path.is_file():
                way_out = "运行 guanjia model pull 后自动启用"
                self._set(ModelState.ABSENT, f"没有模型文件 {self._model_path}，{way_out}")
                self._stopping.wait(self._patience.absent_poll_s)
                continue
            problem = self._serve_once(restarting=bool(failures))
            if self._stopping.is_set():
                return
            now = time.monotonic()
            failures.append(now)
            while failures[0] < now - self._patience.window_s:
                failures.popleft()
            logger.warning("base model ended failures=%d: %s", len(failures), problem)
            if len(failures) >= self._patience.max_failures:
                self._set(ModelState.FAILED, f"{len(failures)} 次退出，不再重启。最近一次：{problem}")
                return
            self._set(ModelState.RESTARTING, f"正在重启。原因：{problem}")
            pause_s = self._patience.backoff_s * 2 ** (len(failures) - 1)
            self._stopping.wait(min(pause_s, self._patience.backoff_max_s))

    def _serve_once(self, *, restarting: bool) -> str:
        """Run one child to its end; return why it ended."""
        self._set(ModelState.RESTARTING if restarting else ModelState.STARTING, "正在装入模型")
        try:
            process = self._spawn()
        except OSError as error:
            return f"启动不了子进程（{error}）"
        if process is None:
            return "已停止"
        with process:
            late = threading.Timer(self._patience.start_timeout_s, process.kill)
            late.daemon = True
            late.start()
            try:
                started = self._wait_until_healthy(process)
            finally:
                late.cancel()
            if started:
                self._set(ModelState.READY)
            code = process.wait()
        if started:
            return f"进程退出，代码 {code}" + ("，可能是内存不足" if code == -signal.SIGKILL else "")
        self._port = 0  # perhaps someone else has the port now: ask for any free one next time
        return f"没有启动成功，代码 {code}；{self._last_words()}"

    def _spawn(self) -> subprocess.Popen[str] | None:
        with self._spawning:
            if self._stopping.is_set():
                return None
            if self._log_path is not None:
                self._log_path.parent.mkdir(parents=True, exist_ok=True)
            with Path(self._log_path or os.devnull).open("wb") as log:
                self._process = subprocess.Popen(
                    [*self._command(self._model_path, self._port), "--exit-with-stdin"],
                    stdin=subprocess.PIPE,  # held open as long as this process lives
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env=child_environment(self.api_key),
                    start_new_session=True,  # Ctrl-C goes to us, and we end the child
                )
            return self._process

    def _wait_until_healthy(self, process: subprocess.Popen[str]) -> bool:
        """Read the port, then ask /health until it is well; False when the child ended first."""
        assert process.stdout is not None  # stdout=PIPE
        try:
            port = int(json.loads(process.stdout.readline())["port"])
        except (ValueError, KeyError, TypeError):
            process.kill()
            return False
        with httpx.Client(trust_env=False, timeout=2.0) as client:  # a proxy has no business on loopback
            while process.poll() is None:
                try:
                    healthy = client.get(f"http://127.0.0.1:{port}/health").is_success
                except httpx.HTTPError:
                    healthy = False
                if healthy:
                    self._port = port
                    return True
                time.sleep(HEALTH_POLL_S)
        return False

    def _last_words(self) -> str:
        """The first error llama.cpp logged (they go from cause to consequence), or else the last line."""
        if self._log_path is None or not self._log_path.exists():
            return "没有日志"
        lines = self._log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        words = next((line for line in lines if " E " in line[:20]), lines[-1] if lines else "（空）")
        return f"日志 {self._log_path}：{words[:200]}"
