"""The enquiries suite: every case through the whole assistant, scored strictly."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.answers import Answer
from eval.case_files import EnquiryCase
from eval.matching import missing_groups, present
from eval.metrics import Rate, percentile


@dataclass(frozen=True)
class Prediction:
    """What the assistant did with one case; the fields down to `latency_ms` make up the predictions file.

    A run keeps the rest as well: `sentences` ({text, citations}), `citations` ({token, item_id, item_name, quote,
    verified}) and, for a call that failed, why it is `unscored`.
    """

    id: str
    status: str
    text: str
    items: list[str]
    facet: str
    tier: str
    confidence: float
    latency_ms: dict[str, float]
    sentences: list[dict[str, Any]] = field(default_factory=list)
    citations: list[dict[str, Any]] = field(default_factory=list)
    unscored: str = ""


KEPT_CITATION = ("token", "item_id", "item_name", "facet", "quote", "verified")


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


def prediction_of(case: EnquiryCase, answer: Answer) -> Prediction:
    """Flatten an answer."""
    return prediction_from(case.id, answer.as_json())


def prediction_from(case_id: str, answer: dict[str, Any]) -> Prediction:
    """Flatten an answer that came as JSON; a broken step is nobody's wrong answer, so it is unscored."""
    return Prediction(
        id=case_id,
        status=str(answer["status"]),
        text=answer["text"],
        items=list(answer["item_ids"]),
        facet=answer["facet"],
        tier=str(answer["tier"]),
        confidence=answer["confidence"],
        latency_ms=answer["latency_ms"],
        sentences=[{"text": s["text"], "citations": list(s["citations"])} for s in answer["sentences"]],
        citations=[{name: c[name] for name in KEPT_CITATION} for c in answer["citations"]],
        unscored=str(answer["status"]) if str(answer["status"]).startswith("error_") else "",
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


PREDICTION_FIELDS = ("id", "status", "text", "items", "facet", "tier", "confidence", "latency_ms")


def write_predictions(predictions: Sequence[Prediction], path: Path) -> None:
    """Write the predictions file: one JSON object a line, with the fields that design.md fixes."""
    rows = [{name: row[name] for name in PREDICTION_FIELDS} for row in map(asdict, predictions)]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


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


def domains_of(verdict: Verdict, domains: Mapping[str, str]) -> list[str]:
    """Give the names of the domains a case is about, read from `domains` by item id."""
    return sorted({domains[i] for i in verdict.case.expect.items if i in domains}) or ["（无事项）"]


def report(verdicts: Sequence[Verdict], domains: Mapping[str, str]) -> str:
    """Write the figures as text: headline rates, then by split, status, domain and tag, risk, latency.

    `domains` gives the name of the domain of each item id.
    """

    lines = [f"{name:28s}{rate}" for name, rate in rates(verdicts).items()]
    sections: tuple[tuple[str, Callable[[Verdict], Sequence[str]]], ...] = (
        ("按用例划分", lambda v: [v.case.split]),
        ("按应答状态", lambda v: [v.case.expect.status]),
        ("按领域", lambda v: domains_of(v, domains)),
        ("按标签", lambda v: v.case.tags),
    )
    for title, keys in sections:
        lines.append(f"\n{title}")
        lines += [f"  {name:26s}{rate}" for name, rate in grouped(verdicts, keys).items()]
    total = [v.prediction.latency_ms.get("total", 0.0) for v in verdicts]
    lines.append(f"\n用时 p50 {percentile(total, 0.5):.0f} ms  p95 {percentile(total, 0.95):.0f} ms")
    return "\n".join(lines)
