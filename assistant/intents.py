"""What kind of message it is, by the vote of labelled exemplars that mean the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

from knowledge_base.embedding import Vectors

_EXEMPLARS = Path(__file__).parent / "intents.yaml"

NEAREST = 3
"""An intent's nearness is the mean cosine of this many of its nearest exemplars."""


@dataclass(frozen=True)
class IntentVote:
    """How near the message is to the exemplars of each intent."""

    nearness: dict[str, float]

    @property
    def intent(self) -> str:
        """The nearest intent."""
        return max(self.nearness, key=lambda name: self.nearness[name])

    @property
    def lead(self) -> float:
        """By how much the nearest intent is nearer than honest questions; 0 where those are nearest."""
        return self.nearness[self.intent] - self.nearness["enquiry"]

    @property
    def clearly_enquiry(self) -> bool:
        """Whether honest questions are clearly nearer than anything else."""
        others = max(v for name, v in self.nearness.items() if name != "enquiry")
        return self.nearness["enquiry"] > others + 0.01

    def sure(self, nearness: float, lead: float) -> bool:
        """Tell whether the winner is near enough and far enough ahead to act on it alone."""
        return self.nearness[self.intent] >= nearness and self.lead >= lead


class IntentVoter:
    """Compares embeddings with those of the exemplars."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        labels = np.array([label for label, _ in exemplars()])
        self._rows = {str(label): np.flatnonzero(labels == label) for label in dict.fromkeys(labels)}

    def vote(self, vector: Vectors) -> IntentVote:
        """Vote on one embedded message."""
        cosines = self._vectors @ vector
        nearness = {}
        for label, rows in self._rows.items():
            nearest = np.sort(cosines[rows])[-NEAREST:]
            nearness[label] = float(nearest.mean())
        return IntentVote(nearness)


@lru_cache(maxsize=1)
def exemplars() -> tuple[tuple[str, str], ...]:
    """List `(intent, text)` in the order of the file."""
    data = yaml.safe_load(_EXEMPLARS.read_text(encoding="utf-8"))
    return tuple((intent, text) for intent, texts in data["intents"].items() for text in texts)
