"""Looks for duplicates among the cases that came before, as the ticket desk does among kept tickets.

`python -m eval.ticket_duplicates` fits the weights of `assistant.tickets.duplicates` on the pairs of the dev cases
and prints them.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.tickets.duplicates import DuplicateFinder, Matter, comparable
from assistant.tickets.schema import TicketDraft
from assistant.tickets.transcript import caller_words, parse
from eval.ticket_cases import TicketCase, own_cases
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
            draft.phone.value,
        )
        nearest = self._finder.nearest(new, self._earlier, EMBEDDED)
        found = self._finder.find(self._embedded(new), [self._embedded(other) for other in nearest])
        self._earlier.append(new)
        return min((d.ticket_id for d in found), key=self._place, default=None)

    def _place(self, ticket_id: str) -> int:
        return next(n for n, matter in enumerate(self._earlier) if matter.ticket_id == ticket_id)

    @property
    def matters(self) -> list[Matter]:
        """The cases seen so far, with their embeddings."""
        return [self._embedded(matter) for matter in self._earlier]

    def _embedded(self, matter: Matter) -> Matter:
        return replace(matter, vector=self._embedder.query(matter.text[:COMPARED_CHARS]))


def main() -> None:
    """Fit on every comparable pair of the dev cases; duplicates count four times, since they are rare."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    from eval.ticket_build import drafting

    made, cases = drafting(), sorted(own_cases("dev"), key=lambda case: case.now)
    for case in cases:
        made.earlier(case, made.drafter.draft(parse(case.text, case.channel, case.now)))
    first = {case.id: case.expect.duplicate_of for case in cases}
    pairs = [(new, old) for new in made.earlier.matters for old in made.earlier.matters if comparable(new, old)]
    rows = [made.finder.features(new, old) for new, old in pairs]
    values = np.array([list(row.values()) for row in rows])
    same = np.array([first[new.ticket_id] == old.ticket_id for new, old in pairs])
    scale = StandardScaler().fit(values)
    fitted = LogisticRegression(C=1.0, class_weight={False: 1, True: 4}).fit(scale.transform(values), same)
    weights = fitted.coef_[0] / scale.scale_
    found = {name: round(float(weight), 1) for name, weight in zip(rows[0], weights, strict=True)}
    print(found | {"offset": round(float(fitted.intercept_[0] - (weights * scale.mean_).sum()), 1)})


if __name__ == "__main__":
    main()
