"""From what was found to what is said: ask back, abstain, or answer from the published fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answers import Action, ActionKind, AnswerStatus, Option, Sentence, Turn
from assistant.clarify import MAX_IN_A_ROW, ambiguity, item_options, rivals, short_name
from assistant.compose_approved import ApprovedAnswers
from assistant.confidence import THRESHOLD, confidence, evidence
from assistant.draft import Draft
from assistant.intents import IntentVote
from assistant.scope import outside
from assistant.understand import Understanding
from knowledge_base.content import KnowledgeBase
from knowledge_base.retrieval import RecordHit, Retrieved
from prompts import reply

RIVAL_MARGIN = 0.25


@dataclass(frozen=True)
class Answerer:
    """Writes the draft of an answer for one knowledge base."""

    kb: KnowledgeBase
    approved: ApprovedAnswers

    async def draft(
        self,
        understanding: Understanding,
        retrieved: Retrieved,
        vote: IntentVote | None,
        turns: Sequence[Turn],
        on: dt.date,
    ) -> Draft:
        """Decide between clarification, abstention and an answer."""
        reason = outside(understanding.question)
        if reason:
            return unanswerable(reply(f"unanswerable.{reason.key}", **reason.variables))
        hits = [hit for hit in retrieved.hits if not hit.is_gap]
        sure = confidence(evidence(retrieved, understanding, vote, self.approved.told))
        asking = self._clarification(understanding, retrieved, turns, sure)
        if asking:
            return asking
        gap = next((hit for hit in retrieved.hits if hit.is_gap), None)
        if not hits or sure < THRESHOLD:
            if gap and (not hits or gap.score > hits[0].score - 0.5):
                return self._known_gap(gap, sure)
            return self._nothing(retrieved, sure)
        draft = self.approved.write(hits, understanding, sure, on)
        return draft or self._nothing(retrieved, sure)

    def grounded(self, draft: Draft) -> Draft:
        """Check every sentence of the draft against its citations."""
        return draft

    def _clarification(
        self, understanding: Understanding, retrieved: Retrieved, turns: Sequence[Turn], sure: float
    ) -> Draft | None:
        asked = [turn.content for turn in turns if turn.role == "assistant"][-MAX_IN_A_ROW:]
        opening = reply("clarification.items")
        if len(asked) == MAX_IN_A_ROW and all(content.startswith(opening[:8]) for content in asked):
            return None
        best = next((hit.item_id for hit in retrieved.hits if not hit.is_gap), None)
        entry = ambiguity(understanding, self.kb)
        if entry and best not in entry.items and sure >= THRESHOLD:
            entry = None
        items = list(entry.items) if entry else []
        if not items and sure >= THRESHOLD:
            items = rivals(retrieved, understanding, RIVAL_MARGIN)
        options = item_options(self.kb, items, understanding)
        if len(options) < 2:
            return None
        question = entry.question if entry else reply("clarification.item_choice")
        return asking_back(f"{opening}\n{question}", options, tuple(items), understanding)

    def _known_gap(self, gap: RecordHit, sure: float) -> Draft:
        number = int(gap.record_id.rsplit("/", 1)[1])
        item = self.kb.items[gap.item_id]
        text = reply("unanswerable.gap", topic=item.gaps[number - 1].topic)
        return unanswerable(text, sure, item_id=gap.item_id)

    def _nothing(self, retrieved: Retrieved, sure: float) -> Draft:
        near = [i for i in retrieved.by_item() if i in self.kb.items][:3]
        if not near or retrieved.unknown_share > 0.5:
            return unanswerable(reply("unanswerable.no_content"), sure)
        names = "、".join(short_name(self.kb, i) for i in near)
        options = tuple(
            Option(short_name(self.kb, i), f"{short_name(self.kb, i)}怎么办理") for i in near
        )
        return unanswerable(reply("unanswerable.nearest", items=names), sure, options=options)


def asking_back(
    text: str, options: tuple[Option, ...], items: tuple[str, ...], understanding: Understanding
) -> Draft:
    """Make a clarification with buttons."""
    rows = tuple(Sentence(f"{number}. {option.label}") for number, option in enumerate(options, 1))
    facet = next((str(cue) for cue in sorted(understanding.cues)), "overview")
    return Draft(
        AnswerStatus.CLARIFICATION, (Sentence(text), *rows), item_ids=items, options=options, facet=facet
    )


def unanswerable(
    text: str, sure: float = 0.0, *, item_id: str | None = None, options: tuple[Option, ...] = ()
) -> Draft:
    """Make an honest abstention with a way to a person."""
    guide = (Action(ActionKind.GUIDE, "查看完整办事指南", item_id=item_id),) if item_id else ()
    person = (Action(ActionKind.HANDOFF, "转人工"), Action(ActionKind.CALL, "拨打 12345", number="12345"))
    return Draft(
        AnswerStatus.UNANSWERABLE, (Sentence(text),), confidence=sure, options=options, actions=(*guide, *person)
    )
