"""`guanjia eval`: run the suites, print their figures, and what is made of runs afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from eval import cli_gaps, cli_previews, cli_reports, cli_tickets
from eval.cli_run import SUITES, check_judge, evaluated, fail_below, judged, show

app = typer.Typer(no_args_is_help=True, help="评测：用例逐条跑完整流程，按严格规则计分。")

Cases = Annotated[Path | None, typer.Option("--cases", help="用例文件；不填用自有用例")]
Out = Annotated[Path | None, typer.Option("--out", help="逐条结果另写一份到这里（JSONL）")]
Split = Annotated[str, typer.Option(help="只跑 dev 或 test；空为全部")]
Misses = Annotated[bool, typer.Option("--misses/--no-misses", help="列出每个错例和缺的事实")]
FailUnder = Annotated[float, typer.Option(help="准确率低于它时退出码为 1")]
Model = Annotated[bool, typer.Option("--model/--no-model", help="等基座模型就绪后再跑")]
Name = Annotated[str, typer.Option("--run", help="这次评测的名字或文件夹；不填按时间取名，放在 runs/")]
Resume = Annotated[bool, typer.Option("--resume", help="接着跑 --run 指定的、没跑完的评测")]
Judge = Annotated[bool, typer.Option("--judge", help="再请评审模型打分（GUANJIA_JUDGE__URL、__NAME、__API_KEY）")]
KnowledgeBase = Annotated[Path | None, typer.Option("--kb", help="导入的知识库文件夹；不填用自有知识库")]


def _suite_command(suite: str) -> Callable[..., None]:
    def command(
        cases: Cases = None,
        out: Out = None,
        split: Split = "",
        misses: Misses = False,
        fail_under: FailUnder = 0.0,
        model: Model = False,
        run: Name = "",
        resume: Resume = False,
        kb: KnowledgeBase = None,
        judge: Judge = False,
    ) -> None:
        from eval.enquiries import write_predictions

        if judge:
            check_judge()
        done = evaluated([suite], cases=cases, split=split, model=model, run=run, resume=resume, kb=kb)
        if out:
            out.parent.mkdir(parents=True, exist_ok=True)
            write_predictions([v.prediction for v in done.verdicts(suite)], out)
        show(done, misses)
        if judge:
            judged(done)
        if fail_under:
            fail_below(done, suite, fail_under)

    command.__doc__ = SUITES[suite]
    return command


for _name in SUITES:
    app.command(_name)(_suite_command(_name))


@app.command("all")
def everything(
    split: Split = "",
    misses: Misses = False,
    model: Model = False,
    run: Name = "",
    resume: Resume = False,
    kb: KnowledgeBase = None,
    judge: Judge = False,
) -> None:
    """全部快速评测：一次组装，每个用例只问一遍。"""
    if judge:
        check_judge()
    done = evaluated(list(SUITES), split=split, model=model, run=run, resume=resume, kb=kb)
    show(done, misses)
    if judge:
        judged(done)


app.command("baselines")(cli_reports.baselines)
app.command("compare")(cli_reports.compare_runs)
app.command("gaps")(cli_gaps.gaps)
app.command("gate")(cli_reports.gate)
app.command("previews")(cli_previews.previews)
app.command("report")(cli_reports.report)
app.command("tickets")(cli_tickets.tickets)
app.command("tickets-msga")(cli_tickets.msga)
