"""Fits the confidence of answers: `python -m eval.calibrate CASES…` prints weights for `assistant.confidence`.

Learns from answerable cases (right: the approved answer holds every fact) and unanswerable ones. Cases of the
test split are never read.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from assistant.answers import Turn
from assistant.confidence import WEIGHTS, evidence
from assistant.enquiry import Assistant, today
from assistant.retrieve import find
from assistant.route import route
from assistant.understand import understand
from eval.case_files import EnquiryCase, load_cases
from eval.matching import missing_groups
from serving.build import build
from serving.settings import ModelSettings, ModelUse, Settings

OWN_CASES = Path(__file__).parent / "cases" / "enquiries.jsonl"


def example(assistant: Assistant, case: EnquiryCase) -> tuple[list[float], bool] | None:
    """Give the evidence for one case and whether answering it would be right; None when nothing is found."""
    turns = [Turn(message.role, message.content) for message in case.history]
    text = assistant.read(case.question)
    understanding = understand(text, turns, assistant.retriever.names_item)
    retriever = assistant.retriever
    found = find(retriever, understanding, route(retriever, retriever.embed(understanding.question)))
    approved = assistant.answerer.approved
    seen = evidence(found, understanding, assistant.vote(text), approved.told)
    hits = [hit for hit in found.hits if not hit.is_gap]
    if seen is None:
        return None
    draft = approved.write(hits, understanding, 1.0, today())
    said = "\n".join(s.text for s in draft.sentences) if draft else ""
    right = (
        case.expect.status == "answered"
        and hits[0].item_id in case.expect.items
        and not missing_groups(said, case.expect.facts)
    )
    return list(seen.values()), right


def main(paths: list[Path]) -> None:
    """Fit, cross-validate and print."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    assistant = build(Settings(model=ModelSettings(use=ModelUse.NEVER))).assistant
    cases = [case for path in paths for case in load_cases(path)]
    wanted = [c for c in cases if c.split == "dev" and c.expect.status in ("answered", "unanswerable")]
    examples = [e for case in wanted if (e := example(assistant, case)) is not None]
    rows, labels = np.array([row for row, _ in examples]), np.array([right for _, right in examples])
    model = LogisticRegression(C=0.3, max_iter=5000, class_weight={True: 1.0, False: 2.0})
    held_out = cross_val_predict(model, rows, labels, cv=10, method="predict_proba")[:, 1]
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        kept = held_out >= threshold
        print(
            f"threshold {threshold}: answers {kept.mean():.3f} of n={len(labels)}, right among them "
            f"{labels[kept].mean():.3f}, right ones kept {(labels & kept).sum() / labels.sum():.3f}, "
            f"others let through {(~labels & kept).sum()} of {(~labels).sum()}"
        )
    model.fit(rows, labels)
    for name, weight in zip(WEIGHTS, model.coef_[0], strict=True):
        print(f'    "{name}": {weight:.3f},')
    print(f"BIAS = {model.intercept_[0]:.3f}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or [OWN_CASES])
