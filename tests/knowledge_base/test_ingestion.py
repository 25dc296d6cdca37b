"""Tests of knowledge_base/ingestion.py: llama-index must neither lose, reorder nor rewrite our chunks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge_base.chunking import domain_chunks
from knowledge_base.content import load_content
from knowledge_base.embedding import E5Embedder, EmbeddingCache
from knowledge_base.ingestion import ingest


def test_every_chunk_comes_back_once_with_the_vector_of_its_own_text(
    small_content: Path, tmp_path: Path, embedder: E5Embedder, embedded: list[str]
) -> None:
    chunks = domain_chunks(load_content(small_content))["shebao"]
    told: list[int] = []
    ready = ingest(chunks, EmbeddingCache(tmp_path / "embeddings.sqlite", embedder), told.append)
    assert ready.chunks == chunks
    assert sorted(embedded) == sorted({chunk.text for chunk in chunks})
    assert ready.vectors.dtype == np.float32
    assert np.array_equal(ready.vectors, embedder.passages([chunk.text for chunk in chunks]))
    assert sum(told) == len(chunks)
