"""Loads prompt files and the fixed replies; a missing variable or reply raises."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from string import Template

import yaml

_HERE = Path(__file__).parent


class PromptError(Exception):
    """A prompt or reply is missing, or one of its variables is."""


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
    value = _found(key)
    if not isinstance(value, str):
        raise PromptError(f"replies.yaml: {key!r} is not a text")
    try:
        return Template(value.strip()).substitute(variables)
    except KeyError as error:
        raise PromptError(f"reply {key!r} needs the variable {error}") from error


def replies(key: str) -> dict[str, str]:
    """Give a group of fixed replies without variables, by name, in the order of replies.yaml."""
    group = _found(key)
    if not isinstance(group, dict) or not all(isinstance(text, str) for text in group.values()):
        raise PromptError(f"replies.yaml: {key!r} is not a group of texts")
    return {str(name): text.strip() for name, text in group.items()}


def _found(key: str) -> object:
    value: object = _replies()
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise PromptError(f"replies.yaml has no {key!r}")
        value = value[part]
    return value


@lru_cache
def prompt_text(name: str) -> str:
    """Give the prompt `name` as it stands, for a library that fills in its own variables."""
    path = _HERE / f"{name}.md"
    if not path.is_file():
        raise PromptError(f"no prompt {name!r}")
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _replies() -> dict[str, object]:
    data = yaml.safe_load((_HERE / "replies.yaml").read_text(encoding="utf-8"))
    return dict(data)
