"""The settings as the command line reads them, and the folder they point to; both are checked first."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from serving.cli_errors import ENVIRONMENT, WRONG_USE, CliError
from serving.logs import set_up_logging
from serving.settings import Settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

PREFIX = "GUANJIA_"
MIN_FREE_BYTES = 100 * 1024 * 1024  # the starter index and its embeddings take 35 MB, twice while they are built

_PROBLEMS = {
    "int_parsing": "应为整数",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "enum": "只能是 {expected}",
    "literal_error": "只能是 {expected}",
    "encryption_key": "不是有效的密钥（32 字节的 url-safe base64，44 个字符）。生成一个：python -c "
    '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
    "，存好它，丢了就打不开已加密的内容；不加密就去掉这一项",
}


def load_settings(*, quiet: bool = True, **given: Any) -> Settings:
    """Read the settings and set the log up; what is `given` and not None is from the command line and wins.

    A command (`quiet`) shows warnings only, unless the log level is DEBUG; a server follows the setting.

    Raises:
        CliError: a value is wrong, or there is no home folder for the data.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        problems = "；".join(_problem(detail) for detail in error.errors(include_url=False))
        raise CliError(f"设置有误：{problems}。请检查环境变量和 .env 文件。", WRONG_USE) from error
    except SettingsError as error:
        raise CliError(f"设置有误：{error}。请检查环境变量和 .env 文件。", WRONG_USE) from error
    except RuntimeError as error:  # Path.home() found none
        raise CliError("找不到用户主目录，请用 GUANJIA_DATA_DIR 指定一个可写的文件夹。", ENVIRONMENT) from error
    if settings.log_level.upper() not in logging.getLevelNamesMapping():
        levels = "DEBUG、INFO、WARNING、ERROR"
        raise CliError(f"设置有误：GUANJIA_LOG_LEVEL 只能是 {levels}。请检查环境变量和 .env 文件。", WRONG_USE)
    if settings.content_dir is not None and not settings.content_dir.is_dir():
        raise CliError(f"知识库内容文件夹不存在：{settings.content_dir}，请检查 GUANJIA_CONTENT_DIR。", WRONG_USE)
    if settings.kb_dir is not None and not settings.kb_dir.is_dir():
        raise CliError(f"知识库文件夹不存在：{settings.kb_dir}，请检查 GUANJIA_KB_DIR。", WRONG_USE)
    set_up_logging("WARNING" if quiet and settings.log_level.upper() == "INFO" else settings.log_level)
    return settings


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """List variables that look like settings and are none: most likely misspelt."""
    known = {f"{PREFIX}{name}" for name in _names(Settings)}
    return sorted(name for name in environment if name.startswith(PREFIX) and name.upper() not in known)


def check_data_dir(folder: Path) -> None:
    """Make sure the data folder can be written and has room.

    Raises:
        OSError: it cannot be made or written.
        CliError: there is too little room.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"\0" * 4096)
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        message = f"磁盘空间不足：{folder} 只剩 {free / 1e6:.0f} MB，至少需要 {MIN_FREE_BYTES / 1e6:.0f} MB。"
        raise CliError(f"{message}请清理磁盘，或用 GUANJIA_DATA_DIR 换一个位置。", ENVIRONMENT)


def _problem(detail: ErrorDetails) -> str:
    name = PREFIX + "__".join(str(step) for step in detail["loc"]).upper()
    pattern = _PROBLEMS.get(detail["type"], "的值不对")
    values = {
        key: str(value).replace(" or ", "、").replace(", ", "、").replace("'", "")
        for key, value in detail.get("ctx", {}).items()
    }
    now = f"（现在是 {detail['input']!r}）" if isinstance(detail["input"], str) and "KEY" not in name else ""
    return f"{name} {pattern.format(**values)}{now}"


def _names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}".upper()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _names(field.annotation, f"{prefix}{name}__")
