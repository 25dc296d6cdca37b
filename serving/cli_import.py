"""`guanjia kb import`: takes files into a knowledge base of documents and says what became of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.cli_errors import CONTENT, WRONG_USE, CliError, explained

if TYPE_CHECKING:
    from knowledge_base.importers.reading import Reading
    from knowledge_base.importing import Taken
    from serving.settings import Settings

SHOWN = 20
"""Refused rows listed for one file."""


def import_files(
    files: Annotated[list[Path], typer.Argument(help="JSONL、CSV、XLSX、DOCX、PDF、HTML 文件，可以多个")],
    kb: Annotated[Path, typer.Option("--kb", help="知识库文件夹；没有就新建", file_okay=False)],
) -> None:
    """把文件导入一个单独的知识库并建好索引。

    编号相同的替换，没变的不重算；有读不了的行时其余照常导入，退出码为 4。
    """
    with explained():
        from knowledge_base.importing import NotADocumentBaseError, take_in
        from serving.cli_settings import check_data_dir, load_settings

        settings = load_settings(kb_dir=None)
        check_data_dir(kb)
        settings = settings.model_copy(update={"kb_dir": kb})
        try:
            taken = take_in(kb, _read(files))
        except NotADocumentBaseError as error:
            raise CliError(f"{kb} 里是事项知识库（items/），请换一个文件夹。", WRONG_USE) from error
        typer.echo(table(taken))
        for one in taken:
            for line in complaints(one.reading):
                typer.echo(line, err=True)
        if any(one.reading.documents for one in taken):
            _index(settings)
        if any(one.reading.refused for one in taken):
            raise typer.Exit(CONTENT)


def _read(files: Sequence[Path]) -> list[Reading]:
    """Read the files one after the other, with a bar on a terminal."""
    from rich.console import Console
    from rich.progress import track

    from knowledge_base.importers.files import read_file

    console = Console(stderr=True)
    return [read_file(path) for path in track(files, "  读取文件", console=console, disable=not console.is_terminal)]


def table(taken: Sequence[Taken]) -> str:
    """Write what became of each file, in columns; numbers count documents or rows."""
    rows: list[tuple[str, ...]] = [("读到", "新增", "替换", "未变", "拒绝", "文件")]
    for one in taken:
        refused = len(one.reading.refused)
        read = len(one.reading.documents) + refused
        rows.append((*map(str, (read, one.added, one.replaced, one.unchanged, refused)), one.reading.file))
    return "\n".join("".join(_padded(cell) for cell in row[:-1]) + row[-1] for row in rows)


def _padded(cell: str, width: int = 8) -> str:
    shown = sum(2 if ord(char) > 255 else 1 for char in cell)
    return cell + " " * (width - shown)


def complaints(reading: Reading) -> list[str]:
    """List what was refused, and why, and what else is worth telling."""
    lines = [f"拒绝 {row.file} {row.place}：{row.why}" for row in reading.refused[:SHOWN]]
    more = len(reading.refused) - SHOWN
    if more > 0:
        lines.append(f"拒绝 {reading.file}：还有 {more} 处，没有列出")
    return [*lines, *(f"提醒 {note}" for note in reading.notes)]


def _index(settings: Settings) -> None:
    """Build the index, unless the one there is of these very documents."""
    from knowledge_base.content import content_revision
    from knowledge_base.index import index_revision
    from serving.build import content_dir
    from serving.cli_kb import built, documents_built

    if index_revision(settings.index_dir) == content_revision(content_dir(settings)):
        typer.echo("没有变化，索引不用重建。")
        return
    started = time.monotonic()
    index = built(settings)
    typer.echo(documents_built(index, time.monotonic() - started, settings.index_dir))
