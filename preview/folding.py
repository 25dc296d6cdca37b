"""How text is made comparable: width, script, spaces; and which character of the original each folded one was."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_ALSO_SIMPLIFIED = frozenset("乾於徵藉瞭著夥甦")
"""Characters of the simplified standard (mostly in names) that a table would turn into others."""

_IN_BOTH = frozenset("云后里余谷丰干几范松郁姜岳台叶于向周志冲仆朴胡沈万")
"""Characters of both scripts that a table also turns into others."""

_WIDE_SIGNS = frozenset("（），；：！？")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _back() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("s2t")


@lru_cache(maxsize=20_000)
def is_only_simplified(char: str) -> bool:
    """Tell whether a character does not occur in the traditional script (钟, but not 云, which both have).

    >>> is_only_simplified("陈"), is_only_simplified("敏"), is_only_simplified("陳")
    (True, False, False)
    """
    return char >= "\u3400" and str(_back().convert(char)) != char and simple(char) == char and char not in _IN_BOTH


@lru_cache(maxsize=20_000)
def simple(char: str) -> str:
    """Give the simplified form of one character; one character in, one out."""
    if char < "\u3400" or char in _ALSO_SIMPLIFIED:
        return char
    converted = str(_converter().convert(char))
    return converted if len(converted) == 1 else char


def simplified(text: str) -> str:
    """Give the text in simplified characters, each by itself, so that no place moves.

    >>> simplified('漢族 證號')
    '汉族 证号'
    """
    return "".join(map(simple, text))


@dataclass(frozen=True)
class Folded:
    """A text without spaces, in narrow width and simplified script; `places[i]` is where `text[i]` stood."""

    text: str
    places: tuple[int, ...]


def folded(text: str) -> Folded:
    """Fold a text and remember where each character came from.

    >>> folded('姓 名：張').text, folded('姓 名：張').places
    ('姓名:张', (0, 2, 3, 4))
    """
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for narrow in unicodedata.normalize("NFKC", char):
            if not narrow.isspace() and narrow not in _INVISIBLE:
                chars.append(simple(narrow))
                places.append(place)
    return Folded("".join(chars), tuple(places))


def fold(text: str) -> str:
    """Fold a text for comparison.

    >>> fold('居 民 身 份 證')
    '居民身份证'
    """
    return folded(text).text


def neat(text: str, keep_signs: bool = False) -> str:
    """Give a value as it is kept: narrow width, no spaces between Chinese characters, one space elsewhere.

    `keep_signs` leaves wide punctuation （，；： as it was printed.

    >>> neat('张 伟 '), neat('CHAN  TAI MAN')
    ('张伟', 'CHAN TAI MAN')
    """
    chars = [
        c if keep_signs and c in _WIDE_SIGNS else unicodedata.normalize("NFKC", c)
        for c in text
        if c not in _INVISIBLE
    ]
    words = "".join(chars).split()
    out = ""
    for word in words:
        latin_gap = bool(out) and out[-1].isascii() and word[0].isascii()
        out += (" " if latin_gap else "") + word
    return out
