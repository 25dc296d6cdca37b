"""Fits ranking and confidence of passages: `python -m eval.calibrate_passages DATASET_DIR…` prints both models.

The ranking is fitted to all sets, the confidence to the first, which should have questions without an answer; each
of its answerable questions gives another one, with its own documents taken out of what was found. Cross-validated
by question; the ranking of each set is also shown with weights fitted to the others alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.passage_confidence import HAND_SET, WEIGHTS, passage_evidence
from eval.foreign import WORK, Row, assistant_over, rows_of
from eval.softmax_fit import Floats, fit_softmax
from knowledge_base.passage_ranker import FEATURES
from knowledge_base.passage_retrieval import PassageRetriever

FOLDS = 5
THRESHOLDS = (0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Example:
    """Evidence behind the best passage; `answerable`: the set holds an answer, `right`: the best passage is it."""

    evidence: list[float]
    answerable: bool
    right: bool
    held_back: bool  # made by taking the right documents out


@dataclass(frozen=True)
class Found:
    """The passages found for one question: features, shape `(n, len(FEATURES))`, and which are right."""

    features: Floats
    documents: list[str]
    right: NDArray[np.bool_]


def study(folder: Path) -> tuple[list[Found], list[Example]]:
    """Ask one dataset."""
    assistant = assistant_over(folder / "kb.jsonl", WORK / folder.name)
    retriever = assistant.retriever
    assert isinstance(retriever, PassageRetriever)
    found, examples = [], []
    for row in rows_of(folder / "questions.jsonl"):
        retrieved = retriever.search(assistant.read(row["question"]))
        gold = set(row["doc_ids"]) if row["answerable"] else set()
        if gold:
            right = np.array([hit.item_id in gold for hit in retrieved.hits])
            features = np.array([hit.features for hit in retrieved.hits], dtype=np.float64)
            found.append(Found(features, [hit.item_id for hit in retrieved.hits], right))
            without = replace(retrieved, hits=tuple(h for h in retrieved.hits if h.item_id not in gold))
            examples += _examples(without, retriever, row, gold, held_back=True)
        examples += _examples(retrieved, retriever, row, gold, held_back=False)
    return found, examples


def _examples(
    retrieved: Any, retriever: PassageRetriever, row: Row, gold: set[str], *, held_back: bool
) -> list[Example]:
    seen = passage_evidence(retrieved, retriever, row["question"])
    if seen is None:
        return []
    answerable = bool(gold) and not held_back
    return [Example(list(seen.values()), answerable, retrieved.hits[0].item_id in gold, held_back)]


def fit_ranking(sets: Sequence[Found], strength: float = 1.0) -> Floats:
    """Fit weights ≥ 0 to the passages found for each question."""
    usable = [(one.features, one.right) for one in sets if one.right.any()]
    return fit_softmax(usable, np.full(len(FEATURES), 0.5), strength, least=0.0)


def hits(sets: Sequence[Found], weights: Floats) -> tuple[float, float]:
    """Give hit@1 and hit@5 by document."""
    first = fifth = 0
    for one in sets:
        order = np.argsort(-(one.features @ weights), kind="stable")
        best = list(dict.fromkeys(one.documents[i] for i in order))[:5]
        gold = {d for d, right in zip(one.documents, one.right, strict=True) if right}
        first += best[0] in gold
        fifth += bool(gold & set(best))
    return first / len(sets), fifth / len(sets)


def cross_validated(sets: Sequence[Found]) -> tuple[float, float]:
    """Give hit@1 and hit@5 with weights fitted to the other folds."""
    fold = np.random.RandomState(0).permutation(len(sets)) % FOLDS
    total = np.zeros(2)
    for k in range(FOLDS):
        weights = fit_ranking([s for s, f in zip(sets, fold, strict=True) if f != k])
        kept = [s for s, f in zip(sets, fold, strict=True) if f == k]
        total += np.array(hits(kept, weights)) * len(kept)
    return float(total[0]) / len(sets), float(total[1]) / len(sets)


def report_confidence(name: str, examples: Sequence[Example], sure: Floats) -> None:
    """Print what thresholds would do; held-back examples are counted apart, they are none of the set's own."""
    kinds = {
        "answerable": np.array([e.answerable for e in examples]),
        "unanswerable": np.array([not e.answerable and not e.held_back for e in examples]),
        "held back": np.array([e.held_back for e in examples]),
    }
    right = np.array([e.right for e in examples])
    levels = [float(np.quantile(sure[kinds["answerable"]], share)) for share in (0.05, 0.1, 0.15, 0.2)]
    for threshold in (*levels, *THRESHOLDS):
        low = sure < threshold
        shares = "  ".join(f"{kind} {low[m].mean():.3f} (n={m.sum()})" for kind, m in kinds.items() if m.any())
        kept = ~low & ~kinds["held back"]
        print(
            f"{name} threshold {threshold:.3f}: abstains on {shares}; right among answered {right[kept].mean():.3f}"
        )


