"""Finds texts that are nearly the same: by the character 3-grams they share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from knowledge_base.text import squeeze

NEAR_COPY = 0.6
"""Share of common 3-grams (Jaccard) from which two tickets count as copies."""


def grams(text: str) -> frozenset[str]:
    """Give the 3-grams of a text without space and punctuation; of a shorter text, itself."""
    plain = "".join(c for c in squeeze(text) if c.isalnum())
    return frozenset(plain[i : i + 3] for i in range(max(1, len(plain) - 2)))


class NearCopies:
    """Texts to compare others with; may grow."""

    def __init__(self, texts: Iterable[str] = (), near: float = NEAR_COPY) -> None:
        self._near = near
        self._sizes: list[int] = []
        self._holders: dict[str, list[int]] = defaultdict(list)
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Take in one more text."""
        parts = grams(text)
        for gram in parts:
            self._holders[gram].append(len(self._sizes))
        self._sizes.append(len(parts))

    def has(self, text: str) -> bool:
        """Tell whether a text is nearly the same as one of these."""
        return self.closest(text) >= self._near

    def closest(self, text: str) -> float:
        """Give the largest share of 3-grams that a text has in common with one of these; 0 with none."""
        wanted = grams(text)
        shared = Counter(number for gram in wanted for number in self._holders.get(gram, ()))
        return max((n / (len(wanted) + self._sizes[k] - n) for k, n in shared.items()), default=0.0)
