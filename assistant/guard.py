"""The gate before any search: emergencies, attacks, requests for a person, complaints, small talk."""

from __future__ import annotations

import re

from assistant.answers import AnswerStatus
from assistant.intents import IntentVote
from assistant.rules import excepted, matching

Ending = tuple[AnswerStatus, str]
"""A status and the key of its fixed reply."""

_GROUPS: tuple[tuple[str, AnswerStatus], ...] = (
    ("emergency", AnswerStatus.EMERGENCY),
    ("refused", AnswerStatus.REFUSED),
    ("handoff", AnswerStatus.HANDOFF),
    ("smalltalk", AnswerStatus.SMALLTALK),
    ("ticket", AnswerStatus.TICKET),
)

NEAR = 0.86
"""Cosine to exemplars below which the vote never acts without a rule: unrelated messages reach about that."""

LEADS: dict[AnswerStatus, float] = {
    AnswerStatus.EMERGENCY: 0.01,
    AnswerStatus.REFUSED: 0.015,
    AnswerStatus.HANDOFF: 0.015,
    AnswerStatus.SMALLTALK: 0.02,
    AnswerStatus.TICKET: 0.02,
}
"""By how much the vote's winner must be nearer than honest questions, to act without a rule.

Read off exemplars held back from the vote: at these leads 2 of 152 honest questions are stopped and 90 % of the
emergencies are seen by the vote alone, but only a third of what must be refused; the rules carry that.
"""

_ASKING = re.compile(
    r"[?？吗呢么]|什么|怎么|怎样|如何|哪|多少|几|能不能|可不可以|是不是|是否|谁|会不会|要不要|算不算|还能"
)


def guard(text: str, vote: IntentVote | None) -> Ending | None:
    """Give the ending that the message itself calls for; None: go on and search.

    Rules decide first and emergencies come before everything. Where no rule matches, the vote of labelled
    exemplars may decide, if it is sure; where one does, a vote clearly for an honest question overrules it
    (never for emergencies).
    """
    for group, status in _GROUPS:
        kind = matching(text, group)
        if kind is None:
            continue
        honest = vote is not None and vote.clearly_enquiry
        if honest and status in (AnswerStatus.REFUSED, AnswerStatus.TICKET):
            continue
        return status, _reply_key(status, kind)
    if vote is None:
        return None
    ending = _ending_of(vote.intent)
    if ending is None or vote.nearness[vote.intent] < NEAR or vote.lead < LEADS[ending[0]]:
        return None
    if ending[0] is AnswerStatus.TICKET and _ASKING.search(text):
        return None
    if ending[0] is AnswerStatus.REFUSED and excepted(text, "refused", vote.intent):
        return None
    return ending


def _ending_of(intent: str) -> Ending | None:
    if intent.startswith("emergency_"):
        return AnswerStatus.EMERGENCY, f"emergency.{intent.removeprefix('emergency_')}"
    if intent in ("injection", "privacy", "forgery", "promise", "bribery", "harmful"):
        return AnswerStatus.REFUSED, f"refused.{intent}"
    if intent in ("greeting", "thanks", "bye", "who", "chat", "abuse"):
        return AnswerStatus.SMALLTALK, f"smalltalk.{intent}"
    if intent in ("ticket", "handoff"):
        return AnswerStatus(intent), f"{intent}.default"
    return None


def _reply_key(status: AnswerStatus, kind: str) -> str:
    return f"{status}.{'default' if kind in ('complaint', 'default') else kind}"
