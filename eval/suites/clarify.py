"""Asking back: where a question fits several items it must be asked back, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from eval.enquiries import Verdict
from eval.metrics import Figure, Rate
from eval.suite import Miss, Suite
from eval.suites.enquiries import cases, why

ASKED = "clarification"


def figures(verdicts: Sequence[Verdict]) -> dict[str, Figure]:
    """`recall` of those that call for it, `options_fit` of those asked; `precision` of all that were asked back."""
    wanted = [v for v in verdicts if v.case.expect.status == ASKED]
    asked = [v for v in verdicts if v.prediction.status == ASKED]
    hit = [v for v in wanted if v.prediction.status == ASKED]
    others = [v for v in verdicts if ASKED not in v.case.statuses]
    return {
        "clarify_recall": Rate(len(hit), len(wanted)),
        "clarify_options_fit": Rate(sum(v.item_fits for v in hit), len(hit)),
        "clarify_precision": Rate(sum(ASKED in v.case.statuses for v in asked), len(asked)),
        "needless_clarification": Rate(sum(v.prediction.status == ASKED for v in others), len(others)),
    }


def wrong(verdicts: Sequence[Verdict]) -> list[Miss]:
    """Not asked back, asked back needlessly, or without the right option."""
    return [
        Miss(v.case, v.prediction, why(v))
        for v in verdicts
        if not v.right and ASKED in (v.case.expect.status, v.prediction.status)
    ]


SUITE = Suite("clarify", cases, figures, wrong)
