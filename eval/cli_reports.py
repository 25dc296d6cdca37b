"""What is made of runs: `guanjia eval gate`, `compare` and `report`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.cli_run import SUITES, evaluated, scores_of, told, with_progress, writer_for

if TYPE_CHECKING:
    from eval.gate import Threshold
    from eval.metrics import Figure
    from eval.runs import Run

RunPath = Annotated[Path, typer.Argument(help="评测文件夹，或 runs/ 下的名字")]


def gate(
    run: Annotated[Path | None, typer.Argument(help="用已有的评测；不填就现在跑一遍全部快速评测")] = None,
    thresholds: Annotated[Path | None, typer.Option("--thresholds", help="门槛文件；不填用 eval/gate.yaml")] = None,
    name: Annotated[str, typer.Option("--run", help="现跑时给这次评测取的名字")] = "",
) -> None:
    """发布门槛：逐项列出达标与否，有一项不达标退出码就是 1。"""
    from eval.gate import GATE_FILE, check, load_gate, table

    with told():
        wanted = load_gate(thresholds or GATE_FILE)
        done = stored(run) if run else evaluated(list(SUITES), run=name)
        lines = check(scores_of(done), wanted)
        typer.echo(table(lines))
        typer.echo(f"评测：{done.folder}")
    if not lines or not all(line.met for line in lines):
        raise typer.Exit(1)


def held_to_gate(suite: str, split: str, figures: Mapping[str, Figure], thresholds: Mapping[str, Threshold]) -> None:
    """Print the gate of a suite that runs by itself, and end with exit code 1 when it is missed."""
    from eval.gate import hold, table

    lines = hold(suite, split, figures, thresholds)
    typer.echo(f"\n门槛\n{table(lines)}")
    if not all(line.met for line in lines):
        raise typer.Exit(1)


def compare_runs(
    before: RunPath,
    after: RunPath,
    suite: Annotated[str, typer.Option(help="比较哪一组用例")] = "enquiries",
) -> None:
    """两次评测之间哪些用例变好、变差，差别是不是偶然（McNemar 精确检验）。"""
    from eval import compare

    with told():
        typer.echo(compare.told(compare.compare(stored(before), stored(after), suite)))


def stored(path: Path) -> Run:
    """Read a run by its folder or its name below `runs/`."""
    from eval.runs import RUNS, load_run

    return load_run(path if (path / "run.json").exists() else RUNS / path)


def report(
    runs: Annotated[
        list[Path] | None, typer.Argument(help="要看的评测，后面可跟着拿来比的；不填用最近的几次")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="网页写到这里")] = Path("runs/report.html"),
    new: Annotated[bool, typer.Option("--new", help="先跑一遍全部快速评测")] = False,
    row: Annotated[bool, typer.Option("--row", help="在 eval/RESULTS.md 里记一行")] = False,
) -> None:
    """一页自带全部内容的网页报告：不联网，图、错例、与上次的变化都在里面。"""
    from eval.gate import load_gate
    from eval.report import write_report
    from eval.results import add_row
    from eval.runs import latest_runs

    with told():
        if new or not (runs or latest_runs()):
            evaluated(list(SUITES))
        shown, *earlier = [stored(path) for path in runs or latest_runs()[:SHOWN_RUNS]]
        scores = scores_of(shown)
        write_report(shown, scores, load_gate(), earlier, live_grades(), out)
        typer.echo(f"报告：{out}")
        if row:
            typer.echo(f"记入：{add_row(shown, scores)}")


def live_grades() -> dict[str, int]:
    """Give what the grading of live answers found on this machine; empty where nothing was served."""
    from serving.asked import AskedStore
    from serving.cli_settings import load_settings

    settings = load_settings()
    if not settings.database.exists():
        return {}
    return AskedStore(settings.database, settings.conversation_days).graded()


def baselines(
    cases: Annotated[Path | None, typer.Option("--cases", help="用例文件；不填用自有用例")] = None,
    model: Annotated[bool, typer.Option("--model/--no-model", help="连同要用基座模型的两种一起跑（慢）")] = False,
    sample: Annotated[int, typer.Option(help="要用模型的只跑固定抽出的这么多条 dev 用例")] = 40,
    run: Annotated[str, typer.Option("--run", help="这次评测的名字或文件夹")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="接着跑 --run 指定的、没跑完的评测")] = False,
) -> None:
    """对照：只有基座模型、llama-index 默认检索、BM25 首段，同样的用例、同样的计分。"""
    from eval import runner
    from eval.baselines import run as base
    from eval.suites.enquiries import cases as read
    from serving.cli_settings import load_settings

    with told():
        own = read(cases)
        slow = base.sample(own, sample) if model else []
        asked = base.cases_by_system(own, slow)
        with runner.product_for(load_settings(), with_model=model, say=typer.echo) as product:
            record = runner.record_of(product, asked, cases, "")
            writer = writer_for(run, "baselines", record, asked, resume=resume)
            more = base.ways(product, product.model.chat() if model else None)
            done = with_progress(writer, lambda step: runner.run(product, writer, step, base.TIMEOUT_S, more))
        typer.echo(base.told(base.standings(done)))
        if slow:
            typer.echo(f"\n同一组 {len(slow)} 条 dev 抽样上：")
            typer.echo(base.told(base.standings(done, [case.id for case in slow])))
        typer.echo(f"\n评测：{done.folder}")


SHOWN_RUNS = 6
