"""Tests of knowledge_base/ranker.py."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base.ranker import FEATURES, WEIGHTS, rank_scores


def test_every_record_gets_one_score() -> None:
    assert rank_scores(np.zeros((5, len(FEATURES)), dtype=np.float32)).shape == (5,)
    assert rank_scores(np.zeros((0, len(FEATURES)), dtype=np.float32)).shape == (0,)


@pytest.mark.parametrize("name", FEATURES)
def test_each_piece_of_evidence_moves_the_score_by_its_weight(name: str) -> None:
    features = np.zeros((2, len(FEATURES)), dtype=np.float32)
    features[1, FEATURES.index(name)] = 1
    without, with_it = rank_scores(features)
    assert with_it - without == pytest.approx(WEIGHTS[name], abs=1e-5)
