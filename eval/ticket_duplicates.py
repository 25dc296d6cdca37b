"""Looks for duplicates among the cases that came before, as the ticket desk does among kept tickets.

`python -m eval.ticket_duplicates` fits the weights of `assistant.tickets.duplicates` on pairs of three splits
of the own cases and prints them.
"""

from __future__ import annotations

from assistant.tickets.duplicates import DuplicateFinder, Matter, comparable, embedding_of
from assistant.tickets.schema import TicketDraft
from assistant.tickets.transcript import caller_words, parse
from assistant.tickets.wording import Wording
from eval.ticket_cases import TicketCase, own_cases
from knowledge_base.embedding import Embedder
from serving.tickets.earlier import READ

FITTED = ("dev", "test", "pairs")


class EarlierCases:
    """Remembers every case it is asked about; call it in the order of the tickets' times."""

    def __init__(self, finder: DuplicateFinder, embedder: Embedder, wording: Wording) -> None:
        self._finder, self._embedder, self._wording = finder, embedder, wording
        self._earlier: list[Matter] = []

    def __call__(self, case: TicketCase, draft: TicketDraft) -> str | None:
        """Give the id of the earlier case of the same matter: of several, the first."""
        words = caller_words(parse(case.text, case.channel, case.now))
        category = draft.category.value
        new = Matter(
            case.id,
            words.text,
            case.now,
            draft.town.value,
            category.l2 if category else None,
            str(draft.kind.value),
            draft.phone.value,
            embedding_of(words, self._wording, self._embedder),
        )
        found = self._finder.find(new, self._finder.possible(new, self._earlier, READ))
        self._earlier.append(new)
        return min((d.ticket_id for d in found), key=self._place, default=None)

    def _place(self, ticket_id: str) -> int:
        return next(n for n, matter in enumerate(self._earlier) if matter.ticket_id == ticket_id)

    @property
    def matters(self) -> list[Matter]:
        """The cases seen so far."""
        return list(self._earlier)


def main() -> None:
    """Fit on the comparable pairs of three splits, which measure duplicates no more.

    Prints the weights, and precision and recall at each threshold
    when every pair is judged by weights fitted without the pairs of its tickets.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from eval.ticket_build import drafting

    made = drafting()
    rows: list[dict[str, float]] = []
    same: list[bool] = []
    tickets: list[str] = []
    for split in FITTED:
        cases = sorted(own_cases(split), key=lambda case: case.now)
        first = {case.id: case.expect.duplicate_of for case in cases}
        seen = EarlierCases(made.finder, made.embedder, made.wording)
        for case in cases:
            seen(case, made.drafter.draft(parse(case.text, case.channel, case.now)))
        pairs = [(new, old) for new in seen.matters for old in seen.matters if comparable(new, old)]
        rows += [made.finder.features(new, old) for new, old in pairs]
        same += [
            (first[new.ticket_id] or new.ticket_id) == (first[old.ticket_id] or old.ticket_id) for new, old in pairs
        ]
        tickets += [new.ticket_id for new, _ in pairs]
    values, labels = np.array([list(row.values()) for row in rows]), np.array(same)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=10.0))
    guessed = cross_val_predict(model, values, labels, groups=tickets, cv=GroupKFold(5), method="predict_proba")[:, 1]
    print(f"{len(labels)} 对，其中同一件事 {labels.sum()} 对")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        said = guessed >= threshold
        print(f"{threshold}: 准 {labels[said].mean():.3f}  全 {said[labels].mean():.3f}")
    scale, fitted = model.fit(values, labels)
    weights = fitted.coef_[0] / scale.scale_
    found = {name: round(float(weight), 1) for name, weight in zip(rows[0], weights, strict=True)}
    print(found | {"offset": round(float(fitted.intercept_[0] - (weights * scale.mean_).sum()), 1)})


if __name__ == "__main__":
    main()
