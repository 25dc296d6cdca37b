"""Risk against coverage: how often answers are wrong if only the surer ones were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.enquiries import Verdict
from eval.metrics import Rate


@dataclass(frozen=True)
class Point:
    """At this threshold: the share of the questions that gets an answer, and the share of these that is wrong."""

    threshold: float
    coverage: Rate
    risk: Rate


def risk_coverage(verdicts: Sequence[Verdict], thresholds: Sequence[float]) -> list[Point]:
    """Read the curve off the confidence of the answers that were given.

    Counted are cases to be answered or abstained from. Nothing is known below the threshold the product uses,
    for there it gave no answer; the part of the curve above it is what could be had by being stricter.
    """
    asked = [v for v in verdicts if v.case.expect.status in ("answered", "unanswerable")]
    points = []
    for threshold in thresholds:
        given = [v for v in asked if v.prediction.status == "answered" and v.prediction.confidence >= threshold]
        wrong = sum(not v.right for v in given)
        points.append(Point(threshold, Rate(len(given), len(asked)), Rate(wrong, len(given))))
    return points


def curve(verdicts: Sequence[Verdict], chosen: float) -> str:
    """Write the curve as lines of text; the threshold in use carries a star."""
    points = risk_coverage(verdicts, thresholds_from(chosen))
    return "\n".join(
        f"  门槛 {p.threshold:.2f}{'*' if p.threshold == chosen else ' '} 覆盖 {p.coverage}  答错 {p.risk}"
        for p in points
    )


def thresholds_from(chosen: float) -> list[float]:
    """Give the thresholds to show: the one in use and tenths above it."""
    return [chosen, *(t / 20 for t in range(1, 20) if t / 20 > chosen), 0.98, 0.99]
