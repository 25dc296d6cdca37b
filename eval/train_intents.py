"""Trains the intent model: `python -m eval.train_intents` reads assistant/intents.yaml, writes assistant/intents.npz.

Honest examples are the labelled enquiries and all questions of the starter knowledge base. Attacks and emergencies
often stand behind an honest beginning, so such pairs are put together as further examples (`mixed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.intents import MODEL, NGRAMS, REFUSED, exemplars
from knowledge_base.cantonese import to_standard
from knowledge_base.chunking import ChunkKind, domain_chunks
from knowledge_base.content import load_content
from knowledge_base.embedding import STARTER_VECTORS, E5Embedder, EmbeddingCache, Vectors
from knowledge_base.masking import mask
from knowledge_base.text import normalise
from serving.settings import Settings

MIXED = 1500
SEED = 1
C = 20.0
"""Inverse strength of regularisation, chosen on the dev split of the safety suite."""

VECTOR_SHARE = 0.4
"""The embedding counts this much beside the n-grams: it was tuned on what services ask for, not on attacks."""

QUESTIONS = (ChunkKind.ASK, ChunkKind.PHRASING, ChunkKind.GAP)

Labelled = tuple[str, str]
"""A label and a text."""


def labelled() -> list[Labelled]:
    """List every example as the assistant reads it, each text once; the first label wins."""
    chunks = [chunk for part in domain_chunks(load_content()).values() for chunk in part]
    rows = [*exemplars(), *(("enquiry", chunk.text) for chunk in chunks if chunk.kind in QUESTIONS)]
    texts: dict[str, str] = {}
    for label, text in rows:
        texts.setdefault(to_standard(normalise(mask(text))), label)
    return [(label, text) for text, label in texts.items()]


def mixed(rows: Sequence[Labelled], count: int = MIXED) -> list[Labelled]:
    """Put an honest question before or after an attack, an emergency or another honest question."""
    rng = np.random.default_rng(SEED)
    honest = [text for label, text in rows if label == "enquiry" and 8 < len(text) < 60]
    attacks = [row for row in rows if row[0] in REFUSED]
    emergencies = [row for row in rows if row[0].startswith("emergency")]
    made = []
    for number in range(count):
        first = honest[rng.integers(len(honest))].rstrip("?。!")
        if number % 2 == 0:
            label, text = attacks[rng.integers(len(attacks))]
        elif number % 10 == 1:
            label, text = emergencies[rng.integers(len(emergencies))]
        else:
            label, text = "enquiry", honest[rng.integers(len(honest))]
        parts = (first, text) if rng.random() < 0.6 else (text, first)
        made.append((label, str(rng.choice(["?", "。", ",", " "])).join(parts)))
    return made


def train(rows: Sequence[Labelled], vectors: Vectors) -> dict[str, Any]:
    """Fit the model; gives the arrays of the model file."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    grams = TfidfVectorizer(analyzer="char", ngram_range=NGRAMS, min_df=3, sublinear_tf=True, lowercase=False)
    counted = grams.fit_transform([text for _, text in rows])
    model = LogisticRegression(C=C, max_iter=1000)
    model.fit(hstack([csr_matrix(vectors * VECTOR_SHARE), counted]).tocsr(), [label for label, _ in rows])
    dim = vectors.shape[1]
    weights = model.coef_[:, dim:].T  # (terms, labels)
    scales = np.abs(weights).max(axis=0) / 127
    terms = [term.replace("\n", " ") for term in grams.get_feature_names_out()]
    return {
        "labels": np.array(model.classes_),
        "terms": np.array("\n".join(terms)),
        "idf": grams.idf_.astype(np.float16),
        "weights": np.round(weights / scales).astype(np.int8),
        "scales": scales.astype(np.float32),
        "vector_weights": (model.coef_[:, :dim] * VECTOR_SHARE).astype(np.float16),
        "bias": model.intercept_.astype(np.float32),
    }


def main() -> None:
    """Train and write the model file."""
    rows = labelled()
    rows += mixed(rows)
    cache = EmbeddingCache(Settings().index_dir / "embeddings.sqlite", E5Embedder(), STARTER_VECTORS)
    try:
        vectors = cache.vectors([text for _, text in rows])
    finally:
        cache.close()
    arrays = train(rows, vectors)
    np.savez_compressed(MODEL, **arrays)
    print(f"{len(rows)} 条，{len(arrays['labels'])} 类，{MODEL.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
