"""The texts of ticket drafts (tickets/draft.yaml)."""

from __future__ import annotations

from prompts.texts import Texts

_TEXTS = Texts("tickets/draft.yaml")


def draft_text(group: str, name: str, **variables: str) -> str:
    """Give the text `name` of a group: notes, closings, matter; filled with `$variables`."""
    return _TEXTS.text(f"{group}.{name}", **variables)


def draft_texts(group: str) -> tuple[str, ...]:
    """Give all texts of a group."""
    return tuple(_TEXTS.group(group).values())
