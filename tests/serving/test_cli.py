"""Tests of serving/cli.py and its commands, mostly as a user runs them: in a process of their own."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import EntryPoint
from pathlib import Path

import httpx
import pytest
import typer
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from typer.testing import CliRunner

from knowledge_base.content import STARTER_CONTENT
from knowledge_base.errors import ContentError
from serving import cli
from serving.build import Product
from serving.cli_errors import explain
from serving.cli_settings import unknown_variables
from serving.front import Front
from serving.settings import Settings

ROOT = Path(__file__).parents[2]
AS_ANYBODY = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")


def run(
    *arguments: str, data_dir: Path, timeout: float = 60, before: tuple[str, ...] = (), **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `guanjia` to its end, as a user with these GUANJIA_* variables would."""
    return subprocess.run(
        [*before, sys.executable, "-m", "serving.cli", *arguments],
        cwd=ROOT,
        env=environment(data_dir, **variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    return os.environ | {"GUANJIA_DATA_DIR": str(data_dir), "GUANJIA_MODEL__USE": "never", **variables}


def without_root_power() -> tuple[str, ...]:
    """What to put before a command so that file modes hold for root, too."""
    if os.geteuid() != 0:
        return ()
    if shutil.which(AS_ANYBODY[0]) is None:
        pytest.skip("root writes everywhere, and there is no setpriv to change that")
    return AS_ANYBODY


def is_one_chinese_line(text: str) -> bool:
    return text.count("\n") == 1 and any("\u4e00" <= char <= "\u9fff" for char in text)


def test_importing_the_command_line_is_quick() -> None:
    command = [sys.executable, "-X", "importtime", "-c", "import serving.cli"]
    seconds = []
    for _ in range(3):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        last = done.stderr.strip().splitlines()[-1]
        seconds.append(int(last.split("|")[1]) / 1e6)
    assert min(seconds) < 1.5, "0.1 s on a quiet laptop: did a heavy import creep in at module level?"
    assert not any(heavy in done.stderr for heavy in ("fastapi", "pydantic", "numpy", "gradio", "langgraph"))


def test_help_lists_every_command(tmp_path: Path) -> None:
    done = run("--help", data_dir=tmp_path)
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("serve", "ask", "kb", "model", "version"))
    assert run("model", "--help", data_dir=tmp_path).returncode == 0
    assert run("version", data_dir=tmp_path).stdout.startswith("guanjia ")


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"GUANJIA_PORT": "abc"}, "GUANJIA_PORT 应为整数"),
        ({"GUANJIA_PORT": "70000"}, "GUANJIA_PORT 不能大于 65535"),
        ({"GUANJIA_MODEL__USE": "often"}, "GUANJIA_MODEL__USE 只能是 never、when_needed、always"),
        ({"GUANJIA_LOG_LEVEL": "loud"}, "GUANJIA_LOG_LEVEL 只能是"),
        ({"GUANJIA_CONTENT_DIR": "/no/such/folder"}, "/no/such/folder"),
        ({"GUANJIA_MODEL": "{"}, "设置有误"),
        ({"GUANJIA_TICKETS__KEY": "secret"}, "GUANJIA_TICKETS__KEY 不是有效的密钥"),
        ({"GUANJIA_PREVIEW__KEY": "c2hvcnQ="}, "Fernet.generate_key()"),
    ],
    ids=[
        "no number",
        "number too large",
        "unknown choice",
        "unknown level",
        "no such folder",
        "broken JSON",
        "no base64",
        "key too short",
    ],
)
def test_wrong_setting_ends_with_2_and_names_it(tmp_path: Path, variables: dict[str, str], says: str) -> None:
    done = run("ask", "居住证怎么办", data_dir=tmp_path, **variables)
    assert done.returncode == 2
    assert says in done.stderr
    assert is_one_chinese_line(done.stderr)


