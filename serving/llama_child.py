"""The process that holds the embedded base model: llama.cpp's OpenAI-compatible server on one address.

Run as `python -m serving.llama_child --model FILE`. Once the model is loaded it prints one line of
JSON on standard output, `{"port": N}`; everything else goes to standard error. With --exit-with-stdin it
ends when its standard input closes, so it never outlives the process that started it, however that ended.
The API key comes from the environment, where other users' `ps` does not show it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

API_KEY_VARIABLE = "GUANJIA_CHILD_API_KEY"
SHARED_BATCH_TOKENS = 128
"""Prompt tokens read before another request gets its turn: with 512, a short question waited 7.6 s
behind a prompt of 394 tokens (0.5B, 1 thread), with 128 it waited 2.6 s, and reading was no slower."""
WARNINGS_ONLY = 2  # llama.cpp verbosity; at 5 it logs what citizens wrote


@dataclass(frozen=True)
class LlamaOptions:
    """What the child is started with; `context_tokens` holds for each of the `parallel` requests."""

    name: str = "base-model"
    context_tokens: int = 4096
    parallel: int = 2
    threads: int | None = None  # None: cores - 1, at least 1
    cache_ram_mib: int = 256

    def command(self, model_path: Path, port: int) -> list[str]:
        """The command line of `serving.llama_child`; port 0 means any free one."""
        command = [sys.executable, "-P", "-m", "serving.llama_child"]  # -P: not from the working directory
        command += ["--model", str(model_path), "--name", self.name]
        command += ["--port", str(port), "--context-tokens", str(self.context_tokens)]
        command += ["--parallel", str(self.parallel), "--threads", str(self.threads or spare_cores())]
        return [*command, "--cache-ram-mib", str(self.cache_ram_mib)]


def child_environment(api_key: str) -> dict[str, str]:
    """This process's environment, the key, and the way to this package where it is not installed."""
    project = str(Path(__file__).parent.parent)
    paths = [project, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {API_KEY_VARIABLE: api_key, "PYTHONPATH": os.pathsep.join(paths)}


def spare_cores() -> int:
    """Cores this process may use, less one for everything else; at least 1."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


def arguments() -> argparse.ArgumentParser:
    """The command line of the child."""
    parser = argparse.ArgumentParser(prog="python -m serving.llama_child")
    parser.add_argument("--model", required=True, help="path of the .gguf file")
    parser.add_argument("--name", default="base-model", help="model name in requests and replies")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--context-tokens", type=int, default=4096, help="per request")
    parser.add_argument("--parallel", type=int, default=1, help="requests computed at the same time")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache-ram-mib", type=int, default=256, help="prompt prefixes kept in memory")
    parser.add_argument("--exit-with-stdin", action="store_true")
    return parser


def server_params(options: argparse.Namespace, api_key: str) -> Any:
    """The options as llama.cpp's parameters."""
    from xllamacpp import CommonParams

    params = CommonParams()
    params.model.path = options.model
    params.model_alias = {options.name}
    params.hostnames = [options.host]
    params.port = options.port
    params.api_keys = [api_key] if api_key else []
    params.n_parallel = options.parallel
    params.n_ctx = options.context_tokens * options.parallel  # llama.cpp divides it among the requests
    params.n_batch = params.n_ubatch = SHARED_BATCH_TOKENS
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    params.cache_ram_mib = options.cache_ram_mib
    params.endpoint_slots = False  # would show one citizen's words to whoever holds the key
    params.default_template_kwargs = {"enable_thinking": "false"}  # Qwen3 answers at once; others ignore it
    params.verbosity = WARNINGS_ONLY
    return params


def exit_with_stdin() -> None:
    """End this process when standard input closes, at the latest when loading is over."""
    while os.read(sys.stdin.fileno(), 1024):  # not stdin.read(): its lock would abort an ordinary exit
        pass
    os._exit(0)


def main() -> None:
    """Load the model, say the port, serve until killed."""
    options = arguments().parse_args()
    # Waiting threads sleep instead of spinning: with another process on the cores, generation was
    # about twice as fast (2 threads, 0.5B), and no slower on a quiet machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if options.exit_with_stdin:
        threading.Thread(target=exit_with_stdin, daemon=True).start()
    from xllamacpp import Server

    server = Server(server_params(options, os.environ.get(API_KEY_VARIABLE, "")))
    print(json.dumps({"port": urlsplit(server.listening_address).port}), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    main()
