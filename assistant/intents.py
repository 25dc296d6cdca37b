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
    """How near the message is to the exemplars of each intent, and to any honest question known.

    `honest` takes the knowledge base's own questions in, which `nearness["enquiry"]` does not.
    """

    nearness: dict[str, float]
    honest: float

    @property
    def intent(self) -> str:
        """The nearest intent."""
        return max(self.nearness, key=lambda name: self.nearness[name])

    @property
    def lead(self) -> float:
        """By how much the nearest intent is nearer than honest questions; 0 where those are nearest."""
        return self.nearness[self.intent] - self.honest

    @property
    def clearly_enquiry(self) -> bool:
        """Whether honest questions are clearly nearer than anything else."""
        others = max(v for name, v in self.nearness.items() if name != "enquiry")
        return self.nearness["enquiry"] > others + 0.01


class IntentVoter:
    """Compares embeddings with those of the exemplars."""

    def __init__(self, vectors: Vectors, questions: Vectors) -> None:
        """Take the vectors of `exemplars()`, in order, and those of the knowledge base's own questions."""
        self._vectors = vectors
        self._questions = questions
        labels = np.array([label for label, _ in exemplars()])
        self._rows = {str(label): np.flatnonzero(labels == label) for label in dict.fromkeys(labels)}

    def vote(self, vector: Vectors) -> IntentVote:
        """Vote on one embedded message."""
        cosines = self._vectors @ vector
        nearness = {label: _nearest(cosines[rows]) for label, rows in self._rows.items()}
        honest = _nearest(np.concatenate([cosines[self._rows["enquiry"]], self._questions @ vector]))
        return IntentVote(nearness, honest)


def _nearest(cosines: Vectors) -> float:
    """Give the mean of the highest cosines."""
    top = min(NEAREST, len(cosines))
    return float(np.partition(cosines, -top)[-top:].mean())


@lru_cache(maxsize=1)
def exemplars() -> tuple[tuple[str, str], ...]:
    """List `(intent, text)` in the order of the file."""
    data = yaml.safe_load(_EXEMPLARS.read_text(encoding="utf-8"))
    return tuple((intent, text) for intent, texts in data["intents"].items() for text in texts)
