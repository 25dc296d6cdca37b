"""The logistic function, for the small fitted models of this room."""

from __future__ import annotations

import math


def logistic(logit: float) -> float:
    """Give the probability that belongs to log-odds; no value is too large or too small for it."""
    return 0.5 * (1 + math.tanh(logit / 2))
