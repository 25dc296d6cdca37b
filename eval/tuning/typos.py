"""Mistyped copies of questions: some characters are replaced by others that sound the same (护照 → 户照)."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable

from pypinyin import lazy_pinyin

from knowledge_base.text import has_han

RATE = 0.15
"""Share of the characters that are replaced; at least one is."""


class Typist:
    """Replaces characters by same-sounding ones, the common ones more often; `texts` say which are common."""

    def __init__(self, texts: Iterable[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._sound: dict[str, str] = {}
        self._common: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for character, count in Counter("".join(texts)).items():
            if has_han(character):
                self._sound[character] = lazy_pinyin(character)[0]
                self._common[self._sound[character]].append((character, count))

    def mistyped(self, text: str) -> str:
        """Give the text with some characters mistyped; unchanged where none has another of its sound."""
        places = [place for place, character in enumerate(text) if self._others(character)]
        typed = list(text)
        for place in self._random.sample(places, min(len(places), max(1, round(RATE * len(text))))):
            others = self._others(text[place])
            typed[place] = self._random.choices([c for c, _ in others], [n for _, n in others])[0]
        return "".join(typed)

    def _others(self, character: str) -> list[tuple[str, int]]:
        sound = self._sound.get(character)
        return [] if sound is None else [(c, n) for c, n in self._common[sound] if c != character]
