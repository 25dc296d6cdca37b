"""Tests of eval/runner.py and eval/runs.py: what a run asks, keeps and takes up again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval import runner
from eval.case_files import EnquiryCase
from eval.enquiries import Prediction
from eval.runs import RunError, RunWriter, latest_runs, load_run, new_folder
from eval.suite import score, suite_of
from serving.build import Product

from .conftest import make_case

CASES = [
    make_case("fee", question="居住证签注要钱吗", items=["jz-endorse"], facts=[["不收费"]]),
    make_case("hello", "smalltalk", question="你好"),
    make_case("person", "handoff", question="转人工"),
]
RECORD: dict[str, Any] = {"suites": {"enquiries": 3}, "commit": "c", "kb_revision": "k", "prompts": {}, "model": {}}


def writer(folder: Path, cases: list[EnquiryCase] = CASES) -> RunWriter:
    return RunWriter(folder, RECORD, {"enquiries": cases})


class Killed(BaseException):
    """What ends a process: no handler of ordinary errors sees it."""


def test_run_asks_every_case_keeps_what_was_said_and_scores_it(product: Product, tmp_path: Path) -> None:
    steps: list[int] = []
    run = runner.run(product, writer(tmp_path), lambda: steps.append(1))
    assert len(steps) == 3
    assert set(run.predictions) == {"fee", "hello", "person"}
    assert run.record["unscored"] == 0
    result = score(suite_of("enquiries"), run.verdicts("enquiries"))
    assert str(result.figures["all"]["accuracy"]).startswith("100.0%  (n=3")
    assert "不收费" in run.predictions["fee"].citations[0]["quote"]


def test_case_asked_by_two_suites_is_asked_once(product: Product, tmp_path: Path) -> None:
    both = RunWriter(tmp_path, RECORD | {"suites": {"enquiries": 3, "grounding": 3}}, dict.fromkeys(
        ("enquiries", "grounding"), CASES
    ))  # fmt: skip
    run = runner.run(product, both)
    assert len((tmp_path / "predictions.jsonl").read_text(encoding="utf-8").splitlines()) == 3
    assert len(run.verdicts("grounding")) == 3


def test_killed_run_resumes_to_the_figures_of_a_whole_one(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = runner.run(product, writer(tmp_path / "whole"))
    ask = runner.Channels.ask

    async def killed(self: runner.Channels, case: EnquiryCase) -> Prediction:
        if case.id == "person":
            raise Killed
        return await ask(self, case)

    with monkeypatch.context() as patch:
        patch.setattr(runner.Channels, "ask", killed)
        with pytest.raises(Killed):
            runner.run(product, writer(tmp_path / "part"))
    file = tmp_path / "part" / "predictions.jsonl"
    kept = file.read_text(encoding="utf-8")
    file.write_text(kept + kept[:40], encoding="utf-8")  # the kill came in the middle of a line
    assert len(load_run(tmp_path / "part").predictions) < 3

    asked: list[str] = []

    async def counted(self: runner.Channels, case: EnquiryCase) -> Prediction:
        asked.append(case.id)
        return await ask(self, case)

    monkeypatch.setattr(runner.Channels, "ask", counted)
    resumed = runner.run(product, RunWriter.resume(tmp_path / "part", RECORD))
    assert "person" in asked
    assert len(asked) < 3
    figures = [score(suite_of("enquiries"), run.verdicts("enquiries")).figures for run in (whole, resumed)]
    assert figures[0]["all"]["accuracy"] == figures[1]["all"]["accuracy"]
    assert {p.text for p in whole.predictions.values()} == {p.text for p in resumed.predictions.values()}


def test_failed_call_is_unscored_never_wrong_and_asked_again(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = runner.Channels.ask

    async def broken(self: runner.Channels, case: EnquiryCase) -> Prediction:
        if case.id == "fee":
            raise TimeoutError
        return await ask(self, case)

    with monkeypatch.context() as patch:
        patch.setattr(runner.Channels, "ask", broken)
        run = runner.run(product, writer(tmp_path))
    result = score(suite_of("enquiries"), run.verdicts("enquiries"))
    assert (result.n, result.unscored) == (3, 1)
    assert str(result.figures["all"]["accuracy"]).startswith("100.0%  (n=2")
    assert run.predictions["fee"].unscored == "TimeoutError"
    assert runner.run(product, RunWriter.resume(tmp_path, RECORD)).record["unscored"] == 0


def test_case_that_was_never_asked_is_unscored(tmp_path: Path) -> None:
    unasked = writer(tmp_path).finish(finished="now")
    assert [v.prediction.unscored for v in unasked.verdicts("enquiries")] == ["not asked"] * 3
    assert score(suite_of("enquiries"), unasked.verdicts("enquiries")).unscored == 3


@pytest.mark.parametrize("changed", [{"commit": "d"}, {"kb_revision": "l"}, {"prompts": {"a": "b"}}])
def test_another_version_does_not_continue_a_run(tmp_path: Path, changed: dict[str, Any]) -> None:
    writer(tmp_path)
    with pytest.raises(RunError, match="变了"):
        RunWriter.resume(tmp_path, RECORD | changed)


def test_folder_that_holds_a_run_is_not_overwritten(tmp_path: Path) -> None:
    writer(tmp_path)
    with pytest.raises(RunError, match="--resume"):
        writer(tmp_path)


def test_folder_without_a_run_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="nothing-here"):
        load_run(tmp_path / "nothing-here")
    (tmp_path / "run.json").write_text(json.dumps({"suites": {}}), encoding="utf-8")
    (tmp_path / "cases.jsonl").write_text("{broken", encoding="utf-8")
    with pytest.raises(RunError):
        load_run(tmp_path)


def test_unnamed_runs_get_folders_of_their_own_and_the_latest_whole_ones_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = [new_folder("", "all") for _ in range(3)]
    assert len(set(folders)) == 3
    assert new_folder("named", "all") == Path("runs/named")
    assert new_folder("./here", "all") == Path("here")
    for folder, finished in zip(folders, ("2026-01-01", "2026-01-03", "2026-01-02"), strict=True):
        RunWriter(folder, RECORD | {"cases": "own", "split": ""}, {"enquiries": CASES}).finish(finished=finished)
    for name, more in (("part", {"split": "dev"}), ("other", {"cases": "x.jsonl"}), ("broken-off", {})):
        record = RECORD | {"cases": "own", "split": ""} | more
        writer = RunWriter(new_folder(name, "all"), record, {"enquiries": CASES})
        if more:
            writer.finish(finished="2026-01-09")
    assert latest_runs() == [folders[1], folders[2], folders[0]]
