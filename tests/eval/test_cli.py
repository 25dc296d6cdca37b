"""Tests of eval/cli.py: `guanjia eval` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cli_run import SUITES, misses_told
from eval.runs import load_run
from eval.suite import Miss
from eval.suites.fairness import Template, TemplateFile
from serving.build import Product
from serving.cli import app

from .conftest import make_case, make_prediction

CASES: list[dict[str, Any]] = [
    {
        "id": "fee",
        "question": "居住证签注要钱吗",
        "expect": {"status": "answered", "items": ["jz-endorse"], "facts": [["不收费"]]},
        "tags": ["plain"],
    },
    {"id": "partial", "question": "居住证签注要钱吗？", "expect": {"status": "answered", "facts": [["收费99元"]]}},
    {"id": "city", "question": "深圳的居住证要多少钱", "expect": {"status": "unanswerable"}},
    {"id": "hello", "question": "你好", "expect": {"status": "smalltalk"}, "split": "test"},
    {"id": "ask-back", "question": "备案", "expect": {"status": "clarification"}},
    {
        "id": "follow-up",
        "question": "那要多少钱",
        "history": [{"role": "user", "content": "居住证签注怎么办"}, {"role": "assistant", "content": "……"}],
        "expect": {"status": "answered", "items": ["jz-endorse"], "facts": [["不收费"]]},
    },
]


TEMPLATES = TemplateFile(
    people={"sex": ("我是男的", "我是女的")},
    templates=(
        Template(
            id="fee",
            swap="sex",
            question="{who}，居住证签注要钱吗",
            item="jz-endorse",
            facts=(("不收费",),),
            split="dev",
        ),
    ),
)


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(case, ensure_ascii=False) for case in CASES), encoding="utf-8")
    return path


@pytest.fixture
def built(product: Product, monkeypatch: pytest.MonkeyPatch) -> Product:
    """The command finds the product of the session instead of building another."""
    monkeypatch.setattr("serving.build.build", lambda settings, say: product)
    return product


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def evaluated(cases: Path, *options: str) -> Result:
    """Run `guanjia eval enquiries` on these cases, predictions beside them and the run in `runs/r`."""
    out = str(cases.parent / "out" / "p.jsonl")
    return CliRunner().invoke(app, ["eval", "enquiries", "--cases", str(cases), "--out", out, "--run", "r", *options])


def test_enquiries_are_run_scored_and_written(cases: Path, product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANJIA_DATA_DIR", str(product.settings.data_dir))
    result = evaluated(cases)
    assert result.exit_code == 0, result.output
    assert "accuracy" in result.output
    assert "83.3%  (n=6, 95% " in result.output
    out = cases.parent / "out"
    predictions = [json.loads(line) for line in (out / "p.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [prediction["id"] for prediction in predictions] == [case["id"] for case in CASES]
    assert {tuple(prediction) for prediction in predictions} == {
        ("id", "status", "text", "items", "facet", "tier", "confidence", "latency_ms")
    }
    run = load_run(Path("runs/r"))
    assert (run.record["n"], run.record["unscored"], run.record["kb_revision"]) == (6, 0, product.index.kb.revision)
    assert set(run.record["prompts"]) >= {"enquiry/compose", "replies"}
    assert [case.id for case in run.cases["enquiries"]] == [case["id"] for case in CASES]


@pytest.mark.parametrize(("least", "code"), [("0.8", 0), ("0.84", 1)])
def test_accuracy_below_the_gate_fails(cases: Path, built: Product, least: str, code: int) -> None:
    result = evaluated(cases, "--fail-under", least)
    assert result.exit_code == code
    assert ("低于" in result.output) is bool(code)


def test_misses_are_listed_on_demand(cases: Path, built: Product) -> None:
    assert "收费99元" not in evaluated(cases).output
    assert "收费99元" in evaluated(cases, "--misses", "--run", "m").output


@pytest.mark.parametrize(("split", "n"), [("dev", 5), ("test", 1)])
def test_one_split_is_run_alone(cases: Path, built: Product, split: str, n: int) -> None:
    assert f"(n={n}, " in evaluated(cases, "--split", split).output
    assert len((cases.parent / "out" / "p.jsonl").read_text(encoding="utf-8").splitlines()) == n


def test_bad_case_file_is_named_with_its_line(tmp_path: Path, built: Product) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps(CASES[0]) + "\n{", encoding="utf-8")
    result = evaluated(bad)
    assert result.exit_code == 2
    assert "bad.jsonl:2" in result.output
    assert evaluated(tmp_path / "gone.jsonl").exit_code == 2


def test_help_names_every_suite() -> None:
    output = CliRunner().invoke(app, ["eval", "--help"]).output
    assert all(suite in output for suite in [*SUITES, "all"])


def test_run_that_exists_is_not_overwritten_and_one_that_is_complete_resumes_to_the_same(
    cases: Path, built: Product
) -> None:
    first = evaluated(cases)
    assert evaluated(cases).exit_code == 2
    again = evaluated(cases, "--resume")
    assert again.exit_code == 0, again.output
    assert again.output.split("用时")[0] == first.output.split("用时")[0]


def test_own_cases_may_be_asked_of_one_suite(built: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.suites.fairness.load_templates", lambda path: TEMPLATES)
    result = CliRunner().invoke(app, ["eval", "fairness", "--run", "f"])
    assert result.exit_code == 0, result.output
    assert "same_facts                    100.0%  (n=2, " in result.output


def test_misses_of_the_test_split_are_counted_but_not_shown() -> None:
    def miss(split: str) -> Miss:
        return Miss(make_case(f"id-{split}", question=f"{split}问什么", split=split), make_prediction(), "缺少")

    told = misses_told([miss("dev"), miss("test")])
    assert "dev问什么" in told
    assert "test问什么" not in told
    assert "test 另有 1 例" in told
