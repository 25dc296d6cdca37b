"""Loads the texts of ticket drafts (tickets/draft.yaml); a missing one raises."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from prompts.loader import PromptError

_FILE = Path(__file__).parent / "tickets" / "draft.yaml"


def draft_text(group: str, name: str) -> str:
    """Give the text `name` of a group: notes, closings."""
    text = _texts().get(group, {}).get(name)
    if text is None:
        raise PromptError(f"tickets/draft.yaml has no {group}.{name}")
    return text


def draft_texts(group: str) -> tuple[str, ...]:
    """Give all texts of a group."""
    return tuple(_texts()[group].values())


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
