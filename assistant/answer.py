"""From what was found to what is said: ask back, abstain, or answer from the published fields."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from assistant.answering import Emit
from assistant.answers import AnswerStatus, Citation, Option, Sentence, Tier, Turn
from assistant.clarify import (
    ASK_BACK,
    CLEAR_SHARE,
    MAX_IN_A_ROW,
    ambiguity,
    item_options,
    left_open,
    openness,
    pressed,
    rivals,
    short_name,
    without_brackets,
)
from assistant.compose import Composer, compares, composed
from assistant.compose_approved import ApprovedAnswers
from assistant.confidence import FOREIGN, confidence, evidence, is_enough
from assistant.draft import Draft, Pages, abstention
from assistant.errors import ModelReplyError, ModelUnavailableError
from assistant.grounding import unsupported
from assistant.intents import Intent
from assistant.scope import outside
from assistant.understand import Understanding
from knowledge_base.content import KnowledgeBase
from knowledge_base.retrieval import RecordHit, Retrieved
from knowledge_base.schema import Facet
from prompts import reply

logger = logging.getLogger(__name__)

MAYBE_ATTACK = 0.15
"""Probability of an attack from which nothing is answered, though it is not refused; no honest question of the dev
split reaches it."""

GAP_WITHIN = 1.5
"""How far behind the best record a known gap may rank and still be named in an abstention."""

COMPARED_WITHIN = 6.0
"""How far behind the best item another may rank and still be told in a comparison."""


@dataclass(frozen=True)
class Answerer:
    """Writes the draft of an answer for one knowledge base."""

    kb: KnowledgeBase
    approved: ApprovedAnswers
    composer: Composer

    async def draft(
        self,
        understanding: Understanding,
        retrieved: Retrieved,
        intent: Intent,
        turns: Sequence[Turn],
        on: dt.date,
        emit: Emit = lambda sentence: None,
    ) -> Draft:
        """Decide between clarification, abstention and an answer; `emit` gets composed sentences early."""
        reason = outside(understanding.question)
        if reason:
            return abstention(reply(f"unanswerable.{reason.key}", **reason.variables))
        hits = [hit for hit in retrieved.hits if not hit.is_gap]
        found = evidence(retrieved, intent)
        sure = confidence(found)
        button = pressed(self.kb, understanding)
        asking = None if button else self._clarification(understanding, retrieved, turns, found, sure)
        if asking:
            return asking
        whole = bool(hits) and button == (hits[0].item_id, Facet.STEPS)  # no single gap speaks for a whole item
        if not whole and (not hits or not is_enough(sure, retrieved)):
            return self._unanswered(hits, retrieved, sure)
        pointer = self.approved.pointer(hits[0], understanding.text)
        if pointer:
            told = reply("unanswerable.pointer", told=pointer.rstrip("。"))
            return abstention(told, sure, item_id=hits[0].item_id, options=self._nearest(retrieved))
        attack = intent.family("refused") >= MAYBE_ATTACK
        if attack or self.approved.is_beside(hits[0], understanding.question, on):
            return self._nothing(retrieved, sure)
        draft = self._approved(hits, understanding, sure, on)
        return await self._composed(draft, understanding, emit) if draft else self._nothing(retrieved, sure)

    def _unanswered(self, hits: Sequence[RecordHit], retrieved: Retrieved, sure: float) -> Draft:
        """Abstain; a known gap that ranks about as high as the best record is named."""
        gap = next((hit for hit in retrieved.hits if hit.is_gap), None)
        if gap and (not hits or gap.score > hits[0].score - GAP_WITHIN):
            return self._known_gap(gap, retrieved, sure)
        return self._nothing(retrieved, sure)

    def _approved(
        self, hits: list[RecordHit], understanding: Understanding, sure: float, on: dt.date
    ) -> Draft | None:
        """Answer from published fields; a question that compares gets the runner-up item as well."""
        pages = Pages(self.kb.revision)
        comparing = compares(understanding.question)
        draft = self.approved.write(hits, understanding, sure, on, pages, brief=comparing)
        others = [h for h in hits if h.item_id != hits[0].item_id and h.score >= hits[0].score - COMPARED_WITHIN]
        if draft is None or not others or not comparing:
            return draft
        other = self.approved.write(others, understanding, sure, on, pages, brief=True)
        if other is None:
            return draft
        return replace(
            draft,
            sentences=(*draft.sentences, *other.sentences),
            citations=pages.citations(),
            item_ids=(*draft.item_ids, *other.item_ids),
        )

    async def _composed(self, draft: Draft, understanding: Understanding, emit: Emit) -> Draft:
        """Let the base model say it in its own words first, if one is there and the question calls for it."""
        model = self.composer.model_for(compares(understanding.question) and len(draft.item_ids) > 1)
        if model is None:
            return draft
        facts = facts_in_turn(draft.citations)
        said: list[Sentence] = []
        try:
            async for sentence in composed(
                model, understanding.question, facts, self.composer.tokens, self.composer.timeout_s
            ):
                said.append(sentence)
                emit(sentence)
        except (ModelUnavailableError, ModelReplyError) as error:
            logger.warning("answered from approved texts alone: %s", error)
        if not said:
            return draft
        return replace(draft, sentences=(*said, *draft.sentences), tier=Tier.COMPOSED)

    def vouches(self, text: str) -> bool:
        """Never: the intents were learnt on the questions of these very items."""
        return False

    def grounded(self, draft: Draft) -> Draft:
        """Drop what the citations do not bear out: the last check before the citizen sees anything.

        Published fields must stand word for word in their quote; composed sentences are checked claim by claim.
        """
        quotes = facts_in_turn(draft.citations)
        kept = tuple(s for s in draft.sentences if self._borne_out(s, quotes))
        return draft if len(kept) == len(draft.sentences) else replace(draft, sentences=kept)

    def _borne_out(self, sentence: Sentence, quotes: dict[str, str]) -> bool:
        if not sentence.citations:
            return True  # headings and fixed replies state no fact
        cited = [quotes[token] for token in sentence.citations if token in quotes]
        return any(quote.partition("：")[2] in sentence.text for quote in cited) or not unsupported(
            sentence.text, cited, self.composer.tokens
        )

    def _clarification(
        self,
        understanding: Understanding,
        retrieved: Retrieved,
        turns: Sequence[Turn],
        found: dict[str, float] | None,
        sure: float,
    ) -> Draft | None:
        asked = [turn.content for turn in turns if turn.role == "assistant"][-MAX_IN_A_ROW:]
        opening = reply("clarification.items")
        if len(asked) == MAX_IN_A_ROW and all(content.startswith(opening[:8]) for content in asked):
            return None
        best = retrieved.best
        if found is None or best is None or understanding.follow_up:
            return None
        entry = ambiguity(understanding, self.kb)
        if entry is None and understanding.named and retrieved.shares().get(best.item_id, 0.0) >= CLEAR_SHARE:
            return None
        if left_open(openness(understanding, retrieved, found, sure, ambiguous=entry is not None)) < ASK_BACK:
            return None
        items = list(entry.items) if entry else rivals(retrieved)
        options = item_options(self.kb, items, understanding)
        if len(options) < 2:
            return None
        question = entry.question if entry else reply("clarification.item_choice")
        return asking_back(f"{opening}\n{question}", options, tuple(items), understanding)

    def _known_gap(self, gap: RecordHit, retrieved: Retrieved, sure: float) -> Draft:
        number = int(gap.record_id.rsplit("/", 1)[1])
        item = self.kb.items[gap.item_id]
        text = reply("unanswerable.gap", topic=item.gaps[number - 1].topic)
        return abstention(text, sure, item_id=gap.item_id, options=self._nearest(retrieved))

    def _nothing(self, retrieved: Retrieved, sure: float) -> Draft:
        options = self._nearest(retrieved)
        if not options or retrieved.unknown_share > FOREIGN:
            return abstention(reply("unanswerable.no_content"), sure)
        names = "、".join(option.label for option in options)
        return abstention(reply("unanswerable.nearest", items=names), sure, options=options)

    def _nearest(self, retrieved: Retrieved) -> tuple[Option, ...]:
        """Offer the items that came nearest, as buttons."""
        items = [i for i in retrieved.by_item() if i in self.kb.items][:3]
        return tuple(Option(short_name(self.kb, i), f"{short_name(self.kb, i)}怎么办理") for i in items)


def facts_in_turn(citations: Sequence[Citation]) -> dict[str, str]:
    """Give `short item name：quote` by token, the items taking turns, so that a cut-off list still holds both."""
    by_item: dict[str, list[Citation]] = {}
    for citation in citations:
        by_item.setdefault(citation.item_id, []).append(citation)
    rows = (row for turn in zip_longest(*by_item.values()) for row in turn if row is not None)
    return {row.token: f"{without_brackets(row.item_name)}：{row.quote}" for row in rows}


def asking_back(
    text: str, options: tuple[Option, ...], items: tuple[str, ...], understanding: Understanding
) -> Draft:
    """Make a clarification with buttons."""
    rows = tuple(Sentence(f"{number}. {option.label}") for number, option in enumerate(options, 1))
    facet = next((str(cue) for cue in sorted(understanding.cues)), "overview")
    return Draft(AnswerStatus.CLARIFICATION, (Sentence(text), *rows), item_ids=items, options=options, facet=facet)