@pytest.mark.parametrize("question", ["", "😀", "长" * 2001], ids=["empty", "emoji", "too long"])
def test_question_that_cannot_be_asked_ends_with_2(tmp_path: Path, question: str) -> None:
    done = run("ask", question, data_dir=tmp_path)
    assert done.returncode == 2
    assert is_one_chinese_line(done.stderr)


def test_busy_port_ends_with_3_and_names_a_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), data_dir=tmp_path)
    assert done.returncode == 3
    assert is_one_chinese_line(done.stderr)
    assert f"端口 {port} 已被占用" in done.stderr
    free = int(done.stderr.split("--port ")[1])
    with socket.create_server(("127.0.0.1", free)):
        pass


def test_foreign_address_ends_with_2(tmp_path: Path) -> None:
    done = run("serve", "--host", "192.0.2.1", data_dir=tmp_path)
    assert done.returncode == 2
    assert "192.0.2.1" in done.stderr and is_one_chinese_line(done.stderr)


def test_data_folder_behind_a_file_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run("serve", data_dir=tmp_path / "file" / "data")
    assert done.returncode == 3
    assert "GUANJIA_DATA_DIR" in done.stderr and is_one_chinese_line(done.stderr)


@pytest.mark.parametrize("command", [("serve",), ("kb", "build"), ("ask", "居住证怎么办")], ids=" ".join)
def test_read_only_data_folder_ends_with_3(tmp_path: Path, command: tuple[str, ...]) -> None:
    tmp_path.chmod(0o555)
    done = run(*command, data_dir=tmp_path, before=without_root_power())
    assert done.returncode == 3
    assert "没有写入权限" in done.stderr and is_one_chinese_line(done.stderr)


@pytest.mark.parametrize(
    ("number", "says"), [(errno.ENOSPC, "磁盘空间不足"), (errno.EROFS, "只读"), (errno.EADDRINUSE, "端口")]
)
def test_trouble_with_the_machine_is_worded(number: int, says: str) -> None:
    problem = explain(OSError(number, os.strerror(number), "/data/x"))
    assert problem.code == 3
    assert says in str(problem)


def test_too_little_room_ends_with_3_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    monkeypatch.setenv("GUANJIA_DATA_DIR", str(tmp_path))
    done = CliRunner().invoke(cli.app, ["kb", "build"])
    assert done.exit_code == 3
    assert "磁盘空间不足" in done.stderr and "只剩 1 MB" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.fixture
def broken_content(tmp_path: Path) -> Path:
    """The starter content with a misspelt facet on line 20 of one file."""
    folder = tmp_path / "content"
    shutil.copytree(STARTER_CONTENT, folder)
    path = folder / "items" / "05-juzhuzheng.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("facet: fee", "facet: feee", 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", [("kb", "build"), ("kb", "show"), ("serve",)], ids=" ".join)
def test_bad_content_ends_with_4_and_names_file_line_and_field(
    tmp_path: Path, broken_content: Path, command: tuple[str, ...]
) -> None:
    path = broken_content / "items" / "05-juzhuzheng.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "facet: feee" in text)
    port = ("--port", str(free_port())) if command == ("serve",) else ()
    done = run(*command, *port, "--content-dir", str(broken_content), data_dir=tmp_path / "data")
    assert done.returncode == 4
    assert f"{path} 第 {line} 行" in done.stderr and "facet" in done.stderr
    assert is_one_chinese_line(done.stderr)


def test_content_problems_are_worded_in_chinese(tmp_path: Path) -> None:
    problem = explain(ContentError(tmp_path / "a.yaml", 3, "items.0.id", "Input should be a valid string"))
    assert problem.code == 4
    assert f"{tmp_path / 'a.yaml'} 第 3 行，items.0.id：应为 string" in str(problem)


