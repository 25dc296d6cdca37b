"""What each clause of a caller is: told, wished for, or nothing that a ticket needs.

A linear model over character n-grams, which also sees whether a clause opens or closes the talk. It is trained on
labelled talks by `python -m eval.train_clauses`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from assistant.tickets.linear import LinearModel
from assistant.tickets.schema import Span
from assistant.tickets.transcript import CallerWords

MODEL = Path(__file__).parent / "clauses.npz"
PART = "part"
"""Name of the model's head."""

MOST = 300
"""Clauses of a talk that are read: of a longer one the first and last half of this."""

_CLAUSE = re.compile(r"[^\s，,。；;！!？?\n]+[？?]?")
_ASKED = re.compile(r"诉求|希望|要求|怎么处理|想怎么|需要(?:我们)?(?:怎么|什么)|想要|您(?:的)?意思|你要")
_FIRST, _LAST, _LATE = "⓪", "⑨", "⑥"
"""Signs before a clause that the model reads: it opens or closes the talk, or comes late in it."""

_LATE_FROM = 0.6

_OPENS = 2
"""Characters into an answer within which a clause opens it."""

WISHED = 0.4
"""From this probability on a clause is a wish, though it may be a bit likelier to be told."""

STILL_WISHED = 0.1
"""The same for a clause that follows a wish in one breath: 派人去查，十点以后不要再施工."""


class Part(StrEnum):
    """What a clause is."""

    STORY = "story"
    WISH = "wish"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Clause:
    """A clause of the caller, folded, and its place in the transcript."""

    text: str
    span: Span
    part: Part


def clauses(words: CallerWords) -> list[Clause]:
    """Cut what the caller says into clauses and tell what each is; the answer to 您的诉求是 is a wish."""
    spans = cut(words.text)
    model = _model()
    found: list[Clause] = []
    for span, read in zip(spans, marked(words.text, spans), strict=True):
        shares = model.read(read, None)[PART]
        goes_on = bool(found) and found[-1].part is Part.WISH and "\n" not in words.text[found[-1].span[1] : span[0]]
        if shares[Part.WISH] >= (STILL_WISHED if goes_on else WISHED):
            part = Part.WISH
        else:
            part = Part(max(shares, key=lambda name: shares[name]))
        if part is Part.STORY and words.answers(span[0], _ASKED, _OPENS):
            part = Part.WISH
        found.append(Clause(words.text[slice(*span)], span, part))
    return found


def cut(text: str) -> list[Span]:
    """Give the places of the clauses, cut at blanks and punctuation."""
    spans = [match.span() for match in _CLAUSE.finditer(text)]
    return spans if len(spans) <= MOST else spans[: MOST // 2] + spans[-MOST // 2 :]


def marked(text: str, spans: Sequence[Span]) -> Iterator[str]:
    """Give each clause as the model reads it, behind the signs of where it stands."""
    for number, span in enumerate(spans):
        late = _LAST if number == len(spans) - 1 else _LATE if number >= _LATE_FROM * len(spans) else ""
        yield f"{'' if number else _FIRST}{late}{text[slice(*span)]}"


@lru_cache(maxsize=1)
def _model() -> LinearModel:
    return LinearModel.load(MODEL)
