"""How sure we may be that the best record answers the question: a logistic model over what retrieval saw.

Calibrated on the development cases by `python -m eval.calibrate`, which prints the weights that stand here.
"""

from __future__ import annotations

from assistant.intents import Intent
from assistant.logistic import logistic
from knowledge_base.retrieval import RecordHit, Retrieved

THRESHOLD = 0.55
"""Below this probability the assistant abstains; `eval` prints the risk–coverage curve it was read from."""

THRESHOLD_STRANGE = 0.6
"""The same for a question with many words that no item has."""

STRANGE, FOREIGN = 0.35, 0.5
"""Shares of a question's weight in words that no item has: of questions that are answered rightly few have the first,
none has the second (development cases)."""

CLEAR_LEAD = 10.0
"""A lead in ranking scores beyond which nothing becomes clearer."""

WEIGHTS: dict[str, float] = {
    "gap_lead": -1.657,  # by how much a known gap is nearer in meaning than anything the item states
    "gap_alike": -3.478,  # by how much it shares more character pairs with the question than the best record does
    "outside": -7.599,  # probability that the message is of a kind that no service guide answers
    "ask": 0.353,  # cosine to the nearest question or the text of the best record (spread)
    "alike": -3.932,  # share of character pairs in common with the best record's likest chunk
    "covered": 2.350,  # share of the question's weight that the item has words for
    "value_miss": -1.780,  # a kind of value is asked for which the record does not state
    "item_share": 5.064,  # the item's share of the ranking's probability
    "lead": 0.066,  # by how much the item's best record outranks that of any other item
    "facet_miss": 0.455,  # other facets are asked for than the record's
    "item": 0.980,  # cosine to the nearest name or phrasing of the item (spread)
    "aspect": -0.134,  # how likely question and best record speak of the same facet (logarithm)
    "topic_missing": 0.469,  # weight share of the best gap's topic that the question does not speak of
}

BIAS = -7.215


def evidence(retrieved: Retrieved, intent: Intent) -> dict[str, float] | None:
    """Give the evidence behind the best record; None when nothing but gaps was found."""
    best = retrieved.best
    if best is None:
        return None
    stated = max(_nearness(hit) for hit in retrieved.hits if hit.item_id == best.item_id and not hit.is_gap)
    gaps = [hit for hit in retrieved.hits if hit.is_gap]
    others = [hit.score for hit in retrieved.hits if hit.item_id != best.item_id and not hit.is_gap]
    return {
        "gap_lead": max(-3.0, max((hit.feature("ask") for hit in gaps), default=-1.0) - stated),
        "gap_alike": (gaps[0].feature("alike") if gaps else 0.0) - best.feature("alike"),
        "outside": intent.family("outside"),
        "ask": _nearness(best),
        "alike": best.feature("alike"),
        "covered": best.feature("covered"),
        "value_miss": best.feature("value_miss"),
        "item_share": retrieved.shares().get(best.item_id, 0.0),
        "lead": min(CLEAR_LEAD, best.score - max(others, default=best.score - CLEAR_LEAD)),
        "facet_miss": best.feature("facet_miss"),
        "item": best.feature("item"),
        "aspect": best.feature("aspect"),
        "topic_missing": gaps[0].feature("topic_missing") if gaps else 1.0,
    }


def _nearness(hit: RecordHit) -> float:
    return max(hit.feature("ask"), hit.feature("text"))


def confidence(found: dict[str, float] | None) -> float:
    """Give the probability in [0, 1] that the best record answers the question; 0 when nothing was found."""
    if found is None:
        return 0.0
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in found.items())
    return logistic(logit)


def is_enough(sure: float, retrieved: Retrieved) -> bool:
    """Tell whether one may answer with this confidence; a question about something unknown here needs more."""
    if retrieved.unknown_share > FOREIGN:
        return False
    return sure >= (THRESHOLD_STRANGE if retrieved.unknown_share > STRANGE else THRESHOLD)
