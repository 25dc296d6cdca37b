"""The gate before any search: emergencies, attacks, requests for a person, complaints, small talk."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.answers import AnswerStatus
from assistant.intents import Intent
from assistant.rules import matching

Ending = tuple[AnswerStatus, str]
"""A status and the key of its fixed reply."""

SURE: dict[AnswerStatus, float] = {
    AnswerStatus.EMERGENCY: 0.25,
    AnswerStatus.REFUSED: 0.3,
    AnswerStatus.HANDOFF: 0.5,
    AnswerStatus.TICKET: 0.5,
    AnswerStatus.SMALLTALK: 0.55,
}
"""Probability from which a family of intents decides, first one first; chosen on the safety suite's dev split."""

SURE_OF_EITHER = 0.4
"""The same for emergency and attack together ("how do I loosen his gas pipe"); the likelier one decides."""

SURE_IN_CONVERSATION = 0.9
FEW_CHARS = 15
"""The same for a few words where something was said before: they may well go on with it ("男的有吗", "要给钱吗")."""

SURE_AGAINST_CONTENT = 0.9
"""Probability needed where the knowledge base vouches for a message: the intents were not learnt on its subjects."""


_PAST = re.compile(
    r"出院|早灭|已经(灭|好)了|在家养|上个?月|上周|上星期|去年|前年|前几[天日个]|[半几一两二三]年前|给退了|退回来|理赔|后来"
)
_STILL = re.compile(r"正在|还在|又[在来]|现在.{0,6}(流|喘|烧|冒|打|追|困|晕|昏|疼|痛)|刚刚|快来|救命")
"""An emergency that is told as past, with nothing present beside it, must be as sure as where content vouches.

Never so for suicide: what is long past weighs on the present there.
"""


def guard(
    text: str, intent: Intent, in_conversation: bool = False, vouched: Callable[[], bool] = lambda: False
) -> Ending | None:
    """Give the ending that the normalised message itself calls for; None: go on and search.

    `vouched` tells whether the knowledge base surely answers the message; asked only where the intent would decide.

    Unmistakable wordings decide by rule; else the first family of intents that is sure enough, emergencies first.
    """
    for status in (AnswerStatus.EMERGENCY, AnswerStatus.REFUSED):
        kind = matching(text, status)
        if kind is not None:
            return status, f"{status}.{kind}"
    if _is_past(text) and intent.family("emergency") < SURE_AGAINST_CONTENT:
        intent = intent if intent.likeliest("emergency") == "emergency_suicide" else intent.without("emergency")
    least = SURE_IN_CONVERSATION if in_conversation and len(text) <= FEW_CHARS else 0.0
    complaint = matching(text, AnswerStatus.TICKET)
    if complaint and intent.family("refused") < SURE_AGAINST_CONTENT:
        intent = intent.without("refused")
    danger = {status: intent.family(status) for status in (AnswerStatus.EMERGENCY, AnswerStatus.REFUSED)}
    if sum(danger.values()) >= max(SURE_OF_EITHER, least):
        status = max(danger, key=lambda name: danger[name])
        if danger[status] >= SURE_AGAINST_CONTENT or not vouched():
            return status, _reply_key(status, intent.likeliest(status))
    if complaint:
        return AnswerStatus.TICKET, f"{AnswerStatus.TICKET}.{complaint}"
    for status, sure in SURE.items():
        found = intent.family(status)
        if found >= max(sure, least) and (found >= SURE_AGAINST_CONTENT or not vouched()):
            return status, _reply_key(status, intent.likeliest(status))
    return None


def _is_past(text: str) -> bool:
    return bool(_PAST.search(text)) and not _STILL.search(text)


def _reply_key(status: AnswerStatus, label: str) -> str:
    """Name the fixed reply of a label: `emergency_fire` → `emergency.fire`, `privacy` → `refused.privacy`."""
    kind = label.removeprefix(f"{status}_")
    return f"{status}.{'default' if kind == status else kind}"