def test_show_prints_a_guide_with_its_doubts(tmp_path: Path) -> None:
    done = run("kb", "show", "jz-register", data_dir=tmp_path)
    assert done.returncode == 0
    assert "【申请材料】" in done.stdout and "待核实" in done.stdout and "来源：" in done.stdout
    unknown = run("kb", "show", "jz-regster", data_dir=tmp_path)
    assert unknown.returncode == 2
    assert "jz-register" in unknown.stderr


def test_check_finds_no_error_in_the_starter_content(tmp_path: Path) -> None:
    done = run("kb", "check", data_dir=tmp_path)
    assert done.returncode == 0
    assert "0 个错误" in done.stdout


def test_misspelt_variables_are_found() -> None:
    given = {"GUANJIA_PORT": "1", "GUANJIA_MODEL__USE": "never", "GUANJIA_PROT": "1", "PATH": ""}
    assert unknown_variables(given) == ["GUANJIA_PROT"]


def test_commands_of_other_rooms_come_in_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        EntryPoint("model2", "serving.cli_model:model_app", cli.COMMANDS_GROUP),
        EntryPoint("gone", "no_such_module:app", cli.COMMANDS_GROUP),
    ]
    monkeypatch.setattr(cli, "_entries", lambda: entries)
    listed = CliRunner().invoke(cli.app, ["--help"])
    assert "model2" in listed.stdout and "gone" in listed.stdout
    assert CliRunner().invoke(cli.app, ["model2", "--help"]).exit_code == 0
    broken = CliRunner().invoke(cli.app, ["gone", "anything", "--x"])
    assert broken.exit_code == 1
    assert "载入失败" in broken.stderr


def test_unexpected_error_is_one_line_and_1() -> None:
    problem = explain(ZeroDivisionError("division by zero"))
    assert problem.code == 1
    assert "ZeroDivisionError" in str(problem) and "\n" not in str(problem)


def test_commands_end_by_typer_s_own_means() -> None:
    from serving.cli_errors import explained

    with pytest.raises(typer.Exit), explained():
        raise typer.Exit(7)


def test_ask_prints_the_answer_with_sources_or_json(product: Product, built_settings: Settings) -> None:
    text = run("ask", "居住证怎么办？", data_dir=built_settings.data_dir)
    assert text.returncode == 0
    assert "出处：" in text.stdout
    done = run("ask", "居住证怎么办？", "--json", data_dir=built_settings.data_dir)
    answer = json.loads(done.stdout)
    assert "jz-apply" in answer["item_ids"]


def test_server_says_where_it_is_answers_and_ends_cleanly(product: Product, built_settings: Settings) -> None:
    port = free_port()
    command = [sys.executable, "-m", "serving.cli", "serve", "--port", str(port), "--no-page"]
    environ = environment(built_settings.data_dir)
    pipe = subprocess.PIPE
    for how in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=pipe, stderr=pipe, text=True) as process:
            try:
                wait_for(f"http://127.0.0.1:{port}/readyz")
                reply = httpx.post(f"http://127.0.0.1:{port}/v1/enquiries", json={"question": "居住证怎么办？"})
                page = httpx.get(f"http://127.0.0.1:{port}/")
            finally:
                process.send_signal(how)
                out, err = process.communicate(timeout=20)
        assert reply.json()["status"] == "answered"
        assert page.status_code == 503  # there is none, and it says so
        assert process.returncode == 0
        assert "起步知识库" in out and f"http://127.0.0.1:{port}/v1/enquiries" in out and "已停止" in out
        assert "Traceback" not in err
        assert "居住证怎么办" not in err


def test_page_joins_the_running_api() -> None:
    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("api")(scope, receive, send)

    front = Front(api)
    client = TestClient(front)
    waiting = client.get("/")
    assert waiting.status_code == 503 and 'http-equiv="refresh"' in waiting.text
    front.show(PlainTextResponse("page"))
    assert client.get("/").text == "page"
    assert [client.get(path).text for path in ("/v1/items", "/healthz", "/metrics", "/docs")] == ["api"] * 4


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(url: str, timeout_s: float = 60) -> None:
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not come up")
