"""The last step: a draft becomes the Answer that every channel gets."""

from __future__ import annotations

import uuid

from assistant.answers import Action, ActionKind, Answer, AnswerStatus, Sentence, Tier
from assistant.draft import Draft
from knowledge_base.masking import mask
from prompts import reply

_SUMMARY_CHARS = 300

_NUMBERS = {
    "fire": ("119", "120"),
    "gas": ("119", "120"),
    "crime": ("110", "120"),
    "medical": ("120", "110"),
    "traffic": ("122", "120", "110"),
    "suicide": ("110", "120", "12356"),
    "trapped": ("110", "119", "120"),
}


def fixed(status: AnswerStatus, key: str, *, text: str) -> Draft:
    """Make the draft of a fixed reply; `text` is the message, for the summary that a person gets."""
    actions: tuple[Action, ...] = ()
    summary = mask(text)[:_SUMMARY_CHARS]
    if status is AnswerStatus.EMERGENCY:
        numbers = _NUMBERS[key.split(".", 1)[1]]
        actions = tuple(Action(ActionKind.CALL, f"拨打 {number}", number=number) for number in numbers)
    elif status is AnswerStatus.TICKET:
        actions = (
            Action(ActionKind.TICKET, "转成 12345 工单", summary=summary),
            Action(ActionKind.CALL, "拨打 12345", number="12345"),
        )
    elif status in (AnswerStatus.HANDOFF, AnswerStatus.UNANSWERABLE, AnswerStatus.ERROR_RETRIEVAL):
        actions = (
            Action(ActionKind.HANDOFF, "转人工", summary=summary),
            Action(ActionKind.CALL, "拨打 12345", number="12345"),
        )
    return Draft(status, (Sentence(reply(key)),), confidence=1.0, actions=actions)


def finish(draft: Draft) -> Answer:
    """Give the draft its id, its text and the AI label."""
    return Answer(
        answer_id=uuid.uuid4().hex,
        status=draft.status,
        text="\n".join(sentence.text for sentence in draft.sentences),
        sentences=draft.sentences,
        citations=draft.citations,
        item_ids=draft.item_ids,
        facet=draft.facet,
        confidence=round(draft.confidence, 4),
        tier=draft.tier,
        options=draft.options,
        actions=draft.actions,
        ai_label=reply("ai_label_documents" if draft.tier is Tier.PASSAGE else "ai_label"),
    )
