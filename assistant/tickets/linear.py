"""A linear text model with several heads over one set of features: embedding and character n-grams.

Training (`assistant.tickets.training`) needs scikit-learn; reading a text needs numpy alone. Every head is
calibrated with a temperature, so that its probabilities can be taken at their word.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from knowledge_base.embedding import Vectors

Floats = NDArray[np.float32]

VECTOR_WEIGHT = 1.0
"""Length of the centred embedding beside the n-gram vector of length 1, chosen on the dev cases."""


class ModelFileError(AssistantError):
    """A model file is missing or is none."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}; train again with `guanjia tickets train` or roll back")
        self.path = path


NGRAMS = (1, 3)
"""Shortest and longest character n-gram that is counted; longer ones did not help on the dev cases."""


def ngrams(text: str) -> Counter[str]:
    """Count the character n-grams of a text."""
    shortest, longest = NGRAMS
    return Counter(text[i : i + n] for n in range(shortest, longest + 1) for i in range(len(text) - n + 1))


@dataclass(frozen=True)
class Head:
    """One question the model answers. `weights`: shape `(terms, labels)`, int8 times `scales` (one a label)."""

    labels: tuple[str, ...]
    vector_weights: Floats
    weights: NDArray[np.int8]
    scales: Floats
    bias: Floats
    temperature: float = 1.0


class LinearModel:
    """The trained model. Stateless; may be shared between threads."""

    def __init__(
        self, terms: tuple[str, ...], idf: Floats, centre: Floats, heads: Mapping[str, Head], meta: Mapping[str, Any]
    ) -> None:
        self.terms = terms
        self.idf = idf
        self.centre = centre
        self.heads = dict(heads)
        self.meta = dict(meta)
        self._position = {term: position for position, term in enumerate(terms)}

    def read(self, text: str, vector: Vectors | None) -> dict[str, dict[str, float]]:
        """Give for each head the probability of its labels; without an embedding by the n-grams alone."""
        rows, values = self._counted(text)
        placed = centred(vector, self.centre) if vector is not None else None
        return {name: _probabilities(head, rows, values, placed) for name, head in self.heads.items()}

    def _counted(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        counts = {self._position[gram]: n for gram, n in ngrams(text).items() if gram in self._position}
        rows = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = np.array([1 + math.log(n) for n in counts.values()], dtype=np.float32) * self.idf[rows]
        length = float(np.linalg.norm(values))
        return rows, values / length if length else values

    def save(self, path: Path) -> None:
        """Write the model file."""
        arrays: dict[str, Any] = {
            "terms": np.array("\n".join(self.terms)),
            "idf": self.idf.astype(np.float16),
            "centre": self.centre.astype(np.float16),
            "meta": np.array(json.dumps(self.meta, ensure_ascii=False)),
        }
        for name, head in self.heads.items():
            arrays[f"{name}/labels"] = np.array(head.labels)
            arrays[f"{name}/vector_weights"] = head.vector_weights.astype(np.float16)
            arrays[f"{name}/weights"] = head.weights
            arrays[f"{name}/scales"] = head.scales
            arrays[f"{name}/bias"] = head.bias
            arrays[f"{name}/temperature"] = np.float32(head.temperature)
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """Read a model file.

        Raises:
            ModelFileError: there is none, or it is damaged.
        """
        try:
            with np.load(path) as data:
                names = [key.removesuffix("/labels") for key in data.files if key.endswith("/labels")]
                heads = {
                    name: Head(
                        labels=tuple(str(label) for label in data[f"{name}/labels"]),
                        vector_weights=data[f"{name}/vector_weights"].astype(np.float32),
                        weights=data[f"{name}/weights"],
                        scales=data[f"{name}/scales"].astype(np.float32),
                        bias=data[f"{name}/bias"].astype(np.float32),
                        temperature=float(data[f"{name}/temperature"]),
                    )
                    for name in names
                }
                terms = tuple(str(data["terms"]).split("\n"))
                meta = json.loads(str(data["meta"]))
                return cls(terms, data["idf"].astype(np.float32), data["centre"].astype(np.float32), heads, meta)
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise ModelFileError(path, str(error)) from error
        except Exception as error:  # zipfile.BadZipFile and zlib.error have no common base
            raise ModelFileError(path, f"damaged ({error})") from error


def centred(vectors: Vectors, centre: Floats) -> Floats:
    """Move embeddings to their centre (e5 crowds into one corner) and give each the length `VECTOR_WEIGHT`."""
    moved = vectors - centre
    length = np.linalg.norm(moved, axis=-1, keepdims=True)
    placed: Floats = (VECTOR_WEIGHT * moved / np.maximum(length, 1e-6)).astype(np.float32)
    return placed


def softmax(logits: NDArray[Any], temperature: float = 1.0) -> NDArray[Any]:
    """Give probabilities along the last axis."""
    scaled = logits / temperature
    odds = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: NDArray[Any] = odds / odds.sum(axis=-1, keepdims=True)
    return shares


def _probabilities(head: Head, rows: NDArray[np.int64], values: Floats, placed: Floats | None) -> dict[str, float]:
    logits = head.bias.copy()
    if placed is not None:
        logits += head.vector_weights @ placed
    if len(rows):
        logits += (values @ head.weights[rows].astype(np.float32)) * head.scales
    return dict(zip(head.labels, softmax(logits, head.temperature).tolist(), strict=True))
