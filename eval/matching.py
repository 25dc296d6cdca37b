"""Whether a text holds a fact: the comparison that scorers and trainers share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from knowledge_base.text import squeeze

_GROUPED = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")
"""A number written with thousands separators."""


def holds(text: str, alternative: str) -> bool:
    """Tell whether `alternative` stands in `text`, both squeezed by the caller's `squeeze`; numbers match whole.

    >>> holds("15日内办结", "5日"), holds("5日内办结", "5日"), holds("1.5倍", "1")
    (False, True, False)
    """
    start = text.find(alternative)
    while start >= 0:
        before, after = text[start - 1 : start], text[start + len(alternative) :][:2]
        cut_left = alternative[:1].isdigit() and (before.isdigit() or before == ".")
        cut_right = alternative[-1:].isdigit() and re.match(r"\.?\d", after)
        if not cut_left and not cut_right:
            return True
        start = text.find(alternative, start + 1)
    return False


def missing_groups(text: str, groups: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Give the fact groups of which no alternative stands in the text."""
    squeezed = _plain(text)
    return [group for group in groups if not any(holds(squeezed, _plain(alt)) for alt in group)]


def present(text: str, alternatives: Sequence[str]) -> list[str]:
    """Give the alternatives that stand in the text (for what is forbidden)."""
    squeezed = _plain(text)
    return [alt for alt in alternatives if holds(squeezed, _plain(alt))]


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """Squeeze the text, thousands without separators; a full-width comma separates numbers, never thousands."""
    return squeeze(_GROUPED.sub(lambda number: number[0].replace(",", ""), text))
