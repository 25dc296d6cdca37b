"""Scores drafted tickets against cases: each field by its own rule, dispatch by what a machine may send.

The rules are those under "Reading the labels" of the ticket cases: the lead of the catalogue or whatever is
acceptable; a surname is enough where a case gives only one; a field a case leaves open is not scored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.metrics import Figure, Measure, Rate, percentile
from eval.ticket_cases import TicketCase, TicketExpectation
from knowledge_base.text import squeeze

TITLES = ("先生", "女士", "小姐", "太太", "阿姨", "师傅", "同志", "老师", "某", "生")
BINS = 10


@dataclass(frozen=True)
class TicketVerdict:
    """One case and its prediction; `right` tells of each scored field whether it is right."""

    case: TicketCase
    prediction: Mapping[str, Any]
    right: Mapping[str, bool]


def judge(case: TicketCase, prediction: Mapping[str, Any]) -> TicketVerdict:
    """Compare a prediction with its case; fields the case leaves open are not in `right`."""
    expect = case.expect
    right = {
        "kind": prediction["kind"] in {expect.kind, *expect.acceptable_kinds},
        "category_l2": prediction["category"] in {expect.category, *expect.acceptable_categories},
        "category_l1": _l1(prediction["category"])
        in {_l1(c) for c in (expect.category, *expect.acceptable_categories)},
        "department": prediction["department"] in expect.departments,
        "town": prediction["town"] in {expect.town, *expect.acceptable_towns},
        "urgency": prediction["urgency"] in {expect.urgency, *expect.acceptable_urgency},
        "caller_name": same_caller(expect.caller_name, prediction["caller_name"]),
        "phone": _digits(expect.phone) == _digits(prediction["phone"]),
    }
    if "ws-either" not in case.tags:
        right["weak_signal"] = bool(prediction["weak_signal"]) == expect.weak_signal
    if "date-skip" not in case.tags:
        right["occurred_at"] = prediction["occurred_at"] == (expect.occurred_at and expect.occurred_at.isoformat())
    if expect.address_contains:
        right["address"] = holds(prediction["address"], [part.split("|") for part in expect.address_contains])
    if expect.demand_contains:
        right["demand"] = holds(prediction["demand"], expect.demand_contains)
    if expect.department is not None:
        right["department_top3"] = bool(expect.departments & set(prediction["candidates"][:3]))
    if "confidential" in prediction:
        right["confidential"] = bool(prediction["confidential"]) == expect.confidential
    return TicketVerdict(case, prediction, right)


def same_caller(expected: str | None, given: str | None) -> bool:
    """Tell whether two names are of one caller: 陈先生 is any 陈, a full name is that name.

    >>> same_caller("陈先生", "陈女士"), same_caller("康大有", "康先生"), same_caller(None, "")
    (True, False, True)
    """
    if not expected or not given:
        return not expected and not given
    title = next((title for title in TITLES if expected.endswith(title) and len(expected) > len(title)), "")
    surname = expected.removesuffix(title)
    return given.startswith(surname) if title and len(surname) <= 2 else given == expected


def figures(verdicts: Sequence[TicketVerdict]) -> dict[str, Figure]:
    """Give every figure of the suite, in the order they are shown."""
    fields = list(dict.fromkeys(name for verdict in verdicts for name in verdict.right))
    found: dict[str, Figure] = {}
    for name in fields:
        scored = [v.right[name] for v in verdicts if name in v.right]
        found[name] = Rate(sum(scored), len(scored))
    found |= _macro_f1(verdicts)
    found |= dispatch_figures(verdicts)
    found |= duplicate_figures(verdicts)
    return found | latency_figures(verdicts)


def dispatch_figures(verdicts: Sequence[TicketVerdict]) -> dict[str, Figure]:
    """Give what a machine sends: how much of what it may, how rightly, and what it never should have sent."""
    allowed = [v for v in verdicts if v.case.expect.auto_ok]
    sent = [v for v in verdicts if v.prediction["auto"]]
    danger = [v for v in verdicts if v.case.expect.for_a_person and "ws-either" not in v.case.tags]
    emergencies = [v for v in verdicts if v.case.expect.urgency == "emergency"]
    weak = [v for v in danger if v.case.expect.weak_signal]
    people = [v for v in verdicts if v.case.expect.for_a_person]
    forbidden = [v for v in verdicts if not v.case.expect.auto_ok]
    dispatched = [v for v in verdicts if "confidence" in v.prediction]
    marks = [(float(v.prediction["confidence"]), v.right["department"]) for v in dispatched]
    return {
        "auto_share": Rate(sum(bool(v.prediction["auto"]) for v in allowed), len(allowed)),
        "auto_right": Rate(sum(v.right["department"] for v in sent), len(sent)),
        "auto_forbidden": Rate(sum(bool(v.prediction["auto"]) for v in forbidden), len(forbidden)),
        "auto_danger": Rate(sum(bool(v.prediction["auto"]) for v in people), len(people)),
        "emergency_recall": Rate(sum(v.prediction["urgency"] == "emergency" for v in emergencies), len(emergencies)),
        "weak_signal_recall": Rate(sum(bool(v.prediction["weak_signal"]) for v in weak), len(weak)),
        "department_ece": Measure(calibration_error(marks), len(marks)),
    }


def calibration_error(marks: Sequence[tuple[float, bool]], bins: int = BINS) -> float:
    """Give the expected calibration error: mean distance of confidence and accuracy over equal bins; 0 for none."""
    parts: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for sure, right in marks:
        parts[min(int(sure * bins), bins - 1)].append((sure, right))
    gaps = (abs(sum(sure for sure, _ in part) - sum(right for _, right in part)) for part in parts.values())
    return sum(gaps) / len(marks) if marks else 0.0


def risk_coverage(verdicts: Sequence[TicketVerdict], steps: Sequence[float]) -> list[tuple[float, Rate, Rate]]:
    """Give at each confidence: the share of tickets at least this sure, and the share of these sent wrongly."""
    marks = [(float(v.prediction["confidence"]), v.right["department"]) for v in verdicts]
    points = []
    for step in steps:
        kept = [right for sure, right in marks if sure >= step]
        points.append((step, Rate(len(kept), len(marks)), Rate(len(kept) - sum(kept), len(kept))))
    return points


def duplicate_figures(verdicts: Sequence[TicketVerdict]) -> dict[str, Figure]:
    """Give precision and recall of duplicates; nothing when they were not looked for."""
    looked = [v for v in verdicts if "duplicate_of" in v.prediction]
    if not any(v.prediction.get("duplicates_looked_for") for v in looked):
        return {}
    said = [v for v in looked if v.prediction["duplicate_of"]]
    real = [v for v in looked if v.case.expect.duplicate_of]
    hits = sum(v.prediction["duplicate_of"] == v.case.expect.duplicate_of for v in said)
    return {"duplicate_precision": Rate(hits, len(said)), "duplicate_recall": Rate(hits, len(real))}


def latency_figures(verdicts: Sequence[TicketVerdict]) -> dict[str, Figure]:
    """Give the median and the 95th percentile of each stage, in milliseconds."""
    stages = list(dict.fromkeys(stage for v in verdicts for stage in v.prediction.get("latency_ms", {})))
    found: dict[str, Figure] = {}
    for stage in stages:
        times = [float(v.prediction["latency_ms"][stage]) for v in verdicts if stage in v.prediction["latency_ms"]]
        found[f"{stage}_ms_p50"] = Measure(percentile(times, 0.5), len(times), "ms")
        found[f"{stage}_ms_p95"] = Measure(percentile(times, 0.95), len(times), "ms")
    return found


def _macro_f1(verdicts: Sequence[TicketVerdict]) -> dict[str, Figure]:
    """Give macro-F1 over the classes that occur; an acceptable class counts as the expected one."""
    labels: dict[str, Callable[[str | None], str | None]] = {"category_l1": _l1, "category_l2": lambda c: c}
    found: dict[str, Figure] = {}
    for name, of in labels.items():
        pairs = []
        for v in verdicts:
            wanted, given = of(v.case.expect.category), of(v.prediction["category"])
            pairs.append((wanted, wanted if v.right[name] else given))
        classes = {wanted for wanted, _ in pairs}
        scores = [_f1(pairs, label) for label in classes]
        found[f"{name}_macro_f1"] = Measure(sum(scores) / len(scores) if scores else 0.0, len(pairs))
    return found


def _f1(pairs: Sequence[tuple[str | None, str | None]], label: str | None) -> float:
    hits = sum(wanted == given == label for wanted, given in pairs)
    both = sum(wanted == label for wanted, _ in pairs) + sum(given == label for _, given in pairs)
    return 2 * hits / both if both else 0.0


def wrong(verdicts: Sequence[TicketVerdict], name: str) -> list[tuple[TicketCase, Any, Any]]:
    """List the cases with a wrong field: case, what was expected, what was given."""
    field = {"category_l2": "category", "category_l1": "category", "department_top3": "department"}.get(name, name)
    missed = (v for v in verdicts if not v.right.get(name, True))
    return [(v.case, _expected(v.case.expect, field), v.prediction.get(field)) for v in missed]


def _expected(expect: TicketExpectation, field: str) -> Any:
    return getattr(expect, {"address": "address_contains", "demand": "demand_contains"}.get(field, field))


def _l1(code: str | None) -> str | None:
    return code[:2] if code else None


def _digits(phone: str | None) -> str:
    return "".join(c for c in phone or "" if c.isdigit())


def holds(text: str | None, groups: Sequence[Sequence[str]]) -> bool:
    """Tell whether a text has a word of every group, spaces and width aside."""
    said = squeeze(text or "")
    return all(any(squeeze(word) in said for word in group) for group in groups)
