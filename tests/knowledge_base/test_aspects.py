"""Tests of knowledge_base/aspects.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_base.aspects import AspectModel
from knowledge_base.embedding import E5Embedder
from knowledge_base.schema import Facet


@pytest.fixture(scope="module")
def shipped() -> AspectModel:
    model = AspectModel.load(E5Embedder().name)
    assert model is not None, "train it again after the embedding model: python -m eval.train_aspects"
    return model


@pytest.mark.parametrize(
    ("question", "facet"),
    [
        ("办这个要掏多少钱", Facet.FEE),
        ("申请要带哪些材料", Facet.MATERIALS),
        ("一次性创业资助面向哪些人员", Facet.CONDITIONS),
        ("交上去几天能有结果", Facet.TIME_LIMIT),
        ("这件事归哪个局管", Facet.DEPARTMENT),
        ("申请常见的退件原因有哪些", Facet.RETURN_REASONS),
    ],
)
def test_shipped_model_tells_what_is_asked_for(shipped: AspectModel, question: str, facet: Facet) -> None:
    [shares] = shipped.read(E5Embedder().query(question)[None])
    assert shipped.facets[int(shares.argmax())] is facet
    assert shares.sum() == pytest.approx(1)


def test_model_of_another_embedder_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "aspects.npz"
    weights = np.eye(2, dtype=np.float32)
    AspectModel((Facet.FEE, Facet.STEPS), weights, np.zeros(2, np.float32)).save("one", path)
    assert AspectModel.load("another", path) is None
    assert AspectModel.load("one", tmp_path / "gone.npz") is None
    loaded = AspectModel.load("one", path)
    assert loaded is not None
    assert loaded.facets == (Facet.FEE, Facet.STEPS)
    assert loaded.read(np.array([[5.0, 0.0]], np.float32))[0].argmax() == 0
