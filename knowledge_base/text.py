"""Turns what people type into what the indexes hold: width, script, spaces, same-sound typos."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_SPACE = re.compile(r"\s+")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
"""Characters without a glyph: zero-width spaces and joiners, marks of direction, soft hyphens."""

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SPELLINGS = {"东菀": "东莞", "东筦": "东莞", "东宛": "东莞", "帐户": "账户", "帐号": "账号", "帐单": "账单"}
"""Wrong spellings that do not sound like the right one, or that dictionaries accept."""


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def normalise(text: str) -> str:
    """NFKC, traditional → simplified, lower case, invisible characters gone, runs of space as one.

    >>> normalise("居住證　Ａ１ 點辦？")
    '居住证 a1 点办?'
    """
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _SPACE.sub(" ", str(_to_simplified().convert(text))).strip().lower()


def squeeze(text: str) -> str:
    """`normalise` without any spaces: the form in which answers and facts are compared."""
    return normalise(text).replace(" ", "")


def has_han(text: str) -> bool:
    """Tell whether the text holds at least one Chinese character."""
    return _HAN.search(text) is not None


EVERYDAY = 15_000
"""Corpus frequency above which a single character is too common to be taken for a typo."""


class TypoRepair:
    """Replaces words that sound like a known term by that term (居主证 → 居住证, 东菀 → 东莞).

    A window of the text is replaced only if it has the same toneless syllables as a term of the
    knowledge base, shares at least half its characters with it, and is not a word itself. Everyday
    characters (不, 了, 来 …) are never taken for typos; they stand beside anything.
    """

    def __init__(self, terms: Iterable[str], frequency: Callable[[str], int]) -> None:
        self._frequency = frequency
        self._terms: dict[tuple[str, ...], list[str]] = {}
        self._known: set[str] = set()
        for term in terms:
            if 2 <= len(term) <= 6 and all(_HAN.match(c) for c in term):
                self._known.add(term)
                self._terms.setdefault(_syllables(term), []).append(term)

    def repair(self, text: str) -> str:
        """Give the text with its same-sound typos replaced; text without typos comes back unchanged."""
        for wrong, right in _SPELLINGS.items():
            text = text.replace(wrong, right)
        start = 0
        while start < len(text):
            for length in range(min(6, len(text) - start), 1, -1):
                window = text[start : start + length]
                if window in self._known:
                    start += length - 1
                    break
                better = self._match(window)
                if better is not None and not self._broken_words(text, start, start + length):
                    text = text[:start] + better + text[start + length :]
                    start += length - 1
                    break
            start += 1
        return text

    def _match(self, window: str) -> str | None:
        if self._frequency(window) or not all(_HAN.match(c) for c in window):
            return None
        for term in self._terms.get(_syllables(window), ()):
            changed = "".join(a + b for a, b in zip(window, term, strict=True) if a != b)
            everyday = self._everyday(window + term, 1) if len(term) == 2 else self._everyday(changed, 7)
            if len(changed) <= len(term) and not everyday:
                return term
        return None

    def _everyday(self, characters: str, leniency: int) -> bool:
        return any(self._frequency(c) > EVERYDAY * leniency for c in characters)

    def _broken_words(self, text: str, start: int, end: int) -> bool:
        """Tell whether a word of the dictionary reaches over an edge of the window."""
        left = ((start - n, start + 1) for n in (1, 2) if start >= n)
        right = ((end - 1, end + n) for n in (1, 2) if end + n <= len(text))
        return any(self._frequency(text[a:b]) for a, b in (*left, *right))


def _syllables(text: str) -> tuple[str, ...]:
    """Give the toneless syllable of each character, by its commonest reading."""
    return tuple(map(_syllable, text))


@lru_cache(maxsize=30_000)
def _syllable(character: str) -> str:
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])
