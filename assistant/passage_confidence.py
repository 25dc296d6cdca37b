"""How sure we may be that the best passage answers the question: a logistic model over what retrieval saw.

Calibrated by `python -m eval.calibrate_passages`, which prints the weights that stand here.
"""

from __future__ import annotations

import re

from assistant.logistic import logistic
from knowledge_base.facets import asked_values, stated_values
from knowledge_base.passage_retrieval import PassageRetriever
from knowledge_base.retrieval import RecordHit, Retrieved
from knowledge_base.text import normalise

THRESHOLD = 0.24
"""Below this the assistant abstains; `eval.calibrate_passages` prints what other thresholds would do.

The figure is the probability among as many questions without an answer as with one.
"""

WEIGHTS: dict[str, float] = {
    "text": 0.273,  # cosine to the best passage with its title, or to a question of its document (spread)
    "nearest": 1.186,  # the same, or to a part of the passage
    "covered": 0.417,  # idf share of the question that stands in the passage
    "above_text": 1.85,  # how far "text" is above that of documents which are no rivals
    "above_covered": 1.177,  # the same of "covered"
    "missing": -0.35,  # how telling the most telling word is that the document lacks
    "lacking": -0.549,  # share of the question's words that the document lacks
    "kind": -0.448,  # a kind of value is asked for (money, time …), or what something is, and not stated
    "named": 2.0,  # share of the question that the title accounts for
    "quoted": -3.0,  # the question puts a name in quotes that the document does not have
}

HAND_SET = ("named", "quoted")
"""Weights that are not fitted: the set they are fitted to has no titles."""

BIAS = -5.13

RIVALS = 5
"""So many of the nearest other documents may be about the same thing; the rest shows what is near by chance."""

FEW = 4
"""With fewer documents than this beside the rivals nothing can be said of chance: typical values stand in."""

_TYPICAL = {"text": 1.2, "covered": 0.3}
_QUOTED = re.compile(r"[“《「\"]([^”》」\"]{4,60})[”》」\"]")
_DEFINITION_ASKED = re.compile("什么是|什么叫|是什么意思|是指什么|指的是什么|如何定义|怎么定义")
_DEFINITION = re.compile("是指|指的是|所称|是一种|即为|称为|定义")


def passage_evidence(retrieved: Retrieved, retriever: PassageRetriever, question: str) -> dict[str, float] | None:
    """Give the evidence behind the best passage; None: nothing was found."""
    if not retrieved.hits:
        return None
    best = retrieved.hits[0]
    others = [hits[0] for doc_id, hits in retrieved.by_item().items() if doc_id != best.item_id]
    idf = retriever.idf
    whole = retriever.text_of(best.item_id)
    words = {word for word in retrieved.tokens if len(word) > 1}
    lacking = [idf(word) for word in words if word not in whole]
    text = normalise(question)
    return {
        "text": best.feature("text"),
        "nearest": best.feature("nearest"),
        "covered": best.feature("covered"),
        "above_text": _above(best, others, "text"),
        "above_covered": _above(best, others, "covered"),
        "missing": max(lacking, default=0.0) / idf(""),
        "lacking": len(lacking) / (len(words) or 1),
        "kind": float(_lacks_kind(text, whole)),
        "named": best.feature("named"),
        "quoted": float(any(normalise(name) not in whole for name in _QUOTED.findall(question))),
    }


def _lacks_kind(question: str, text: str) -> bool:
    asked = asked_values(question)
    if asked and not asked & stated_values(text):
        return True
    return bool(_DEFINITION_ASKED.search(question)) and not _DEFINITION.search(text)


def _above(best: RecordHit, others: list[RecordHit], name: str) -> float:
    values = sorted((hit.feature(name) for hit in others), reverse=True)
    values = values[min(RIVALS, len(values) // 4) :]
    return best.feature(name) - sum(values) / len(values) if len(values) >= FEW else _TYPICAL[name]


def passage_confidence(retrieved: Retrieved, retriever: PassageRetriever, question: str) -> float:
    """Give the probability in [0, 1] that the best passage answers; 0 when nothing was found."""
    seen = passage_evidence(retrieved, retriever, question)
    if seen is None:
        return 0.0
    return logistic(BIAS + sum(WEIGHTS[name] * value for name, value in seen.items()))
