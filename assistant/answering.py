"""What the enquiry graph needs of an answerer, whatever kind of knowledge base it answers from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol

from assistant.answers import Sentence, Turn
from assistant.draft import Draft
from assistant.intents import Intent
from assistant.understand import Understanding
from knowledge_base.retrieval import Retrieved

Emit = Callable[[Sentence], None]


class Answering(Protocol):
    """Decides what is said and checks it at the end."""

    async def draft(
        self,
        understanding: Understanding,
        retrieved: Retrieved,
        intent: Intent,
        turns: Sequence[Turn],
        on: dt.date,
        emit: Emit = ...,
    ) -> Draft:
        """Decide between asking back, abstaining and answering; `emit` gets checked sentences early."""
        ...

    def grounded(self, draft: Draft) -> Draft:
        """Drop what the citations do not bear out."""
        ...

    def vouches(self, text: str) -> bool:
        """Tell whether the knowledge base answers a message, so that a mere suspicion against it is dropped."""
        ...
