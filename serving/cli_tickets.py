"""`guanjia ticket draft` and `guanjia tickets dispatch|export|outbox`; training is in serving.cli_tickets_train."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from serving.cli_errors import CONTENT, WRONG_USE, CliError, explained
from serving.cli_tickets_train import tickets_train_app

if TYPE_CHECKING:
    from serving.tickets.build import TicketService

ticket_app = typer.Typer(no_args_is_help=True, help="12345 工单：把一段通话或留言变成草稿。")
tickets_app = typer.Typer(no_args_is_help=True, help="12345 工单：批量派单、导出、训练、回退。")
tickets_app.registered_commands += tickets_train_app.registered_commands

Source = Annotated[str, typer.Argument(help="文本文件；- 表示从标准输入读")]
ChannelOption = Annotated[str, typer.Option("--channel", help="call 通话转写，chat 对话，web 留言")]
Now = Annotated[str | None, typer.Option("--now", help="受理时间，如 2026-11-22T09:30:00+08:00；不填为现在")]
AsJson = Annotated[bool, typer.Option("--json", help="输出完整的 JSON")]


@ticket_app.callback()
def ticket() -> None:
    """12345 工单：把一段通话或留言变成草稿。"""


@ticket_app.command("draft")
def draft_command(source: Source, channel: ChannelOption = "call", now: Now = None, as_json: AsJson = False) -> None:
    """生成工单草稿：字段、派单建议、期限。不保存。"""
    with explained():
        from serving.tickets.draft_text import draft_text

        text = _text_of(source)
        kind, at = _channel(channel), _time(now)
        service = _service()
        try:
            drafted = asyncio.run(service.desk.draft(text, kind, at))
        finally:
            service.close()
        found = drafted.as_json()
        typer.echo(
            json.dumps(found, ensure_ascii=False, indent=2)
            if as_json
            else draft_text(drafted.draft, service.exporter)
        )


@tickets_app.command("dispatch")
def dispatch_command(
    file: Annotated[Path, typer.Argument(help="CSV、XLSX 或 JSONL，要有文本列", exists=True, dir_okay=False)],
    out: Annotated[Path | None, typer.Option("--out", help="写到这个 JSONL 文件；不填打印到屏幕")] = None,
    channel: ChannelOption = "web",
) -> None:
    """给一批诉求提出派单建议，每条一行 JSON；不保存，不派出。"""
    with explained():
        from assistant.tickets.tables import read_texts
        from knowledge_base.importers.reading import ImportFileError

        try:
            texts = read_texts(file)
        except ImportFileError as error:
            raise CliError(f"{file}：{error}", CONTENT) from error
        kind, service = _channel(channel), _service()
        try:
            lines = [_dispatch_line(service, text, kind) for text in texts]
        finally:
            service.close()
        written = "".join(f"{line}\n" for line in lines)
        if out:
            out.write_text(written, encoding="utf-8")
            typer.echo(f"{len(lines)} 条派单建议已写入 {out}")
        else:
            typer.echo(written, nl=False)


@tickets_app.command("export")
def export_command(
    out: Annotated[Path, typer.Argument(help="写到哪个文件：.csv、.xlsx 或 .json（Open311）", dir_okay=False)],
    since: Annotated[str | None, typer.Option("--since", help="从哪天起，如 2026-11-01")] = None,
) -> None:
    """导出保存的工单；保密工单不带姓名和电话。"""
    with explained():
        from knowledge_base.content import load_content
        from serving.build import content_dir
        from serving.cli_settings import load_settings
        from serving.tickets.build import ticket_store
        from serving.tickets.export import Exporter

        settings = load_settings()
        exporter = Exporter(load_content(content_dir(settings)))
        tickets = ticket_store(settings).find(since=_time(since), limit=1_000_000)
        match out.suffix.lower():
            case ".csv":
                data = exporter.csv(tickets)
            case ".xlsx":
                data = exporter.xlsx(tickets)
            case ".json":
                data = json.dumps(exporter.requests(tickets), ensure_ascii=False, indent=2).encode()
            case _:
                raise CliError("文件名请以 .csv、.xlsx 或 .json 结尾。", WRONG_USE)
        out.write_bytes(data)
        typer.echo(f"{len(tickets)} 张工单已写入 {out}")


def _dispatch_line(service: TicketService, text: str, channel: Any) -> str:
    from assistant.tickets.draft_json import draft_json
    from assistant.tickets.transcript import parse
    from serving.tickets.times import CHINA

    found = draft_json(service.drafter.draft(parse(text, channel, dt.datetime.now(CHINA))))
    wanted = {name: found[name]["value"] for name in ("kind", "category", "town", "urgency")}
    return json.dumps({"text": text[:60], **wanted, **(found["dispatch"] or {})}, ensure_ascii=False)


def _service() -> TicketService:
    """Build the desk without the base model: loading it takes longer than drafting."""
    from serving.build import build
    from serving.cli_progress import build_progress
    from serving.cli_settings import check_data_dir, load_settings
    from serving.settings import ModelSettings, ModelUse
    from serving.tickets.build import TicketService

    settings = load_settings()
    check_data_dir(settings.data_dir)
    with build_progress() as progress:
        without_model = settings.model_copy(update={"model": ModelSettings(use=ModelUse.NEVER)})
        return TicketService(build(without_model, progress, lambda message: typer.echo(message, err=True)))


def _text_of(source: str) -> str:
    if source == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    path = Path(source)
    if not path.is_file():
        raise CliError(f"没有文件 {source}；从标准输入读请写 -", WRONG_USE)
    from knowledge_base.importers.reading import ImportFileError, bytes_of, text_of

    try:
        return text_of(bytes_of(path))
    except ImportFileError as error:
        raise CliError(f"{source}：{error}", CONTENT) from error


def _channel(name: str) -> Any:
    from assistant.tickets.schema import Channel

    try:
        return Channel(name)
    except ValueError as error:
        raise CliError("--channel 只能是 call、chat 或 web。", WRONG_USE) from error


def _time(value: str | None) -> dt.datetime | None:
    if value is None:
        return None
    try:
        time = dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise CliError(f"时间 {value} 看不懂，请写成 2026-11-22T09:30:00+08:00 或 2026-11-22。", WRONG_USE) from error
    return time if time.tzinfo else time.replace(tzinfo=dt.timezone(dt.timedelta(hours=8)))
