"""From probabilities of categories and the model's own opinion on departments to one probability a department."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from assistant.tickets.classify import NOBODY

BY_DEPARTMENT = 0.5
"""Weight of the model's own opinion on departments beside what follows from the categories."""

POWERS = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.3, 2.6, 3.0)
_LEAST = 1e-4


def department_shares(
    categories: Mapping[str, float], departments: Mapping[str, float], lead: Callable[[str], str | None], power: float
) -> dict[str, float]:
    """Give the probability of each department, `NOBODY` for none, adding up to 1.

    `power`: how much surer the mixture is made than it came out, since two opinions that agree are more than one.
    """
    shares: dict[str, float] = defaultdict(float)
    by_category = 1 - BY_DEPARTMENT if departments else 1.0
    for code, p in categories.items():
        shares[lead(code) or NOBODY] += by_category * p
    for department, p in departments.items():
        shares[department] += BY_DEPARTMENT * p
    raised = {department: p**power for department, p in shares.items()}
    total = sum(raised.values())
    return {department: p / total for department, p in raised.items()}


def fitted_power(mixtures: Sequence[Mapping[str, float]], right: Sequence[str]) -> float:
    """Give the power with the least log loss on held-back mixtures made with power 1; 1 for none."""
    if not mixtures:
        return 1.0

    def loss(power: float) -> float:
        total = 0.0
        for shares, department in zip(mixtures, right, strict=True):
            whole = sum(p**power for p in shares.values())
            total -= float(np.log(max(shares.get(department, 0.0) ** power / whole, _LEAST)))
        return total

    return min(POWERS, key=loss)
