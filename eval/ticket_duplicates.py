"""Looks for duplicates among the cases that came before, as the ticket desk does among kept tickets.

`python -m eval.ticket_duplicates` fits the weights of `assistant.tickets.duplicates` on pairs of the own cases
and of the invented tickets and prints them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

from assistant.tickets.duplicates import DuplicateFinder, Matter, comparable
from assistant.tickets.exemplars import shipped_tickets
from assistant.tickets.schema import TicketDraft
from assistant.tickets.transcript import caller_words, parse
from eval.ticket_cases import TicketCase, own_cases
from knowledge_base.embedding import Embedder
from serving.tickets.desk import COMPARED_CHARS, EMBEDDED

if TYPE_CHECKING:
    from eval.ticket_build import Drafting

NOON = dt.datetime(2026, 4, 24, 12, tzinfo=dt.UTC)
OTHER_PAIRS = 1500
FITTED = ("dev", "test")


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
            str(draft.kind.value),
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
    """Fit on the comparable pairs of dev and test, and on pairs of invented tickets of one town as no duplicates.

    So these two measure duplicates no more; duplicates count three times, since they are rare.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    from eval.ticket_build import drafting

    made = drafting()
    rows: list[dict[str, float]] = []
    same: list[bool] = []
    for split in FITTED:
        cases = sorted(own_cases(split), key=lambda case: case.now)
        first = {case.id: case.expect.duplicate_of for case in cases}
        seen = EarlierCases(made.finder, made.embedder)
        for case in cases:
            seen(case, made.drafter.draft(parse(case.text, case.channel, case.now)))
        pairs = [(new, old) for new in seen.matters for old in seen.matters if comparable(new, old)]
        rows += [made.finder.features(new, old) for new, old in pairs]
        same += [first[new.ticket_id] == old.ticket_id for new, old in pairs]
    others = invented_pairs(made)
    rows += [made.finder.features(new, old) for new, old in others]
    same += [False] * len(others)
    values, labels = np.array([list(row.values()) for row in rows]), np.array(same)
    scale = StandardScaler().fit(values)
    fitted = LogisticRegression(C=10.0, class_weight={False: 1, True: 3}).fit(scale.transform(values), labels)
    weights = fitted.coef_[0] / scale.scale_
    found = {name: round(float(weight), 1) for name, weight in zip(rows[0], weights, strict=True)}
    print(found | {"offset": round(float(fitted.intercept_[0] - (weights * scale.mean_).sum()), 1)})


def invented_pairs(made: Drafting) -> list[tuple[Matter, Matter]]:
    """Give pairs of invented tickets of one town: all of one class, and of the others a sample."""
    by_town: dict[str, list[Matter]] = {}
    for number, example in enumerate(shipped_tickets()):
        draft = made.drafter.draft(parse(example.text, now=NOON))
        if draft.town.value:
            text = caller_words(parse(example.text, now=NOON)).text
            vector = made.embedder.query(text[:COMPARED_CHARS])
            town = draft.town.value
            by_town.setdefault(town, []).append(
                Matter(str(number), text, NOON, town, example.label, example.kind, None, vector)
            )
    pairs = [pair for matters in by_town.values() for pair in combinations(matters, 2) if comparable(*pair)]
    alike = [pair for pair in pairs if pair[0].category == pair[1].category]
    others = [pair for pair in pairs if pair[0].category != pair[1].category]
    return alike + Random(1).sample(others, min(len(others), OTHER_PAIRS))


if __name__ == "__main__":
    main()
