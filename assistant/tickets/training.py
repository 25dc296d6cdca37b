"""Learns kind, category and department from labelled tickets: any label set, calibrated on held-back folds.

scikit-learn is needed here and nowhere at run time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from assistant.tickets.classify import ALARM, CATEGORY, DEPARTMENT, EMERGENCY, KIND, NO, NOBODY, REFUSAL, YES
from assistant.tickets.linear import NGRAMS, Floats, Head, LinearModel, centred, softmax
from assistant.tickets.mixing import department_shares, fitted_power
from knowledge_base.embedding import Vectors

STRENGTH = {CATEGORY: 8.0, DEPARTMENT: 8.0, KIND: 3.0, ALARM: 3.0, EMERGENCY: 3.0, REFUSAL: 3.0}
"""Inverse strength of regularisation of each head, chosen on the dev cases."""

FOLDS = 5
LEAST_PER_LABEL = 2
"""A label with fewer texts cannot be learnt; its rows are left out and reported."""

ENOUGH_TRUSTED = 150
"""Rows that calibrate from which they alone set a temperature."""

MAX_TERMS = 60_000
SEED = 1
ALWAYS = -1
"""The fold of rows that are never held back."""


class TrainingError(AssistantError):
    """The examples cannot be learnt from; the message says why."""


@dataclass(frozen=True)
class Example:
    """A labelled ticket. `department` None: the hotline sends it to nobody; "" : not said. `alarm`, `refusal`
    None: not said.

    `also`: departments that would be right, too.
    `measured` False: always learnt from, never held back, such as the short phrases of the catalogue.
    `routine` False: a person would have to look at it anyway (danger, two matters, not accepted), so that it says
    nothing about what a machine may send.
    `calibrates`: it is like the tickets that will come; where there are such, confidence and thresholds follow them.
    """

    text: str
    label: str
    department: str | None = ""
    kind: str = ""
    alarm: bool | None = None
    emergency: bool | None = None
    refusal: bool | None = None
    also: tuple[str, ...] = ()
    measured: bool = True
    routine: bool = True
    calibrates: bool = False


@dataclass(frozen=True)
class Mixture:
    """A held-back ticket: its likeliest category, the department shares before sharpening, the right department."""

    routine: bool
    calibrates: bool
    predicted: str
    shares: Mapping[str, float]
    right: str


@dataclass(frozen=True)
class Learnt:
    """A trained model and what was measured on held-back examples."""

    model: LinearModel
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """Examples with their texts as `Wording` reads them and their embeddings; None: n-grams alone."""

    examples: Sequence[Example]
    words: Sequence[str]
    vectors: Vectors | None


def train(taught: Prepared, version: str, folds: int = FOLDS) -> Learnt:
    """Fit all heads; what is measured comes from fits that had not seen the ticket.

    Raises:
        TrainingError: fewer than two labels have enough texts.
    """
    examples, words, vectors = taught.examples, taught.words, taught.vectors
    kept = _learnable(examples)
    if len({examples[i].label for i in kept} - {""}) < 2:
        raise TrainingError(f"需要至少两个分类，每个至少 {LEAST_PER_LABEL} 条；现在只有 {len(examples)} 条")
    rows = [examples[i] for i in kept]
    features = Features.of([words[i] for i in kept], vectors[kept] if vectors is not None else None)
    fold_of = _folds(rows, folds)
    leads = leads_of(rows)
    trusted = np.array([row.calibrates for row in rows])
    heads, held_logits = {}, {}
    report: dict[str, Any] = {"examples": len(rows), "left_out": len(examples) - len(rows)}
    for name, labels in targets(rows).items():
        fitted = fit_head(features, labels, fold_of, STRENGTH[name], trusted)
        heads[name], held_logits[name] = fitted
        report[name] = _accuracy(heads[name], held_logits[name], labels)
    mixtures = _mixtures(rows, heads, held_logits, leads)
    model = LinearModel(features.terms, features.idf, features.centre, heads, {})
    checked = [mixture for mixture in mixtures if mixture.calibrates]
    seen = checked or mixtures
    power = fitted_power([m.shares for m in seen], [m.right for m in seen])
    marks = _marks([m for m in mixtures if m.routine], power)
    report["department_dispatched"] = _summary(_marks(mixtures, power))
    meta = {
        "version": version,
        "examples": len(rows),
        "leads": leads,
        "power": power,
        "held_back": {code: [[round(c, 4), r] for c, r in found] for code, found in marks.items()},
        "checked": [
            [round(c, 4), r] for found in _marks([m for m in checked if m.routine], power).values() for c, r in found
        ],
    }
    model.meta.update(meta)
    return Learnt(model, report)


@dataclass(frozen=True)
class Features:
    """Texts as numbers: `matrix` holds the placed embedding first (`dim` columns, maybe 0), then the n-grams."""

    matrix: Any
    dim: int
    terms: tuple[str, ...]
    idf: Floats
    centre: Floats

    @classmethod
    def of(cls, words: Sequence[str], vectors: Vectors | None) -> Features:
        """Count the n-grams of texts and put their embeddings beside them."""
        from scipy.sparse import csr_matrix, hstack
        from sklearn.feature_extraction.text import TfidfVectorizer

        least = 2 if len(words) < 5000 else 3
        grams = TfidfVectorizer(
            analyzer="char",
            ngram_range=NGRAMS,
            min_df=least,
            max_features=MAX_TERMS,
            sublinear_tf=True,
            lowercase=False,
        )
        try:
            counted = grams.fit_transform(words)
        except ValueError as error:  # no term is left
            raise TrainingError("这些文本里没有可学的词，请检查文本列") from error
        terms = tuple(str(term) for term in grams.get_feature_names_out())
        idf: Floats = grams.idf_.astype(np.float32)
        if vectors is None:
            return cls(counted.tocsr(), 0, terms, idf, np.zeros(1, dtype=np.float32))
        centre: Floats = vectors.mean(axis=0).astype(np.float32)
        placed = csr_matrix(centred(vectors, centre))
        return cls(hstack([placed, counted]).tocsr(), vectors.shape[1], terms, idf, centre)


def targets(rows: Sequence[Example]) -> dict[str, list[str]]:
    """Give the labels of each head that the examples can teach; "" where a row does not say."""
    wanted = {
        CATEGORY: [row.label for row in rows],
        DEPARTMENT: [NOBODY if row.department is None else row.department for row in rows],
        KIND: [row.kind for row in rows],
        ALARM: [_flag(row.alarm) for row in rows],
        EMERGENCY: [_flag(row.emergency) for row in rows],
        REFUSAL: [_flag(row.refusal) for row in rows],
    }
    return {name: labels for name, labels in wanted.items() if _teachable(labels)}


def _flag(said: bool | None) -> str:
    return "" if said is None else YES if said else NO


def leads_of(rows: Sequence[Example]) -> dict[str, str | None]:
    """Give the department each label mostly goes to; labels without one are left out."""
    seen: dict[str, Counter[str | None]] = defaultdict(Counter)
    for row in rows:
        if row.label and row.department != "":
            seen[row.label][row.department] += 1
    return {label: counts.most_common(1)[0][0] for label, counts in sorted(seen.items())}


def fit_head(
    features: Features,
    labels: Sequence[str],
    fold_of: NDArray[np.int64],
    strength: float,
    trusted: NDArray[np.bool_] | None = None,
) -> tuple[Head, NDArray[np.float64]]:
    """Fit a head on all rows that have a label; gives it and the logits of every row from a fit without its fold.

    Where enough rows are `trusted`, the temperature follows them: the others are no measure of what will come.
    """
    said = np.array([bool(label) for label in labels])
    names = sorted({label for label in labels if label})
    place = {name: n for n, name in enumerate(names)}
    wanted = np.array([place.get(label, -1) for label in labels])
    logits = np.full((len(labels), len(names)), -np.inf)
    for fold in range(int(fold_of.max()) + 1):
        train_rows, test_rows = said & (fold_of != fold), fold_of == fold
        if not test_rows.any() or len(set(wanted[train_rows])) < 2:
            continue
        model = _logistic(strength).fit(features.matrix[train_rows], wanted[train_rows])
        logits[np.ix_(test_rows, model.classes_)] = _decided(model, features.matrix[test_rows])
    final = _logistic(strength).fit(features.matrix[said], wanted[said])
    held = said & np.isfinite(logits).any(axis=1)
    measured = held & trusted if trusted is not None and (held & trusted).sum() >= ENOUGH_TRUSTED else held
    coefficients, bias = _both_classes(final.coef_, final.intercept_)
    weights = coefficients[:, features.dim :].T
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    head = Head(
        labels=tuple(names),
        vector_weights=coefficients[:, : features.dim].astype(np.float32),
        weights=np.round(weights / scales).astype(np.int8),
        scales=scales.astype(np.float32),
        bias=bias.astype(np.float32),
        temperature=temperature_of(logits[measured], wanted[measured]),
    )
    return head, logits


def temperature_of(logits: NDArray[np.float64], wanted: NDArray[np.int64]) -> float:
    """Give the temperature with the least log loss; a right label a fold had never seen counts as a tiny chance."""
    if not len(wanted):
        return 1.0
    best, least = 1.0, np.inf
    for step in np.geomspace(0.1, 10, 60):
        shares = softmax(logits, float(step))
        loss = -np.log(np.maximum(shares[np.arange(len(wanted)), wanted], 1e-4)).mean()
        if loss < least:
            best, least = float(step), float(loss)
    return best


def _logistic(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=300, tol=1e-3)


def _decided(model: Any, matrix: Any) -> NDArray[np.float64]:
    coefficients, bias = _both_classes(model.coef_, model.intercept_)
    decided: NDArray[np.float64] = np.asarray(matrix @ coefficients.T) + bias
    return decided


def _both_classes(coefficients: NDArray[Any], bias: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """With two labels scikit-learn keeps one row: the second label's; the first gets zeros."""
    if coefficients.shape[0] > 1:
        return coefficients, bias
    return np.vstack([np.zeros_like(coefficients), coefficients]), np.concatenate([[0.0], bias])


