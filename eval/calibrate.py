"""Fits ranking, confidence and asking back: `python -m eval.calibrate` prints the weights that stand in the code.

They belong into `knowledge_base.ranker`, `assistant.confidence` and `assistant.clarify`.

They are fitted to questions held back from the knowledge base (`eval.held_out`) and to the development cases, by
which they are judged; asking back to the cases alone. Cases of the test split are never read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import clarify
from assistant.answer import Answerer
from assistant.answers import Turn
from assistant.confidence import THRESHOLD, WEIGHTS, evidence
from assistant.enquiry import Assistant, today
from assistant.logistic import logistic
from assistant.retrieve import find
from assistant.route import route
from assistant.understand import Understanding, understand
from eval.case_files import EnquiryCase, load_cases
from eval.held_out import HeldQuestion, hold_out
from eval.matching import missing_groups
from eval.softmax_fit import Floats, Ranked, fit_softmax
from knowledge_base import ranker
from knowledge_base.content import STARTER_CONTENT
from knowledge_base.records import Quotes
from knowledge_base.retrieval import RecordHit, Retrieved
from serving.build import build
from serving.settings import ModelSettings, ModelUse, Settings

OWN_CASES = Path(__file__).parent / "cases" / "enquiries.jsonl"
L2 = 0.001
"""Strength of regularisation for each question."""

CASE_WEIGHT, CASE_WEIGHT_RANKING = 30.0, 5.0
"""A development case counts as much as this many questions held back: these are worded by the hands that worded the
index, so that they are found more easily than what citizens write."""

GAP_WEIGHT = 0.2
"""A question held back from a known gap counts as much as this part of another: citizens ask what has an answer four
times as often, while the content holds more questions about gaps."""

TOLD_RECORDS = 40
"""Records of a search that the ranking is fitted to."""


@dataclass(frozen=True)
class Searched:
    """One question with what was found for it."""

    understanding: Understanding
    found: Retrieved
    text: str


class Study:
    """Searches and answers over one product, as the assistant does."""

    def __init__(self, assistant: Assistant) -> None:
        assert isinstance(assistant.answerer, Answerer)
        self.assistant = assistant
        self.approved = assistant.answerer.approved
        self.kb = assistant.answerer.kb
        self.quotes = Quotes(self.kb)

    def search(self, question: str, turns: Sequence[Turn] = ()) -> Searched:
        """Read, understand, route and retrieve one question."""
        retriever = self.assistant.retriever
        text = self.assistant.read(question)
        understanding = understand(text, turns, retriever.names_item)
        domains = route(retriever, retriever.embed(understanding.question))
        return Searched(understanding, find(retriever, understanding, self.assistant.intent(text), domains), text)

    def search_case(self, case: EnquiryCase) -> Searched:
        """Search for the question of a case in its conversation."""
        return self.search(case.question, [Turn(m.role, m.content) for m in case.history])

    def evidence(self, searched: Searched) -> dict[str, float] | None:
        """Give the evidence behind the best record."""
        return evidence(searched.found, self.assistant.intent(searched.text))

    def said(self, searched: Searched) -> str:
        """Give the text of the approved answer, however unsure."""
        hits = [hit for hit in searched.found.hits if not hit.is_gap]
        draft = self.approved.write(hits, searched.understanding, 1.0, today()) if hits else None
        return "\n".join(sentence.text for sentence in draft.sentences) if draft else ""

    def tells(self, searched: Searched, record_id: str) -> bool:
        """Tell whether the approved answer holds the record."""
        said = self.said(searched)
        return any(quote.text in said for quote in self.quotes.record(record_id))

    def helps(self, hit: RecordHit, case: EnquiryCase) -> bool:
        """Tell whether a record holds one of the facts of a case."""
        told = "\n".join(quote.text for quote in self.quotes.record(hit.record_id))
        return len(missing_groups(told, case.expect.facts)) < len(case.expect.facts)

    def is_right(self, searched: Searched, case: EnquiryCase) -> bool:
        """Tell whether the approved answer would be right for a case."""
        best = searched.found.best
        if best is None or case.expect.status != "answered" or best.item_id not in case.expect.items:
            return False
        return not missing_groups(self.said(searched), case.expect.facts)


def ranking_example(question: HeldQuestion, searched: Searched) -> Ranked | None:
    """Give the features of the records found, and which of them answer (a known gap answers for itself)."""
    hits = searched.found.hits[:TOLD_RECORDS]
    if question.record_id is None:
        right = [hit.is_gap and hit.item_id == question.item_id and question.gap_known for hit in hits]
    else:
        right = [hit.record_id == question.record_id for hit in hits]
    if not any(right):
        return None
    return np.array([hit.features for hit in hits], dtype=np.float64), np.array(right)


def case_example(study: Study, case: EnquiryCase, searched: Searched) -> Ranked | None:
    """Give the same for a case: right is what holds a fact it asks for; of an unanswerable one, the known gaps."""
    hits = searched.found.hits[:TOLD_RECORDS]
    if case.expect.status == "answered":
        right = [not hit.is_gap and hit.item_id in case.expect.items and study.helps(hit, case) for hit in hits]
    else:
        right = [hit.is_gap for hit in hits]
    if not any(right):
        return None
    return np.array([hit.features for hit in hits], dtype=np.float64), np.array(right)


def fit_ranking(examples: Sequence[Ranked], counts: Sequence[float] | None = None) -> Floats:
    """Fit the ranking to the records found for each question, which count alike or as `counts` says."""
    strength = L2 * (sum(counts) if counts else len(examples))
    return fit_softmax(examples, np.array(list(ranker.WEIGHTS.values())), strength, counts=counts)


def weight_of(question: HeldQuestion) -> float:
    """Give how much a question held back counts."""
    return 1.0 if question.record_id else GAP_WEIGHT


def first_right(examples: Sequence[Ranked], weights: Floats) -> float:
    """Give the share of questions whose right record comes first."""
    return float(np.mean([right[np.argmax(features @ weights)] for features, right in examples]))


def fit_confidence(rows: Floats, labels: NDArray[np.bool_], from_cases: NDArray[np.bool_], counts: Floats) -> Floats:
    """Fit, cross-validate and print the confidence; gives its weights and last the bias.

    The table speaks of the development cases alone.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold, cross_val_predict

    model = LogisticRegression(C=0.3, max_iter=5000)
    share = {"sample_weight": counts}
    folds = KFold(10, shuffle=True, random_state=0)
    guessed = cross_val_predict(model, rows, labels, cv=folds, params=share, method="predict_proba")
    held_out = guessed[:, 1][from_cases]
    right = labels[from_cases]
    for threshold in sorted({0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, THRESHOLD}):
        kept = held_out >= threshold
        print(
            f"threshold {threshold}{'*' if threshold == THRESHOLD else ' '}: right ones kept "
            f"{(right & kept).sum()} of {right.sum()}, others let through {(~right & kept).sum()} of {(~right).sum()}"
        )
    model.fit(rows, labels, **share)
    for name, weight in zip(WEIGHTS, model.coef_[0], strict=True):
        print(f'    "{name}": {weight:.3f},')
    print(f"BIAS = {model.intercept_[0]:.3f}")
    return np.append(model.coef_[0], model.intercept_[0])


