"""The texts of the ticket pages (ticket_pages.yaml)."""

from __future__ import annotations

from typing import Any

from prompts.texts import Texts

_TEXTS = Texts("ticket_pages.yaml")


def page_texts(group: str) -> Any:
    """Give a group of texts by name; the demonstration call is a list of speaker and words."""
    return _TEXTS.found(group)
