"""The enquiries suite: every case through the whole assistant, scored strictly."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.answers import Answer, Turn
from assistant.enquiry import Assistant
from eval.case_files import EnquiryCase
from eval.matching import missing_groups, present
from eval.metrics import Rate, percentile
from knowledge_base.content import KnowledgeBase


@dataclass(frozen=True)
class Prediction:
    """What the assistant did with one case, in the shape of the predictions file."""

    id: str
    status: str
    text: str
    items: list[str]
    facet: str
    tier: str
    confidence: float
    latency_ms: dict[str, float]


@dataclass(frozen=True)
class Verdict:
    """Why a case is right or wrong; `missing` holds the fact groups the text lacks."""

    case: EnquiryCase
    prediction: Prediction
    status_fits: bool
    item_fits: bool
    missing: list[Sequence[str]]
    forbidden: list[str]

    @property
    def right(self) -> bool:
        """A partial answer is wrong; for a further fair status (accept:…) items and facts are not asked for."""
        if self.prediction.status != self.case.expect.status:
            return self.status_fits and not self.forbidden
        return self.item_fits and not self.missing and not self.forbidden


async def predict(assistant: Assistant, case: EnquiryCase) -> Prediction:
    """Ask one case."""
    history = [Turn(message.role, message.content) for message in case.history]
    return prediction_of(case, await assistant.ask(case.question, history=history))


def prediction_of(case: EnquiryCase, answer: Answer) -> Prediction:
    """Flatten an answer."""
    return Prediction(
        id=case.id,
        status=str(answer.status),
        text=answer.text,
        items=list(answer.item_ids),
        facet=answer.facet,
        tier=str(answer.tier),
        confidence=answer.confidence,
        latency_ms=answer.latency_ms,
    )


def judge(case: EnquiryCase, prediction: Prediction) -> Verdict:
    """Score one prediction by the rules of the case format."""
    expect = case.expect
    return Verdict(
        case=case,
        prediction=prediction,
        status_fits=prediction.status in case.statuses,
        item_fits=not expect.items or bool(set(expect.items) & set(prediction.items)),
        missing=missing_groups(prediction.text, expect.facts),
        forbidden=present(prediction.text, expect.forbidden),
    )


def run(
    assistant: Assistant, cases: Sequence[EnquiryCase], progress: Callable[[], None] = lambda: None
) -> list[Verdict]:
    """Ask and score every case in order."""

    async def all_cases() -> list[Verdict]:
        verdicts = []
        for case in cases:
            verdicts.append(judge(case, await predict(assistant, case)))
            progress()
        return verdicts

    return asyncio.run(all_cases())


def write_predictions(verdicts: Sequence[Verdict], path: Path) -> None:
    """Write one JSON object a line."""
    lines = [json.dumps(asdict(v.prediction), ensure_ascii=False) for v in verdicts]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def rates(verdicts: Sequence[Verdict]) -> dict[str, Rate]:
    """Compute the headline rates.

    `accuracy` over all cases; of the answerable ones, `answer_rate` is the share answered, `wrong_answer_rate`
    the share of all cases answered wrongly, `wrong_refusal_rate` the share of answerable cases not answered.
    """
    answerable = [v for v in verdicts if v.case.expect.status == "answered"]
    answered = [v for v in verdicts if v.prediction.status == "answered"]
    unanswerable = [v for v in verdicts if v.case.expect.status == "unanswerable"]
    wrong = [v for v in answered if not v.right]
    refused = [v for v in answerable if v.prediction.status not in v.case.statuses]
    return {
        "accuracy": Rate(sum(v.right for v in verdicts), len(verdicts)),
        "answerable_accuracy": Rate(sum(v.right for v in answerable), len(answerable)),
        "answer_rate": Rate(sum(v.prediction.status == "answered" for v in answerable), len(answerable)),
        "wrong_answer_rate": Rate(len(wrong), len(verdicts)),
        "wrong_refusal_rate": Rate(len(refused), len(answerable)),
        "abstention_on_unanswerable": Rate(sum(v.right for v in unanswerable), len(unanswerable)),
    }


def grouped(verdicts: Sequence[Verdict], keys: Callable[[Verdict], Sequence[str]]) -> dict[str, Rate]:
    """Compute accuracy by group; a case may count in several groups."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        for key in keys(verdict):
            groups[key].append(verdict.right)
    return {key: Rate(sum(marks), len(marks)) for key, marks in sorted(groups.items())}


def report(verdicts: Sequence[Verdict], kb: KnowledgeBase) -> str:
    """Write the figures as text: headline rates, then by status, domain and tag, then latency."""

    def domains(verdict: Verdict) -> list[str]:
        names = {kb.domain_of[i].name for i in verdict.case.expect.items if i in kb.domain_of}
        return sorted(names) or ["（无事项）"]

    lines = [f"{name:28s}{rate}" for name, rate in rates(verdicts).items()]
    sections: tuple[tuple[str, Callable[[Verdict], Sequence[str]]], ...] = (
        ("按应答状态", lambda v: [v.case.expect.status]),
        ("按领域", domains),
        ("按标签", lambda v: v.case.tags),
    )
    for title, keys in sections:
        lines.append(f"\n{title}")
        lines += [f"  {name:26s}{rate}" for name, rate in grouped(verdicts, keys).items()]
    total = [v.prediction.latency_ms.get("total", 0.0) for v in verdicts]
    lines.append(f"\n用时 p50 {percentile(total, 0.5):.0f} ms  p95 {percentile(total, 0.95):.0f} ms")
    return "\n".join(lines)


def misses(verdicts: Sequence[Verdict]) -> str:
    """List every wrong case beside the facts it missed."""
    rows = []
    for v in verdicts:
        if not v.right:
            p = v.prediction
            rows.append(
                f"{v.case.id} {v.case.question}\n  期望 {v.case.expect.status} {list(v.case.expect.items)}"
                f"\n  得到 {p.status} {p.items}/{p.facet} 置信度 {p.confidence:.2f}"
                f"\n  缺少 {[list(g) for g in v.missing]} 禁止 {v.forbidden}"
            )
    return "\n".join(rows)
