"""A thin FAISS store: int64 ids of our own records, inner product on normalised vectors, flat or HNSW by size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge_base.embedding import Vectors

if TYPE_CHECKING:
    import faiss

HNSW_FROM = 20_000
"""Above this many vectors a graph index is built; below, exact search is faster than its overhead."""


def _graph(dim: int) -> faiss.Index:
    import faiss

    index = faiss.IndexHNSWFlat(dim, 24, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 60
    index.hnsw.efSearch = 96
    return index


class VectorStore:
    """Vectors of one domain. Immutable: a change builds a new store from cached embeddings."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, ids: NDArray[np.int64], vectors: Vectors) -> VectorStore:
        """Build from unique `ids`, shape `(n,)`, and `vectors`, shape `(n, dim)`, L2-normalised."""
        import faiss

        if len(set(ids.tolist())) != len(ids):
            raise ValueError("vector ids are not unique")
        n, dim = vectors.shape
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim) if n < HNSW_FROM else _graph(dim))
        index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), ids)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> VectorStore:
        """Read a store; large ones stay on disk and are paged in (memory-mapped)."""
        import faiss

        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def save(self, path: Path) -> None:
        """Write the store to one file."""
        import faiss

        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, top_k: int) -> list[tuple[int, float]]:
        """Give `(id, cosine)` best first; fewer than `top_k` from a small store."""
        scores, ids = self._index.search(vector.reshape(1, -1), min(top_k, len(self)) or 1)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def vectors(self, ids: NDArray[np.int64]) -> Vectors:
        """Give the stored vectors of known ids, shape `(len(ids), dim)`."""
        vectors: Vectors = self._index.reconstruct_batch(ids)
        return vectors
