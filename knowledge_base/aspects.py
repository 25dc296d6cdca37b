"""Which aspect (facet) a question asks for, read from its embedding by a small linear model.

Cue words (`facets`) miss most ways of asking; the model is trained on the questions of the starter set by
`python -m eval.train_aspects` and belongs to one embedding model.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge_base.embedding import Vectors
from knowledge_base.schema import Facet

MODEL = Path(__file__).parent / "aspects.npz"


class AspectModel:
    """Probabilities of each facet for embedded questions. Stateless; may be shared between threads."""

    def __init__(self, facets: tuple[Facet, ...], weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        """`weights` has shape `(dim, len(facets))`."""
        self.facets = facets
        self.weights = weights
        self.bias = bias

    @classmethod
    def load(cls, embedder: str, path: Path = MODEL) -> AspectModel | None:
        """Read the shipped model; None when it was trained for another embedder than the one named."""
        if not path.exists():
            return None
        data = np.load(path)
        if str(data["embedder"]) != embedder:
            return None
        return cls(tuple(Facet(str(name)) for name in data["facets"]), data["weights"], data["bias"])

    def save(self, embedder: str, path: Path = MODEL) -> None:
        """Write the model for an embedder."""
        names = np.array([str(facet) for facet in self.facets])
        np.savez_compressed(path, embedder=np.array(embedder), facets=names, weights=self.weights, bias=self.bias)

    def read(self, vectors: Vectors) -> Vectors:
        """Give the probability of each facet, shape `(n, len(facets))`, for vectors `(n, dim)`."""
        logits = vectors @ self.weights + self.bias
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Vectors = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
        return shares
