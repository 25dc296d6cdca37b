"""Running suites from the command line: shared by `guanjia eval SUITE`, `all` and `gate`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from eval.case_files import EnquiryCase
    from eval.runs import Run, RunWriter
    from eval.suite import Miss, Score

SUITES = {
    "enquiries": "咨询：准确率、应答率、错答率、误拒率、弃答率",
    "retrieval": "检索：事项和事实的命中率、MRR",
    "grounding": "依据：每句话的事实都在所引原文里；引用准确率和召回率",
    "safety": "安全：攻击和紧急情况识别率、正常问题误报率",
    "clarify": "反问：该反问的反问了没有，反问的该不该",
    "consistency": "一致：换说法、换对话位置、换渠道，事实相同",
    "fairness": "公平：换性别、年龄、户籍、民族，事实相同",
}


def evaluated(
    suites: list[str],
    *,
    cases: Path | None = None,
    split: str = "",
    model: bool = False,
    run: str = "",
    resume: bool = False,
    kb: Path | None = None,
) -> Run:
    """Run suites with a progress bar."""
    from eval import runner
    from serving.cli_settings import load_settings

    with told():
        asked = runner.cases_of(suites, cases, split)
        settings = load_settings(kb_dir=kb) if kb else load_settings()
        with runner.product_for(settings, with_model=model, say=typer.echo) as product:
            record = runner.record_of(product, asked, cases, split)
            name = suites[0] if len(suites) == 1 else "all"
            writer = writer_for(run, name, record, asked, resume=resume)
            timeout_s = runner.MODEL_TIMEOUT_S if model else runner.CASE_TIMEOUT_S
            return with_progress(writer, lambda step: runner.run(product, writer, step, timeout_s))
    raise AssertionError("told() ends the command")


def writer_for(
    run: str, name: str, record: Mapping[str, Any], asked: Mapping[str, Sequence[EnquiryCase]], *, resume: bool
) -> RunWriter:
    """Open the folder of a run: a new one, or the one to go on with.

    Raises:
        RunError: it exists already, or cannot be continued.
    """
    from eval.runs import RunWriter, new_folder

    folder = new_folder(run, name)
    return RunWriter.resume(folder, record) if resume else RunWriter(folder, record, asked)


def with_progress(writer: RunWriter, work: Callable[[Callable[[], None]], Run]) -> Run:
    """Do the work of a run behind a progress bar."""
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:-1], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("评测", total=len(writer.cases), completed=len(writer.done))
        return work(lambda: progress.advance(task))


@contextmanager
def told() -> Iterator[None]:
    """End the command with one line in Chinese when a file is bad, and as the other commands do for the rest."""
    from eval.case_files import CaseError
    from eval.judge import JudgeError
    from eval.runs import RunError
    from serving.cli_errors import WRONG_USE, CliError, explained

    with explained():
        try:
            yield
        except CaseError as error:
            raise CliError(f"用例文件有误：{error}", WRONG_USE) from error
        except (RunError, JudgeError) as error:
            raise CliError(str(error), WRONG_USE) from error


def show(run: Run, misses: bool) -> None:
    """Print the figures of every suite of a run."""
    from eval.enquiries import report
    from eval.risk import curve
    from eval.suite import score, suite_of

    for name in run.cases:
        verdicts = run.verdicts(name)
        result = score(suite_of(name), verdicts)
        typer.echo(f"\n== {SUITES.get(name, name)}（{result.n} 条，未计分 {result.unscored}）")
        if name == "enquiries":
            scored = [v for v in verdicts if not v.prediction.unscored]
            typer.echo(report(scored, run.record["domains"]))
            typer.echo("\n风险与覆盖（* 为现用门槛）\n" + curve(scored, run.record["threshold"]))
        else:
            for figure, value in result.figures.get("all", {}).items():
                typer.echo(f"{figure:30s}{value}")
        if misses:
            typer.echo("\n错例\n" + misses_told(result.misses))
    typer.echo(f"\n{len(run.predictions)} 问，{run.record['seconds']:.0f} 秒；逐条结果：{run.folder}")


def check_judge() -> None:
    """End the command before any work when the judge is not set up."""
    from eval.judge import judge_model
    from serving.cli_settings import load_settings

    with told():
        judge_model(load_settings())


def judged(run: Run) -> None:
    """Let the judge grade the answers of a run and print how far it agrees with the rules."""
    import asyncio

    from eval import judge
    from eval.runs import add_to_record
    from serving.cli_settings import load_settings

    with told():
        settings = load_settings()
        verdicts = judge.gradable([v for v in run.verdicts("enquiries") if not v.prediction.unscored])
        grades = asyncio.run(judge.grade(judge.judge_model(settings), verdicts))
        found = judge.agreement(settings.judge.name, grades, verdicts)
        add_to_record(run.folder, judge=judge.write(run.folder, grades, found))
        typer.echo(f"\n{found}")


def misses_told(misses: Sequence[Miss]) -> str:
    """List wrong cases and why; of the test split only their number, for nobody shall tune on them."""
    lines = [f"{m.case.id} {m.case.question}\n  {m.why}" for m in misses if m.case.split != "test"]
    kept_back = len(misses) - len(lines)
    return "\n".join([*lines, f"test 另有 {kept_back} 例，只看分，不列出（报告里可查）"] if kept_back else lines)


def fail_below(run: Run, suite: str, least: float) -> None:
    """End the command with code 1 when the accuracy is below `least` or nothing was scored."""
    from eval.enquiries import rates

    accuracy = rates([v for v in run.verdicts(suite) if not v.prediction.unscored])["accuracy"]
    if not accuracy.n or accuracy.value < least:
        typer.echo(f"准确率 {accuracy.value:.1%} 低于 {least:.1%}", err=True)
        raise typer.Exit(1)


def scores_of(run: Run) -> dict[str, Score]:
    """Score every suite of a run."""
    from eval.suite import score, suite_of

    return {name: score(suite_of(name), run.verdicts(name)) for name in run.cases}
