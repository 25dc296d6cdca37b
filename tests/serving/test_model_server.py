"""Supervision of the model's child process, tried on a small real child that serves /health."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from serving.llama_child import LlamaOptions, spare_cores
from serving.model_server import EmbeddedModelServer, Supervision
from serving.model_status import ModelState

FAKE_CHILD = """
import json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from serving.llama_child import API_KEY_VARIABLE, exit_with_stdin

mode, port = sys.argv[1], int(sys.argv[2])
assert sys.argv[3] == "--exit-with-stdin"
threading.Thread(target=exit_with_stdin, daemon=True).start()
if mode == "broken":
    sys.exit("cannot load the model")
if mode == "hangs":
    time.sleep(600)
if mode == "chatters":
    print("hello")
warm_at = time.monotonic() + (1.0 if mode == "slow" else 0.0)

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        ready = time.monotonic() >= warm_at
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(f"{os.getpid()} {os.environ[API_KEY_VARIABLE]}".encode())
    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", port), Handler)
print(json.dumps({"port": server.server_port}), flush=True)
server.serve_forever()
"""

QUICK = Supervision(
    start_timeout_s=30, backoff_s=0.1, backoff_max_s=0.2, max_failures=3, window_s=60, absent_poll_s=0.1
)

Serve = Callable[..., EmbeddedModelServer]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    script = tmp_path / "child.py"
    script.write_text(FAKE_CHILD, encoding="utf-8")
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    made: list[EmbeddedModelServer] = []

    def make(mode: str = "well", supervision: Supervision = QUICK, model: str = "model.gguf") -> EmbeddedModelServer:
        def command(_: Path, port: int) -> Sequence[str]:
            return [sys.executable, str(script), mode, str(port)]

        server = EmbeddedModelServer(
            tmp_path / model,
            command=command,
            supervision=supervision,
            log_path=tmp_path / "logs" / "model.log",
        )
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()


def eventually(condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Wait for `condition`; generous, since the CPU may be shared."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def wait_for(server: EmbeddedModelServer, state: ModelState) -> None:
    eventually(lambda: server.status().state is state)


def answer(server: EmbeddedModelServer) -> tuple[int, str]:
    """Process id of the child, and the key it was given."""
    pid, key = httpx.get(f"{server.base_url}/x", trust_env=False).text.split()
    return int(pid), key


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "zombie" not in Path(f"/proc/{pid}/status").read_text() if Path("/proc").exists() else True


def test_start_returns_before_the_child_is_ready(serve: Serve) -> None:
    server = serve("slow")
    assert server.status().state is ModelState.OFF
    server.start()
    assert server.status().state is ModelState.STARTING
    assert server.base_url is None
    wait_for(server, ModelState.READY)


def test_child_gets_a_random_key_and_serves_on_loopback(serve: Serve) -> None:
    server = serve()
    server.start()
    wait_for(server, ModelState.READY)
    assert urlsplit(server.base_url or "").hostname == "127.0.0.1"
    assert answer(server)[1] == server.api_key
    assert len(server.api_key) > 30
    assert serve().api_key != server.api_key


def test_killed_child_is_restarted_at_the_same_address(serve: Serve) -> None:
    server = serve()
    server.start()
    wait_for(server, ModelState.READY)
    url, (pid, _) = server.base_url, answer(server)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: server.status().state is not ModelState.READY)
    assert "内存不足" in server.status().detail
    wait_for(server, ModelState.READY)
    assert server.base_url == url
    assert answer(server)[0] != pid


def test_taken_port_makes_the_child_move_to_another(serve: Serve) -> None:
    patient = Supervision(backoff_s=2, backoff_max_s=2, max_failures=9)
    server = serve(supervision=patient)
    server.start()
    wait_for(server, ModelState.READY)
    url = server.base_url or ""
    os.kill(answer(server)[0], signal.SIGKILL)
    eventually(lambda: server.status().state is ModelState.RESTARTING)
    with socket.create_server(("127.0.0.1", urlsplit(url).port or 0)):
        wait_for(server, ModelState.READY)
        assert server.base_url not in {None, url}


def test_child_that_cannot_start_is_given_up_with_its_last_words(serve: Serve) -> None:
    server = serve("broken")
    server.start()
    wait_for(server, ModelState.FAILED)
    detail = server.status().detail
    assert "3 次退出，不再重启" in detail
    assert "cannot load the model" in detail
    assert server.base_url is None


def test_start_after_giving_up_tries_again(serve: Serve) -> None:
    server = serve("broken")
    server.start()
    wait_for(server, ModelState.FAILED)
    server.start()
    assert server.status().state is ModelState.STARTING
    wait_for(server, ModelState.FAILED)


def test_failures_long_ago_do_not_count(serve: Serve) -> None:
    server = serve(supervision=Supervision(backoff_s=0.05, backoff_max_s=0.05, max_failures=2, window_s=0.01))
    server.start()
    for _ in range(3):
        wait_for(server, ModelState.READY)
        os.kill(answer(server)[0], signal.SIGKILL)
        eventually(lambda: server.status().state is not ModelState.READY)
    wait_for(server, ModelState.READY)


@pytest.mark.parametrize("mode", ["hangs", "chatters"])
def test_child_that_never_says_its_port_is_killed(serve: Serve, mode: str) -> None:
    server = serve(mode, Supervision(start_timeout_s=0.5, backoff_s=0.05, max_failures=2))
    server.start()
    wait_for(server, ModelState.FAILED)
    assert "没有启动成功" in server.status().detail


def test_missing_model_file_is_picked_up_once_it_is_there(serve: Serve, tmp_path: Path) -> None:
    server = serve(model="later.gguf")
    server.start()
    wait_for(server, ModelState.ABSENT)
    assert "guanjia model pull" in server.status().detail
    (tmp_path / "later.gguf").write_bytes(b"GGUF")
    wait_for(server, ModelState.READY)


def test_stop_leaves_no_process(serve: Serve) -> None:
    server = serve()
    server.start()
    wait_for(server, ModelState.READY)
    pid, _ = answer(server)
    server.stop()
    assert server.status().state is ModelState.OFF
    assert not is_running(pid)


def test_stop_does_not_wait_for_the_next_attempt(serve: Serve) -> None:
    server = serve("broken", Supervision(backoff_s=600, backoff_max_s=600))
    server.start()
    wait_for(server, ModelState.RESTARTING)
    server.stop()
    assert server.status().state is ModelState.OFF


def test_stop_before_the_child_is_ready_ends_it(serve: Serve) -> None:
    server = serve("hangs")
    server.start()
    server.stop()
    assert server.status().state is ModelState.OFF


def test_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(FAKE_CHILD, encoding="utf-8")
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    parent_code = f"""
import sys, time
from pathlib import Path
from serving.model_server import EmbeddedModelServer
server = EmbeddedModelServer(
    Path({str(tmp_path)!r}) / "model.gguf",
    command=lambda _, port: [sys.executable, {str(script)!r}, "well", str(port)],
)
server.start()
while not server.status().ready:
    time.sleep(0.02)
print(server.base_url, flush=True)
time.sleep(600)
"""
    project = str(Path(__file__).parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", parent_code],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": project},
    )
    with parent:
        assert parent.stdout is not None
        pid = int(httpx.get(parent.stdout.readline().strip(), trust_env=False).text.split()[0])
        assert is_running(pid)
        parent.kill()
    eventually(lambda: not is_running(pid))


def test_command_line_of_the_real_child_keeps_the_key_out_of_it() -> None:
    command = LlamaOptions(name="m", context_tokens=2048, threads=3).command(Path("/m.gguf"), 0)
    assert command == [
        *(sys.executable, "-P", "-m", "serving.llama_child", "--model", "/m.gguf", "--name", "m"),
        *("--port", "0", "--context-tokens", "2048", "--parallel", "2", "--threads", "3"),
        *("--cache-ram-mib", "256"),
    ]


def test_one_core_is_left_for_everything_else() -> None:
    assert 1 <= spare_cores() <= max(1, (os.cpu_count() or 1) - 1)
