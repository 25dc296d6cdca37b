"""The `guanjia` command. Starts fast: whatever is heavy is imported by the command that needs it.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 the machine (port, disk, rights), 4 bad content, 130 interrupted.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import EntryPoint, entry_points
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from serving.cli_errors import FAILED, explained
from serving.cli_options import ContentDir, KbDir

COMMANDS_GROUP = "guanjia.commands"
"""Entry points of this group add commands: name → a Typer app. Rooms above this one come in this way."""

OWN_GROUPS = {
    "kb": "serving.cli_kb:kb_app",
    "model": "serving.cli_model:model_app",
    "ticket": "serving.cli_tickets:ticket_app",
    "tickets": "serving.cli_tickets:tickets_app",
}


class LazyGroups(TyperGroup):
    """Loads a group of commands when it is called, or when the help lists it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names: our own commands, our groups, the groups of entry points."""
        added = [entry.name for entry in _entries() if entry.name not in OWN_GROUPS]
        return [*super().list_commands(ctx), *OWN_GROUPS, *sorted(added)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command or group of this name; None if there is none."""
        return super().get_command(ctx, cmd_name) or _group(cmd_name)


app = typer.Typer(
    cls=LazyGroups,
    help="莞家 AI：东莞政务服务助手。咨询有出处，答不了就转人工。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址；对其他机器开放时填 0.0.0.0")] = None,
    port: Annotated[int | None, typer.Option(help="端口", min=1, max=65535)] = None,
    content_dir: ContentDir = None,
    kb: KbDir = None,
    no_page: Annotated[bool, typer.Option("--no-page", help="只开接口，不开网页")] = False,
) -> None:
    """启动服务：接口和市民咨询页。"""
    with explained():
        from serving.version import product_version

        typer.echo(f"莞家 AI {product_version()}：东莞政务服务助手")
        from serving.cli_serve import run_server
        from serving.cli_settings import load_settings

        settings = load_settings(quiet=False, host=host, port=port, content_dir=content_dir, kb_dir=kb)
        run_server(settings, page=not no_page)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="要问的问题")],
    as_json: Annotated[bool, typer.Option("--json", help="输出完整的 JSON")] = False,
    content_dir: ContentDir = None,
    kb: KbDir = None,
) -> None:
    """问一个问题。"""
    with explained():
        from serving.cli_ask import ask_once
        from serving.cli_settings import load_settings

        raise typer.Exit(ask_once(load_settings(content_dir=content_dir, kb_dir=kb), question, as_json=as_json))


@app.command()
def preview(
    files: Annotated[list[Path], typer.Argument(help="材料：照片、PDF、DOCX，可以是文件夹")],
    item: Annotated[str, typer.Option(help="事项编号（guanjia kb show 可列出）")],
    situation: Annotated[list[str] | None, typer.Option(help="情形=选项，可以写几个")] = None,
    applicant: Annotated[str | None, typer.Option(help="申请人姓名或名称")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="按哪一天核对，如 2026-11-22；不填按今天")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出完整的 JSON 报告")] = False,
    out: Annotated[
        Path | None, typer.Option(help="把报告、告知书和带框的页面写到这个文件夹", file_okay=False)
    ] = None,
    content_dir: ContentDir = None,
    kb: KbDir = None,
) -> None:
    """预审材料：识别、核对，一次列出全部问题。"""
    with explained():
        from serving.cli_preview import preview_once
        from serving.cli_settings import load_settings

        settings = load_settings(content_dir=content_dir, kb_dir=kb)
        raise typer.Exit(
            preview_once(
                settings, files, item, situation or [], applicant=applicant, as_of=as_of, as_json=as_json, out=out
            )
        )


@app.command()
def version() -> None:
    """显示版本。"""
    from serving.version import product_version

    typer.echo(f"guanjia {product_version()}")


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character is no reason to fail
    app()


def _group(name: str) -> Any:
    """Load the group of this name; one that cannot be loaded says so when it is called."""
    target = OWN_GROUPS.get(name) or next((entry.value for entry in _entries() if entry.name == name), None)
    if target is None:
        return None
    module, _, attribute = target.partition(":")
    try:
        group: Any = typer.main.get_group(getattr(importlib.import_module(module), attribute))
    except (ImportError, AttributeError) as error:
        group = typer.main.get_command(_broken(name, error))
    group.name = name
    return group


def _broken(name: str, error: Exception) -> typer.Typer:
    """A command that takes whatever comes and says what is wrong."""
    broken = typer.Typer(add_completion=False)

    @broken.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
    def explain() -> None:
        """（载入失败）"""
        typer.echo(f"命令 {name} 载入失败：{error}。请检查安装是否完整：pip install guanjia-ai", err=True)
        raise typer.Exit(FAILED)

    return broken


def _entries() -> list[EntryPoint]:
    return list(entry_points(group=COMMANDS_GROUP))


if __name__ == "__main__":
    main()
