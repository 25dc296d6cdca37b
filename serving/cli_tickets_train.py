"""`guanjia tickets train` and `rollback`: learn classification and dispatch from a city's own tickets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from serving.cli_errors import CONTENT, WRONG_USE, CliError, explained

if TYPE_CHECKING:
    from assistant.tickets.tables import Table
    from assistant.tickets.versions import ModelVersions

tickets_train_app = typer.Typer(no_args_is_help=True, help="工单模型：用历史工单训练，可回退。")

MOST_EMBEDDED = 20_000
"""Of larger tables only n-grams are learnt: embedding them would take hours."""

File = Annotated[Path, typer.Argument(help="历史工单：CSV、XLSX 或 JSONL，要有文本列和分类列，部门、诉求类型可选")]
Use = Annotated[bool, typer.Option("--use/--no-use", help="训练好就启用，或只存下来")]
Why = Annotated[str, typer.Option("--why", help="改动的理由，写入记录")]
Shipped = Annotated[bool, typer.Option("--with-shipped", help="连同自带的示例一起学（分类目录相同时）")]


@tickets_train_app.command()
def train(file: File, use: Use = True, with_shipped: Shipped = False, why: Why = "用历史工单训练") -> None:
    """用历史工单训练分类和派单；每一版都留着，可以回退。"""
    with explained():
        table = _read(file)
        for line in table.refused[:10]:
            typer.echo(f"没有采用：{line}", err=True)
        if len(table.refused) > 10:
            typer.echo(f"没有采用的共 {len(table.refused)} 行", err=True)
        typer.echo(f"{file.name}：{len(table.examples)} 条，列：{_told(table.columns)}")
        now = dt.datetime.now().astimezone()
        learnt_report, version, versions = _train(table, now, with_shipped=with_shipped)
        typer.echo(report_told(learnt_report))
        if use:
            switch = versions.use(version, why, now)
            typer.echo(f"已启用版本 {version}（此前 {switch.before}）；回退：guanjia tickets rollback")
        else:
            typer.echo(f"已存为版本 {version}，没有启用；启用：guanjia tickets rollback --to {version}")


@tickets_train_app.command()
def rollback(
    to: Annotated[str, typer.Option("--to", help="换到哪一版；不填回到上一版，shipped 为自带的模型")] = "",
    why: Why = "回退",
) -> None:
    """换回以前的模型。"""
    with explained():
        from assistant.tickets.linear import ModelFileError
        from assistant.tickets.versions import VersionError

        versions, now = _versions(), dt.datetime.now().astimezone()
        try:
            switch = versions.use(to, why, now) if to else versions.rollback(why, now)
        except (VersionError, ModelFileError) as error:
            raise CliError(str(error), WRONG_USE) from error
        typer.echo(f"已换到版本 {switch.after}（此前 {switch.before}）。")


@tickets_train_app.command()
def models() -> None:
    """列出训练过的模型。"""
    with explained():
        versions = _versions()
        for version in versions.known():
            report = versions.report(version)
            right = report.get("department_dispatched") or report.get("category") or {}
            figures = f"  {report['examples']} 条，留出准确率 {share(right)}" if right else ""
            typer.echo(f"{'*' if version == versions.current() else ' '} {version}{figures}")


def report_told(report: Mapping[str, Any]) -> str:
    """Write the report of a training run for people."""
    names = {
        "category": "分类",
        "department": "部门（直接判断）",
        "kind": "诉求类型",
        "alarm": "紧急和敏感",
        "emergency": "紧急",
        "refusal": "不受理",
    }
    lines = [f"学了 {report['examples']} 条" + (f"，{report['left_out']} 条不够学" if report["left_out"] else "")]
    for head, name in names.items():
        if head in report:
            found = report[head]
            lines.append(f"{name}：{found['labels']} 类，留出准确率 {share(found)}，macro-F1 {found['macro_f1']:.3f}")
    if report["department_dispatched"]["n"]:
        lines.append(f"派单：留出准确率 {share(report['department_dispatched'])}")
    confused = "；".join(f"{wanted}→{got} {n}" for wanted, got, n in report["category"]["confused"][:8])
    if confused:
        lines.append(f"常混的分类（应为→判为 次数）：{confused}")
    auto = report["auto"]
    sent, right = share(auto, "sent"), share(auto)
    lines.append(f"可自动派单的分类 {auto['categories']}/{auto['of']}，留出工单里自动派 {sent}，其中派对 {right}")
    return "\n".join(lines)


def share(found: Mapping[str, Any], part: str = "right") -> str:
    """Write a share with its counts."""
    whole = found["n"] if part == "sent" or "sent" not in found else found["sent"]
    return f"{found[part] / whole:.1%}（{found[part]}/{whole}）" if whole else "—"


def _read(file: Path) -> Table:
    from assistant.tickets.tables import read_table
    from knowledge_base.importers.reading import ImportFileError

    try:
        return read_table(file)
    except ImportFileError as error:
        raise CliError(f"{file}：{error}", CONTENT) from error


def _train(table: Table, now: dt.datetime, *, with_shipped: bool) -> tuple[Mapping[str, Any], str, ModelVersions]:
    from assistant.tickets.exemplars import phrases, shipped_tickets, signs
    from assistant.tickets.learning import learn
    from assistant.tickets.training import TrainingError
    from knowledge_base.content import load_content
    from knowledge_base.embedding import E5Embedder, EmbeddingCache
    from serving.build import content_dir
    from serving.cli_settings import check_data_dir, load_settings

    settings = load_settings()
    check_data_dir(settings.data_dir)
    kb = load_content(content_dir(settings))
    shipped = [*shipped_tickets(), *phrases(kb), *signs()] if with_shipped else []
    examples = [*table.examples, *shipped]
    cache = EmbeddingCache(settings.index_dir / "embeddings.sqlite", E5Embedder())
    try:
        embed = cache.vectors if len(examples) <= MOST_EMBEDDED else None
        learnt = learn(examples, kb, embed, f"{now:%Y%m%d-%H%M%S}")
    except TrainingError as error:
        raise CliError(str(error), CONTENT) from error
    finally:
        cache.close()
    versions = _versions()
    return learnt.report, versions.add(learnt.model, learnt.report, now), versions


def _versions() -> ModelVersions:
    from assistant.tickets.versions import ModelVersions
    from serving.cli_settings import load_settings

    return ModelVersions(load_settings().data_dir / "tickets" / "models")


def _told(columns: Mapping[str, str]) -> str:
    roles = {"text": "文本", "label": "分类", "department": "部门", "kind": "诉求类型"}
    return "，".join(f"{roles[role]}“{name}”" for role, name in columns.items())
