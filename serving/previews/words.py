"""The wording of the faces of pre-review: prompts/preview_faces.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from string import Template
from typing import cast

import yaml

import prompts

_FILE = Path(prompts.__file__).parent / "preview_faces.yaml"


def word(key: str, **variables: str) -> str:
    """Give the text `key` (dotted path), filled with `$variables`; KeyError when either is missing."""
    value = _at(key)
    assert isinstance(value, str), key
    return Template(value.strip()).substitute(variables)


def words(key: str) -> dict[str, str]:
    """Give a group of texts by name, in the order of the file."""
    value = _at(key)
    assert isinstance(value, dict), key
    return {str(name): str(text).strip() for name, text in value.items()}


def _at(key: str) -> object:
    value: object = _texts()
    for part in key.split("."):
        value = cast("dict[str, object]", value)[part]
    return value


@lru_cache(maxsize=1)
def _texts() -> dict[str, object]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
