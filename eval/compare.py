"""Two runs side by side: which cases flipped, and whether the difference is beyond noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from eval.enquiries import Verdict
from eval.runs import Run, RunError
from eval.suites.enquiries import why


@dataclass(frozen=True)
class Comparison:
    """The cases both runs asked and scored; each flip is (verdict before, verdict after)."""

    n: int
    right_before: int
    right_after: int
    better: list[tuple[Verdict, Verdict]]
    worse: list[tuple[Verdict, Verdict]]
    other_words: int
    left_out: int

    @property
    def p(self) -> float:
        """The chance of flips at least this uneven if both runs were equally good (McNemar, exact)."""
        return mcnemar(len(self.better), len(self.worse))


def mcnemar(better: int, worse: int) -> float:
    """Give the two-sided exact p of McNemar's test: flips fall either way like a fair coin. 1 without flips.

    >>> mcnemar(0, 0), mcnemar(8, 1), mcnemar(5, 5)
    (1.0, 0.0390625, 1.0)
    """
    n = better + worse
    tail = sum(math.comb(n, k) for k in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / (1 << n))


def compare(before: Run, after: Run, suite: str) -> Comparison:
    """Compare two runs over the cases that both scored and that did not change in between.

    Raises:
        RunError: a run has not asked the suite.
    """
    for run in (before, after):
        if suite not in run.cases:
            raise RunError(f"{run.folder} 没有跑过 {suite}")
    old = {v.case: v for v in before.verdicts(suite) if not v.prediction.unscored}
    new = [v for v in after.verdicts(suite) if not v.prediction.unscored]
    pairs = [(old[v.case], v) for v in new if v.case in old]
    return Comparison(
        n=len(pairs),
        right_before=sum(a.right for a, _ in pairs),
        right_after=sum(b.right for _, b in pairs),
        better=[(a, b) for a, b in pairs if b.right and not a.right],
        worse=[(a, b) for a, b in pairs if a.right and not b.right],
        other_words=sum(a.prediction.text != b.prediction.text for a, b in pairs),
        left_out=len(set(old) | {v.case for v in new}) - len(pairs),
    )


def told(comparison: Comparison) -> str:
    """Write a comparison as text; of the test split only the ids, for nobody shall tune on its misses."""
    c = comparison
    verdict = "差别超出偶然（p < 0.05）" if c.p < 0.05 else "差别可能是偶然（p ≥ 0.05）"
    lines = [
        f"共同用例 {c.n}，只在一边的或改过的 {c.left_out}",
        f"答对 {c.right_before} → {c.right_after}；变好 {len(c.better)}，变差 {len(c.worse)}；"
        f"McNemar 精确检验 p = {c.p:.3g}，{verdict}",
        f"答案文字有变化的 {c.other_words}",
    ]
    for title, pairs in (("变差", c.worse), ("变好", c.better)):
        for old, new in pairs:
            wrong = new if title == "变差" else old
            detail = f" {new.case.question}\n    {why(wrong)}" if new.case.split == "dev" else "（test，只看分）"
            lines.append(f"  {title} {new.case.id}{detail}")
    return "\n".join(lines)
