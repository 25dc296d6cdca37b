"""How sure we may be that the best record answers the question: a logistic model over what retrieval saw.

Calibrated on the development cases by `python -m eval.calibrate`, which prints the weights that stand here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from assistant.intents import IntentVote
from assistant.understand import Understanding
from knowledge_base.evidence import spread
from knowledge_base.facets import asked_values
from knowledge_base.retrieval import RecordHit, Retrieved

THRESHOLD = 0.4
"""Below this probability the assistant abstains; `eval` prints the risk–coverage curve it was read from."""

WEIGHTS: dict[str, float] = {
    "gap_lead": -0.686,  # by how much nearer the nearest known gap is than anything the item states
    "gap_rank": -0.922,  # by how much the best known gap outranks the best record
    "gap_near": -0.594,  # how near that gap is, above a level that only close wordings reach
    "outside_lead": -0.615,  # the same for exemplars of what is outside every domain
    "ask": 0.058,  # cosine to the nearest question or the text of the best record (spread)
    "text": 0.801,  # cosine to its text alone
    "covered": 0.361,  # share of the question's weight that the item has words for
    "unknown": -0.467,  # share of the question's weight that no item has words for
    "value_miss": -0.513,  # a kind of value is asked for which the record does not state
    "item_lead": 0.051,  # by how much the next item is behind
    "year_miss": -0.642,  # a year is named which the record's facet does not speak of
    "pointer": -0.824,  # a value is asked for and the record only says where to look it up
}

BIAS = -1.605

GAP_LEVEL = 2.2

OUTSIDE = ("out_of_scope_service", "own_case", "contact", "other_city")
"""Intents whose exemplars are questions that no item answers."""

_YEAR = re.compile(r"20[12]\d(?=年|\b|[^\d])")
_POINTER = re.compile(
    r"为准|须核对|需核对|要核对|请核对|待核|未见|未查到|没有查到|未收录|须以|请以|看.{0,8}(规定|公告|方案|公示)"
)


def evidence(
    retrieved: Retrieved,
    understanding: Understanding,
    vote: IntentVote | None,
    told: Callable[[RecordHit], str],
) -> dict[str, float] | None:
    """Give the evidence behind the best record; `told` gives the text of a record. None: nothing was found."""
    best = next((hit for hit in retrieved.hits if not hit.is_gap), None)
    if best is None:
        return None
    item = [hit for hit in retrieved.hits if hit.item_id == best.item_id and not hit.is_gap]
    stated = max(max(hit.feature("ask"), hit.feature("text")) for hit in item)
    gap = max((hit.feature("ask") for hit in retrieved.hits if hit.is_gap), default=-1.0)
    gap_score = max((hit.score for hit in retrieved.hits if hit.is_gap), default=best.score - 2)
    outside = max((spread(vote.nearness.get(name, 0.0)) for name in OUTSIDE), default=-1.0) if vote else -1.0
    other = max(
        (hit.score for hit in retrieved.hits if hit.item_id != best.item_id and not hit.is_gap),
        default=best.score - 3,
    )
    text = told(best)
    years = set(_YEAR.findall(understanding.text + " "))
    asks_value = bool(asked_values(understanding.text))
    return {
        "gap_lead": max(-3.0, gap - stated),
        "gap_rank": max(-2.0, min(2.0, gap_score - best.score)),
        "gap_near": max(0.0, gap - GAP_LEVEL),
        "outside_lead": max(-3.0, outside - stated),
        "ask": max(best.feature("ask"), best.feature("text")),
        "text": best.feature("text"),
        "covered": best.feature("covered"),
        "unknown": retrieved.unknown_share,
        "value_miss": best.feature("value_miss"),
        "item_lead": max(-3.0, min(3.0, best.score - other)),
        "year_miss": float(bool(years) and not any(year in text for year in years)),
        "pointer": float(asks_value and bool(_POINTER.search(text))),
    }


def confidence(found: dict[str, float] | None) -> float:
    """Give the probability in [0, 1] that the best record answers the question; 0 when nothing was found."""
    if found is None:
        return 0.0
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in found.items())
    return 1 / (1 + math.exp(-logit))
