"""Tests of knowledge_base/embedding.py."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.embedding import E5Embedder, EmbeddingCache, ShippedVectors, Vectors, text_digest
from knowledge_base.errors import EmbedderError


@pytest.fixture
def cache(tmp_path: Path, embedder: E5Embedder) -> EmbeddingCache:
    return EmbeddingCache(tmp_path / "new folder" / "embeddings.sqlite", embedder)


def test_vectors_are_normalised_and_as_many_as_the_texts(embedder: E5Embedder) -> None:
    vectors = embedder.passages(["居住证怎么办", "社保卡丢了"])
    assert vectors.shape == (2, embedder.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_no_texts_give_no_vectors(embedder: E5Embedder, cache: EmbeddingCache) -> None:
    assert embedder.passages([]).shape == (0, embedder.dim)
    assert cache.vectors([]).shape == (0, embedder.dim)


def test_question_and_passage_of_the_same_words_meet(embedder: E5Embedder) -> None:
    question = embedder.query("居住证怎么续签")
    same, near, far = embedder.passages(["居住证怎么续签", "居住证签注怎么办理", "红烧肉怎么做好吃"])
    assert question @ same == pytest.approx(1, abs=1e-3)
    assert question @ near > question @ far


def test_last_questions_are_remembered_and_older_ones_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = E5Embedder(remembered=2)
    runs: list[str] = []
    real = embedder._run

    def run(texts: list[str]) -> Vectors:
        runs.extend(texts)
        return real(texts)

    monkeypatch.setattr(embedder, "_run", run)
    for question in ["甲", "乙", "甲", "丙", "甲", "乙"]:
        embedder.query(question)
    assert runs == ["甲", "乙", "丙", "乙"]


def test_failing_engine_raises_our_error(embedder: E5Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("engine broke")

    monkeypatch.setattr(embedder, "_loaded", broken)
    with pytest.raises(EmbedderError, match="engine broke"):
        embedder.passages(["甲"])
    with pytest.raises(EmbedderError, match="engine broke"):
        embedder.query("没有问过的问题")


def test_same_text_is_embedded_once(cache: EmbeddingCache, embedded: list[str]) -> None:
    vectors = cache.vectors(["居住证", "社保卡", "居住证"])
    again = cache.vectors(["社保卡", "公积金"])
    assert embedded == ["居住证", "社保卡", "公积金"]
    assert np.array_equal(vectors[0], vectors[2])
    assert np.array_equal(vectors[1], again[0])


def test_vectors_come_in_the_order_of_the_texts(cache: EmbeddingCache, embedder: E5Embedder) -> None:
    cache.vectors(["乙", "丁"])
    texts = ["甲", "乙", "丙", "丁"]
    assert np.allclose(cache.vectors(texts), embedder.passages(texts), atol=1e-6)


def test_cache_outlives_the_process(tmp_path: Path, embedder: E5Embedder, embedded: list[str]) -> None:
    for _ in range(2):
        cache = EmbeddingCache(tmp_path / "embeddings.sqlite", embedder)
        cache.vectors(["居住证"])
        cache.close()
    assert embedded == ["居住证"]


def test_vectors_of_another_embedder_are_not_mixed_in(
    cache: EmbeddingCache, embedder: E5Embedder, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.vectors(["居住证"])
    monkeypatch.setattr(embedder, "name", "another model")
    cache.vectors(["居住证"])
    assert embedded == ["居住证", "居住证"]


@pytest.mark.parametrize("blob", [b"", b"\x00" * 100, b"\x00" * (384 * 4 + 4)], ids=["empty", "short", "long"])
def test_damaged_vector_is_embedded_again(
    tmp_path: Path, embedder: E5Embedder, embedded: list[str], blob: bytes
) -> None:
    path = tmp_path / "embeddings.sqlite"
    first = EmbeddingCache(path, embedder).vectors(["居住证"])
    with sqlite3.connect(path) as database:
        database.execute("UPDATE embedding SET vector = ?", (blob,))
    assert np.array_equal(EmbeddingCache(path, embedder).vectors(["居住证"]), first)
    assert embedded == ["居住证", "居住证"]


def test_progress_counts_every_text_once(cache: EmbeddingCache) -> None:
    cache.vectors(["甲", "乙"])
    told: list[int] = []
    cache.vectors(["甲", "乙", "丙"], told.append)
    assert told == [2, 1]


def test_what_was_embedded_before_a_failure_is_kept(
    cache: EmbeddingCache, embedder: E5Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"第{n}条" for n in range(65)]
    real, batches = embedder.passages, []

    def second_fails(batch: list[str]) -> object:
        batches.append(len(batch))
        if len(batches) == 2:
            raise EmbedderError("engine broke")
        return real(batch)

    monkeypatch.setattr(embedder, "passages", second_fails)
    with pytest.raises(EmbedderError):
        cache.vectors(texts)
    cache.vectors(texts)
    assert batches == [64, 1, 1]


@pytest.fixture
def shipped(tmp_path: Path, embedder: E5Embedder) -> Path:
    """Vectors of two texts as they are shipped with the starter content."""
    texts = ["居住证", "社保卡"]
    path = tmp_path / "shipped.npz"
    ShippedVectors.save(path, [text_digest(embedder, text) for text in texts], embedder.passages(texts))
    return path


def test_shipped_vectors_are_all_but_the_same_and_normalised(shipped: Path, embedder: E5Embedder) -> None:
    vector = ShippedVectors(shipped).get(text_digest(embedder, "社保卡"))
    assert vector is not None
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert vector @ embedder.query("社保卡") > 0.9995
    assert ShippedVectors(shipped).get(text_digest(embedder, "公积金")) is None


def test_shipped_text_is_not_embedded_again(
    tmp_path: Path, shipped: Path, embedder: E5Embedder, embedded: list[str]
) -> None:
    cache = EmbeddingCache(tmp_path / "embeddings.sqlite", embedder, shipped)
    assert cache.vectors(["居住证", "公积金", "社保卡"]).shape == (3, embedder.dim)
    assert embedded == ["公积金"]


def test_shipped_vectors_of_another_embedder_are_not_used(
    tmp_path: Path, shipped: Path, embedder: E5Embedder, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedder, "name", "another model")
    EmbeddingCache(tmp_path / "embeddings.sqlite", embedder, shipped).vectors(["居住证"])
    assert embedded == ["居住证"]


def test_cache_does_without_shipped_vectors(tmp_path: Path, embedder: E5Embedder, embedded: list[str]) -> None:
    EmbeddingCache(tmp_path / "embeddings.sqlite", embedder, tmp_path / "missing.npz").vectors(["居住证"])
    assert embedded == ["居住证"]
