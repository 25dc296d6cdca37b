"""`guanjia eval previews`: pre-review measured on case folders with known defects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from eval.preview_cases import PreviewCase
    from eval.preview_figures import Group

Cases = Annotated[Path, typer.Option("--cases", help="用例文件夹：每例一个子文件夹，内有 case.json 和材料")]
Out = Annotated[Path | None, typer.Option("--out", help="逐例预测写到这里（JSONL），边跑边写")]
Split = Annotated[str, typer.Option(help="只跑 dev 或 test；空为全部")]
Misses = Annotated[bool, typer.Option("--misses/--no-misses", help="列出错处（test 不列）")]
Faulty = Annotated[float, typer.Option("--faulty-share", min=0.0, max=1.0, help="模拟退件率时，有错申请所占的比例")]
Limit = Annotated[int, typer.Option("--limit", help="只跑前几例；0 为全部", min=0)]
Resume = Annotated[bool, typer.Option("--resume", help="接着 --out 里没跑完的跑")]
Rescore = Annotated[bool, typer.Option("--rescore", help="不跑，只给 --out 里已有的预测计分；没有的例记未计分")]
Pages = Annotated[Path | None, typer.Option("--pages", help="把读过的页留在这里，再跑时不再识别文字（不计时）")]
Gate = Annotated[bool, typer.Option("--gate", help="对照 eval/gate.yaml 的门槛，有一项不到退出码就是 1")]
Summary = Annotated[Path | None, typer.Option("--summary", help="汇总另写一份：.md 为表格，.json 为数据")]


def previews(
    cases: Cases,
    out: Out = None,
    split: Split = "",
    misses: Misses = False,
    faulty_share: Faulty = 0.3,
    limit: Limit = 0,
    resume: Resume = False,
    rescore: Rescore = False,
    pages: Pages = None,
    summary: Summary = None,
    gate: Gate = False,
) -> None:
    """材料预审：材料类型、字段、缺陷召回和精确、误报、用时、退件率模拟。"""
    from eval import preview_figures as told_figures
    from eval.cli_reports import held_to_gate
    from eval.cli_run import told
    from eval.gate import load_gate
    from eval.preview_cases import load_preview_cases
    from eval.preview_scoring import judge

    with told():
        asked = load_preview_cases(cases, split)
        asked = asked[:limit] if limit else asked
        predictions = _predictions(asked, out, pages, resume=resume or rescore, rescore=rescore)
        verdicts = [judge(case, predictions.get(case.id)) for _, case in asked]
        for name in ("dev", "test"):
            part = [v for v in verdicts if v.case.split == name]
            if not part:
                continue
            groups = told_figures.figures(part, faulty_share)
            typer.echo(f"\n== 材料预审 {name}：{told_figures.counted(part)}")
            typer.echo(told_figures.told(groups))
            if summary:
                path = summary.with_stem(f"{summary.stem}-{name}") if not split else summary
                text = _json(groups) if path.suffix == ".json" else told_figures.summary(part, groups)
                path.write_text(text, encoding="utf-8")
        if gate:
            groups = told_figures.figures(verdicts, faulty_share)
            flat = {f"{title}/{name}": value for title, group in groups.items() for name, value in group.items()}
            held_to_gate("previews", split, flat, load_gate().previews)
        if misses:
            typer.echo("\n错处\n" + "\n".join(told_figures.misses(verdicts)))


def _predictions(
    asked: list[tuple[Path, PreviewCase]], out: Path | None, pages: Path | None, *, resume: bool, rescore: bool
) -> dict[str, dict[str, Any]]:
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from eval.suites.previews import load_predictions, previewer, run
    from knowledge_base.content import load_content
    from serving.build import content_dir
    from serving.cli_settings import load_settings

    done = load_predictions(out.read_text(encoding="utf-8").splitlines()) if resume and out and out.exists() else {}
    if rescore or all(case.id in done for _, case in asked):
        return done
    engine = previewer(load_content(content_dir(load_settings())), pages)
    columns = (*Progress.get_default_columns()[:-1], MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, transient=True) as progress:
            task = progress.add_task("预审", total=len(asked))
            found = run(engine, asked, out, lambda: progress.advance(task), done)
    finally:
        engine.close()
    return {prediction["id"]: prediction for prediction in found}


def _json(groups: dict[str, Group]) -> str:
    from eval.metrics import Rate

    data = {
        title: {
            name: {"value": value.value, "n": value.n}
            | ({"interval": value.interval} if isinstance(value, Rate) else {})
            for name, value in group.items()
        }
        for title, group in groups.items()
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
