"""What makes a ticket pressing: urgency, weak signals, special groups, and the wish to stay unnamed.

Patterns are data (`signals.yaml`) next to the triggers of the ticket rules. A wording counts only where it is
neither denied (没有人受伤), supposed (万一着火) nor told as long past; despair counts in any case.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant.answers import AnswerStatus
from assistant.intents import Intent
from assistant.logistic import logistic
from assistant.rules import rules
from assistant.tickets.schema import Field, Span, Urgency, WeakSignal
from assistant.tickets.transcript import CallerWords, fold
from knowledge_base.schema import TicketRule, TicketRuleKind
from prompts.ticket_drafts import draft_text

_FILE = Path(__file__).parent / "signals.yaml"
_CLAUSE_END = re.compile(r"[\n。！？!?；;]")
_AROUND = 18
"""Characters before and after a match within which an exception takes it back."""

_LITERAL = ("weak-signal-1", "weak-signal-2", "weak-signal-5", "weak-signal-6")
"""Rules whose triggers are safe as plain strings; the others need their context."""

_COUNTED = ("weak-signal-3",)
"""Found by counting tickets, not by words."""


TOLD = 0.9
"""How sure an emergency is that the wordings of the rules tell of."""


@dataclass(frozen=True)
class Emergency:
    """A danger that is there now; `kind` is a label such as fire or suicide, `sure` a probability."""

    kind: str
    span: Span
    sure: float = TOLD


def emergencies(words: CallerWords) -> list[Emergency]:
    """Find the dangers in the caller's words, in the order of their kinds."""
    found: list[Emergency] = []
    for kind, pattern in _compiled()["emergency"].items():
        span = _first(pattern, words.text)
        if span is not None:
            found.append(Emergency(kind, span))
    for rule in rules():
        if rule.group == AnswerStatus.EMERGENCY and rule.kind not in {e.kind for e in found}:
            for line in _lines(words.text):
                match = next((m for p in rule.patterns if (m := p.search(line[0]))), None)
                if (
                    match
                    and rule.matches(line[0])
                    and not _hedged(words.text, line[1] + match.start(), line[1] + match.end())
                ):
                    found.append(Emergency(rule.kind, (line[1] + match.start(), line[1] + match.end())))
                    break
    return found


DANGER = {"emergency": 0.27, "intent": 0.56, "alarm": 0.47, "offset": -0.57}
"""What tells of a danger, each as log-odds: emergency and alarm of the ticket model, the intents.
Fitted on the splits that inform settings (test, fresh, fresh2)."""

SURE_DANGER = 0.1
"""Probability of an emergency from which a text is one without a wording of the rules."""

MAYBE_DANGER = 0.02
"""From here on it is a weak signal: a person looks before anything is sent."""

NO_DANGER = 0.004
"""Below this a wording of the rules is a manner of speaking: 气都要炸了."""


def danger(intent: float, emergency: float, alarm: float) -> float:
    """Give the probability of an emergency from those of the intent model and of the ticket model."""
    told = {"emergency": emergency, "intent": intent, "alarm": alarm}
    logit = DANGER["offset"] + sum(DANGER[name] * _log_odds(share) for name, share in told.items())
    return logistic(logit)


def _log_odds(share: float) -> float:
    kept = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(kept / (1 - kept))


def sensed(words: CallerWords, intent: Intent, probability: float) -> tuple[list[Emergency], list[Emergency]]:
    """Give the emergencies in the caller's words, and what may be one.

    `probability` is that of `danger`; where no rule names the kind, the intent model does.
    """
    if not words.text.strip():
        return [], []
    text = words.text.rstrip()
    start = len(text) - len(text.lstrip())
    kind = intent.likeliest("emergency").removeprefix("emergency").removeprefix("_") or "crime"
    whole = [Emergency(kind, (start, len(text)), min(probability, TOLD))]
    told = emergencies(words) if probability >= NO_DANGER else []
    sure = told or (whole if probability >= SURE_DANGER else [])
    return sure, sure or (whole if probability >= MAYBE_DANGER else [])


def weak_signals(words: CallerWords, ticket_rules: Iterable[TicketRule]) -> Field[tuple[WeakSignal, ...]]:
    """Find the weak signals by the ticket rules of the knowledge base."""
    found: list[WeakSignal] = []
    first: Span | None = None
    for rule in ticket_rules:
        if rule.kind is not TicketRuleKind.WEAK_SIGNAL:
            continue
        pattern = _compiled()["weak"].get(rule.id)
        span = _first(pattern, words.text) if pattern else None
        if span is None and (rule.id in _LITERAL or (pattern is None and rule.id not in _COUNTED)):
            span = _literal(rule.triggers, words.text, pattern)
        if span is not None:
            found.append(WeakSignal(rule.id, rule.name, words.text[slice(*span)]))
            first = first or span
    return Field(tuple(found), 0.9 if found else 0.85, first)


def suspected(probability: float) -> Field[tuple[WeakSignal, ...]]:
    """Give a weak signal that no rule names: the trained model takes the words as a whole for one."""
    return Field((WeakSignal("model", draft_text("notes", "suspected"), ""),), probability)


def urgency(words: CallerWords, dangers: list[Emergency], signals: Iterable[WeakSignal]) -> Field[Urgency]:
    """Grade the urgency: a danger is an emergency, the wordings of `urgent` are urgent, everything else normal."""
    if dangers:
        return Field(Urgency.EMERGENCY, dangers[0].sure, dangers[0].span)
    for pattern in _compiled()["urgent"].values():
        span = _first(pattern, words.text)
        if span is not None:
            return Field(Urgency.URGENT, 0.8, span)
    return Field(Urgency.NORMAL, 0.75 if any(True for _ in signals) else 0.9)


