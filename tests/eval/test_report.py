"""Tests of eval/report.py and eval/results.py: the page stands alone and shows every miss; the row is complete."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli_run import scores_of
from eval.enquiries import judge
from eval.gate import load_gate
from eval.metrics import Rate
from eval.report import by_split, confusion, latencies, polyline, write_report
from eval.results import HEADING, add_row
from eval.risk import Point, curve, risk_coverage
from eval.runs import Run, RunError
from serving.cli import app

from .conftest import make_case, make_prediction, make_run

FEE = {"items": ["jz-endorse"], "facts": [["不收费"]]}
SAID = make_prediction(text="不收费", items=("jz-endorse",))


def sample_run(folder: Path, second: str = "收20元<b>") -> Run:
    return make_run(
        folder,
        [
            (make_case("right", tags=["plain"], **FEE), SAID),
            (make_case("wrong", question="居住证<i>几钱", tags=["plain"], **FEE), replace(SAID, text=second)),
            (make_case("held-out", split="test", tags=["typo"], **FEE), replace(SAID, text="收费")),
            (make_case("abstain", "unanswerable"), make_prediction("unanswerable", text="没有")),
            (make_case("gone", **FEE), replace(SAID, unscored="TimeoutError")),
        ],
    )


@pytest.fixture
def page(tmp_path: Path) -> str:
    run, before = sample_run(tmp_path / "b"), sample_run(tmp_path / "a", second="不收费")
    write_report(run, scores_of(run), load_gate(), [before], {"none": 9, "uncited": 1}, tmp_path / "r.html")
    return (tmp_path / "r.html").read_text(encoding="utf-8")


def test_page_needs_no_network_and_no_script(page: str) -> None:
    assert not re.search(r"<script|<link|@import|url\(|src=|https?://", page)
    assert '<html lang="zh-CN">' in page


def test_page_shows_every_miss_beside_its_facts_and_escapes_what_was_typed(page: str) -> None:
    assert "居住证&lt;i&gt;几钱" in page
    assert "收20元&lt;b&gt;" in page
    assert "缺少 不收费" in page
    assert "<i>几钱" not in page
    held_back = page.index("test 的错例")
    assert page.index("held-out", held_back) > held_back


def test_page_shows_changes_risk_states_gate_and_live_grades(page: str) -> None:
    for part in (
        "变差",
        "对照 a",
        "风险与覆盖",
        "<polyline",
        "应为（行）",
        "不达标",
        "没有引用",
        "未计分 1",
        "居住证",
    ):
        assert part in page
    assert "n=3" in page  # dev without the unscored case


def test_groups_are_given_by_split_the_worst_first() -> None:
    verdicts = [
        judge(make_case(tags=["a"], facts=[["x"]]), make_prediction(text="x")),
        judge(make_case(tags=["b"], facts=[["x"]], split="test"), make_prediction(text="y")),
    ]
    rows = by_split(verdicts, lambda v: v.case.tags)
    assert [(row.label, row.dev, row.test) for row in rows] == [("b", None, Rate(0, 1)), ("a", Rate(1, 1), None)]


def test_confusion_counts_expected_against_given() -> None:
    verdicts = [judge(make_case(status="refused"), make_prediction(given)) for given in ("refused", "answered")]
    rows = dict(confusion(verdicts))
    assert [n for n, _ in rows["refused"]].count(1) == 2
    assert (1, True) in rows["refused"]
    assert sum(n for n, _ in rows["answered"]) == 0


def test_times_are_given_by_tier() -> None:
    fast = judge(make_case(), make_prediction())
    slow = replace(fast, prediction=replace(fast.prediction, tier="composed", latency_ms={"total": 900.0}))
    assert [(row.label, row.n, row.p50) for row in latencies([slow, fast, fast])] == [
        ("核定答案", 2, 12.0),
        ("模型组合", 1, 900.0),
    ]


def test_stricter_threshold_answers_less_and_counts_who_is_wrong() -> None:
    def verdict(confidence: float, text: str, status: str = "answered") -> object:
        said = replace(make_prediction(status, text=text), confidence=confidence)
        return judge(make_case(facts=[["x"]]), said)

    verdicts = [verdict(0.9, "x"), verdict(0.5, "y"), verdict(0.0, "", "unanswerable"),
                judge(make_case(status="smalltalk"), make_prediction("smalltalk"))]  # fmt: skip
    points = risk_coverage(verdicts, [0.4, 0.8])  # type: ignore[arg-type]
    assert [(p.coverage, p.risk) for p in points] == [(Rate(2, 3), Rate(1, 2)), (Rate(1, 3), Rate(0, 1))]
    assert "门槛 0.40*" in curve(verdicts, 0.4)  # type: ignore[arg-type]


def test_line_leaves_out_what_rests_on_few_answers() -> None:
    points = [Point(0.4, Rate(50, 100), Rate(5, 50)), Point(0.9, Rate(1, 100), Rate(1, 1))]
    assert polyline(points, 100, 100, 0.2) == "50.0,50.0"


def test_row_is_added_to_the_table_of_runs_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    path.write_text("# 评测记录\n\n## 咨询\n\n| a |\n| --- |\n| 旧 |\n", encoding="utf-8")
    run = sample_run(tmp_path / "r")
    for _ in range(2):
        add_row(run, scores_of(run), path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# 评测记录\n\n## 咨询\n\n| a |\n| --- |\n| 旧 |\n")
    table = text.partition(HEADING)[2].strip().split("\n")[2:]
    assert len(table) == 2 + 4
    assert len({line.count("|") for line in table}) == 1
    assert "| 2026-06-01 | abc1234 | kb1 | 无 | p1 | dev | 3 | 1 | 66.7%（3） |" in table[2]


def test_row_needs_enquiries(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [(make_case(), SAID)], suite="clarify")
    with pytest.raises(RunError, match="没有咨询"):
        add_row(run, scores_of(run), tmp_path / "RESULTS.md")


def test_command_reports_the_latest_run_against_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUANJIA_DATA_DIR", str(tmp_path / "data"))
    sample_run(tmp_path / "runs" / "a")
    sample_run(tmp_path / "runs" / "b", second="不收费")
    result = CliRunner().invoke(app, ["eval", "report", "--out", "out/r.html"])
    assert result.exit_code == 0, result.output
    assert "与上一次相比" in Path("out/r.html").read_text(encoding="utf-8")
