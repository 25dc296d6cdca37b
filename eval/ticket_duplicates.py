"""Looks for duplicates among the cases that came before, as the ticket desk does among kept tickets.

`python -m eval.ticket_duplicates` fits the weights of `assistant.tickets.duplicates` on pairs of three splits
of the own cases and prints them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from assistant.tickets.duplicates import DuplicateFinder, Matter, MatterEmbedder, comparable, embedding_of
from assistant.tickets.schema import TicketDraft
from assistant.tickets.transcript import caller_words, parse
from assistant.tickets.wording import Wording
from eval.ticket_cases import TicketCase, own_cases
from serving.tickets.earlier import READ

if TYPE_CHECKING:
    from eval.ticket_build import Drafting

FITTED = ("dev", "test", "pairs")

STRETCHES = 10
"""Parts into which the time of a split is cut for the cross-validation."""


class EarlierCases:
    """Remembers every case it is asked about; call it in the order of the tickets' times."""

    def __init__(self, finder: DuplicateFinder, embedder: MatterEmbedder, wording: Wording) -> None:
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


@dataclass(frozen=True)
class Pair:
    """Two comparable cases. `stretch`: the split and the part of its time both lie in, None where they lie in two."""

    features: dict[str, float]
    same: bool
    stretch: tuple[str, int] | None


def pairs_of(split: str, cases: Sequence[TicketCase], made: Drafting) -> Iterator[Pair]:
    """Compare every two comparable cases of a split."""
    ordered = sorted(cases, key=lambda case: case.now)
    first = {case.id: case.expect.duplicate_of or case.id for case in ordered}
    stretch = {case.id: n * STRETCHES // len(ordered) for n, case in enumerate(ordered)}
    seen = EarlierCases(made.finder, made.embedder, made.wording)
    for case in ordered:
        seen(case, made.drafter.draft(parse(case.text, case.channel, case.now)))
    for new, old in product(seen.matters, repeat=2):
        if comparable(new, old):
            at, until = stretch[old.ticket_id], stretch[new.ticket_id]
            same = first[new.ticket_id] == first[old.ticket_id]
            yield Pair(made.finder.features(new, old), same, (split, at) if at == until else None)


def main() -> None:
    """Fit on the comparable pairs of three splits, which measure duplicates no more.

    Prints the weights, and how well each pair is judged by weights fitted on other stretches of time: its tickets,
    and their look-alikes, are in none of the pairs fitted on. Pairs across two stretches serve the last fit only.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score, precision_recall_curve
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from eval.ticket_build import drafting

    made = drafting()
    pairs = [pair for split in FITTED for pair in pairs_of(split, own_cases(split), made)]
    values = np.array([list(pair.features.values()) for pair in pairs])
    labels = np.array([pair.same for pair in pairs])
    inside = np.array([pair.stretch is not None for pair in pairs])
    stretches = [str(pair.stretch) for pair in pairs if pair.stretch]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    guessed = cross_val_predict(
        model, values[inside], labels[inside], groups=stretches, cv=GroupKFold(5), method="predict_proba"
    )[:, 1]
    print(f"{len(labels)} 对，其中同一件事 {labels.sum()} 对；交叉检验 {inside.sum()} 对")
    precision, recall, _ = precision_recall_curve(labels[inside], guessed)
    print(
        f"AP {average_precision_score(labels[inside], guessed):.3f}，"
        f"召回 85% 时准 {precision[recall >= 0.85].max():.3f}，准 95% 时召回 {recall[precision >= 0.95].max():.3f}"
    )
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        said = guessed >= threshold
        print(f"{threshold}: 准 {labels[inside][said].mean():.3f}  全 {said[labels[inside]].mean():.3f}")
    scale, fitted = model.fit(values, labels)
    weights = fitted.coef_[0] / scale.scale_
    found = {name: round(float(weight), 1) for name, weight in zip(pairs[0].features, weights, strict=True)}
    print(found | {"offset": round(float(fitted.intercept_[0] - (weights * scale.mean_).sum()), 1)})


if __name__ == "__main__":
    main()
