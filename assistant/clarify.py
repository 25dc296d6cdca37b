"""When a question fits several items and nothing in it decides, ask back with buttons; never more than twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answers import Option
from assistant.understand import Understanding
from knowledge_base.content import KnowledgeBase
from knowledge_base.retrieval import Retrieved
from knowledge_base.schema import Ambiguity, Facet
from knowledge_base.text import normalise

MAX_IN_A_ROW = 2
BARE_CHARS = 16
"""A question longer than this says enough to be answered on its best match."""

LEAST_SURE = 0.25
"""Below this probability that the best record answers, the question is about something else altogether."""

KNOWN_WORDS = 0.75
"""Share of a bare question's weight for which the best item must have words."""

CLEAR_SHARE = 0.8
"""An item with this share of the ranking's probability is answered without asking back."""

LEAST_SHARE = 0.01
MOST_OPTIONS = 4

AMBIGUOUS_CHARS = 24
"""The same for questions that hold a word known to be ambiguous."""

SETTLED_CHARS, SETTLED_SURE = 16, 0.9
"""From this length on such a question is answered all the same when its best item is clear and this sure."""

AMBIGUOUS_KNOWN = 0.3
"""Share of its weight for which the best item must have words; else it only shares the ambiguous word."""

_FACET_WORDS: dict[Facet, str] = {
    Facet.MATERIALS: "要带什么材料",
    Facet.FEE: "要多少钱",
    Facet.TIME_LIMIT: "多久能办好",
    Facet.CHANNELS: "在哪里办",
    Facet.STEPS: "怎么办理",
    Facet.CONDITIONS: "需要什么条件",
    Facet.VALIDITY: "有效期多久",
    Facet.DEPARTMENT: "归哪个部门办",
    Facet.RESULT: "能得到什么",
    Facet.RETURN_REASONS: "常见退件原因有哪些",
    Facet.LEGAL_BASIS: "有什么规定",
}


_IN_BRACKETS = re.compile(r"（[^）]*）")


def ambiguity(understanding: Understanding, kb: KnowledgeBase) -> Ambiguity | None:
    """Give the ambiguity that a bare question falls into; words that settle the matter prevent it.

    The longest term wins, so that a settled narrow word (租房备案) is not asked about as the broad one (备案).
    """
    text = understanding.question
    if understanding.follow_up or len(text) > AMBIGUOUS_CHARS:
        return None
    found: list[tuple[int, Ambiguity]] = []
    for entry in kb.ambiguities:
        terms = [t for t in (normalise(term) for term in entry.terms) if t in text]
        if terms and not any(normalise(word) in text for word in entry.unless):
            found.append((max(map(len, terms)), entry))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def settled(understanding: Understanding, retrieved: Retrieved, sure: float) -> bool:
    """Tell whether a question with an ambiguous word is not asked about: the rest decides it, or fits nothing."""
    best = retrieved.best
    if best is None or best.feature("covered") < AMBIGUOUS_KNOWN:
        return True
    shares = retrieved.shares()
    clear = shares.get(best.item_id, 0.0) >= CLEAR_SHARE * sum(shares.values())
    return len(understanding.text) >= SETTLED_CHARS and sure >= SETTLED_SURE and clear


def item_options(kb: KnowledgeBase, item_ids: Sequence[str], understanding: Understanding) -> tuple[Option, ...]:
    """Make one button an item; pressing it asks the same facet of that item."""
    facet = next((f for f in _FACET_WORDS if f in understanding.cues), Facet.STEPS)
    return tuple(
        Option(label=short_name(kb, item_id), question=f"{short_name(kb, item_id)}{_FACET_WORDS[facet]}")
        for item_id in item_ids
        if item_id in kb.items
    )


def pressed(kb: KnowledgeBase, understanding: Understanding) -> tuple[str, Facet] | None:
    """Give the item and the facet of a message in the very words of a button; None for any other message."""
    for facet, words in _FACET_WORDS.items():
        name = understanding.text.removesuffix(words)
        if name != understanding.text:
            return next(((i, facet) for i in kb.items if normalise(short_name(kb, i)) == name), None)
    return None


def short_name(kb: KnowledgeBase, item_id: str) -> str:
    """Give an item's name without what stands in brackets."""
    return without_brackets(kb.items[item_id].name)


def without_brackets(name: str) -> str:
    """Give a name without what stands in brackets.

    >>> without_brackets("购房（含还贷）提取住房公积金")
    '购房提取住房公积金'
    """
    return _IN_BRACKETS.sub("", name)


def rivals(retrieved: Retrieved, understanding: Understanding, sure: float) -> list[str]:
    """Give the items among which a few bare words leave the choice, likeliest first; none where they do not.

    The words must all be known (else the question is about something the knowledge base does not hold), name no
    item, and no item may be clearly the likeliest.
    """
    best = retrieved.best
    if understanding.follow_up or understanding.named or len(understanding.text) > BARE_CHARS:
        return []
    if best is None or best.feature("covered") < KNOWN_WORDS or sure < LEAST_SURE:
        return []
    shares = {item: share for item, share in retrieved.shares().items() if share >= LEAST_SHARE}
    if max(shares.values(), default=1.0) >= CLEAR_SHARE:
        return []
    return list(shares)[:MOST_OPTIONS]
