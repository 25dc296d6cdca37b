"""Tests of knowledge_base/ingestion.py: llama-index must neither lose, reorder nor rewrite our chunks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge_base.chunking import domain_chunks
from knowledge_base.content import load_content
from knowledge_base.embedding import E5Embedder, EmbeddingCache
from knowledge_base.ingestion import ingest


def test_every_chunk_comes_back_once_with_the_vector_of_its_own_text(
    small_content: Path, index_dir: Path, embedder: E5Embedder
) -> None:
    cache = EmbeddingCache(index_dir / "embeddings.sqlite", embedder)
    chunks = domain_chunks(load_content(small_content))["shebao"]
    told: list[int] = []
    ready = ingest(chunks, cache, told.append)
    assert ready.chunks == chunks
    assert ready.vectors.dtype == np.float32
    assert np.array_equal(ready.vectors, [cache.vectors([chunk.text])[0] for chunk in chunks])
    assert sum(told) == len(chunks)
