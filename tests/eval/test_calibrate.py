"""Tests of eval/calibrate.py."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.confidence import WEIGHTS
from eval.calibrate import example
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
    found = example(product.assistant, make_case(question="居住证签注要钱吗", **expected))
    assert found is not None
    evidence, label = found
    assert len(evidence) == len(WEIGHTS)
    assert label is right
