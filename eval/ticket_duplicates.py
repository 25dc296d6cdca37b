"""Looks for duplicates among the cases that came before, as the ticket desk does among kept tickets."""

from __future__ import annotations

from dataclasses import replace

from assistant.tickets.duplicates import DuplicateFinder, Matter
from assistant.tickets.schema import TicketDraft
from assistant.tickets.transcript import caller_words, parse
from eval.ticket_cases import TicketCase
from knowledge_base.embedding import Embedder
from serving.tickets.desk import COMPARED_CHARS, EMBEDDED


class EarlierCases:
    """Remembers every case it is asked about; call it in the order of the tickets' times."""

    def __init__(self, finder: DuplicateFinder, embedder: Embedder) -> None:
        self._finder = finder
        self._embedder = embedder
        self._earlier: list[Matter] = []

    def __call__(self, case: TicketCase, draft: TicketDraft) -> str | None:
        """Give the id of the earlier case of the same matter: of several, the first."""
        text = caller_words(parse(case.text, case.channel, case.now)).text
        category = draft.category.value
        new = Matter(
            case.id,
            text,
            case.now,
            draft.town.value,
            category.l2 if category else None,
            draft.address.value,
            draft.phone.value,
        )
        nearest = self._finder.nearest(new, self._earlier, EMBEDDED)
        found = self._finder.find(self._embedded(new), [self._embedded(other) for other in nearest])
        self._earlier.append(new)
        return min((d.ticket_id for d in found), key=self._place, default=None)

    def _place(self, ticket_id: str) -> int:
        return next(n for n, matter in enumerate(self._earlier) if matter.ticket_id == ticket_id)

    def _embedded(self, matter: Matter) -> Matter:
        return replace(matter, vector=self._embedder.query(matter.text[:COMPARED_CHARS]))
