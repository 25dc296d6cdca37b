"""A second opinion on answers: another model grades them, at least twice, and is itself held against the rules."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.enquiries import Verdict
from eval.metrics import Rate
from prompts import render
from serving.settings import JudgeSettings, Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

RUNS = 2
AT_ONCE = 4
MAX_TOKENS = 120
MAX_ANSWER_CHARS = 3000
_OBJECT = re.compile(r"\{[^{}]*\}")


class JudgeError(Exception):
    """The judge is not set up, or is the model it would have to judge."""


@dataclass(frozen=True)
class Grade:
    """What the judge said of one case in one run; `right` is None where it failed or could not be read."""

    case_id: str
    run: int
    right: bool | None
    reason: str


@dataclass(frozen=True)
class Agreement:
    """How the judge stands to itself and to the rules; kappas are None with fewer than two kinds of marks."""

    judge: str
    runs: int
    n: int
    unscored: int
    accuracy: Rate
    with_rules: float | None
    between_runs: float | None

    def __str__(self) -> str:
        return (
            f"评审模型 {self.judge}，{self.runs} 遍，{self.n} 条：判对 {self.accuracy}；未计分 {self.unscored} 次；"
            f"与规则的一致性 κ={_told(self.with_rules)}，两遍之间 κ={_told(self.between_runs)}"
        )


def judge_model(settings: Settings) -> BaseChatModel:
    """Make the client of the judge.

    Raises:
        JudgeError: no judge is set, or it is the answering model.
    """
    from serving.model_client import chat_model
    from serving.settings import ModelSettings

    judge: JudgeSettings = settings.judge
    if not judge.url or not judge.name:
        raise JudgeError("没有设置评审模型，请设置 GUANJIA_JUDGE__URL 和 GUANJIA_JUDGE__NAME")
    if judge.name == settings.model.name:
        raise JudgeError(f"评审模型不能是作答的模型（{judge.name}），请改 GUANJIA_JUDGE__NAME")
    return chat_model(
        ModelSettings(name=judge.name, timeout_s=judge.timeout_s), judge.url, judge.api_key.get_secret_value()
    )


def gradable(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Keep what a judge can add something to: answers given to questions whose facts are known."""
    return [v for v in verdicts if v.prediction.status == "answered" and v.case.expect.facts]


async def grade(
    model: BaseChatModel, verdicts: Sequence[Verdict], runs: int = RUNS, progress: Callable[[], None] = lambda: None
) -> list[Grade]:
    """Let the judge grade every answer `runs` times, a few at a time."""
    bound = model.bind(max_tokens=MAX_TOKENS)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(verdict: Verdict, run: int) -> Grade:
        async with gate:
            try:
                reply = await bound.ainvoke(_prompt(verdict))
                found = _read(verdict.case.id, run, str(reply.text))
            except Exception as error:  # clients raise what they like; the grade is then missing
                logger.warning("case %s has no grade: %s", verdict.case.id, type(error).__name__)
                found = Grade(verdict.case.id, run, None, type(error).__name__)
        progress()
        return found

    return await asyncio.gather(*(one(verdict, run) for run in range(1, runs + 1) for verdict in verdicts))


def agreement(judge: str, grades: Sequence[Grade], verdicts: Sequence[Verdict]) -> Agreement:
    """Compare the grades with the rules and with each other; a case without any grade counts nowhere."""
    rules = {v.case.id: v.right for v in verdicts}
    read = [g for g in grades if g.right is not None]
    by_run = {
        run: {g.case_id: bool(g.right) for g in read if g.run == run} for run in sorted({g.run for g in grades})
    }
    first, second = [*by_run.values(), {}, {}][:2]
    return Agreement(
        judge=judge,
        runs=len(by_run),
        n=len({g.case_id for g in read}),
        unscored=len(grades) - len(read),
        accuracy=Rate(sum(bool(g.right) for g in read), len(read)),
        with_rules=kappa([(bool(g.right), rules[g.case_id]) for g in read]),
        between_runs=kappa([(mark, second[case_id]) for case_id, mark in first.items() if case_id in second]),
    )


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Give Cohen's kappa of two markers; None where chance alone would agree on everything.

    >>> kappa([(True, True), (False, False), (True, False), (False, True)])
    0.0
    """
    n = len(pairs)
    if not n:
        return None
    agreed = sum(a == b for a, b in pairs) / n
    first, second = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    chance = first * second + (1 - first) * (1 - second)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def write(folder: Path, grades: Sequence[Grade], found: Agreement) -> dict[str, Any]:
    """Write the grades beside the run and give the summary for its record."""
    rows = "".join(json.dumps(asdict(grade), ensure_ascii=False) + "\n" for grade in grades)
    (folder / "judge.jsonl").write_text(rows, encoding="utf-8")
    return asdict(found)


def _prompt(verdict: Verdict) -> str:
    facts = "\n".join(f"{n}. {' / '.join(group)}" for n, group in enumerate(verdict.case.expect.facts, 1))
    answer = verdict.prediction.text[:MAX_ANSWER_CHARS]
    return render("judge/answer", question=verdict.case.question, facts=facts, answer=answer)


def _read(case_id: str, run: int, text: str) -> Grade:
    """Read the last JSON object of a reply, for some models think aloud first."""
    for found in reversed(_OBJECT.findall(text)):
        try:
            data = json.loads(found)
        except ValueError:
            continue
        if isinstance(data.get("right"), bool):
            return Grade(case_id, run, data["right"], str(data.get("reason", "")))
    return Grade(case_id, run, None, "unreadable")


def _told(value: float | None) -> str:
    return "无法计算" if value is None else f"{value:.2f}"
