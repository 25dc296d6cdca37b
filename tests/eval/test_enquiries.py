"""Tests of eval/enquiries.py: a case is right or wrong, and what the rates make of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.answers import AnswerStatus
from eval.case_files import EnquiryCase, load_cases
from eval.enquiries import (
    Prediction,
    Verdict,
    grouped,
    judge,
    prediction_from,
    prediction_of,
    rates,
    report,
    write_predictions,
)
from eval.metrics import Rate
from serving.build import Product

from .conftest import make_case, make_prediction

FREE = make_case(items=["jz-apply"], facts=[["不收费", "免费"], ["15日"]], forbidden=["收费20元"])
RIGHT = make_prediction(text="居住证不收费，15日内制发。", items=("jz-apply",))


def marks(*verdicts: tuple[EnquiryCase, Prediction]) -> list[Verdict]:
    return [judge(case, prediction) for case, prediction in verdicts]


def test_answer_with_status_item_and_every_fact_is_right() -> None:
    assert judge(FREE, RIGHT).right


@pytest.mark.parametrize(
    "prediction",
    [
        make_prediction(text="居住证不收费。", items=("jz-apply",)),
        make_prediction(text="居住证15日内制发。", items=("jz-apply",)),
        make_prediction(text="居住证不收费，15日内制发。", items=("jz-endorse",)),
        make_prediction(text="居住证不收费，15日内制发。"),
        make_prediction(text="居住证不收费，15日内制发，补领收费20元。", items=("jz-apply",)),
        make_prediction(text="居住证不收费，115日内制发。", items=("jz-apply",)),
        make_prediction("unanswerable", text="居住证不收费，15日内制发。", items=("jz-apply",)),
    ],
    ids=["one-fact-missing", "other-fact-missing", "other-item", "no-item", "forbidden", "other-number", "status"],
)
def test_partial_or_other_answer_is_wrong(prediction: Prediction) -> None:
    assert not judge(FREE, prediction).right


def test_any_of_several_items_is_enough() -> None:
    assert judge(make_case(items=["a", "b"]), make_prediction(items=("b",))).right


def test_case_that_names_no_item_accepts_any() -> None:
    assert judge(make_case(), make_prediction(items=("a",))).right


def test_facts_of_an_ending_that_is_no_answer_are_asked_for_as_well() -> None:
    fire = make_case(status="emergency", facts=[["119"]])
    assert judge(fire, make_prediction("emergency", text="请立即拨打 119！")).right
    assert not judge(fire, make_prediction("emergency", text="请立即拨打 110！")).right


@pytest.mark.parametrize(
    ("status", "right"),
    [("unanswerable", True), ("handoff", True), ("clarification", False), ("answered", False)],
)
def test_further_fair_status_counts_as_right_without_facts(status: str, right: bool) -> None:
    case = make_case(status="unanswerable", tags=["hard", "accept:handoff"], facts=[["12345"]])
    assert judge(case, make_prediction(status, text="拨打12345")).right is right
    assert judge(case, make_prediction("handoff", text="转人工")).right


def test_accepted_answer_must_not_hold_what_is_forbidden() -> None:
    case = make_case(status="unanswerable", tags=["accept:answered"], forbidden=["50元"])
    assert judge(case, make_prediction(text="以公告为准")).right
    assert not judge(case, make_prediction(text="收费50元")).right


def test_verdict_tells_what_is_missing_and_what_is_forbidden() -> None:
    verdict = judge(FREE, make_prediction(text="收费20元", items=("jz-apply",)))
    assert verdict.missing == [("不收费", "免费"), ("15日",)]
    assert verdict.forbidden == ["收费20元"]
    assert (verdict.status_fits, verdict.item_fits) == (True, True)


HAND_MADE = marks(
    (FREE, RIGHT),
    (FREE, make_prediction(text="居住证收费。", items=("jz-apply",))),
    (FREE, make_prediction("unanswerable")),
    (make_case(tags=["accept:clarification"]), make_prediction("clarification")),
    (make_case(status="unanswerable"), make_prediction("unanswerable")),
    (make_case(status="unanswerable"), make_prediction(text="编造")),
    (make_case(status="smalltalk"), make_prediction("smalltalk")),
    (make_case(status="smalltalk"), make_prediction("ticket")),
)


def test_rates_of_a_hand_made_set() -> None:
    assert rates(HAND_MADE) == {
        "accuracy": Rate(4, 8),
        "answerable_accuracy": Rate(2, 4),
        "answer_rate": Rate(2, 4),
        "wrong_answer_rate": Rate(2, 8),
        "wrong_refusal_rate": Rate(1, 4),
        "abstention_on_unanswerable": Rate(1, 2),
    }


def test_rates_of_no_cases_are_empty() -> None:
    assert set(rates([]).values()) == {Rate(0, 0)}


def test_case_counts_in_every_group_it_belongs_to() -> None:
    verdicts = marks(
        (make_case(tags=["a", "b"]), make_prediction()), (make_case(tags=["b"]), make_prediction("ticket"))
    )
    assert grouped(verdicts, lambda v: v.case.tags) == {"a": Rate(1, 1), "b": Rate(1, 2)}


def test_report_tells_rates_by_split_status_domain_and_tag() -> None:
    text = report(HAND_MADE, {"jz-apply": "居住证"})
    for part in ("accuracy", "wrong_refusal_rate", "95%", "按用例划分", "按领域", "居住证", "按标签", "p95 12 ms"):
        assert part in text


def test_predictions_are_written_one_a_line_with_these_fields(tmp_path: Path) -> None:
    write_predictions([v.prediction for v in HAND_MADE[:2]], tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    fields = {
        "id": "c",
        "status": "answered",
        "text": "居住证不收费，15日内制发。",
        "items": ["jz-apply"],
        "facet": "fee",
        "tier": "approved",
        "confidence": 0.9,
        "latency_ms": {"total": 12.0},
    }
    assert json.loads(lines[0]) == fields
    assert list(json.loads(lines[0])) == list(fields)


async def test_prediction_flattens_the_answer_with_its_sentences_and_quotes(product: Product) -> None:
    prediction = prediction_of(make_case(), await product.assistant.ask("居住证签注要钱吗"))
    assert (prediction.id, prediction.status, prediction.items) == ("c", "answered", ["jz-endorse"])
    assert (prediction.facet, prediction.tier, prediction.unscored) == ("fee", "approved", "")
    assert {token for s in prediction.sentences for token in s["citations"]} == {
        c["token"] for c in prediction.citations
    }
    assert prediction_of(make_case(), await product.assistant.ask("你好")).status == str(AnswerStatus.SMALLTALK)


async def test_broken_step_is_unscored_and_an_abstention_is_not(product: Product) -> None:
    answer = (await product.assistant.ask("深圳的居住证要多少钱")).as_json()
    assert prediction_from("c", answer).unscored == ""
    assert prediction_from("c", answer | {"status": "error_retrieval"}).unscored == "error_retrieval"


def test_own_cases_of_the_development_split_name_known_items_and_statuses(product: Product) -> None:
    own = Path(__file__).parents[2] / "eval" / "cases" / "enquiries.jsonl"
    cases = [case for case in load_cases(own) if case.split == "dev"]
    assert {case.expect.status for case in cases} <= set(AnswerStatus)
    assert {item for case in cases for item in case.expect.items} <= set(product.index.kb.items)
