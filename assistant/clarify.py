"""When a question fits several items and nothing in it decides, ask back with buttons; never more than twice.

Whether the choice is open a logistic model judges, fitted to the development cases by `python -m eval.calibrate`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from assistant.answers import Option
from assistant.logistic import logistic
from assistant.understand import Understanding
from knowledge_base.content import KnowledgeBase
from knowledge_base.retrieval import Retrieved
from knowledge_base.schema import Ambiguity, Facet
from knowledge_base.text import normalise

MAX_IN_A_ROW = 2

ASK_BACK = 0.5
"""From this probability that the choice is left open the assistant asks back; chosen on the development cases."""

WEIGHTS: dict[str, float] = {
    "sure": 4.832,  # probability that the best record answers
    "short": -2.005,  # characters, up to 30, in tens
    "log_length": -3.366,  # logarithm of the characters
    "named": -2.274,  # the message names an item
    "top": -1.743,  # share of the ranking's probability that the likeliest item has
    "spread": 1.958,  # entropy of these shares
    "nearest": 1.848,  # how near the nearest item is in meaning (spread cosine)
    "gap_to_second": -0.743,  # by how much it is nearer than the second
    "gap_to_third": -1.061,  # and than the third
    "ambiguous": 3.004,  # a word known to be ambiguous stands in the question
    "lead": -0.309,  # by how much the item's best record outranks that of any other item
    "covered": 1.744,  # share of the question's weight that the item has words for
    "facets": 0.364,  # how many facets are asked for
    "gap_lead": 1.725,  # by how much a known gap is nearer in meaning than anything the item states
}
BIAS = 3.269

CLEAR_SHARE = 0.8
"""A message that names an item is answered where its item has this share of the ranking's probability."""

WITHIN = 0.9
"""Items this close to the nearest one in meaning (spread cosine) are offered."""

MOST_OPTIONS = 4

AMBIGUOUS_CHARS = 24
"""A question longer than this says enough for its ambiguous word to be understood."""

LONG_CHARS = 30

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


def openness(
    understanding: Understanding, retrieved: Retrieved, found: Mapping[str, float], sure: float, *, ambiguous: bool
) -> dict[str, float]:
    """Give the evidence that a question leaves the choice between items open; `found` is that of the confidence."""
    shares = list(retrieved.shares().values())
    near = [*_nearness(retrieved).values(), 0.0, 0.0, 0.0]
    length = len(understanding.text)
    return {
        "sure": sure,
        "short": min(length, LONG_CHARS) / 10,
        "log_length": math.log(length + 1),
        "named": float(understanding.named),
        "top": max(shares, default=0.0),
        "spread": -sum(share * math.log(share + 1e-9) for share in shares[:5]),
        "nearest": near[0],
        "gap_to_second": near[0] - near[1],
        "gap_to_third": near[0] - near[2],
        "ambiguous": float(ambiguous),
        "lead": found["lead"],
        "covered": found["covered"],
        "facets": float(len(understanding.cues)),
        "gap_lead": found["gap_lead"],
    }


def left_open(evidence: Mapping[str, float]) -> float:
    """Give the probability that the question leaves the choice open."""
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in evidence.items())
    return logistic(logit)


def rivals(retrieved: Retrieved) -> list[str]:
    """Give the items among which a question leaves the choice, nearest in meaning first."""
    near = _nearness(retrieved)
    best = max(near.values(), default=0.0)
    return [item for item, value in near.items() if value >= best - WITHIN][:MOST_OPTIONS]


def _nearness(retrieved: Retrieved) -> dict[str, float]:
    """Give how near each item is in meaning, nearest first; known gaps do not count."""
    near: dict[str, float] = {}
    for hit in retrieved.hits:
        if not hit.is_gap:
            near[hit.item_id] = max(near.get(hit.item_id, 0.0), *map(hit.feature, ("item", "ask", "text")))
    return dict(sorted(near.items(), key=lambda row: -row[1]))


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
