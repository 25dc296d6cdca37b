"""What a ticket is about and what the caller wants: probabilities of kind, category and department.

The shipped model (`appeals.npz`) is trained by `python -m eval.train_tickets` on invented texts; a city trains its
own with `guanjia tickets train`, with whatever labels its catalogue has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.tickets.linear import LinearModel
from assistant.tickets.schema import Category, TicketKind
from assistant.tickets.wording import Wording
from knowledge_base.embedding import Embedder, Vectors
from knowledge_base.errors import EmbedderError
from knowledge_base.schema import AppealCategory, Town

logger = logging.getLogger(__name__)

MODEL = Path(__file__).parent / "appeals.npz"

EMBEDDED_CHARS = 120
"""Of a longer text the beginning and the end are embedded: time grows faster than length, the n-grams see it all."""

KIND, CATEGORY, DEPARTMENT, REFUSAL = "kind", "category", "department", "refusal"
ALARM, EMERGENCY = "alarm", "emergency"
"""Names of the heads; a model may lack all but `category`."""

YES, NO = "yes", "no"
NOBODY = "none"
"""Label of the department head for matters the hotline sends to nobody."""


@dataclass(frozen=True)
class Classification:
    """Calibrated probabilities, each group adding up to 1; a group the model does not know is empty.

    `alarm`: how likely somebody is in danger or the text shows a weak signal; `emergency`: how likely somebody is in
    danger right now; `refusal`: how likely the hotline does not take it on. All three are the model's own opinion
    beside the ticket rules.
    """

    kinds: Mapping[TicketKind, float]
    categories: Mapping[str, float]
    departments: Mapping[str, float]
    alarm: float = 0.0
    emergency: float = 0.0
    refusal: float = 0.0

    @property
    def kind(self) -> TicketKind | None:
        """The likeliest kind."""
        return max(self.kinds, key=lambda kind: self.kinds[kind]) if self.kinds else None

    @property
    def category(self) -> str:
        """The code of the likeliest category."""
        return max(self.categories, key=lambda code: self.categories[code])


class Classifier:
    """Reads texts with a trained model. Stateless apart from the embedder's memory; may be shared between threads."""

    def __init__(
        self,
        catalogue: Iterable[AppealCategory],
        towns: Iterable[Town] = (),
        embedder: Embedder | None = None,
        model: Path = MODEL,
    ) -> None:
        self._catalogue = {category.code: category for category in catalogue}
        self._wording = Wording(towns)
        self._embedder = embedder
        self._model = LinearModel.load(model)

    @property
    def model(self) -> LinearModel:
        """The model in use; its `meta` says how it was trained and what was measured."""
        return self._model

    def classify(self, text: str) -> Classification:
        """Judge what a caller says: a transcript with or without speakers, or a message. Never fails on words."""
        words = self._wording.read(text)
        return self.judge(words, self._vector(words))

    def judge(self, words: str, vector: Vectors | None) -> Classification:
        """Judge a text that `Wording` has read, with its embedding."""
        heads = self._model.read(words, vector)
        return Classification(
            kinds={TicketKind(kind): p for kind, p in heads.get(KIND, {}).items()},
            categories=heads[CATEGORY],
            departments=heads.get(DEPARTMENT, {}),
            alarm=heads.get(ALARM, {}).get(YES, 0.0),
            emergency=heads.get(EMERGENCY, {}).get(YES, 0.0),
            refusal=heads.get(REFUSAL, {}).get(YES, 0.0),
        )

    def category(self, code: str) -> Category:
        """Give the class of a label; a label of another catalogue is its own name."""
        known = self._catalogue.get(code)
        return Category(known.parent, code, known.name) if known else Category(code, code, code)

    def _vector(self, words: str) -> Vectors | None:
        """Embed a text; None when there is no embedder, nothing to embed, or it fails."""
        if self._embedder is None or not words:
            return None
        try:
            return self._embedder.query(embedded_part(words))
        except EmbedderError as error:
            logger.warning("tickets are classified without embedding: %s", type(error).__name__)
            return None


def embedded_part(words: str) -> str:
    """Give what of a text is embedded."""
    if len(words) <= EMBEDDED_CHARS:
        return words
    return words[: EMBEDDED_CHARS * 2 // 3] + words[-EMBEDDED_CHARS // 3 :]
