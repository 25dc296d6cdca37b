"""`guanjia model`: what it prints, where it says the way out, and its exit codes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from serving import model_catalogue, model_download
from serving.cli_model import model_app
from serving.llama_child import API_KEY_VARIABLE
from serving.model_catalogue import CatalogueModel, UrlSource, find_model

CONTENT = b"GGUF" * 100


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("GUANJIA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)  # no .env here
    monkeypatch.setenv("GUANJIA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    """Exit code and everything printed."""
    result = CliRunner().invoke(model_app, list(words))
    return result.exit_code, result.output


def put_model(data_dir: Path) -> Path:
    path = data_dir / "models" / find_model("qwen2.5-coder-1.5b").file_name
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    return path


def small_model() -> CatalogueModel:
    return CatalogueModel(
        name="small",
        purpose="test",
        licence="Apache-2.0",
        file_name="small.gguf",
        size_bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        context_tokens=4096,
        sources=(UrlSource(kind="url", label="hub", url="http://127.0.0.1:9/x"),),
    )


def test_list_marks_the_chosen_model_and_what_is_here(data_dir: Path) -> None:
    put_model(data_dir)
    code, output = run("list")
    assert code == 0
    line = next(line for line in output.splitlines() if "qwen2.5-coder-1.5b" in line)
    assert line.split()[:6] == ["→", "qwen2.5-coder-1.5b", "1.12", "GB", "Apache-2.0", "有"]
    assert "qwen3-4b" in output


def test_pull_says_size_licence_and_sources_before_it_starts(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_catalogue, "find_model", lambda _: small_model())
    folder = data_dir / "usb"
    folder.mkdir()
    (folder / "small.gguf").write_bytes(CONTENT)
    code, output = run("pull", "small", "--from", str(folder))
    assert code == 0
    assert output.splitlines()[0] == f"small：0.00 GB，许可 Apache-2.0。来源：{folder}"
    assert (data_dir / "models" / "small.gguf").read_bytes() == CONTENT


def test_failed_pull_is_code_1_and_names_the_way_out(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_catalogue, "find_model", lambda _: small_model())
    code, output = run("pull", "small", "--from", str(data_dir))
    assert code == 1
    assert "文件夹里没有 small.gguf" in output
    assert "Traceback" not in output


def test_interrupted_pull_says_that_it_can_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(model_download, "pull_model", interrupted)
    code, output = run("pull")
    assert code == 1
    assert "再运行一次会接着下载" in output


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["pull", "gpt-9"], id="unknown model"),
        pytest.param(["pull", "--from", "no such folder"], id="no such folder"),
        pytest.param(["serve", "--engine", "magic"], id="unknown engine"),
        pytest.param(["serve", "--", "--tensor-parallel-size", "2"], id="vllm flags for llama"),
    ],
)
def test_wrong_use_is_code_2(words: list[str]) -> None:
    code, output = run(*words)
    assert code == 2
    assert "Traceback" not in output


def test_wrong_setting_is_code_2_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANJIA_MODEL__RUNTIME", "magic")
    code, output = run("status")
    assert code == 2
    assert "设置有误" in output


def test_status_without_the_file_is_code_1_and_says_pull() -> None:
    code, output = run("status")
    assert code == 1
    assert "guanjia model pull qwen2.5-coder-1.5b" in output


def test_status_with_the_file_is_code_0(data_dir: Path) -> None:
    put_model(data_dir)
    assert run("status")[0] == 0


def test_status_under_never_is_code_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANJIA_MODEL__USE", "never")
    code, output = run("status")
    assert code == 0
    assert "不使用模型" in output


def test_status_of_a_dead_service_is_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANJIA_MODEL__RUNTIME", "openai")
    monkeypatch.setenv("GUANJIA_MODEL__URL", "http://127.0.0.1:9/v1")
    code, output = run("status")
    assert code == 1
    assert "连不上" in output


def test_serve_without_vllm_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    code, output = run("serve", "--engine", "vllm")
    assert code == 1
    assert "guanjia-ai[vllm]" in output


def test_serve_without_the_file_says_pull() -> None:
    code, output = run("serve")
    assert code == 1
    assert "guanjia model pull" in output


def test_serve_becomes_the_llama_child_with_the_key_in_its_environment(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []

    def become(_: str, command: list[str], environment: dict[str, str]) -> None:
        started.append((command, environment))

    monkeypatch.setattr(os, "execve", become)
    monkeypatch.setenv("GUANJIA_MODEL__API_KEY", "secret")
    path = put_model(data_dir)
    code, output = run("serve", "--port", "9001")
    command, environment = started[0]
    assert code == 0
    assert "GUANJIA_MODEL__URL=http://127.0.0.1:9001/v1" in output
    assert command[command.index("--model") + 1] == str(path)
    assert command[command.index("--port") + 1] == "9001"
    assert "--exit-with-stdin" not in command
    assert "secret" not in command
    assert environment[API_KEY_VARIABLE] == "secret"


def test_importing_the_commands_loads_no_heavy_library() -> None:
    heavy = "'httpx', 'pydantic', 'langchain_core', 'openai', 'xllamacpp', 'yaml', 'rich.progress'"
    code = f"import serving.cli_model, sys; print([name for name in ({heavy}) if name in sys.modules])"
    project = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": project},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
