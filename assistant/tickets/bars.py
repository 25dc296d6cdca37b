"""From which confidence on a category may be dispatched by machine: read off held-back tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Marks = Sequence[tuple[float, int]]
"""`(confidence, 1 if the department was right else 0)` of held-back tickets."""


class Bars:
    """Turns required precisions into thresholds.

    `held_back`: marks by category, as the category was predicted. `checked`: marks of further tickets of all
    categories, which stand for the whole where there are any.
    """

    def __init__(self, held_back: Mapping[str, Marks], checked: Marks = ()) -> None:
        self._marks = dict(held_back)
        self._all = list(checked) or [mark for marks in held_back.values() for mark in marks]
        self._steps = sorted({round(sure, 2) for sure, _ in self._all}, reverse=True)
        self._found: dict[tuple[str, float, int], float | None] = {}

    def threshold(self, code: str, bar: float, few: int) -> float | None:
        """Give the least confidence from which on a category is right in `bar` of its held-back cases.

        A category with few cases borrows `few` cases of the precision all categories have at that confidence.
        None: at no confidence, or nothing was held back.
        """
        key = (code, bar, few)
        if key not in self._found:
            held = [step for step in self._steps if (self.precision(code, step, few) or 0.0) >= bar]
            self._found[key] = min(held, default=None)
        return self._found[key]

    def precision(self, code: str, confidence: float, few: int) -> float | None:
        """Give the precision of a category's held-back cases at least this sure; None when there are none."""
        everyone = [right for sure, right in self._all if sure >= confidence]
        own = [right for sure, right in self._marks.get(code, ()) if sure >= confidence]
        if not everyone or not (own or few):
            return None
        return (sum(own) + few * sum(everyone) / len(everyone)) / (len(own) + few)
