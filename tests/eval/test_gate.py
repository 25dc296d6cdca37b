"""Tests of eval/gate.py: what misses a threshold, is empty or unscored does not pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.case_files import CaseError
from eval.cli_run import SUITES
from eval.gate import Gate, check, load_gate, table
from eval.labels import FIGURES
from eval.metrics import Measure, Rate
from eval.suite import Score, suite_of
from serving.cli import app

from .conftest import make_case, make_prediction, make_run

SIZES = {"max_unscored": 0.01, "min_cases": {"enquiries": 2}}


def gate(**thresholds: Any) -> Gate:
    figures = {name.replace("__", "."): {"all": bound} for name, bound in thresholds.items()}
    return Gate.model_validate(SIZES | {"thresholds": {"enquiries": figures}})


def score(n: int = 10, unscored: int = 0, **figures: Any) -> dict[str, Score]:
    return {"enquiries": Score("enquiries", n, unscored, {"all": figures} if figures else {})}


@pytest.mark.parametrize(
    ("bound", "value", "met"),
    [
        ({"min": 0.9}, Rate(9, 10), True),
        ({"min": 0.91}, Rate(9, 10), False),
        ({"max": 0.1}, Rate(1, 10), True),
        ({"max": 0.09}, Rate(1, 10), False),
        ({"max": 0.0}, Rate(0, 10), True),
        ({"max": 0.0}, Rate(1, 10), False),
        ({"max": 200}, Measure(199.0, 10, "ms"), True),
        ({"max": 200}, Measure(201.0, 10, "ms"), False),
        ({"min": 0.0}, Rate(0, 0), False),
        ({"max": 1.0}, Rate(0, 0), False),
    ],
)
def test_figure_is_held_against_its_bound(bound: dict[str, float], value: Rate, met: bool) -> None:
    [line] = [line for line in check(score(accuracy=value), gate(accuracy=bound)) if line.figure == "accuracy"]
    assert line.met is met


@pytest.mark.parametrize(
    "scores",
    [{}, score(n=0), score(n=1, accuracy=Rate(1, 1)), score(n=10, unscored=10), score(n=10, unscored=1,
     accuracy=Rate(9, 9))],
    ids=["not-run", "empty", "too-few", "all-unscored", "one-in-ten-unscored"],
)  # fmt: skip
def test_suite_that_was_not_really_run_does_not_pass(scores: dict[str, Score]) -> None:
    lines = check(scores, gate(accuracy={"min": 0.5}))
    assert not all(line.met for line in lines)
    assert "不达标" in table(lines)


def test_split_without_cases_does_not_pass() -> None:
    wanted = Gate.model_validate(SIZES | {"thresholds": {"enquiries": {"accuracy": {"test": {"min": 0.1}}}}})
    assert [line.met for line in check(score(accuracy=Rate(9, 9)), wanted)] == [True, True, False]


def test_table_shows_bound_and_target_and_whether_they_are_met() -> None:
    lines = check(score(accuracy=Rate(9, 10)), gate(accuracy={"min": 0.8, "target": 0.95}))
    text = table(lines)
    assert "准确率 all：90.0%  (n=10, 95% 59.6%–98.2%)，要求 ≥ 80%，目标 ≥ 95% 未到目标" in text
    assert "3 项全部达标" in text


@pytest.mark.parametrize("threshold", ["{}", "{min: 0.1, max: 0.2}", "{least: 1}", "{min: high}"])
def test_bad_threshold_is_refused(tmp_path: Path, threshold: str) -> None:
    text = f"max_unscored: 0\nmin_cases: {{}}\nthresholds: {{enquiries: {{accuracy: {{all: {threshold}}}}}}}"
    (tmp_path / "gate.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"gate\.yaml"):
        load_gate(tmp_path / "gate.yaml")


def test_shipped_gate_names_only_figures_that_suites_have() -> None:
    shipped = load_gate()
    assert set(shipped.min_cases) == set(SUITES)
    for suite, figures in shipped.thresholds.items():
        known = set(suite_of(suite).figures([]))
        assert {figure for figure in figures if "." not in figure} <= known
        assert {figure.partition(".")[0] for figure in figures} <= set(FIGURES)


@pytest.mark.parametrize(("text", "code"), [("不收费", 0), ("收20元", 1)])
def test_command_fails_with_a_wrong_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    case = make_case(facts=[["不收费"]])
    make_run(tmp_path / "runs" / "r", [(case, make_prediction(text=text))])
    (tmp_path / "g.yaml").write_text(
        "max_unscored: 0\nmin_cases: {enquiries: 1}\nthresholds: {enquiries: {accuracy: {all: {min: 1}}}}",
        encoding="utf-8",
    )
    result = CliRunner().invoke(app, ["eval", "gate", "r", "--thresholds", "g.yaml"])
    assert result.exit_code == code, result.output
    assert ("不达标" in result.output) is bool(code)


def test_command_fails_for_an_empty_run_and_for_one_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(tmp_path / "runs" / "empty", [])
    assert CliRunner().invoke(app, ["eval", "gate", "empty"]).exit_code == 1
    assert CliRunner().invoke(app, ["eval", "gate", "gone"]).exit_code == 2


def test_command_fails_for_a_run_whose_calls_all_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    failed = make_prediction("")
    rows = [
        (make_case(str(n)), failed.__class__(**{**failed.__dict__, "unscored": "TimeoutError"})) for n in range(9)
    ]
    make_run(tmp_path / "runs" / "failed", rows)
    result = CliRunner().invoke(app, ["eval", "gate", "failed"])
    assert result.exit_code == 1
    assert "没有可计分的用例" in result.output
