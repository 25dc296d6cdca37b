"""The search alone: is the item, and are the records that hold the facts, among the best?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.case_files import EnquiryCase, load_cases
from eval.enquiries import Verdict
from eval.matching import missing_groups
from eval.metrics import Figure, Rate
from eval.suite import OWN_CASES, Miss, Suite

AT = (1, 3, 5)


def cases(path: Path | None = None) -> list[EnquiryCase]:
    """The answerable cases that name an item, asked of the search."""
    return [
        case.model_copy(update={"id": f"retrieval/{case.id}", "tags": (*case.tags, "channel:retrieval")})
        for case in load_cases(path or OWN_CASES)
        if case.expect.status == "answered" and case.expect.items
    ]


def item_rank(verdict: Verdict) -> int | None:
    """Give the rank (from 1) of the first expected item; None when it was not found."""
    ranks = (n for n, item in enumerate(verdict.prediction.items, 1) if item in verdict.case.expect.items)
    return next(ranks, None)


def facts_rank(verdict: Verdict) -> int | None:
    """Give how many of the best records it takes to hold every fact of the case; None when they never do."""
    told = ""
    for rank, record in enumerate(verdict.prediction.citations, 1):
        told += f"\n{record['quote']}"
        if not missing_groups(told, verdict.case.expect.facts):
            return rank
    return None


def figures(verdicts: Sequence[Verdict]) -> dict[str, Figure]:
    """`hit@k` and `mrr` of items; `facts@k`: every fact stands in the k best records."""
    n = len(verdicts)
    items = [item_rank(v) for v in verdicts]
    told = [v for v in verdicts if v.case.expect.facts]
    facts = [facts_rank(v) for v in told]
    found: dict[str, Figure] = {f"hit@{k}": Rate(sum(r is not None and r <= k for r in items), n) for k in AT}
    found["mrr"] = Rate(sum(1 / r for r in items if r), n)
    found |= {f"facts@{k}": Rate(sum(r is not None and r <= k for r in facts), len(told)) for k in (1, 5, 10)}
    return found


def wrong(verdicts: Sequence[Verdict]) -> list[Miss]:
    """The cases whose item is not first, or whose facts are not among the best records."""
    found = []
    for v in verdicts:
        item, facts = item_rank(v), facts_rank(v)
        if item != 1 or facts is None:
            places = "、".join(v.prediction.items[:3]) or "无"
            why = f"事项名次 {item or '未找到'}，事实名次 {facts or '未找到'}；前三个事项 {places}"
            found.append(Miss(v.case, v.prediction, why))
    return found


SUITE = Suite("retrieval", cases, figures, wrong)
