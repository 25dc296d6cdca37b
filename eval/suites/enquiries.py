"""The end-to-end suite: was the right thing said, and how often was nothing said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.case_files import EnquiryCase, load_cases
from eval.enquiries import Verdict, rates
from eval.labels import status_label
from eval.metrics import Figure, Measure, percentile
from eval.suite import OWN_CASES, Miss, Suite


def cases(path: Path | None = None) -> list[EnquiryCase]:
    """All cases of the file."""
    return load_cases(path or OWN_CASES)


def figures(verdicts: Sequence[Verdict]) -> dict[str, Figure]:
    """The headline rates and how long an answer took."""
    total = [v.prediction.latency_ms.get("total", 0.0) for v in verdicts]
    times = {f"latency_p{p}": Measure(percentile(total, p / 100), len(total), "ms") for p in (50, 95)}
    return rates(verdicts) | times


def wrong(verdicts: Sequence[Verdict]) -> list[Miss]:
    """Every wrong case beside the facts it missed."""
    return [Miss(v.case, v.prediction, why(v)) for v in verdicts if not v.right]


def why(verdict: Verdict) -> str:
    """Say what is wrong with one answer."""
    case, prediction = verdict.case, verdict.prediction
    parts = []
    if prediction.status != case.expect.status:
        parts.append(f"应为{status_label(case.expect.status)}，得到{status_label(prediction.status)}")
    if not verdict.item_fits:
        parts.append(f"应引用 {'/'.join(case.expect.items)}，引用了 {'/'.join(prediction.items) or '无'}")
    if verdict.missing:
        parts.append("缺少 " + "；".join("/".join(group) for group in verdict.missing))
    if verdict.forbidden:
        parts.append("出现禁语 " + "、".join(verdict.forbidden))
    return "；".join(parts)


SUITE = Suite("enquiries", cases, figures, wrong)
