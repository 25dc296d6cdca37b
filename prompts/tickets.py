"""Loads the fixed sentences of hotline tickets (tickets.yaml); a missing one raises."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

import yaml

from prompts.loader import PromptError

_FILE = Path(__file__).parent / "tickets.yaml"


def ticket_text(key: str, **variables: str) -> str:
    """Give the sentence `key` (dotted path in tickets.yaml), filled with `$variables`."""
    value: Any = _texts()
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise PromptError(f"tickets.yaml has no {key!r}")
        value = value[part]
    if not isinstance(value, str):
        raise PromptError(f"tickets.yaml: {key!r} is not a text")
    try:
        return Template(value.strip()).substitute(variables)
    except KeyError as error:
        raise PromptError(f"sentence {key!r} needs the variable {error}") from error


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
