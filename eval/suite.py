"""What a suite is: cases that are asked, figures over the verdicts, and the verdicts that are wrong.

Every suite asks `EnquiryCase`s and reads the same predictions, so that a run asks each case once for all of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eval.case_files import EnquiryCase
from eval.enquiries import Prediction, Verdict
from eval.metrics import Figure

CASES = Path(__file__).parent / "cases"
OWN_CASES = CASES / "enquiries.jsonl"

SPLITS = ("dev", "test")


@dataclass(frozen=True)
class Miss:
    """One case that went wrong and why, in words for people."""

    case: EnquiryCase
    prediction: Prediction
    why: str


@dataclass(frozen=True)
class Suite:
    """`cases` reads the given file, or the suite's own for None; `figures` and `wrong` see scored verdicts only."""

    name: str
    cases: Callable[[Path | None], list[EnquiryCase]]
    figures: Callable[[Sequence[Verdict]], dict[str, Figure]]
    wrong: Callable[[Sequence[Verdict]], list[Miss]]


@dataclass(frozen=True)
class Score:
    """The figures of one suite by split (`all` is every case); `unscored` cases are in none of them."""

    suite: str
    n: int
    unscored: int
    figures: dict[str, dict[str, Figure]] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)


def suite_of(name: str) -> Suite:
    """Load a suite by the name of its module."""
    suite: Suite = importlib.import_module(f"eval.suites.{name}").SUITE
    return suite


def score(suite: Suite, verdicts: Sequence[Verdict]) -> Score:
    """Score the verdicts of a suite: all of them, and each split that has any."""
    scored = [verdict for verdict in verdicts if not verdict.prediction.unscored]
    parts = {"all": scored} | {split: [v for v in scored if v.case.split == split] for split in SPLITS}
    return Score(
        suite=suite.name,
        n=len(verdicts),
        unscored=len(verdicts) - len(scored),
        figures={name: suite.figures(part) for name, part in parts.items() if part},
        misses=suite.wrong(scored),
    )
