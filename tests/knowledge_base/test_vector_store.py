"""Tests of knowledge_base/vector_store.py."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge_base import vector_store
from knowledge_base.embedding import Vectors
from knowledge_base.vector_store import VectorStore


def unit_vectors(n: int, dim: int, seed: int = 1) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def some_ids(n: int) -> NDArray[np.int64]:
    return np.random.default_rng(2).permutation(n).astype(np.int64) + 2**62


def test_ids_come_back_as_given_best_first() -> None:
    vectors, ids = unit_vectors(50, 16), some_ids(50)
    store = VectorStore.build(ids, vectors)
    hits = store.search(vectors[7], 50)
    assert hits[0][0] == ids[7]
    assert hits[0][1] == pytest.approx(1, abs=1e-5)
    assert sorted(chunk_id for chunk_id, _ in hits) == sorted(ids.tolist())
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    assert len(store) == 50


def test_scores_are_cosines() -> None:
    vectors, ids = unit_vectors(20, 16), some_ids(20)
    question = unit_vectors(1, 16, seed=9)[0]
    expected = dict(zip(ids.tolist(), vectors @ question, strict=True))
    for chunk_id, score in VectorStore.build(ids, vectors).search(question, 20):
        assert score == pytest.approx(expected[chunk_id], abs=1e-5)


def test_small_store_gives_fewer_than_asked_for() -> None:
    store = VectorStore.build(some_ids(3), unit_vectors(3, 16))
    assert len(store.search(unit_vectors(1, 16)[0], 12)) == 3


def test_empty_store_finds_nothing() -> None:
    store = VectorStore.build(some_ids(0), np.empty((0, 16), dtype=np.float32))
    assert len(store) == 0
    assert store.search(unit_vectors(1, 16)[0], 5) == []


def test_stored_vectors_come_back_by_id() -> None:
    vectors, ids = unit_vectors(30, 16), some_ids(30)
    store = VectorStore.build(ids, vectors)
    assert np.array_equal(store.vectors(ids[[4, 20, 4]]), vectors[[4, 20, 4]])


def test_shared_id_is_refused() -> None:
    with pytest.raises(ValueError, match="not unique"):
        VectorStore.build(np.array([1, 2, 1], dtype=np.int64), unit_vectors(3, 16))


def test_store_is_the_same_after_saving_and_loading(tmp_path: Path) -> None:
    vectors, ids = unit_vectors(40, 16), some_ids(40)
    built = VectorStore.build(ids, vectors)
    built.save(tmp_path / "vectors.faiss")
    loaded = VectorStore.load(tmp_path / "vectors.faiss")
    assert len(loaded) == 40
    assert loaded.search(vectors[3], 10) == built.search(vectors[3], 10)
    assert np.array_equal(loaded.vectors(ids), vectors)


@pytest.fixture(scope="module")
def graph() -> tuple[VectorStore, NDArray[np.int64], Vectors]:
    """A store above the limit, which is lowered so that it is built in a second."""
    vectors, ids = unit_vectors(4000, 64), some_ids(4000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_store, "HNSW_FROM", 4000)
        return VectorStore.build(ids, vectors), ids, vectors


def test_large_store_is_a_graph_and_a_small_one_is_searched_exactly(
    graph: tuple[VectorStore, NDArray[np.int64], Vectors],
) -> None:
    small = VectorStore.build(some_ids(10), unit_vectors(10, 64))
    kinds = [type(faiss.downcast_index(store._index.index)) for store in (graph[0], small)]  # type: ignore[attr-defined]
    assert kinds == [faiss.IndexHNSWFlat, faiss.IndexFlatIP]


def test_large_store_finds_what_exact_search_finds(
    graph: tuple[VectorStore, NDArray[np.int64], Vectors],
) -> None:
    store, ids, vectors = graph
    questions = unit_vectors(200, 64, seed=9)
    exact = ids[np.argmax(questions @ vectors.T, axis=1)]
    found = np.array([store.search(question, 1)[0][0] for question in questions])
    assert np.mean(found == exact) >= 0.95


def test_large_store_keeps_ids_and_vectors_on_disk(
    tmp_path: Path, graph: tuple[VectorStore, NDArray[np.int64], Vectors]
) -> None:
    store, ids, vectors = graph
    store.save(tmp_path / "vectors.faiss")
    loaded = VectorStore.load(tmp_path / "vectors.faiss")
    assert loaded.search(vectors[11], 1)[0][0] == ids[11]
    assert np.array_equal(loaded.vectors(ids[:100]), vectors[:100])
