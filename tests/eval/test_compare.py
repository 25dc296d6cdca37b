"""Tests of eval/compare.py: flipped cases are listed, and noise is called noise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.compare import compare, mcnemar, told
from eval.runs import Run, RunError
from serving.cli import app

from .conftest import make_case, make_prediction, make_run

RIGHT, WRONG = make_prediction(text="不收费"), make_prediction(text="收费")


def run(folder: Path, marks: str, split: str = "dev") -> Run:
    """A run whose cases are right (+), wrong (-) or unscored (?)."""
    said = {"+": RIGHT, "-": WRONG, "?": replace(WRONG, unscored="TimeoutError")}
    cases = [make_case(f"c{n}", facts=[["不收费"]], split=split) for n in range(len(marks))]
    return make_run(folder, [(case, said[mark]) for case, mark in zip(cases, marks, strict=True)])


def test_flipped_cases_are_listed_on_their_side(tmp_path: Path) -> None:
    found = compare(run(tmp_path / "a", "++--+"), run(tmp_path / "b", "+-+-+"), "enquiries")
    assert (found.n, found.right_before, found.right_after) == (5, 3, 3)
    assert [after.case.id for _, after in found.better] == ["c2"]
    assert [after.case.id for _, after in found.worse] == ["c1"]
    assert found.p == 1.0
    text = told(found)
    assert "变差 c1 居住证要钱吗\n    缺少 不收费" in text
    assert "变好 c2" in text
    assert "可能是偶然" in text


def test_unscored_and_changed_cases_are_left_out(tmp_path: Path) -> None:
    before = run(tmp_path / "a", "+?+")
    other = make_case("c2", facts=[["另一个事实"]])
    after = make_run(
        tmp_path / "b",
        [(make_case("c0", facts=[["不收费"]]), WRONG), (make_case("c1", facts=[["不收费"]]), RIGHT), (other, WRONG)],
    )
    found = compare(before, after, "enquiries")
    assert (found.n, len(found.worse), found.left_out) == (1, 1, 3)


def test_of_the_test_split_only_the_ids_are_told(tmp_path: Path) -> None:
    text = told(compare(run(tmp_path / "a", "+", "test"), run(tmp_path / "b", "-", "test"), "enquiries"))
    assert "变差 c0" in text
    assert "居住证要钱吗" not in text


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (10, 2, 0.03857), (3, 3, 1.0)],
)
def test_mcnemar_is_exact_and_symmetric(better: int, worse: int, p: float) -> None:
    assert mcnemar(better, worse) == pytest.approx(p, abs=1e-5)
    assert mcnemar(better, worse) == mcnemar(worse, better)


def test_mcnemar_of_many_flips_does_not_overflow() -> None:
    assert 0 < mcnemar(700, 500) < 1e-6


def test_suite_that_a_run_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="safety"):
        compare(run(tmp_path / "a", "+"), run(tmp_path / "b", "+"), "safety")


def test_command_compares_runs_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path / "runs" / "a", "++++++")
    run(tmp_path / "runs" / "b", "------")
    result = CliRunner().invoke(app, ["eval", "compare", "a", "b"])
    assert result.exit_code == 0, result.output
    assert "答对 6 → 0" in result.output
    assert "差别超出偶然" in result.output
    assert result.output.count("变差 c") == 6
