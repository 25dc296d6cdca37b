"""Rules that grade an answer without knowing the right one: for `eval`, and for sampled answers in production."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.answers import Answer, AnswerStatus
from assistant.grounding import claims, in_digits, quantities, stands
from knowledge_base.text import squeeze
from prompts import reply

MAX_CHARS = 1000
"""A longer answer is more than a citizen reads on a phone."""

_TEMPLATED = re.compile(r"^【.*】|^[☐·]\s*|^\d+[.、]\s*")
"""Headings and list marks, which are ours and state nothing."""


@dataclass(frozen=True)
class Statement:
    """One literal fact (number with unit, date, document, organisation, link) and whether its quotes hold it."""

    literal: str
    sentence: str
    supported: bool


def statements(sentences: Sequence[tuple[str, Sequence[str]]], quotes: Mapping[str, str]) -> list[Statement]:
    """Give every literal fact of an answer.

    Args:
        sentences: text and cited tokens of each sentence; the facts of one that cites nothing stand nowhere.
        quotes: `item name：quote` by token.
    """
    found = []
    for text, tokens in sentences:
        said = _TEMPLATED.sub("", text.replace(reply("unverified_mark"), "").replace(reply("dated_mark"), ""))
        source = "\n".join(quotes[token] for token in tokens if token in quotes)
        held = squeeze(source) + in_digits(source)
        known = quantities(source)
        found += [Statement(literal, text, literal in held) for literal in sorted(claims(said))]
        found += [Statement("".join(q), text, stands(q, known)) for q in sorted(quantities(said))]
    return found


class Fault(StrEnum):
    """What can be wrong with an answer whatever the question was; the value is the metric's label."""

    UNSUPPORTED = "unsupported"  # states a fact that its quotes do not hold
    UNCITED = "uncited"  # an answer without any citation
    UNMARKED = "unmarked"  # quotes an unverified fact without saying so
    EMPTY = "empty"  # no text
    TOO_LONG = "too_long"


def faults(answer: Answer) -> set[Fault]:
    """Grade one answer; empty: nothing to complain of."""
    found = set()
    if not answer.text.strip():
        found.add(Fault.EMPTY)
    if len(answer.text) > MAX_CHARS:
        found.add(Fault.TOO_LONG)
    if answer.status is not AnswerStatus.ANSWERED:
        return found
    quotes = {c.token: f"{c.item_name}：{c.quote}" for c in answer.citations}
    if not quotes:
        found.add(Fault.UNCITED)
    if any(not s.supported for s in statements([(s.text, s.citations) for s in answer.sentences], quotes)):
        found.add(Fault.UNSUPPORTED)
    if any(not c.verified for c in answer.citations) and reply("unverified_mark") not in answer.text:
        found.add(Fault.UNMARKED)
    return found
