"""Tests of knowledge_base/evidence.py."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from knowledge_base.embedding import E5Embedder
from knowledge_base.evidence import TermWeights, spread, term_weights
from knowledge_base.index import Index
from knowledge_base.retrieval import Retriever


def test_token_of_every_item_weighs_least_and_an_unseen_one_most() -> None:
    weights = TermWeights(Counter({"办理": 10, "签注": 1}), n_items=10)
    assert weights["办理"] == pytest.approx(math.log(2))
    assert weights["签注"] == weights["没见过"] == pytest.approx(math.log(11))
    assert "签注" in weights
    assert "没见过" not in weights


def test_share_of_unknown_words_lies_between_nothing_and_all() -> None:
    weights = TermWeights(Counter({"签注": 1}), n_items=10)
    assert weights.unknown(["签注"]) == 0
    assert weights.unknown(["世界杯"]) == 1
    assert weights.unknown(["签注", "世界杯", "世界杯"]) == pytest.approx(0.5)
    assert weights.unknown([]) == 0


def test_words_of_gaps_and_look_alikes_do_not_count_as_known(small_index: Index) -> None:
    weights = term_weights(small_index.domains.values())
    assert "银行" in weights
    assert "下班" not in weights, "stands in a gap only"


def test_spread_of_a_cosine_is_about_minus_one_to_four() -> None:
    cosines = np.array([1.0, 0.2, 0.0], dtype=np.float32)
    assert spread(cosines).tolist() == pytest.approx([3.6, 0, -1])


def test_look_alike_of_an_overview_question_does_not_veto_the_item(small_index: Index, embedder: E5Embedder) -> None:
    found = Retriever(small_index, embedder).search("社保卡要年审吗", items=frozenset({"sb-card"}))
    veto = {hit.record_id: hit.feature("veto") for hit in found.hits}
    assert veto.pop("sb-card/faq/1") > 0
    assert set(veto.values()) == {0}
    assert len(veto) > 2
