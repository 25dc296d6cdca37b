"""Tests of serving/live.py: answers are counted, graded and noted without anybody waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.answers import Answer, AnswerStatus, Citation, Sentence, Tier
from serving.api import create_app
from serving.asked import AskedStore
from serving.build import Product
from serving.feedback import FeedbackStore
from serving.live import Live
from serving.metrics import Metrics

from .conftest import with_data_dir

CITED = Citation("S1", "jz-apply", "居住证", "fee", "居住证不收费", "条例", None, True, "r", None)
GOOD = Answer(
    "a" * 32,
    AnswerStatus.ANSWERED,
    "· 居住证不收费",
    (Sentence("· 居住证不收费", ("S1",)),),
    (CITED,),
    tier=Tier.APPROVED,
)
LOOSE = replace(GOOD, answer_id="b" * 32, text="· 收20元", sentences=(Sentence("· 收20元", ("S1",)),))
NOTHING = Answer("c" * 32, AnswerStatus.UNANSWERABLE, "没有收录")

Make = Callable[[float], Live]


@pytest.fixture
def store(tmp_path: Path) -> AskedStore:
    return AskedStore(tmp_path / "g.sqlite", 30)


@pytest.fixture
def metrics(product: Product, tmp_path: Path) -> Metrics:
    return Metrics(product.index, FeedbackStore(tmp_path / "g.sqlite"), product.model.status)


def test_answers_are_graded_counted_and_noted(metrics: Metrics, store: AskedStore) -> None:
    live = Live(metrics, store, 1.0)
    live.start()
    for question, answer in (("要钱吗", GOOD), ("多少钱", LOOSE), ("月球几时去", NOTHING)):
        live.answered(question, answer)
    live.stop()
    assert store.graded() == {"none": 2, "unsupported": 1}
    assert [gap.question for gap in store.gaps()] == ["月球几时去"]
    text = metrics.text().decode()
    assert 'guanjia_graded_answers_total{fault="unsupported"} 1.0' in text
    assert 'guanjia_answers_total{status="answered",tier="approved"} 2.0' in text


@pytest.mark.parametrize(("share", "graded"), [(0.0, 0), (1.0, 1)])
def test_only_the_sample_is_graded_and_every_question_noted(
    metrics: Metrics, store: AskedStore, share: float, graded: int
) -> None:
    live = Live(metrics, store, share)
    live.start()
    live.answered("月球几时去", NOTHING)
    live.stop()
    assert sum(store.graded().values()) == graded
    assert len(store.gaps()) == 1


def test_sample_has_about_the_size_that_was_asked_for(metrics: Metrics, store: AskedStore) -> None:
    live = Live(metrics, store, 0.2)
    live.start()
    for number in range(1000):
        live.answered("问", replace(NOTHING, answer_id=f"{number:032x}"))
    live.stop()
    assert 150 <= sum(store.graded().values()) <= 250


def test_before_the_start_answers_are_only_counted(metrics: Metrics, store: AskedStore) -> None:
    live = Live(metrics, store, 1.0)
    live.answered("月球几时去", NOTHING)
    live.start()
    live.stop()
    assert store.gaps() == []
    assert 'guanjia_answers_total{status="unanswerable",tier="fixed"} 1.0' in metrics.text().decode()


def test_database_that_cannot_be_written_stops_neither_answers_nor_the_thread(
    metrics: Metrics, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    live = Live(metrics, AskedStore(tmp_path / "file" / "g.sqlite", 30), 1.0)
    live.start()
    live.answered("月球几时去", NOTHING)
    live.stop()
    assert 'guanjia_graded_answers_total{fault="none"} 1.0' in metrics.text().decode()


def test_unanswered_questions_of_every_interface_reach_the_gap_list_masked(product: Product, tmp_path: Path) -> None:
    served = with_data_dir(product, tmp_path)
    question = "深圳的居住证多少钱，我电话13812345678"
    with TestClient(create_app(served)) as client:
        client.post("/v1/enquiries", json={"question": question})
        client.post("/v1/enquiries", json={"question": question, "stream": True})
        message = {"role": "user", "content": question}
        client.post("/v1/chat/completions", json={"model": "guanjia", "messages": [message]})
    gaps = AskedStore(served.settings.database, 30).gaps()
    assert len(gaps) == 3
    assert {gap.question for gap in gaps} == {"深圳的居住证多少钱，我电话138****5678"}