def _learnable(examples: Sequence[Example]) -> list[int]:
    """Give the rows to learn from: texts with a common label, or without one but with a kind or an alarm."""
    counts = Counter(example.label for example in examples)
    taught = [
        counts[e.label] >= LEAST_PER_LABEL if e.label else bool(e.kind or _flag(e.alarm) or _flag(e.refusal))
        for e in examples
    ]
    return [n for n, e in enumerate(examples) if taught[n] and e.text.strip()]


def _teachable(labels: Sequence[str]) -> bool:
    counts = Counter(label for label in labels if label)
    return len(counts) > 1 and min(counts.values()) >= 1


def _folds(rows: Sequence[Example], folds: int) -> NDArray[np.int64]:
    """Give each row a fold, `ALWAYS` to those that are never held back; the rows of a label are spread evenly."""
    rng = np.random.default_rng(SEED)
    fold_of = np.full(len(rows), ALWAYS, dtype=np.int64)
    dealt: Counter[str] = Counter()
    for n in rng.permutation(len(rows)):
        row = rows[n]
        if row.measured:
            start = sum(map(ord, row.label))  # rare labels shall not all begin with the first fold
            fold_of[n] = (dealt[row.label] + start) % folds
            dealt[row.label] += 1
    return fold_of


def _mixtures(
    rows: Sequence[Example],
    heads: Mapping[str, Head],
    logits: Mapping[str, NDArray[np.float64]],
    leads: Mapping[str, str | None],
) -> list[Mixture]:
    """Dispatch every row that was held back by fits that had not seen it."""
    found = []
    for n, row in enumerate(rows):
        category, department = (_shares(heads.get(name), logits.get(name), n) for name in (CATEGORY, DEPARTMENT))
        if leads and category and row.department != "":
            shares = department_shares(category, department, leads.get, 1.0)
            predicted = max(category, key=lambda label: category[label])
            best = max(shares, key=lambda d: shares[d])
            right = best if best in row.also else row.department or NOBODY
            found.append(Mixture(row.routine, row.calibrates, predicted, shares, right))
    return found


