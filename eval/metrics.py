"""Rates with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """`right` of `n`; the interval is Wilson's at 95 %.

    `right` may be a sum of marks between 0 and 1, such as reciprocal ranks: their variance is at most that of
    right-or-wrong marks with the same mean, so the interval is then on the wide side.
    """

    right: float
    n: int

    @property
    def value(self) -> float:
        """The share, 0 for an empty set."""
        return self.right / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson score interval, 95 % (Wilson 1927); (0, 1) for an empty set.

        >>> tuple(round(x, 3) for x in Rate(9, 10).interval)
        (0.596, 0.982)
        """
        if not self.n:
            return 0.0, 1.0
        z, p, n = 1.959964, self.value, self.n
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - half), min(1.0, centre + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:6.1%}  (n={self.n}, 95% {low:.1%}–{high:.1%})"


@dataclass(frozen=True)
class Measure:
    """A number that is no share, such as a percentile of times, with the size of the sample it was read from."""

    value: float
    n: int
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value:6.4g} {self.unit}  (n={self.n})"


Figure = Rate | Measure


def percentile(values: list[float], share: float) -> float:
    """Give the value below which `share` of the values lie (nearest rank); 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered), math.ceil(share * len(ordered))) - 1)]
