"""Lists of words that fields are told by, from `words.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml


@lru_cache(maxsize=1)
def _lists() -> dict[str, str]:
    return dict(yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8")))


@lru_cache(maxsize=8)
def words(name: str) -> tuple[str, ...]:
    """Give the list `name`, in the order of the file.

    >>> words("towns")[:2]
    ('莞城', '南城')
    """
    return tuple(_lists()[name].split())


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Give the characters with which surnames begin."""
    return frozenset("".join(words("surnames")))
