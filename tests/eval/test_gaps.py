"""Tests of eval/gaps.py: gaps are gathered by meaning, and what is exported fits into the content."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from eval.gaps import Cluster, clusters, snippet, told
from knowledge_base.embedding import E5Embedder
from knowledge_base.schema import Fact
from serving.asked import AskedRow, AskedStore
from serving.build import Product
from serving.cli import app

NAMES = {"jz-apply": "广东省居住证申领"}


def gap(question: str, status: str = "unanswerable", number: int = 0) -> AskedRow:
    return AskedRow(f"{question}{number}", question, status, (), "overview", 0.2, "2026-06-01T00:00:00+00:00")


@pytest.fixture(scope="module")
def embedder() -> E5Embedder:
    return E5Embedder()


def test_rewordings_are_one_cluster_and_another_question_is_not(embedder: E5Embedder) -> None:
    asked = ["电动车上牌在哪里办理", "电动自行车去哪里上牌", "在哪里给电动车上牌", "养狗要办什么证"]
    found = clusters([*map(gap, asked), gap(asked[0], "answered", 1)], embedder.query, lambda q: ("", ""))
    assert [(cluster.n, cluster.unanswered, cluster.rated_badly) for cluster in found] == [(4, 3, 1), (1, 1, 0)]
    assert set(found[0].questions) == set(asked[:3])
    assert found[1].questions == ("养狗要办什么证",)


def test_same_words_are_shown_once() -> None:
    rows = [gap("电动车上牌？"), gap("电动车上牌"), gap("電動車上牌!")]
    [cluster] = clusters(rows, lambda q: np.ones(1, dtype=np.float32), lambda q: ("jz-apply", "fee"))
    assert (len(cluster.questions), cluster.n) == (1, 3)
    assert (cluster.nearest, cluster.facet) == ("jz-apply", "fee")


def test_no_gaps_give_an_empty_list() -> None:
    assert clusters([], E5Embedder().query, lambda q: ("", "")) == []
    assert "没有" in told([], NAMES)


FOUND = [
    Cluster(("居住证几时能拿", "居住证多久发"), 3, 1, "2026-06-01T00:00:00+00:00", "jz-apply", "time_limit"),
    Cluster(("养狗要办什么证: \"狗牌\"?",), 1, 0, "2026-06-01T00:00:00+00:00", "", ""),
]  # fmt: skip


def test_list_tells_how_often_why_and_what_is_near() -> None:
    text = told(FOUND, NAMES)
    assert (
        "1. 居住证几时能拿  4 次（未答 3、差评 1），最近一次 2026-06-01，相近事项 广东省居住证申领（jz-apply）"
        in text
    )
    assert "   · 居住证多久发" in text
    assert "没有相近的事项" in text


def test_exported_facts_and_phrasings_are_valid_content_once_filled_in() -> None:
    entries = yaml.safe_load(snippet(FOUND, NAMES))
    assert [entry["id"] for entry in entries] == ["jz-apply", "待定"]
    assert entries[0]["phrasings"] == ["居住证几时能拿", "居住证多久发"]
    facts = [Fact.model_validate(fact) for entry in entries for fact in entry["facts"]]
    assert [str(fact.facet) for fact in facts] == ["time_limit", "notes"]
    assert facts[0].asks == ("居住证几时能拿", "居住证多久发")
    assert not facts[0].verified


def test_command_lists_and_exports_what_production_noted(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = product.settings.model_copy(update={"data_dir": tmp_path})
    store = AskedStore(settings.database, settings.conversation_days)
    rows = [gap("居住证几年换一次新卡面"), gap("居住证几年换一次新卡面", number=1), gap("月球车驾照怎么考")]
    store.add(rows, {}, dt.date(2026, 6, 1))
    monkeypatch.setenv("GUANJIA_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("serving.build.build", lambda settings, say: product)
    out = tmp_path / "gaps.yaml"
    result = CliRunner().invoke(app, ["eval", "gaps", "--yaml", str(out)])
    assert result.exit_code == 0, result.output
    assert re.search(r"1\. 居住证几年换一次新卡面  2 次（未答 2、差评 0）.*居住证", result.output)
    assert len(yaml.safe_load(out.read_text(encoding="utf-8"))) == 2
    assert "月球车" not in CliRunner().invoke(app, ["eval", "gaps", "--least", "2"]).output
