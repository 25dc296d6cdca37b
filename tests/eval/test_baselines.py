"""Tests of eval/baselines: simpler systems answer the same cases and are scored alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from langchain_core.language_models import FakeListChatModel
from typer.testing import CliRunner

from eval import runner
from eval.baselines.bm25 import TopPassage
from eval.baselines.closed_book import ClosedBook
from eval.baselines.passages import Passage, passages
from eval.baselines.plain_rag import PlainRag
from eval.baselines.run import cases_by_system, sample, standings, told, ways
from eval.metrics import Rate
from eval.runs import RunWriter
from knowledge_base.embedding import E5Embedder
from serving.build import Product
from serving.cli import app

from .conftest import make_case

TEXTS = [
    Passage("jz-endorse", "居住证签注：居住证签注不收费"),
    Passage("crj-passport", "普通护照：护照每本120元"),
    Passage("mz-marry", "结婚登记：男不早于22周岁"),
]
FEE = make_case(question="居住证签注要收费吗", items=["jz-endorse"], facts=[["不收费"]])


def test_passages_hold_every_item_and_fact(product: Product) -> None:
    found = passages(product.index.kb)
    assert {passage.item_id for passage in found} == set(product.index.kb.items)
    assert any("签注不收费" in passage.text for passage in found if passage.item_id == "jz-endorse")


async def test_bm25_answers_with_the_best_passage_and_nothing_else(product: Product) -> None:
    bm25 = TopPassage(TEXTS, product.index.tokeniser.tokens)
    said = await bm25.ask(FEE)
    assert (said.status, said.items, said.text) == ("answered", ["jz-endorse"], TEXTS[0].text)
    follow_up = make_case(question="多少钱", history=[{"role": "user", "content": "我想办护照"}])
    assert (await bm25.ask(follow_up)).items == ["crj-passport"]
    assert (await bm25.ask(make_case(question="量子"))).status == "unanswerable"


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("居住证签注不收费。", "answered"),
        ("不知道", "unanswerable"),
        ("抱歉，我无法提供这方面的信息。", "unanswerable"),
        ("资料里没有提到收费。", "unanswerable"),
        ("", "unanswerable"),
        ("需要带身份证。如果不知道在哪办，可以打12345。", "answered"),
    ],
)
async def test_model_alone_answers_or_says_that_it_does_not_know(reply: str, status: str) -> None:
    said = await ClosedBook(FakeListChatModel(responses=[reply])).ask(FEE)
    assert (said.status, said.items, said.text) == (status, [], reply)


async def test_plain_rag_answers_from_the_nearest_passages() -> None:
    class Echo(FakeListChatModel):
        """Says what it was shown."""

        def _call(self, messages, *args, **kwargs):  # type: ignore[no-untyped-def]
            return messages[-1].content

    said = await PlainRag(TEXTS, E5Embedder(), Echo(responses=["-"])).ask(FEE)
    assert said.items[0] == "jz-endorse"
    assert len(said.items) == 2
    assert "不收费" in said.text
    assert "jz-endorse" not in said.text


def test_sample_is_fixed_and_of_the_development_split() -> None:
    cases = [make_case(str(n), split="test" if n % 3 else "dev") for n in range(30)]
    chosen = sample(cases, 5)
    assert [case.id for case in chosen] == [case.id for case in sample(cases[::-1], 5)]
    assert {case.split for case in chosen} == {"dev"}


def test_all_systems_are_scored_alike_and_citing_nothing_is_told_apart(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.baselines.run.passages", lambda kb: TEXTS)
    asked = cases_by_system([FEE, make_case("u", "unanswerable", question="深圳的居住证多少钱")], [FEE])
    model = FakeListChatModel(responses=["不收费"])
    record = {"suites": {name: len(cases) for name, cases in asked.items()}}
    run = runner.run(product, RunWriter(tmp_path, record, asked), more=ways(product, model))
    found = {standing.name: standing for standing in standings(run)}
    assert list(found) == ["product", "bm25", "closed_book", "plain_rag"]
    assert found["product"].accuracy == Rate(2, 2)
    assert found["bm25"].abstention == Rate(0, 1)
    assert (found["closed_book"].answerable, found["closed_book"].facts_only) == (Rate(0, 1), Rate(1, 1))
    assert found["plain_rag"].answerable == Rate(1, 1)
    assert all(standing.accuracy.n == 1 for standing in standings(run, [FEE.id]))
    assert told(list(found.values())).count("\n") == 5


def test_command_runs_what_needs_no_model(product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("serving.build.build", lambda settings, say: product)
    (tmp_path / "c.jsonl").write_text(json.dumps(FEE.model_dump(mode="json"), ensure_ascii=False), encoding="utf-8")
    result = CliRunner().invoke(app, ["eval", "baselines", "--cases", "c.jsonl", "--run", "b"])
    assert result.exit_code == 0, result.output
    assert "BM25 首段" in result.output
    assert "只有基座模型" not in result.output