def fit_asking_back(rows: Floats, labels: NDArray[np.bool_]) -> None:
    """Fit, cross-validate and print when to ask back."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=5000))
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    guessed = cross_val_predict(model, rows, labels, cv=folds, method="predict_proba")[:, 1]
    for threshold in (0.3, 0.4, clarify.ASK_BACK, 0.5, 0.6):
        asked = guessed >= threshold
        hits, misses = (labels & asked).sum(), (~labels & asked).sum()
        print(f"ask back from {threshold}: {hits} of {labels.sum()}, wrongly {misses}")
    scale, linear = model.fit(rows, labels)
    weights = linear.coef_[0] / scale.scale_
    for name, weight in zip(clarify.WEIGHTS, weights, strict=True):
        print(f'    "{name}": {weight:.3f},')
    print(f"BIAS = {linear.intercept_[0] - weights @ scale.mean_:.3f}")


def asking_back_rows(study: Study, fitted: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Give the evidence that the choice is open for each development case without history, and whether it is.

    `fitted`: weights and bias of the confidence.
    """
    rows, labels = [], []
    for case in development_cases(("answered", "unanswerable", "clarification")):
        searched = study.search_case(case)
        found = study.evidence(searched)
        if found is None or searched.understanding.follow_up or "accept:clarification" in case.tags:
            continue
        ambiguous = clarify.ambiguity(searched.understanding, study.kb) is not None
        sure = logistic(float(fitted[:-1] @ list(found.values()) + fitted[-1]))
        seen = clarify.openness(searched.understanding, searched.found, found, sure, ambiguous=ambiguous)
        rows.append(list(seen.values()))
        labels.append(case.expect.status == "clarification")
    return np.array(rows), np.array(labels)


def development_cases(statuses: Sequence[str] = ("answered", "unanswerable")) -> Iterator[EnquiryCase]:
    """Give the own cases of the dev split on which one of some statuses is expected."""
    for case in load_cases(OWN_CASES):
        if case.split == "dev" and case.expect.status in statuses:
            yield case


def main() -> None:
    """Fit and print the ranking; then, with it in use, the confidence."""
    never = ModelSettings(use=ModelUse.NEVER)
    whole = Study(build(Settings(model=never)).assistant)
    cases = [(case, whole.search_case(case)) for case in development_cases()]
    with tempfile.TemporaryDirectory() as folder:
        held = hold_out(STARTER_CONTENT, Path(folder) / "content")
        settings = Settings(content_dir=Path(folder) / "content", data_dir=Path(folder) / "data", model=never)
        study = Study(build(settings, say=print).assistant)
        pairs = [(question, study.search(question.text)) for question in held]
        told = [(ranking_example(question, searched), weight_of(question)) for question, searched in pairs]
        told += [(case_example(whole, case, searched), CASE_WEIGHT_RANKING) for case, searched in cases]
        examples = [example for example, _ in told if example is not None]
        weights = fit_ranking(examples, [count for example, count in told if example is not None])
        before = np.array(list(ranker.WEIGHTS.values()))
        print(f"right record first: {first_right(examples, before):.3f} → {first_right(examples, weights):.3f}")
        for name, weight in zip(ranker.WEIGHTS, weights, strict=True):
            print(f'    "{name}": {weight:.2f},')
        ranker.use(weights)
        rows, labels, counts = [], [], []
        for question in held:
            searched = study.search(question.text)
            if (seen := study.evidence(searched)) is not None:
                rows.append(list(seen.values()))
                labels.append(question.record_id is not None and study.tells(searched, question.record_id))
                counts.append(weight_of(question))
    n_held = len(rows)
    for case in development_cases():
        searched = whole.search_case(case)
        if (seen := whole.evidence(searched)) is not None:
            rows.append(list(seen.values()))
            labels.append(whole.is_right(searched, case))
            counts.append(CASE_WEIGHT)
    fitted = fit_confidence(np.array(rows), np.array(labels), np.arange(len(rows)) >= n_held, np.array(counts))
    fit_asking_back(*asking_back_rows(whole, fitted))


if __name__ == "__main__":
    main()
