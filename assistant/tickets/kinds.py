"""What kind of appeal it is: the trained model's word, unless the caller names it."""

from __future__ import annotations

import re

from assistant.tickets.classify import Classification
from assistant.tickets.schema import Field, TicketKind
from assistant.tickets.transcript import CallerWords


def _named(verb: str) -> re.Pattern[str]:
    wish = rf"(?:我要|我想|我来|想要|我是来){verb}(?!到|去|的?电话|渠道|有用)"
    return re.compile(rf"{wish}|(?:(?<=\n)|^){verb}(?=[:：，,])")


_NAMED = {TicketKind.COMPLAINT: _named("投诉"), TicketKind.REPORT: _named("举报")}

NAMED_SURE = 0.9
"""Confidence of a kind that the caller named."""


def kind_of(words: CallerWords, classified: Classification | None) -> Field[TicketKind]:
    """Give the kind; help when nothing was said.

    "我要投诉" makes a complaint of what the model takes for a call for help: what is wanted is mostly help, too. An
    enquiry about complaining stays one.
    """
    if classified is None or classified.kind is None:
        return Field(TicketKind.HELP, 0.0)
    if classified.kind is TicketKind.HELP:
        for kind, pattern in _NAMED.items():
            named = pattern.search(words.text)
            if named:
                return Field(kind, NAMED_SURE, named.span())
    return Field(classified.kind, classified.kinds[classified.kind])
