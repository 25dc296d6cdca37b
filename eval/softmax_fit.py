"""Fits a linear ranking: the right records of a question shall gather the probability of a softmax over all found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ranked = tuple[Floats, NDArray[np.bool_]]
"""Features of what was found for one question, shape `(n, features)`, and which of it is right (at least one)."""


def fit_softmax(
    examples: Sequence[Ranked],
    start: Floats,
    strength: float,
    *,
    least: float | None = None,
    counts: Sequence[float] | None = None,
) -> Floats:
    """Give the weights with the least loss plus `strength`/2 times their squared length; none below `least`.

    `counts` says how much each example counts; 1 without it.
    """
    from scipy.optimize import minimize

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = strength / 2 * float(weights @ weights), strength * weights
        for (features, right), count in zip(examples, counts or [1.0] * len(examples), strict=True):
            scores = features @ weights
            odds = np.exp(scores - scores.max())
            share, wanted = odds / odds.sum(), np.where(right, odds, 0)
            total -= count * float(np.log(wanted.sum() / odds.sum() + 1e-12))
            slope = slope + count * (share - wanted / wanted.sum()) @ features
        return total, slope

    fitted: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(least, None)] * len(start)).x
    return fitted
