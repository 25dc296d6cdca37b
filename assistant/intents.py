"""What kind of message it is: a linear model over the message's embedding and its character n-grams.

The model is trained on labelled sentences (`intents.yaml`) by `python -m eval.train_intents` and shipped as
`intents.npz`. It is small enough to run on every message, and works by n-grams alone when the embedder fails.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

from knowledge_base.embedding import Vectors

EXEMPLARS = Path(__file__).parent / "intents.yaml"
MODEL = Path(__file__).parent / "intents.npz"

ALONE = 3.0
"""How much more the n-grams count when the embedder fails: they were learnt as one half of the evidence."""

NGRAMS = (1, 4)
"""Shortest and longest character n-gram that is counted."""

REFUSED = ("injection", "privacy", "forgery", "promise", "bribery", "harmful")
OUTSIDE = ("own_case", "contact", "other_city", "out_of_scope")
"""Honest questions that no service guide answers."""


@dataclass(frozen=True)
class Intent:
    """Probability of each label of `intents.yaml`; they add up to 1."""

    probabilities: dict[str, float]

    def family(self, name: str) -> float:
        """Give the probability of all labels of a family: emergency, refused, ticket, handoff, smalltalk, outside."""
        return sum(self.probabilities[label] for label in self._members(name))

    def without(self, name: str) -> Intent:
        """Give the intent with a family ruled out; the other labels share its probability in proportion."""
        members = self._members(name)
        left = 1 - self.family(name)
        kept = {label: 0.0 if label in members else p / left for label, p in self.probabilities.items()}
        return Intent(kept)

    def likeliest(self, name: str) -> str:
        """Give the likeliest label of a family."""
        return max(self._members(name), key=lambda label: self.probabilities[label])

    def _members(self, family: str) -> list[str]:
        named = {"refused": REFUSED, "outside": OUTSIDE}.get(family)
        return [label for label in self.probabilities if (label in named if named else label.startswith(family))]


class IntentModel:
    """The trained model. Stateless; may be shared between threads."""

    def __init__(self, path: Path = MODEL) -> None:
        data = np.load(path)
        self.labels: tuple[str, ...] = tuple(str(label) for label in data["labels"])
        terms = str(data["terms"]).split("\n")
        self._position = {term: position for position, term in enumerate(terms)}
        self._idf: Vectors = data["idf"].astype(np.float32)
        self._weights = data["weights"]
        self._scales: Vectors = data["scales"]
        self._vector_weights: Vectors = data["vector_weights"].astype(np.float32)
        self._bias: Vectors = data["bias"]

    def read(self, text: str, vector: Vectors | None) -> Intent:
        """Judge one normalised message; without its embedding by its n-grams alone."""
        logits = self._bias.copy()
        if vector is not None:
            logits += self._vector_weights @ vector
        counts = {self._position[gram]: n for gram, n in ngrams(text).items() if gram in self._position}
        if counts:
            rows = np.fromiter(counts, dtype=np.int64)
            values = np.array([1 + math.log(n) for n in counts.values()], dtype=np.float32) * self._idf[rows]
            values /= np.linalg.norm(values)
            said = (values @ self._weights[rows].astype(np.float32)) * self._scales
            logits += said if vector is not None else ALONE * said
        odds = np.exp(logits - logits.max())
        return Intent(dict(zip(self.labels, (odds / odds.sum()).tolist(), strict=True)))


def ngrams(text: str) -> Counter[str]:
    """Count the character n-grams of a text."""
    shortest, longest = NGRAMS
    return Counter(text[i : i + n] for n in range(shortest, longest + 1) for i in range(len(text) - n + 1))


@lru_cache(maxsize=1)
def exemplars() -> tuple[tuple[str, str], ...]:
    """List `(label, text)` in the order of the file."""
    data = yaml.safe_load(EXEMPLARS.read_text(encoding="utf-8"))
    return tuple((label, text) for label, texts in data["intents"].items() for text in texts)
