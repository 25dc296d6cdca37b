"""The report of a run: one HTML page that needs nothing but a browser."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval import labels
from eval.compare import Comparison, compare
from eval.enquiries import Verdict, domains_of, grouped, rates
from eval.gate import Gate, check
from eval.metrics import Figure, Measure, Rate, percentile
from eval.risk import Point, risk_coverage, thresholds_from
from eval.runs import Run
from eval.suite import SPLITS, Score
from eval.suites.enquiries import why

FEW = 10
"""A rate of fewer answers is too unsteady to draw."""

HEADLINES = (
    "answerable_accuracy",
    "answer_rate",
    "wrong_answer_rate",
    "wrong_refusal_rate",
    "abstention_on_unanswerable",
)
TIER_NAMES = {"approved": "核定答案", "composed": "模型组合", "passage": "原文段落", "fixed": "固定答复"}


@dataclass(frozen=True)
class Row:
    """One line of a chart: a name and its rate in each split (None where the split has no case)."""

    label: str
    dev: Rate | None
    test: Rate | None


@dataclass(frozen=True)
class Latency:
    """How long the answers of one tier took, in milliseconds."""

    label: str
    n: int
    p50: float
    p95: float


def write_report(
    run: Run, scores: Mapping[str, Score], gate: Gate, earlier: Sequence[Run], live: Mapping[str, int], path: Path
) -> None:
    """Write the page; the first of the `earlier` runs is the one that changes are shown against.

    `live` counts production answers by what their grading found.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_template().render(**_values(run, scores, gate, earlier, live)), encoding="utf-8")


def by_split(verdicts: Sequence[Verdict], keys: Callable[[Verdict], Sequence[str]]) -> list[Row]:
    """Give accuracy by group and split, the worst in both together first."""
    parts = [grouped([v for v in verdicts if v.case.split == split], keys) for split in SPLITS]
    whole = grouped(verdicts, keys)
    names = sorted(whole, key=lambda name: whole[name].value)
    return [Row(name, parts[0].get(name), parts[1].get(name)) for name in names]


def confusion(verdicts: Sequence[Verdict]) -> list[tuple[str, list[tuple[int, bool]]]]:
    """Give, by expected status, how many cases ended in each status and whether that is the expected one."""
    seen = Counter((v.case.expect.status, v.prediction.status) for v in verdicts)
    statuses = list(labels.STATUSES)
    return [(row, [(seen[row, column], row == column) for column in statuses]) for row in statuses]


def latencies(verdicts: Sequence[Verdict]) -> list[Latency]:
    """Give the times of each tier, slowest last."""
    times: dict[str, list[float]] = defaultdict(list)
    for verdict in verdicts:
        times[verdict.prediction.tier].append(verdict.prediction.latency_ms.get("total", 0.0))
    rows = [
        Latency(TIER_NAMES.get(tier, tier), len(ms), percentile(ms, 0.5), percentile(ms, 0.95))
        for tier, ms in times.items()
    ]
    return sorted(rows, key=lambda row: row.p95)


def polyline(points: Sequence[Point], width: float, height: float, top: float) -> str:
    """Give the points of a risk–coverage line in SVG coordinates; `top` is the risk at the upper edge."""
    seen = [
        (p.coverage.value * width, height - min(p.risk.value / top, 1.0) * height) for p in points if p.risk.n >= FEW
    ]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in seen)


def _values(
    run: Run, scores: Mapping[str, Score], gate: Gate, earlier: Sequence[Run], live: Mapping[str, int]
) -> dict[str, Any]:
    verdicts = [v for v in run.verdicts("enquiries") if not v.prediction.unscored]
    by = {split: rates([v for v in verdicts if v.case.split == split]) for split in SPLITS}
    points = risk_coverage(verdicts, thresholds_from(run.record["threshold"]))
    top = 0.04 * math.ceil(max(p.risk.value for p in points) / 0.04 + 0.2)
    lines = check(scores, gate)
    changes: Comparison | None = compare(earlier[0], run, "enquiries") if earlier else None
    return {
        "run": run,
        "earlier": earlier,
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="minutes"),
        "labels": labels,
        "scores": scores,
        "accuracy": {split: by[split]["accuracy"] for split in SPLITS},
        "headlines": [(name, by["dev"][name], by["test"][name]) for name in HEADLINES],
        "gate": lines,
        "missed": [line for line in lines if not line.met],
        "aims": [line for line in lines if line.on_target is not None],
        "domains": by_split(verdicts, lambda v: domains_of(v, run.record["domains"])),
        "tags": [
            row for row in by_split(verdicts, lambda v: v.case.tags) if ":" not in row.label
        ],
        "hits": _hits(run) if "retrieval" in run.cases else [],
        "points": points,
        "line": polyline(points, 300, 160, top),
        "risk_top": top,
        "latencies": latencies(verdicts),
        "statuses": list(labels.STATUSES),
        "status_names": labels.STATUSES,
        "confusion": confusion(verdicts),
        "changes": changes,
        "why": why,
        "misses": [(split, _of_split(scores, split)) for split in SPLITS],
        "trend": [(r.name, r.record, _accuracies(r)) for r in [run, *earlier]],
        "live": live,
        "judge": run.record.get("judge"),
        "kappa": lambda value: "无法计算" if value is None else f"{value:.2f}",
        "is_measure": lambda figure: isinstance(figure, Measure),
        "percent": _percent,
        "whole": lambda rate: f"{rate.value:.0%}" if rate and rate.n else "—",
        "cited": lambda prediction: prediction.items,
    }  # fmt: skip


def _hits(run: Run) -> list[Row]:
    """Give hit@1 of the search by domain."""
    from eval.suites.retrieval import item_rank

    verdicts = [v for v in run.verdicts("retrieval") if not v.prediction.unscored]

    def of(split: str) -> dict[str, Rate]:
        marks: dict[str, list[bool]] = defaultdict(list)
        for verdict in verdicts:
            for domain in domains_of(verdict, run.record["domains"]):
                if split in ("all", verdict.case.split):
                    marks[domain].append(item_rank(verdict) == 1)
        return {domain: Rate(sum(row), len(row)) for domain, row in marks.items()}

    dev, test, whole = of("dev"), of("test"), of("all")
    return [Row(name, dev.get(name), test.get(name)) for name in sorted(whole, key=lambda name: whole[name].value)]


def _of_split(scores: Mapping[str, Score], split: str) -> list[tuple[str, list[Any]]]:
    rows = [(name, [m for m in score.misses if m.case.split == split]) for name, score in scores.items()]
    return [(name, misses) for name, misses in rows if misses]


def _accuracies(run: Run) -> dict[str, Rate]:
    verdicts = [v for v in run.verdicts("enquiries") if not v.prediction.unscored]
    return {split: rates([v for v in verdicts if v.case.split == split])["accuracy"] for split in SPLITS}


def _percent(figure: Figure | None) -> str:
    """Write a figure for the page: a share as percent, a measure with its unit, nothing as a dash."""
    if figure is None or not figure.n:
        return "—"
    return f"{figure.value:.0f} {figure.unit}" if isinstance(figure, Measure) else f"{figure.value:.1%}"


def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
