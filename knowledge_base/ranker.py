"""The ranking: a weighted sum over readable pieces of evidence.

The weights were fitted to questions held back from the knowledge base, by `python -m eval.calibrate`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEIGHTS: dict[str, float] = {
    "text": 1.22,  # cosine to the statement itself (spread)
    "ask": 0.27,  # cosine to the nearest question of the record
    "item": 2.24,  # cosine to the nearest name or phrasing of the item
    "item_best": -1.17,  # cosine to the nearest text of any record of the item
    "shared": -1.16,  # idf share of the question that one chunk of the record covers
    "precision": -0.77,  # idf share of that chunk which the question covers
    "covered": 2.91,  # idf share of the question that the whole item covers
    "named": 1.78,  # idf share of the question that a name of the item accounts for
    "facet_hit": 0.40,  # the record's facet is asked for
    "facet_miss": -0.39,  # other facets are asked for
    "value_hit": 0.38,  # a kind of value is asked for and stated
    "value_miss": -0.38,  # a kind of value is asked for and not stated
    "veto": -0.08,  # a look-alike question is nearer than any question of the record
    "pooled": 2.64,  # how many questions of the record are near, and how near (log-sum-exp of cosines)
    "told": 5.60,  # idf share of the question that the record as a whole covers
    "alike": 0.74,  # share of character pairs in common with the likest chunk (Dice)
    "gap": 2.92,  # the record says that something is missing
    "overview": -1.70,  # the record speaks of the item as a whole
}

FEATURES = tuple(WEIGHTS)
_VECTOR = np.array(list(WEIGHTS.values()), dtype=np.float32)
_BIAS = -6.0


def use(weights: NDArray[np.float64]) -> None:
    """Rank with other weights from now on, for fitting; in the order of `FEATURES`."""
    _VECTOR[:] = weights


def rank_scores(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the score of each record; `features` has shape `(n, len(FEATURES))`."""
    scores: NDArray[np.float32] = features @ _VECTOR + _BIAS
    return scores
