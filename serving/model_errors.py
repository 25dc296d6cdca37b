"""What can go wrong with the base model: its catalogue, its download, its runtimes.

Operators read these messages on the command line, so they are in Chinese and end with the way out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ModelError(Exception):
    """Base of every error about the base model."""


class CatalogueError(ModelError):
    """The model catalogue cannot be read or does not follow its schema."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"模型目录 {path} 有误：{problem}")
        self.path = path
        self.problem = problem


class UnknownModelError(ModelError):
    """A model name is neither in the catalogue nor a .gguf file."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"没有名为 {name!r} 的模型。可选：{'、'.join(known)}；或填写一个 .gguf 文件名")
        self.name = name
        self.known = tuple(known)


class ModelAbsentError(ModelError):
    """The model file is not on this machine."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(f"模型文件 {path} 不存在。请先运行 guanjia model pull {name}")
        self.path = path
        self.name = name


class SourceError(ModelError):
    """One source could not deliver the model; the next one is tried."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}：{problem}")
        self.source = source
        self.problem = problem


class ChecksumError(SourceError):
    """A complete file has the wrong bytes; it has been deleted."""

    def __init__(self, source: str, expected: str, found: str) -> None:
        super().__init__(source, f"校验不符，文件已删除（应为 {expected[:12]}…，实为 {found[:12]}…）")
        self.expected = expected
        self.found = found


class DiskFullError(ModelError):
    """The disk has less room than the download needs."""

    def __init__(self, folder: Path, needed_bytes: int, free_bytes: int) -> None:
        super().__init__(
            f"磁盘空间不足：{folder} 还需要 {needed_bytes / 1e9:.2f} GB，只剩 {free_bytes / 1e9:.2f} GB。"
            "请清理磁盘，或用 GUANJIA_DATA_DIR 换一个位置；已下载的部分会保留"
        )
        self.folder = folder
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes


class PullError(ModelError):
    """No source could deliver the model; says why for each."""

    def __init__(self, name: str, failures: Sequence[SourceError]) -> None:
        listed = "".join(f"\n  · {failure}" for failure in failures)
        super().__init__(
            f"模型 {name} 没有取到，已下载的部分会保留，再运行一次会接着下载。各来源的情况：{listed}\n"
            f"没有外网时：在别处取得文件后，用 guanjia model pull {name} --from 文件夹"
        )
        self.name = name
        self.failures = tuple(failures)


class ProbeError(ModelError):
    """A model service does not answer as it should; the message says what to check."""


class VllmNotInstalledError(ModelError):
    """The vllm command is not on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到 vllm 命令。请在带 GPU 的机器上另建一个 Python 环境，在其中运行 "
            "pip install 'guanjia-ai[vllm]'，再从那个环境启动；没有 GPU 时请用 --engine llama"
        )
