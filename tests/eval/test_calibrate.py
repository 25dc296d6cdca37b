"""Tests of eval/calibrate.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from assistant.confidence import WEIGHTS
from eval.calibrate import Study, development_cases, first_right, fit_ranking
from knowledge_base import ranker
from serving.build import Product

from .conftest import make_case

FEE: dict[str, Any] = {"items": ["jz-endorse"], "facts": [["不收费"]]}


@pytest.mark.parametrize(
    ("expected", "right"),
    [
        ({"status": "answered", **FEE}, True),
        ({"status": "answered", **FEE, "facts": [["收费99元"]]}, False),
        ({"status": "answered", **FEE, "items": ["crj-passport"]}, False),
        ({"status": "unanswerable"}, False),
    ],
    ids=["right", "other-fact", "other-item", "unanswerable"],
)
def test_case_becomes_its_evidence_and_whether_answering_would_be_right(
    product: Product, expected: dict[str, Any], right: bool
) -> None:
    study = Study(product.assistant)
    searched = study.search("居住证签注要钱吗")
    evidence = study.evidence(searched)
    assert evidence is not None
    assert set(evidence) == set(WEIGHTS)
    assert study.is_right(searched, make_case(question="居住证签注要钱吗", **expected)) is right


def test_fitted_ranking_puts_the_right_record_first() -> None:
    n = len(ranker.WEIGHTS)
    rng = np.random.default_rng(1)
    examples = []
    for _ in range(200):
        features = rng.normal(size=(5, n))
        right = np.arange(5) == 2
        features[2, -1] += 4.0  # only the last feature tells
        examples.append((features, right))
    weights = fit_ranking(examples)
    assert first_right(examples, weights) > 0.9
    assert weights[-1] > 1.0


def test_cases_of_the_test_split_are_never_used() -> None:
    assert {case.split for case in development_cases()} == {"dev"}
