"""Trains the aspect model: `python -m eval.train_aspects` writes knowledge_base/aspects.npz.

It learns from the questions of the starter set without those that `eval.held_out` keeps back, on which it is measured
and on which ranking and confidence are fitted afterwards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.held_out import hold_out
from knowledge_base.aspects import MODEL, AspectModel
from knowledge_base.cantonese import to_standard
from knowledge_base.chunking import ChunkKind, domain_chunks
from knowledge_base.content import STARTER_CONTENT, load_content
from knowledge_base.embedding import STARTER_VECTORS, E5Embedder, EmbeddingCache, Vectors
from knowledge_base.schema import Facet
from knowledge_base.text import normalise
from serving.settings import Settings

C = 10.0
"""Inverse strength of regularisation."""

QUESTIONS = (ChunkKind.ASK, ChunkKind.PHRASING)


def fit(vectors: Vectors, facets: Sequence[Facet]) -> AspectModel:
    """Fit the model to embedded questions and the facets of the records that answer them."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=C, max_iter=300).fit(vectors, [str(facet) for facet in facets])
    weights = model.coef_.T.astype(np.float32)
    return AspectModel(tuple(Facet(name) for name in model.classes_), weights, model.intercept_.astype(np.float32))


def main() -> None:
    """Train, measure and write the model file."""
    embedder = E5Embedder()
    with tempfile.TemporaryDirectory() as folder:
        held = hold_out(STARTER_CONTENT, Path(folder) / "content")
        known = load_content(Path(folder) / "content")
    asked = [c for part in domain_chunks(known).values() for c in part if c.kind in QUESTIONS]
    facet_of = {chunk.record_id: chunk.facet for chunk in asked}
    kept = [question for question in held if question.record_id in facet_of]
    cache = EmbeddingCache(Settings().index_dir / "embeddings.sqlite", embedder, STARTER_VECTORS)
    try:
        taught = cache.vectors([chunk.text for chunk in asked])
        unseen = cache.vectors([to_standard(normalise(question.text)) for question in kept])
    finally:
        cache.close()
    model = fit(taught, [chunk.facet for chunk in asked])
    model.save(embedder.name)
    share = right(model, unseen, [facet_of[question.record_id or ""] for question in kept])
    print(f"{len(asked)} 问，留出 {len(kept)} 问对 {share:.3f}")
    print(f"{MODEL.stat().st_size / 1e3:.0f} KB")


def right(model: AspectModel, vectors: Vectors, facets: Sequence[Facet]) -> float:
    """Give the share of questions whose facet comes out likeliest."""
    given = model.read(vectors).argmax(axis=1)
    return float(np.mean([model.facets[n] == facet for n, facet in zip(given, facets, strict=True)]))


if __name__ == "__main__":
    main()
