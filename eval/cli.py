"""`guanjia eval`: run the suites and print their figures."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from serving.model_client import ModelHandle

app = typer.Typer(no_args_is_help=True, help="评测：用例逐条跑完整流程，按严格规则计分。")

OWN_CASES = Path(__file__).parent / "cases" / "enquiries.jsonl"
RUNS = Path("runs")


@app.callback()
def _group() -> None:
    """Keep `enquiries` a command of its own while it is the only one."""


@app.command()
def enquiries(
    cases: Annotated[Path, typer.Option("--cases", help="用例文件（JSONL）")] = OWN_CASES,
    out: Annotated[Path, typer.Option("--out", help="逐条结果写到这里")] = RUNS / "enquiries.jsonl",
    split: Annotated[str, typer.Option(help="只跑 dev 或 test；空为全部")] = "",
    misses: Annotated[bool, typer.Option("--misses/--no-misses", help="列出每个错例和缺的事实")] = False,
    fail_under: Annotated[float, typer.Option(help="准确率低于它时退出码为 1")] = 0.0,
    model: Annotated[bool, typer.Option("--model/--no-model", help="等基座模型就绪后再跑")] = False,
) -> None:
    """咨询：准确率、应答率、错答率、误拒率，各带样本数和 95% 区间。"""
    from rich.progress import Progress

    from eval import enquiries as suite
    from eval.case_files import CaseError, load_cases
    from serving.build import build
    from serving.settings import ModelSettings, ModelUse, Settings

    try:
        chosen = [case for case in load_cases(cases) if not split or case.split == split]
    except CaseError as error:
        typer.echo(f"用例文件有误：{error}", err=True)
        raise typer.Exit(2) from error
    settings = Settings() if model else Settings(model=ModelSettings(use=ModelUse.NEVER))
    product = build(settings, say=typer.echo)
    try:
        if model:
            _wait_for(product.model)
        with Progress(transient=True) as progress:
            task = progress.add_task("评测", total=len(chosen))
            verdicts = suite.run(product.assistant, chosen, lambda: progress.advance(task))
    finally:
        product.model.close()
    out.parent.mkdir(parents=True, exist_ok=True)
    suite.write_predictions(verdicts, out)
    record = {
        "commit": _commit(),
        "kb_revision": product.index.kb.revision,
        "cases": str(cases),
        "n": len(chosen),
    }
    out.with_suffix(".run.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    typer.echo(suite.report(verdicts, product.index.kb))
    if misses:
        typer.echo("\n错例\n" + suite.misses(verdicts))
    typer.echo(f"\n逐条结果：{out}")
    accuracy = suite.rates(verdicts)["accuracy"].value
    if accuracy < fail_under:
        typer.echo(f"准确率 {accuracy:.1%} 低于 {fail_under:.1%}", err=True)
        raise typer.Exit(1)


def _wait_for(model: ModelHandle, seconds: float = 180.0) -> None:
    """Wait until the base model can be asked; a failure is told and the run goes on without it."""
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = model.status()
        if status.ready or status.state in ("absent", "failed", "off"):
            break
        time.sleep(0.5)
    typer.echo(f"基座模型：{model.status().state}")


def _commit() -> str:
    """Give the commit of the checkout; empty outside one."""
    try:
        done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
