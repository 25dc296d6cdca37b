"""Which domains a question belongs to; several are allowed, none means all."""

from __future__ import annotations

from knowledge_base.embedding import Vectors
from knowledge_base.retrieval import Searcher

WITHIN = 0.17
"""Domains whose nearest chunk is this close to the nearest of all are searched."""


def route(retriever: Searcher, vector: Vectors | None) -> list[str]:
    """Choose the domains to search; without an embedding all of them."""
    if vector is None:
        return list(retriever.domains)
    nearest = retriever.nearest_by_domain(vector)
    best = max(nearest.values(), default=0.0)
    return [name for name, score in nearest.items() if score >= best - WITHIN]
