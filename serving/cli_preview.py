"""`guanjia preview`: pre-review of files without a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from serving.cli_errors import ENVIRONMENT, WRONG_USE, CliError

if TYPE_CHECKING:
    from collections.abc import Callable

    from knowledge_base.content import KnowledgeBase
    from preview.schema import FileReading, Report, Request, Upload
    from serving.previews.checking import Engine
    from serving.settings import Settings

    OnPage = Callable[[str, int, int], None]

MARKS = {"present": "✓", "missing": "✗", "exempt": "－", "deferrable": "△", "extra": "＋"}


def preview_once(
    settings: Settings,
    files: Sequence[Path],
    item: str,
    situation: Sequence[str],
    *,
    applicant: str | None,
    as_of: str | None,
    as_json: bool,
    out: Path | None,
) -> int:
    """Read the files, check them, print the report (and write it to `out`); gives the exit code.

    Raises:
        CliError: a file is not there, the item, a situation or the day is unknown, or there is no OCR engine.
        KnowledgeBaseError: bad content.
    """
    from knowledge_base.content import load_content
    from preview.errors import OcrUnavailableError
    from preview.report import report_json
    from serving.build import content_dir
    from serving.previews.build import build_engine

    kb = load_content(content_dir(settings))
    request = read_request(kb, item, situation, applicant, as_of)
    uploads = read_uploads(files)
    engine = build_engine(kb, accept_unverified=settings.accept_unverified)
    try:
        if out is None:
            report = _preview(engine, request, uploads, None)
        else:
            out.mkdir(parents=True, exist_ok=True)
            report = _with_papers(kb, engine, request, uploads, out)
    except OcrUnavailableError as error:
        raise CliError(f"文字识别组件不能用：{error}", ENVIRONMENT) from error
    finally:
        engine.close()
    told = report_json(report)
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else readable(kb, report))
    if out is not None:
        (out / "report.json").write_text(json.dumps(told, ensure_ascii=False, indent=2), encoding="utf-8")
        typer.echo(f"已写入 {out}：report.json、补正告知书（notice.docx、notice.pdf）、带框的页面。", err=True)
    return 0


def read_request(
    kb: KnowledgeBase, item: str, situation: Sequence[str], applicant: str | None, as_of: str | None
) -> Request:
    """Check what was asked for on the command line.

    Raises:
        CliError: something is unknown; the message lists what there is.
    """
    from preview.schema import Request
    from serving.dates import china_today
    from serving.previews.errors import BadRequestError
    from serving.previews.requests import clean_day, clean_name, clean_situation, found_item

    given: dict[str, str] = {}
    for pair in situation:
        key, equals, value = pair.partition("=")
        if not (equals and key.strip() and value.strip()):
            raise CliError(f"--situation 应写成 情形=选项，现在是“{pair}”。", WRONG_USE)
        given[key.strip()] = value.strip()
    try:
        found = found_item(kb, item)
        return Request(
            found.id,
            clean_situation(found, given),
            clean_day(as_of, china_today()),
            clean_name(applicant),
        )
    except BadRequestError as error:
        raise CliError(str(error), WRONG_USE) from error


def read_uploads(files: Sequence[Path]) -> list[Upload]:
    """Read the files into memory; a folder stands for the files in it.

    Raises:
        CliError: a path does not exist or there is no file.
        OSError: a file cannot be read.
    """
    from preview.schema import Upload

    paths: list[Path] = []
    for path in files:
        if path.is_dir():
            inside = sorted(path.iterdir())
            paths += [child for child in inside if child.is_file() and not child.name.startswith(".")]
        elif path.is_file():
            paths.append(path)
        else:
            raise CliError(f"没有这个文件：{path}。", WRONG_USE)
    if not paths:
        raise CliError("没有可以预审的文件。", WRONG_USE)
    return [Upload(f"f{number}", path.name, path.read_bytes()) for number, path in enumerate(paths, 1)]


def readable(kb: KnowledgeBase, report: Report) -> str:
    """Write a report as plain text: the verdict, the materials, every finding with the way out."""
    from preview.wording import group

    dispositions, presences, severities = group("dispositions"), group("presences"), group("severities")
    names = {reading.file.file_id: reading.file.name for reading in report.readings}
    item = kb.items[report.request.item_id]
    lines = [
        f"{item.name}（{item.id}）",
        f"预审意见：{dispositions[report.disposition]}（仅供参考，由工作人员决定）",
        "",
    ]
    lines.append("【材料】")
    for material in report.materials:
        files = "、".join(names.get(file_id, file_id) for file_id in material.file_ids)
        state = presences[material.presence]
        lines.append(f"  {MARKS[material.presence]} {state} {material.name}{f'（{files}）' if files else ''}")
    lines += ["", f"【意见】{len(report.findings)} 条" if report.findings else "【意见】没有发现问题。"]
    for number, finding in enumerate(report.findings, 1):
        where = names.get(finding.file_id or "", "")
        where += f" 第{finding.page}页" if where and finding.page else ""
        lines.append(f"  {number}. 〔{severities[finding.severity]}〕{finding.message}")
        lines.append(f"     怎么改：{finding.how_to_fix}{f'  位置：{where}' if where else ''}")
    lines += ["", *(f"需要人工看：{text}" for text in report.needs_human)]
    return "\n".join(lines).rstrip()


def _preview(engine: Engine, request: Request, uploads: Sequence[Upload], images_dir: Path | None) -> Report:
    readings: list[FileReading] = []
    with _progress(uploads) as on_page:
        for upload in uploads:
            folder = images_dir / upload.file_id if images_dir else None
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
            readings.append(engine.read_file(upload, images_dir=folder, on_page=on_page))
    return engine.check(request, readings, "")


def _with_papers(kb: KnowledgeBase, engine: Engine, request: Request, uploads: Sequence[Upload], out: Path) -> Report:
    """Preview, and write notice and annotated pages."""
    from tempfile import TemporaryDirectory

    from serving.previews.papers import annotated, docx_of, pdf_of

    with TemporaryDirectory(prefix="guanjia-preview-") as temporary:
        images = Path(temporary)
        report = _preview(engine, request, uploads, images)
        for reading in report.readings:
            for page in reading.file.pages:
                if page.image:
                    clean = (images / reading.file.file_id / page.image).read_bytes()
                    marked = annotated(clean, report, reading.file.file_id, page.page_no)
                    (out / f"{reading.file.file_id}-p{page.page_no}.jpg").write_bytes(marked)
    (out / "notice.docx").write_bytes(docx_of(kb, report))
    (out / "notice.pdf").write_bytes(pdf_of(kb, report))
    return report


@contextmanager
def _progress(uploads: Sequence[Upload]) -> Iterator[OnPage]:
    """Show which page of which file is being read: a bar on a terminal, a line a page in a log."""
    places = {upload.file_id: (number, upload.name) for number, upload in enumerate(uploads, 1)}
    if not sys.stderr.isatty():

        def tell(file_id: str, done: int, total: int) -> None:
            number, name = places[file_id]
            if done:
                told = f"  文件 {number}/{len(uploads)} {name}：第 {done}/{total} 页"
                print(told, file=sys.stderr, flush=True)

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns: list[Any] = [TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("页")]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {
            upload.file_id: bar.add_task(f"文件 {number}/{len(uploads)} {upload.name}", total=None, visible=False)
            for number, upload in enumerate(uploads, 1)
        }

        def advance(file_id: str, done: int, total: int) -> None:
            bar.update(tasks[file_id], completed=done, total=total, visible=True)

        yield advance
