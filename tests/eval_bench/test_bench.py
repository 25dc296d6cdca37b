"""Every benchmark runs to its end at a tiny size and writes what it prints; the figures themselves are not tested."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel, FakeListChatModel

from assistant.tickets.gazetteer import Gazetteer
from assistant.tickets.summary_model import grounded
from assistant.tickets.transcript import caller_words, parse
from eval.bench import citizens, composed, search, startup, summaries, tickets
from eval.bench.citizens import slope_kib
from eval.bench.questions import citizens_questions
from eval.bench.report import Report
from serving.build import Product
from serving.model_status import ModelState, ModelStatus


class FakeHandle:
    """A base model that always says the same."""

    def __init__(self, replies: list[str]) -> None:
        self._chat = FakeListChatModel(responses=replies)

    def status(self) -> ModelStatus:
        return ModelStatus(ModelState.READY)

    def chat(self) -> BaseChatModel:
        return self._chat

    def close(self) -> None:
        pass


def written(folder: Path, name: str) -> Sequence[str]:
    record = json.loads((folder / f"bench-{name}.json").read_text(encoding="utf-8"))
    return [figure["name"] for figure in record["figures"]]


def test_search_runs_over_a_starter_and_a_large_set(product: Product, tmp_path: Path) -> None:
    data_dir = str(product.settings.data_dir)
    search.main(["--data-dir", data_dir, "--questions", "4", "--chunks", "23000", "--out", str(tmp_path)])
    assert "large set, routed: p95" in written(tmp_path, "search")


def test_citizens_are_answered_by_a_server_of_their_own(product: Product, tmp_path: Path) -> None:
    sizes = ["--questions", "6", "--citizens", "3", "--think", "0"]
    report = citizens.main(["--data-dir", str(product.settings.data_dir), *sizes, "--out", str(tmp_path)])
    errors = next(figure for figure in report.figures if figure.name.endswith("errors"))
    assert errors.value == 0
    assert "think 0 s: growth over the last 3" in written(tmp_path, "citizens")


def test_tickets_are_kept_by_servers_of_their_own_on_empty_and_on_full_stores(
    product: Product, tmp_path: Path
) -> None:
    sizes = ["--stores", "0", "12", "--tickets", "4", "--clients", "2", "--seconds", "1", "--cases", "6"]
    report = tickets.main(["--data-dir", str(product.settings.data_dir), *sizes, "--out", str(tmp_path)])
    assert all(figure.value == 0 for figure in report.figures if figure.name.endswith("errors"))
    assert "12 tickets: p50 to that of the first store" in written(tmp_path, "tickets")
    assert not list((product.settings.data_dir / "bench-tickets").iterdir())


def test_a_figure_below_its_least_is_missed_and_one_above_its_most(tmp_path: Path) -> None:
    report = Report("x")
    report.add("throughput", 19.0, "/s", least=20)
    report.add("latency", 301.0, "ms", below=300)
    report.add("errors", 0, "", below=1)
    assert [figure.verdict for figure in report.figures] == ["MISSED", "MISSED", "met"]
    assert "| ≥ 20 | MISSED |" in report.markdown()


def test_startup_times_the_start_of_a_built_index(product: Product, tmp_path: Path) -> None:
    sizes = ["--imports", "1", "--questions", "2", "--texts", "4", "--no-build", "--faces", "page"]
    startup.main(["--data-dir", str(product.settings.data_dir), *sizes, "--out", str(tmp_path)])
    assert {"first answer, page", "page there"} <= set(written(tmp_path, "startup"))


async def test_composed_counts_what_the_model_wrote_and_what_passed(product: Product) -> None:
    made_up = {"text": "两样都在一万五千天内办好。", "sources": ["S1"]}
    reply = json.dumps({"sentences": [made_up], "completeness": "complete"}, ensure_ascii=False)
    own = replace(product, model=FakeHandle([reply]))
    before = product.assistant.answerer
    try:
        asked = await composed.ask(own, "结婚登记和离婚登记分别要什么材料")
    finally:
        product.assistant.answerer = before
    assert asked.recorder.sentences == [made_up["text"]]
    assert asked.passed == []
    assert asked.tier == "approved"


@pytest.mark.model
@pytest.mark.skipif(not os.environ.get("GUANJIA_TEST_MODEL"), reason="GUANJIA_TEST_MODEL does not name a .gguf file")
def test_composed_runs_with_the_real_model(product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANJIA_MODEL__NAME", str(Path(os.environ["GUANJIA_TEST_MODEL"]).resolve()))
    question = "结婚登记和离婚登记分别要什么材料"
    folder = str(product.settings.data_dir)
    composed.main(["--data-dir", folder, "--no-cold", "--questions", question, "--out", str(tmp_path)])
    assert "prefix cached: composed" in written(tmp_path, "composed")


@pytest.mark.model
@pytest.mark.skipif(not os.environ.get("GUANJIA_TEST_MODEL"), reason="GUANJIA_TEST_MODEL does not name a .gguf file")
def test_summaries_of_the_real_model_hold_only_what_was_said(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANJIA_MODEL__NAME", str(Path(os.environ["GUANJIA_TEST_MODEL"]).resolve()))
    report = summaries.main(["--data-dir", str(product.settings.data_dir), "--cases", "2", "--out", str(tmp_path)])
    gazetteer = Gazetteer(product.index.kb.towns)
    for row in report.details["written"]:
        words = caller_words(parse(row["text"]))
        assert row["written"], "the model was asked"
        for name, text in row["refined"].items():
            assert text == row["extractive"][name] or grounded(text, words, gazetteer)


def test_questions_of_citizens_differ_from_one_another() -> None:
    asked = [question.question for question in citizens_questions(1000)]
    assert len(set(asked)) == 1000


def test_growth_is_the_slope_over_the_last_questions() -> None:
    memory = [(0, 100.0), (100, 180.0), (200, 181.0), (300, 182.0)]
    assert slope_kib(memory, last=200) == pytest.approx(10.24)
    assert slope_kib([(0, 100.0)], last=200) == 0.0


def test_missed_targets_are_marked_in_the_table() -> None:
    report = Report("x")
    report.add("slow", 2.0, "s", below=1.0)
    report.add("fast", 0.5, "s", below=1.0)
    assert "| slow | 2 s | < 1 | MISSED |" in report.markdown()
    assert "| fast | 0.5 s | < 1 | met |" in report.markdown()
