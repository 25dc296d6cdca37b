"""The ranking of passages: a weighted sum over a few pieces of evidence.

The weights are a listwise logistic model, fitted by `python -m eval.calibrate_passages` to three sets of public
questions together. Fitted to one of them they rank the others as well (`eval/RESULTS.md`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEIGHTS: dict[str, float] = {
    "text": 4.2,  # cosine to the passage with its title, or to a question of the document (spread)
    "nearest": 2.1,  # the same, or to a part of the passage
    "words": 2.1,  # root of the passage's BM25 over that of the best passage
    "covered": 2.1,  # idf share of the question that stands in the passage, its title or its heading
    "document": 0.8,  # idf share of the question that stands in the whole document
    "named": 3.3,  # share of the question that the title accounts for, if it stands there whole
}

FEATURES = tuple(WEIGHTS)
_VECTOR = np.array(list(WEIGHTS.values()), dtype=np.float32)


def passage_scores(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the score of each passage; `features` has shape `(n, len(FEATURES))`."""
    scores: NDArray[np.float32] = features @ _VECTOR
    return scores
