"""How much of a reference text an answer repeats: ROUGE-L over characters, and its numbers."""

from __future__ import annotations

import re

from knowledge_base.text import squeeze

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def common_subsequence(a: str, b: str) -> int:
    """Give the length of the longest common subsequence (bit-parallel, Hyyrö 2004).

    >>> common_subsequence("居住证签注", "居民证的签注")
    4
    """
    positions: dict[str, int] = {}
    for place, char in enumerate(a):
        positions[char] = positions.get(char, 0) | 1 << place
    row = (1 << len(a)) - 1
    for char in b:
        match = row & positions.get(char, 0)
        row = (row + match) | (row - match)
    return len(a) - (row & ((1 << len(a)) - 1)).bit_count()


def rouge_l(text: str, reference: str) -> float:
    """Give the F1 of the longest common subsequence of two texts, squeezed; 0 when one is empty."""
    a, b = squeeze(text), squeeze(reference)
    common = common_subsequence(a, b)
    return 2 * common / (len(a) + len(b)) if common else 0.0


def numbers_held(text: str, reference: str) -> float:
    """Give the share of the reference's numbers that stand in the text; 1 when it has none."""
    wanted, found = _NUMBER.findall(squeeze(reference)), set(_NUMBER.findall(squeeze(text)))
    return sum(number in found for number in wanted) / len(wanted) if wanted else 1.0
