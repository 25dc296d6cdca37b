"""Reads tables of snippets: what was said, a bar, what is expected; @ stands for a line break, - for None."""

from __future__ import annotations

from assistant.tickets.schema import Channel
from assistant.tickets.transcript import CallerWords, caller_words, parse


def heard(text: str) -> CallerWords:
    """Parse a snippet of a call and keep the caller's words."""
    return caller_words(parse(text, Channel.CALL))


def rows(table: str) -> list[tuple[str, str | None]]:
    """Cut a table into pairs."""
    pairs = (line.rsplit("|", 1) for line in table.strip().splitlines())
    return [(said.replace("@", "\n"), None if expected == "-" else expected) for said, expected in pairs]
