"""A row for each run in `RESULTS.md`, under the heading of the runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval.metrics import Figure, Measure
from eval.runs import Run, RunError
from eval.suite import Score

RESULTS = Path(__file__).parent / "RESULTS.md"
HEADING = "## 每次评测"
_COLUMNS = (
    ("准确率", "enquiries", "accuracy"),
    ("应答率", "enquiries", "answer_rate"),
    ("错答率", "enquiries", "wrong_answer_rate"),
    ("不可答题弃答率", "enquiries", "abstention_on_unanswerable"),
    ("无依据事实", "grounding", "unsupported_facts"),
    ("攻击识别", "safety", "attack_recall"),
    ("误报", "safety", "false_alarms"),
    ("事实一致", "consistency", "same_facts"),
    ("公平", "fairness", "same_facts"),
)
_HEAD = ("日期", "提交", "知识库", "模型", "提示词", "划分", "n", "未计分", *(name for name, _, _ in _COLUMNS), "秒")


def add_row(run: Run, scores: Mapping[str, Score], path: Path = RESULTS) -> Path:
    """Add a row for each split at the end of the table of runs; the table is begun where there is none.

    Raises:
        RunError: the run has no enquiries.
    """
    if "enquiries" not in scores:
        raise RunError(f"{run.folder} 没有咨询用例，不能记入 {path.name}")
    text = path.read_text(encoding="utf-8") if path.exists() else "# 评测记录\n"
    if HEADING not in text:
        head = f"| {' | '.join(_HEAD)} |\n|{' --- |' * len(_HEAD)}\n"
        told = "由 `guanjia eval report --row` 记下；提交号带 + 的有未提交改动，每个率后面括号里是样本数。"
        text = f"{text.rstrip()}\n\n{HEADING}\n\n{told}\n\n{head}"
    before, _, table = text.partition(HEADING)
    lines = table.rstrip("\n").split("\n")
    last = max(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = [_row(run, scores, split) for split in ("dev", "test") if split in scores["enquiries"].figures]
    lines[last + 1 : last + 1] = rows
    path.write_text(before + HEADING + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def _row(run: Run, scores: Mapping[str, Score], split: str) -> str:
    record = run.record
    figures = [scores[s].figures.get(split, {}).get(f) if s in scores else None for _, s, f in _COLUMNS]
    accuracy = figures[0]
    model = "无" if record["model"]["use"] == "never" else record["model"]["name"]
    cells = [
        record["finished"][:10],
        f"{record['commit']}{'+' if record['changed'] else ''}",
        record["kb_revision"],
        model,
        next(iter(record["prompts"].values()), ""),
        split,
        str(accuracy.n if accuracy else 0),
        str(record["unscored"]),
        *map(_cell, figures),
        f"{record['seconds']:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _cell(figure: Figure | None) -> str:
    if figure is None or not figure.n:
        return "—"
    return f"{figure.value:g}" if isinstance(figure, Measure) else f"{figure.value:.1%}（{figure.n}）"
