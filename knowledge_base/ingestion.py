"""Ingestion on llama-index: service items become documents, documents become nodes, nodes get embeddings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import BaseNode, Document, TextNode, TransformComponent

from knowledge_base.chunking import Chunk
from knowledge_base.embedding import EmbeddingCache, Vectors


@dataclass(frozen=True)
class EmbeddedChunks:
    """Chunks of one domain and their vectors, in the same order; vectors have shape `(n, dim)`."""

    chunks: list[Chunk]
    vectors: Vectors


class CutItems(TransformComponent):
    """Turns an item's document into one node a chunk; the node id is the chunk id."""

    chunks_of: dict[str, list[Chunk]]

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:
        """Cut every document by its item id."""
        return [
            TextNode(id_=str(chunk.chunk_id), text=chunk.text, metadata={"record_id": chunk.record_id})
            for node in nodes
            for chunk in self.chunks_of[node.node_id]
        ]


class EmbedNodes(TransformComponent):
    """Sets the embedding of every node, from the cache where the text has not changed."""

    cache: Any
    progress: Any

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:
        """Embed all nodes."""
        texts = [node.get_content() for node in nodes]
        for node, vector in zip(nodes, self.cache.vectors(texts, self.progress), strict=True):
            node.embedding = vector.tolist()
        return nodes


def ingest(chunks: list[Chunk], cache: EmbeddingCache, progress: Callable[[int], None]) -> EmbeddedChunks:
    """Run the ingestion of one domain; `progress` is told how many more chunks are embedded."""
    by_item: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        by_item.setdefault(chunk.item_id, []).append(chunk)
    pipeline = IngestionPipeline(
        transformations=[CutItems(chunks_of=by_item), EmbedNodes(cache=cache, progress=progress)],
        disable_cache=True,
    )
    nodes = pipeline.run(documents=[Document(id_=item_id, text=item_id) for item_id in by_item])
    embeddings = {int(node.node_id): node.embedding for node in nodes}
    vectors = np.array([embeddings[chunk.chunk_id] for chunk in chunks], dtype=np.float32)
    return EmbeddedChunks(chunks, vectors)
