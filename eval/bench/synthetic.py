"""A large knowledge base out of the starter set: new items with perturbed vectors and shuffled words."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from knowledge_base.chunking import Chunk, ChunkKind
from knowledge_base.embedding import Vectors
from knowledge_base.index import DomainIndex, Index, Progress
from knowledge_base.lexical import LexicalIndex
from knowledge_base.vector_store import VectorStore

NEARNESS = 0.93
"""Cosine between a made-up vector and its pattern: what e5 gives two questions on one subject."""


def enlarged(index: Index, target_chunks: int, progress: Progress = lambda domain, done, total: None) -> Index:
    """Give an index of at least `target_chunks` chunks: the starter set itself and copies that are new items.

    Each copy of an item keeps its records, facets and kinds; its texts and tokens are those of other chunks
    of the same kind in the domain, its vectors lie near the originals.
    """
    present = sum(len(domain.chunks) for domain in index.domains.values())
    copies = max(1, -(-target_chunks // present))
    domains: dict[str, DomainIndex] = {}
    done = 0
    for number, (name, domain) in enumerate(index.domains.items()):
        domains[name] = _enlarged_domain(domain, copies, seed=number)
        done += len(domains[name].chunks)
        progress(name, done, copies * present)
    return Index(index.kb, domains, index.tokeniser, index.built_with)


def _enlarged_domain(domain: DomainIndex, copies: int, seed: int) -> DomainIndex:
    ids = np.array([chunk.chunk_id for chunk in domain.chunks], dtype=np.int64)
    vectors = domain.store.vectors(ids)
    chunks, tokens, parts = list(domain.chunks), list(domain.tokens), [vectors]
    taken = set(ids.tolist())
    random_vectors, order = np.random.default_rng(seed), random.Random(seed)
    for copy in range(1, copies):
        words = list(_shuffled(domain, order))
        chunks += [
            _renamed(chunk, text, copy, _free_id(order, taken))
            for chunk, (text, _) in zip(domain.chunks, words, strict=True)
        ]
        tokens += [own for _, own in words]
        parts.append(perturbed(vectors, random_vectors))
    store = VectorStore.build(np.array([chunk.chunk_id for chunk in chunks], dtype=np.int64), np.concatenate(parts))
    searched = [t if c.kind is not ChunkKind.NEGATIVE else [] for c, t in zip(chunks, tokens, strict=True)]
    return DomainIndex(domain.domain, chunks, tokens, store, LexicalIndex.build(searched))


def perturbed(vectors: Vectors, generator: np.random.Generator) -> Vectors:
    """Give a normalised vector at about cosine `NEARNESS` from each row of `vectors`, shape `(n, dim)`."""
    noise = generator.standard_normal(vectors.shape, dtype=np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    moved = NEARNESS * vectors + float(np.sqrt(1 - NEARNESS**2)) * noise
    result: Vectors = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
    return result


def _shuffled(domain: DomainIndex, order: random.Random) -> Iterator[tuple[str, list[str]]]:
    """Give text and tokens of another chunk of the same kind for every chunk."""
    by_kind: dict[ChunkKind, list[int]] = {}
    for position, chunk in enumerate(domain.chunks):
        by_kind.setdefault(chunk.kind, []).append(position)
    for chunk in domain.chunks:
        other = order.choice(by_kind[chunk.kind])
        yield domain.chunks[other].text, domain.tokens[other]


def _renamed(chunk: Chunk, text: str, copy: int, chunk_id: int) -> Chunk:
    item_id = f"{chunk.item_id}-{copy}"
    record_id = item_id + chunk.record_id.removeprefix(chunk.item_id)
    if chunk.kind is ChunkKind.NAME:
        text = f"{text}{copy}号"  # a name that no question holds: it belongs to the item of the starter set
    return replace(chunk, chunk_id=chunk_id, record_id=record_id, item_id=item_id, text=text)


def _free_id(order: random.Random, taken: set[int]) -> int:
    chunk_id = order.getrandbits(63)
    while chunk_id in taken:
        chunk_id = order.getrandbits(63)
    taken.add(chunk_id)
    return chunk_id


class KnownVectors:
    """An embedder that knows its questions beforehand, so that a search costs the search alone."""

    name = "known vectors"

    def __init__(self, vectors: dict[str, Vectors], dim: int) -> None:
        self._vectors = vectors
        self.dim = dim

    def query(self, text: str) -> Vectors:
        """Give the vector of a known, normalised question."""
        return self._vectors[text]

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Give the vectors of known texts."""
        return np.stack([self._vectors[text] for text in texts])
