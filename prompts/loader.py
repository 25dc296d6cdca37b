"""Loads prompt files and the fixed replies; a missing variable or reply raises."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from string import Template

from prompts.errors import PromptError
from prompts.texts import Texts

_HERE = Path(__file__).parent
_REPLIES = Texts("replies.yaml")


def render(name: str, **variables: str) -> str:
    """Fill the prompt `name` (a path below this folder, without .md) with `$variables`.

    Braces and other text stay as they are. Raises PromptError when the prompt or a variable is missing.
    """
    try:
        return Template(prompt_text(name)).substitute(variables)
    except KeyError as error:
        raise PromptError(f"prompt {name!r} needs the variable {error}") from error


def prompt_hash(name: str) -> str:
    """Give 12 hex digits over the prompt's text, for run records."""
    return hashlib.sha256(prompt_text(name).encode()).hexdigest()[:12]


def reply(key: str, **variables: str) -> str:
    """Give the fixed reply `key` (dotted path in replies.yaml), filled with `$variables`."""
    return _REPLIES.text(key, **variables)


def replies(key: str) -> dict[str, str]:
    """Give a group of fixed replies without variables, by name, in the order of replies.yaml."""
    return _REPLIES.group(key)


@lru_cache
def prompt_text(name: str) -> str:
    """Give the prompt `name` as it stands, for a library that fills in its own variables."""
    path = _HERE / f"{name}.md"
    if not path.is_file():
        raise PromptError(f"no prompt {name!r}")
    return path.read_text(encoding="utf-8")
