"""The ranking: a weighted sum over readable pieces of evidence.

The weights were fitted to questions held back from the knowledge base, by `python -m eval.calibrate`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEIGHTS: dict[str, float] = {
    "text": 0.96,  # cosine to the statement itself (spread)
    "ask": 2.42,  # cosine to the nearest question of the record
    "item": 1.12,  # cosine to the nearest name or phrasing of the item
    "item_best": 0.21,  # cosine to the nearest text of any record of the item
    "shared": -0.62,  # idf share of the question that one chunk of the record covers
    "precision": 0.76,  # idf share of that chunk which the question covers
    "covered": 1.76,  # idf share of the question that the whole item covers
    "named": -0.14,  # idf share of the question that a name of the item accounts for
    "facet_hit": 0.03,  # the record's facet is asked for
    "facet_miss": -0.03,  # other facets are asked for
    "value_hit": 0.84,  # a kind of value is asked for and stated
    "value_miss": -0.49,  # a kind of value is asked for and not stated
    "veto": 0.17,  # a look-alike question is nearer than any question of the record
    "pooled": 1.74,  # how many questions of the record are near, and how near (log-sum-exp of cosines)
    "told": 4.96,  # idf share of the question that the record as a whole covers
    "alike": 1.16,  # share of character pairs in common with the likest chunk (Dice)
    "gap": 2.69,  # the record says that something is missing
    "overview": 0.54,  # the record speaks of the item as a whole
    "whole": 0.40,  # the record speaks of one facet as a whole
    "topic_missing": 0.56,  # weight share of a gap's topic that the question does not speak of
    "aspect": 0.16,  # how likely question and record speak of the same facet (logarithm)
}

FEATURES = tuple(WEIGHTS)
_VECTOR = np.array(list(WEIGHTS.values()), dtype=np.float32)
_BIAS = -20.0
"""So that questions about nothing stay below 0; the order does not depend on it."""


def use(weights: NDArray[np.float64]) -> None:
    """Rank with other weights from now on, for fitting; in the order of `FEATURES`."""
    _VECTOR[:] = weights


def rank_scores(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the score of each record; `features` has shape `(n, len(FEATURES))`."""
    scores: NDArray[np.float32] = features @ _VECTOR + _BIAS
    return scores
