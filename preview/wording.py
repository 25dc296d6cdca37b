"""Gives the texts of pre-review from prompts/preview.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

import yaml

import prompts
from preview.schema import DocumentType
from prompts.loader import PromptError

_FILE = Path(prompts.__file__).parent / "preview.yaml"


def text(key: str, **variables: str) -> str:
    """Give the text at `key` (dotted path), filled with `$variables`.

    Raises:
        PromptError: there is no such text, or one of its variables is missing.
    """
    value = _found(key)
    if not isinstance(value, str):
        raise PromptError(f"preview.yaml: {key!r} is not a text")
    try:
        return Template(value).substitute(variables)
    except KeyError as error:
        raise PromptError(f"preview.yaml: {key!r} needs the variable {error}") from error


def group(key: str) -> dict[str, str]:
    """Give a group of plain texts by name."""
    value = _found(key)
    if not isinstance(value, dict):
        raise PromptError(f"preview.yaml: {key!r} is not a group of texts")
    return {str(name): str(wording) for name, wording in value.items()}


def type_name(kind: DocumentType | str) -> str:
    """Give what a document type is called, `id_card` for both sides included."""
    return text(f"types.{kind}")


def _found(key: str) -> Any:
    value: Any = _texts()
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise PromptError(f"preview.yaml has no {key!r}")
        value = value[part]
    return value


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
