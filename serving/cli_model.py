"""`guanjia model`: fetch, list, serve and look at the base model.

Exit codes: 0 done, 1 failed, 2 wrong use.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from serving.model_status import ModelStatus
    from serving.settings import Settings

FAILED = 1
WRONG_USE = 2

model_app = typer.Typer(help="基座模型：下载、查看、启动。", no_args_is_help=True)


class Engine(StrEnum):
    """What serves the model."""

    LLAMA = "llama"
    VLLM = "vllm"


@model_app.command()
def pull(
    name: Annotated[str | None, typer.Argument(help="见 guanjia model list；不填则用设置中的模型")] = None,
    folder: Annotated[
        Path | None, typer.Option("--from", help="只从这个文件夹取", exists=True, file_okay=False)
    ] = None,
) -> None:
    """下载模型：可中断续传，核对 SHA-256。"""
    from serving.model_catalogue import find_model
    from serving.model_download import pull_model

    with _explained():
        settings = _settings()
        model = find_model(name or settings.model.name)
        origin = str(folder) if folder else " → ".join(source.label for source in model.sources)
        typer.echo(f"{model.name}：{model.size_bytes / 1e9:.2f} GB，许可 {model.licence}。来源：{origin}")
        try:
            path = pull_model(model, settings.models_dir, folder=folder)
        except KeyboardInterrupt:
            typer.echo("已中断。已下载的部分会保留，再运行一次会接着下载。", err=True)
            raise typer.Exit(FAILED) from None
        typer.echo(f"模型已就绪：{path}")


@model_app.command("list")
def list_models() -> None:
    """列出可以下载的模型。"""
    from rich.console import Console
    from rich.table import Column, Table

    from serving.model_catalogue import load_catalogue

    with _explained():
        settings = _settings()
        table = Table("", Column("名称", no_wrap=True), "大小", "许可", "本机", box=None)
        table.add_column("用途", overflow="fold")
        for model in load_catalogue():
            here = (settings.models_dir / model.file_name).is_file()
            table.add_row(
                "→" if model.name == settings.model.name else "",
                model.name,
                f"{model.size_bytes / 1e9:.2f} GB",
                model.licence,
                "有" if here else "无",
                model.purpose,
            )
        Console().print(table)


@model_app.command()
def serve(
    engine: Annotated[Engine, typer.Option(help="llama：CPU；vllm：GPU")] = Engine.LLAMA,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8001,
    host: Annotated[
        str, typer.Option(help="对其他机器开放时填 0.0.0.0，并设置 GUANJIA_MODEL__API_KEY")
    ] = "127.0.0.1",
    extra: Annotated[list[str] | None, typer.Argument(help="-- 之后的内容原样交给 vllm")] = None,
) -> None:
    """单独启动模型服务，供 GUANJIA_MODEL__RUNTIME=openai 的服务器使用。"""
    with _explained():
        settings = _settings()
        if extra and engine is not Engine.VLLM:
            raise typer.BadParameter("只有 --engine vllm 接受 -- 之后的内容")
        typer.echo(
            "使用方设置：GUANJIA_MODEL__RUNTIME=openai "
            f"GUANJIA_MODEL__URL=http://{host}:{port}/v1 GUANJIA_MODEL__NAME={settings.model.name}"
        )
        if engine is Engine.VLLM:
            _serve_vllm(settings, host, port, extra or [])
        else:
            _serve_llama(settings, host, port)


@model_app.command()
def status() -> None:
    """查看模型能否使用；能用时退出码为 0。"""
    from serving.settings import ModelUse

    with _explained():
        settings = _settings()
        model = settings.model
        typer.echo(f"使用方式 {model.use}，运行方式 {model.runtime}，模型 {model.name}")
        if model.use is ModelUse.NEVER:
            typer.echo("按设置不使用模型，答复只用已审核的内容。")
            return
        found = _look(settings)
        typer.echo(found.detail or "可以使用。")
        raise typer.Exit(0 if found.ready else FAILED)


def _look(settings: Settings) -> ModelStatus:
    """The served model as a probe finds it, or the embedded model's file; starts nothing."""
    from serving.model_catalogue import model_path
    from serving.model_client import probe
    from serving.model_errors import ModelAbsentError
    from serving.model_status import ModelState, ModelStatus
    from serving.settings import ModelRuntime

    if settings.model.runtime is ModelRuntime.OPENAI:
        return probe(settings.model)
    path = model_path(settings.model.name, settings.models_dir)
    if not path.is_file():
        return ModelStatus(ModelState.ABSENT, str(ModelAbsentError(path, settings.model.name)))
    size_gb = path.stat().st_size / 1e9
    return ModelStatus(ModelState.READY, f"模型文件 {path}（{size_gb:.2f} GB）在本机，随服务启动。")


def _serve_vllm(settings: Settings, host: str, port: int, extra: list[str]) -> None:
    from serving.model_vllm import run_vllm, vllm_command

    model = settings.model
    command = vllm_command(model.name, host=host, port=port, context_tokens=model.context_tokens, extra=extra)
    typer.echo(shlex.join(command))
    sys.stdout.flush()
    run_vllm(command, _own_key(settings))


def _serve_llama(settings: Settings, host: str, port: int) -> None:
    from serving.llama_child import LlamaOptions, child_environment
    from serving.model_catalogue import model_path
    from serving.model_errors import ModelAbsentError

    model = settings.model
    path = model_path(model.name, settings.models_dir)
    if not path.is_file():
        raise ModelAbsentError(path, model.name)
    options = LlamaOptions(name=model.name, context_tokens=model.context_tokens, threads=model.threads)
    sys.stdout.flush()
    command = [*options.command(path, port), "--host", host]
    os.execve(command[0], command, child_environment(_own_key(settings) or ""))


def _own_key(settings: Settings) -> str | None:
    """The key the operator chose; None while the setting still says "none"."""
    key = settings.model.api_key.get_secret_value()
    return None if key in {"", "none"} else key


def _settings() -> Settings:
    from pydantic import ValidationError

    from serving.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        typer.echo(f"设置有误，请检查 GUANJIA_ 开头的环境变量和 .env：\n{error}", err=True)
        raise typer.Exit(WRONG_USE) from error


@contextmanager
def _explained() -> Iterator[None]:
    """Show the errors of this room as their Chinese sentence and the fitting exit code."""
    from serving.model_errors import ModelError, UnknownModelError

    try:
        yield
    except ModelError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USE if isinstance(error, UnknownModelError) else FAILED) from error
