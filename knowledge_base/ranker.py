"""The ranking: a weighted sum over a dozen readable pieces of evidence.

The weights were set by hand and checked on the development cases. Weights fitted to those cases or to the
knowledge base's own questions did worse in cross-validation (`eval/RESULTS.md`), so they stay as they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEIGHTS: dict[str, float] = {
    "text": 0.4,  # cosine to the statement itself (spread)
    "ask": 1.0,  # cosine to the nearest question of the record
    "item": 0.2,  # cosine to the nearest name or phrasing of the item
    "item_best": 0.3,  # cosine to the nearest text of any record of the item
    "shared": 1.5,  # idf share of the question that one chunk of the record covers
    "precision": 1.0,  # idf share of that chunk which the question covers
    "covered": 1.5,  # idf share of the question that the whole item covers
    "named": 1.0,  # idf share of the question that a name of the item accounts for
    "facet_hit": 0.8,  # the record's facet is asked for
    "facet_miss": -0.3,  # other facets are asked for
    "value_hit": 0.4,  # a kind of value is asked for and stated
    "value_miss": -0.4,  # a kind of value is asked for and not stated
    "veto": -1.0,  # a look-alike question is nearer than any question of the record
}

FEATURES = tuple(WEIGHTS)
_VECTOR = np.array(list(WEIGHTS.values()), dtype=np.float32)
_BIAS = -6.0


def rank_scores(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the score of each record; `features` has shape `(n, len(FEATURES))`."""
    scores: NDArray[np.float32] = features @ _VECTOR + _BIAS
    return scores
