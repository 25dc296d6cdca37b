"""The same question typed otherwise: variants by code, whose meaning cannot have changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_POINTS = re.compile(r"[,，。.!！?？;；、~～…\s]+")


def polite(question: str) -> str:
    """Put a greeting before and thanks behind."""
    return f"您好，麻烦问一下，{question.rstrip('?？')}？谢谢啦"


def traditional(question: str) -> str:
    """Write it in traditional characters."""
    return str(_converter().convert(question))


def unpunctuated(question: str) -> str:
    """Type spaces for punctuation marks, as many do on a phone."""
    return _POINTS.sub(" ", question).strip()


def full_width(question: str) -> str:
    """Write ASCII letters, digits and marks in full width, and end with a full-width mark."""
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in question.rstrip("?？"))
    return f"{wide}？？"


FORMS: dict[str, Callable[[str], str]] = {
    "polite": polite,
    "traditional": traditional,
    "unpunctuated": unpunctuated,
    "full_width": full_width,
}


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")
