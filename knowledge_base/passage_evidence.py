"""The evidence that a passage answers a question, in figures that mean the same in any set of documents."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.chunking import Chunk, ChunkKind
from knowledge_base.embedding import Vectors
from knowledge_base.index import DomainIndex

NAME_CHARS = 4
"""A shorter title stands in too many questions by chance."""


@dataclass(frozen=True)
class PassageQuery:
    """A question as the ranking of passages sees it; `weights` is the idf of each distinct token."""

    text: str
    vector: Vectors | None
    weights: Mapping[str, float]
    bm25: NDArray[np.float32]  # by position in the chunk list
    best_bm25: float

    @property
    def weight(self) -> float:
        """The summed idf of the question's tokens."""
        return sum(self.weights.values()) or 1.0

    def covered(self, text: str) -> float:
        """Give the share of the question's weight whose tokens stand in the text."""
        return sum(w for token, w in self.weights.items() if token in text) / self.weight


class DocumentChunks:
    """The chunks of one document by what they are."""

    def __init__(self, rows: Sequence[tuple[int, Chunk]]) -> None:
        self.records: dict[str, list[tuple[int, Chunk]]] = defaultdict(list)
        self.asks: list[tuple[int, Chunk]] = []
        titles = []
        texts = []
        for row in rows:
            chunk = row[1]
            if chunk.kind in (ChunkKind.ASK, ChunkKind.NAME):
                self.asks.append(row)
            else:
                self.records[chunk.record_id].append(row)
            if chunk.kind is ChunkKind.NAME:
                titles.append(chunk.text)
            if chunk.kind is not ChunkKind.PART:
                texts.append(chunk.text)
        self.title = titles[0] if titles else ""
        self.text = "\n".join(texts)


def documents_of(domain: DomainIndex) -> dict[str, DocumentChunks]:
    """Arrange the chunks of the index by document."""
    rows: dict[str, list[tuple[int, Chunk]]] = defaultdict(list)
    for position, chunk in enumerate(domain.chunks):
        rows[chunk.item_id].append((position, chunk))
    return {doc_id: DocumentChunks(found) for doc_id, found in rows.items()}


def passage_features(document: DocumentChunks, query: PassageQuery, domain: DomainIndex) -> dict[str, list[float]]:
    """Give the evidence for each passage of a document, in the order of `passage_ranker.FEATURES`."""
    rows = [*document.asks, *(row for part in document.records.values() for row in part)]
    ids = np.array([chunk.chunk_id for _, chunk in rows], dtype=np.int64)
    cosines = domain.store.vectors(ids) @ query.vector if query.vector is not None else np.zeros(len(ids))
    cosine_of = {position: float(c) for (position, _), c in zip(rows, cosines, strict=True)}
    ask = max((cosine_of[p] for p, _ in document.asks), default=0.0)
    ask_bm25 = max((float(query.bm25[p]) for p, _ in document.asks), default=0.0)
    whole = query.covered(document.text)
    is_named = len(document.title) >= NAME_CHARS and document.title in query.text
    named = query.covered(document.title) if is_named else 0.0
    features = {}
    for record_id, chunks in document.records.items():
        text = max(cosine_of[p] for p, c in chunks if c.kind is ChunkKind.TEXT)
        nearest = max(ask, *(cosine_of[p] for p, _ in chunks))
        own, position = next((c.text, p) for p, c in chunks if c.kind is ChunkKind.TEXT)
        bm25 = max(ask_bm25, float(query.bm25[position]))
        features[record_id] = [
            _spread(max(text, ask)),
            _spread(nearest),
            math.sqrt(bm25 / query.best_bm25) if query.best_bm25 else 0.0,
            query.covered(own),
            whole,
            named,
        ]
    return features


def _spread(cosine: float) -> float:
    """Spread e5's narrow range of cosines (unrelated ≈ 0.78, same ≈ 1) over about -1…4; absent gives -1."""
    return (cosine - 0.82) * 20 if cosine > 0 else -1.0
