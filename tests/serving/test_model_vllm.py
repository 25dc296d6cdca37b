"""The vLLM command line, and what happens where vLLM is not installed."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

from serving.model_errors import VllmNotInstalledError
from serving.model_vllm import gpu_model, run_vllm, vllm_command

SNAPSHOT = """\
vllm serve Qwen/Qwen3-4B
--served-model-name qwen3-4b
--host 0.0.0.0
--port 8001
--max-model-len 4096
--enable-prefix-caching
--structured-outputs-config {"backend": "auto"}
--generation-config vllm
--default-chat-template-kwargs {"enable_thinking": false}"""


def test_command_line_holds_the_flags_the_product_relies_on() -> None:
    command = vllm_command("qwen3-4b", host="0.0.0.0", port=8001, context_tokens=4096)
    assert " ".join(command) == SNAPSHOT.replace("\n", " ")


def test_flags_of_the_operator_go_last() -> None:
    extra = ["--tensor-parallel-size", "2"]
    command = vllm_command("qwen3-4b", host="127.0.0.1", port=8001, context_tokens=4096, extra=extra)
    assert command[-2:] == extra


def test_name_outside_the_catalogue_is_a_repository_or_folder() -> None:
    assert gpu_model("/models/own") == "/models/own"
    assert gpu_model("qwen2.5-coder-1.5b") == "Qwen/Qwen2.5-Coder-1.5B-Instruct"


def test_missing_vllm_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(VllmNotInstalledError, match=r"pip install 'guanjia-ai\[vllm\]'"):
        run_vllm(["vllm", "serve", "m"], None)


@pytest.mark.parametrize("key", ["secret", None])
def test_key_goes_by_the_environment_and_not_by_the_command(monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []

    def become(_: str, command: list[str], environment: dict[str, str]) -> Any:
        started.append((command, environment))

    monkeypatch.delenv("VLLM_API_KEY", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/vllm")
    monkeypatch.setattr(os, "execvpe", become)
    run_vllm(["vllm", "serve", "m"], key)
    command, environment = started[0]
    assert "secret" not in command
    assert environment.get("VLLM_API_KEY") == key
