"""`guanjia kb`: build, check and look at the knowledge base."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.cli_errors import CONTENT, WRONG_USE, CliError, explained
from serving.cli_import import import_files
from serving.cli_options import ContentDir, KbDir

if TYPE_CHECKING:
    from knowledge_base.documents import Document
    from knowledge_base.index import Index
    from serving.guide_models import ItemGuide, Row
    from serving.settings import Settings

kb_app = typer.Typer(help="知识库：建立索引、检查内容、查看事项。", no_args_is_help=True)

FACETS = {
    "overview": "简介",
    "conditions": "受理条件",
    "materials": "申请材料",
    "steps": "办理流程",
    "channels": "办理渠道",
    "time_limit": "办理时限",
    "fee": "收费",
    "result": "办理结果",
    "validity": "有效期",
    "department": "承办部门",
    "legal_basis": "办理依据",
    "return_reasons": "常见退件原因",
    "notes": "注意事项",
}


@kb_app.command()
def build(content_dir: ContentDir = None, kb: KbDir = None) -> None:
    """建立索引；没有变的内容不会重算。"""
    with explained():
        from serving.cli_settings import check_data_dir, load_settings

        settings = load_settings(content_dir=content_dir, kb_dir=kb)
        check_data_dir(settings.data_dir)
        started = time.monotonic()
        index = built(settings)
        if index.kb.documents:
            typer.echo(documents_built(index, time.monotonic() - started, settings.index_dir))
            return
        items = index.kb.items.values()
        facts = sum(len(item.facts) + len(item.materials) + len(item.faqs) for item in items)
        chunks = sum(len(domain.chunks) for domain in index.domains.values())
        seconds = time.monotonic() - started
        typer.echo(f"索引已建好：{len(items)} 个事项，{facts} 条事实，{chunks} 条可检索内容。")
        typer.echo(f"用时 {seconds:.1f} 秒，版本 {index.kb.revision}，位置 {settings.index_dir}")


def built(settings: Settings) -> Index:
    """Build the index with a progress bar."""
    from knowledge_base.embedding import E5Embedder
    from knowledge_base.index import build_index
    from serving.build import content_dir, embedder_for
    from serving.cli_progress import build_progress

    folder = content_dir(settings)
    with build_progress() as progress:
        return build_index(folder, settings.index_dir, embedder_for(folder, E5Embedder()), progress)


def documents_built(index: Index, seconds: float, index_dir: Path) -> str:
    """Say what the index of documents holds."""
    chunks = sum(len(domain.chunks) for domain in index.domains.values())
    return (
        f"索引已建好：{len(index.kb.documents)} 份文件，{chunks} 条可检索内容。\n"
        f"用时 {seconds:.1f} 秒，版本 {index.kb.revision}，位置 {index_dir}"
    )


@kb_app.command()
def check(content_dir: ContentDir = None, kb: KbDir = None) -> None:
    """检查内容文件；有错误时退出码为 4，只有提醒时为 0。"""
    with explained():
        from knowledge_base.check import check as find_problems
        from knowledge_base.documents import is_document_base
        from serving.build import content_dir as dir_in_use
        from serving.cli_settings import load_settings

        folder = dir_in_use(load_settings(content_dir=content_dir, kb_dir=kb))
        if is_document_base(folder):
            from knowledge_base.content import load_content

            typer.echo(f"{len(load_content(folder).documents)} 份文件，格式没有问题。")
            return
        problems = find_problems(folder)
        errors = [problem for problem in problems if problem.severity == "error"]
        for problem in problems:
            word = "错误" if problem.severity == "error" else "提醒"
            typer.echo(f"{word} {problem.path}:{problem.line} {problem.field}：{problem.message}")
        typer.echo(f"{len(errors)} 个错误，{len(problems) - len(errors)} 个提醒。")
        if errors:
            raise typer.Exit(CONTENT)


@kb_app.command()
def show(
    item_id: Annotated[str | None, typer.Argument(help="事项编号（导入的知识库填文件编号）；不填列出全部")] = None,
    content_dir: ContentDir = None,
    kb: KbDir = None,
) -> None:
    """查看一个事项的办事指南，未核实的有标注；不填编号时列出全部事项。"""
    with explained():
        from knowledge_base.content import load_content
        from serving.build import content_dir as dir_in_use
        from serving.cli_settings import load_settings
        from serving.guides import Guides, UnknownItemError

        content = load_content(dir_in_use(load_settings(content_dir=content_dir, kb_dir=kb)))
        if content.documents:
            show_document(content.documents, item_id)
            return
        guides = Guides(content)
        if item_id is None:
            for item in guides.items().items:
                typer.echo(f"{item.id:<24}{item.domain.name} · {item.name}")
            return
        try:
            typer.echo(readable(guides.guide(item_id)))
        except UnknownItemError as error:
            known = [item.id for item in guides.items().items]
            raise CliError(f"没有事项 {item_id}。{_nearest(item_id, known)}", WRONG_USE) from error


def show_document(documents: Sequence[Document], doc_id: str | None) -> None:
    """Print one document as it was imported, or list them all.

    Raises:
        CliError: no document has this id.
    """
    if doc_id is None:
        for document in documents:
            typer.echo(f"{document.doc_id:<24}{document.name}")
        return
    found = next((d for d in documents if d.doc_id == doc_id), None)
    if found is None:
        known = _nearest(doc_id, [d.doc_id for d in documents])
        raise CliError(f"没有文件 {doc_id}。{known}", WRONG_USE)
    about = (("部门", found.department), ("网址", found.url or ""), ("来源", found.source))
    head = [f"{found.name}（{found.doc_id}）", *(f"{label}：{value}" for label, value in about if value)]
    typer.echo("\n".join([*head, *(f"问：{q}" for q in found.questions), "", found.text]))


def readable(guide: ItemGuide) -> str:
    """Write a guide as plain text; facets without rows are left out."""
    blocks = [f"{guide.name}（{guide.id}）\n{guide.domain.name} · {guide.level} · {'、'.join(guide.audience)}"]
    for facet, title in FACETS.items():
        rows: list[Row] = getattr(guide, facet)
        blocks += _block(title, (_line(row) for row in rows))
    blocks += _block("常见问题", (f"问：{faq.question}\n    答：{_line(faq)}" for faq in guide.faqs))
    blocks += _block(
        "情形", (f"{s.question} {' / '.join(option.label for option in s.options)}" for s in guide.situations)
    )
    blocks += _block("知识库没有的", guide.gaps)
    return "\n\n".join([*blocks, f"知识库版本 {guide.revision}"])


def _block(title: str, lines: Iterable[str]) -> list[str]:
    """A titled list; nothing when there are no lines."""
    listed = [f"  · {line}" for line in lines]
    return ["\n".join([f"【{title}】", *listed])] if listed else []


def _line(row: Row) -> str:
    mark = f"〔{row.mark}〕" if row.mark else ""
    return f"{row.text}{mark}\n    来源：{row.source}"


def _nearest(item_id: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(item_id, known, n=3)
    return f"您要看的是 {'、'.join(near)} 吗？" if near else "运行 guanjia kb show 可列出全部。"


kb_app.command("import")(import_files)