def _shares(head: Head | None, logits: NDArray[np.float64] | None, row: int) -> dict[str, float]:
    """Give the probabilities of a row; empty when there is no head or the row was not held back."""
    if head is None or logits is None or not np.isfinite(logits[row]).any():
        return {}
    return dict(zip(head.labels, softmax(logits[row], head.temperature).tolist(), strict=True))


def _marks(mixtures: Sequence[Mixture], power: float) -> dict[str, list[tuple[float, int]]]:
    """Give confidence and rightness of the held-back dispatches by predicted category."""
    marks: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for mixture in mixtures:
        raised = {department: p**power for department, p in mixture.shares.items()}
        best = max(raised, key=lambda d: raised[d])
        sure = raised[best] / sum(raised.values())
        marks[mixture.predicted].append((sure, int(best == mixture.right)))
    return dict(marks)


def _accuracy(head: Head, logits: NDArray[np.float64], labels: Sequence[str]) -> dict[str, Any]:
    said = [n for n, label in enumerate(labels) if label and np.isfinite(logits[n]).any()]
    chosen = [head.labels[int(logits[n].argmax())] for n in said]
    right = sum(labels[n] == c for n, c in zip(said, chosen, strict=True))
    confused = Counter((labels[n], c) for n, c in zip(said, chosen, strict=True) if labels[n] != c)
    return {
        "n": len(said),
        "labels": len(head.labels),
        "right": right,
        "macro_f1": _macro_f1([labels[n] for n in said], chosen),
        "temperature": round(head.temperature, 3),
        "confused": [[wanted, got, n] for (wanted, got), n in confused.most_common(15)],
    }


def _macro_f1(wanted: Sequence[str], chosen: Sequence[str]) -> float:
    scores = []
    for label in sorted(set(wanted)):
        hits = sum(w == c == label for w, c in zip(wanted, chosen, strict=True))
        both = wanted.count(label) + chosen.count(label)
        scores.append(2 * hits / both if both else 0.0)
    return round(sum(scores) / len(scores), 4)


def _summary(marks: Mapping[str, Sequence[tuple[float, int]]]) -> dict[str, Any]:
    flat = [mark for found in marks.values() for mark in found]
    return {"n": len(flat), "right": sum(right for _, right in flat)}