def special_groups(words: CallerWords) -> Field[tuple[str, ...]]:
    """Name the special groups that the caller speaks of."""
    found = {
        name: match.span() for name, pattern in _compiled()["groups"].items() if (match := pattern.search(words.text))
    }
    return Field(tuple(found), 0.85, next(iter(found.values()), None))


def confidential(words: CallerWords) -> Field[bool]:
    """Tell whether the caller asks not to be named."""
    span = _first(_compiled()["confidential"], words.text)
    return Field(span is not None, 0.93, span)


def attachments(words: CallerWords) -> Field[tuple[str, ...]]:
    """Give the pictures, recordings and papers that the caller says there are."""
    spans = list(_all(_compiled()["attachments"], words.text))
    return Field(tuple(dict.fromkeys(words.text[slice(*span)] for span in spans)), 0.8, spans[0] if spans else None)


SHOWN_CHARS = 40
_SIGNAL_OF_DANGER = {"suicide": "weak-signal-1", "crowd": "weak-signal-2"}
_DANGER_RULE = "weak-signal-6"


def with_dangers(
    found: Field[tuple[WeakSignal, ...]], dangers: Iterable[Emergency], ticket_rules: Iterable[TicketRule], text: str
) -> Field[tuple[WeakSignal, ...]]:
    """Add the weak signal that every emergency is by itself."""
    names = {rule.id: rule.name for rule in ticket_rules if rule.kind is TicketRuleKind.WEAK_SIGNAL}
    signals = {signal.rule: signal for signal in found.value}
    first = found.evidence
    for danger in dangers:
        rule = _SIGNAL_OF_DANGER.get(danger.kind, _DANGER_RULE)
        if rule in names and rule not in signals:
            signals[rule] = WeakSignal(rule, names[rule], text[slice(*danger.span)][:SHOWN_CHARS])
            first = first or danger.span
    return Field(tuple(signals.values()), found.confidence, first)


@dataclass(frozen=True)
class _Wording:
    """One kind of wording. `all_of`: every pattern must occur in the text, the first one gives the place."""

    any_of: tuple[re.Pattern[str], ...]
    all_of: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    require: re.Pattern[str] | None
    hedged: bool


def _first(wording: _Wording, text: str) -> Span | None:
    return next(_all(wording, text), None)


def _all(wording: _Wording, text: str) -> Iterator[Span]:
    if wording.require and not wording.require.search(text):
        return
    if wording.all_of:
        matches = [pattern.search(text) for pattern in wording.all_of]
        if all(matches) and not any(pattern.search(text) for pattern in wording.unless) and matches[0]:
            yield matches[0].span()
        return
    for pattern in wording.any_of:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(p.search(_near(text, start, end)) for p in wording.unless):
                continue
            if not wording.hedged or not _hedged(text, start, end):
                yield (start, end)


def _near(text: str, start: int, end: int) -> str:
    before = _CLAUSE_END.split(text[max(0, start - _AROUND) : start])[-1]
    return before + text[start:end] + _CLAUSE_END.split(text[end : end + _AROUND])[0]


def _hedged(text: str, start: int, end: int) -> bool:
    """Tell whether a wording is denied, supposed or past, with nothing present beside it."""
    hedges = _compiled()["hedges"]
    before = _CLAUSE_END.split(text[max(0, start - 26) : start])[-1]
    after = _CLAUSE_END.split(text[end : end + 14])[0]
    if hedges["negated"].search(before) or hedges["supposed"].search(before.rstrip(" ,，")):
        return True
    if hedges["present"].search(before) or hedges["present"].search(re.split("[，,]", after)[0]):
        return False
    return bool(hedges["past"].search(before) or hedges["over"].search(after))


def _literal(triggers: Iterable[str], text: str, wording: _Wording | None) -> Span | None:
    for trigger in triggers:
        at = text.find(fold(trigger))
        end = at + len(trigger)
        excepted = at < 0 or (wording is not None and any(p.search(_near(text, at, end)) for p in wording.unless))
        if not excepted and not _hedged(text, at, end):
            return at, end
    return None


def _lines(text: str) -> Iterator[tuple[str, int]]:
    return ((match[0], match.start()) for match in re.finditer(r"[^\n]+", text))


def _wording(data: dict[str, Any]) -> _Wording:
    unless = data.get("unless", [])
    return _Wording(
        any_of=tuple(map(re.compile, data.get("any", []))),
        all_of=tuple(map(re.compile, data.get("all", []))),
        unless=tuple(map(re.compile, [unless] if isinstance(unless, str) else unless)),
        require=re.compile(data["require"]) if "require" in data else None,
        hedged=data.get("hedged", True),
    )


@lru_cache(maxsize=1)
def _compiled() -> dict[str, Any]:
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        "hedges": {name: re.compile(pattern) for name, pattern in data["hedges"].items()},
        "emergency": {kind: _wording(entry) for kind, entry in data["emergency"].items()},
        "weak": {rule: _wording(entry) for rule, entry in data["weak"].items()},
        "urgent": {kind: _wording(entry) for kind, entry in data["urgent"].items()},
        "groups": {name: re.compile(pattern) for name, pattern in data["special_groups"].items()},
        "confidential": _wording(data["confidential"]),
        "attachments": _wording(data["attachments"]),
    }