def fit_confidence(examples: Sequence[Example]) -> Any:
    """Fit to the weights that are not set by hand.

    Answerable questions whose best passage is wrong are left out: no answer would be right there. Questions made by
    taking documents out weigh less, because another document often answers them all the same.
    """
    from sklearn.linear_model import LogisticRegression

    used = [e for e in examples if e.right or not e.answerable]
    labels = np.array([e.answerable for e in used])
    weights = np.where([e.held_back for e in used], 0.3, 1.0)
    weights = weights * np.where(labels, weights[~labels].sum() / weights[labels].sum(), 1.0)
    return LogisticRegression(max_iter=5000).fit(_fitted_columns(used), labels, sample_weight=weights)


def _fitted_columns(examples: Sequence[Example]) -> Floats:
    columns = [n for n, name in enumerate(WEIGHTS) if name not in HAND_SET]
    return np.array([[e.evidence[n] for n in columns] for e in examples])


def confidence_of(model: Any, examples: Sequence[Example]) -> Floats:
    """Give the probabilities of a fitted model with the weights set by hand."""
    by_hand = [n for n, name in enumerate(WEIGHTS) if name in HAND_SET]
    fixed = np.array([sum(e.evidence[n] * list(WEIGHTS.values())[n] for n in by_hand) for e in examples])
    scores: Floats = model.decision_function(_fitted_columns(examples)) + fixed
    return 1 / (1 + np.exp(-scores))


def cross_validated_confidence(examples: Sequence[Example]) -> Floats:
    """Give each example's probability by a model that has not seen its question."""
    questions = np.cumsum([not e.held_back for e in examples])  # the example held back stands before its own
    questions = questions - np.array([not e.held_back for e in examples])
    fold = (np.random.RandomState(0).permutation(int(questions.max()) + 1) % FOLDS)[questions]
    sure = np.zeros(len(examples))
    for k in range(FOLDS):
        model = fit_confidence([e for e, f in zip(examples, fold, strict=True) if f != k])
        kept = fold == k
        sure[kept] = confidence_of(model, [e for e, f in zip(examples, fold, strict=True) if f == k])
    return sure


def main(folders: Sequence[Path]) -> None:
    """Fit, cross-validate and print both models; the confidence is fitted to the first set alone."""
    studies = {folder.name: study(folder) for folder in folders}
    weights = fit_ranking([one for found, _ in studies.values() for one in found])
    for name, (found, _) in studies.items():
        others = [one for other, (sets, _) in studies.items() if other != name for one in sets]
        print(f"{name}: hit@1, hit@5 with all {hits(found, weights)}, cross-validated {cross_validated(found)}")
        if others:
            print(f"{name}: fitted to the others {hits(found, fit_ranking(others))}")
    for feature, weight in zip(FEATURES, weights, strict=True):
        print(f'    "{feature}": {weight:.1f},')
    first = next(iter(studies))
    model = fit_confidence(studies[first][1])
    report_confidence(f"{first} (cross-validated)", studies[first][1], cross_validated_confidence(studies[first][1]))
    for name, (_, examples) in studies.items():
        report_confidence(name, examples, confidence_of(model, examples))
    for feature, weight in zip((n for n in WEIGHTS if n not in HAND_SET), model.coef_[0], strict=True):
        print(f'    "{feature}": {weight:.3f},')
    print(f"BIAS = {model.intercept_[0]:.3f}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
