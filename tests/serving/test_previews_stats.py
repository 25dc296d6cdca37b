"""The figures of the return-rate monitor, on decisions with known counts."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest

from serving.previews.database import Database
from serving.previews.export import cases_csv
from serving.previews.records import (
    Decision,
    Judgement,
    NewCase,
    Outcome,
    ReasonCode,
    Responsibility,
    ReturnReason,
    Stage,
    Verdict,
)
from serving.previews.stats import Rate, Stats, stats

from .test_previews_keep import previews_at

TODAY = dt.date.today()


@pytest.fixture
def figures(tmp_path: Path) -> Stats:
    """Ten decided cases of two items, three of them returned, one undecided."""
    previews = previews_at(tmp_path)

    def case(number: int, item: str, town: str, *found: tuple[str, str | None]) -> str:
        preview_id = f"case-{number}"
        now = dt.datetime.now(dt.UTC)
        previews.cases.add(
            preview_id, NewCase(item, f"事项{item}", town=town), [], expires_at=now, digest=str(number), key=None
        )
        report = {
            "findings": [{"code": code, "severity": "block", "material_id": material} for code, material in found]
        }
        names = [f"{number}-{place}" for place in range(len(found))]
        assert previews.cases.set_report(preview_id, report, names, changes=0)
        return preview_id

    def decide(
        preview_id: str, *reasons: tuple[str, str | None], stage: Stage = Stage.WINDOW, **more: object
    ) -> None:
        outcome = Outcome.RETURN if reasons else Outcome.ACCEPT
        given = tuple(ReturnReason(code, material) for code, material in reasons)
        previews.decisions.decide(preview_id, Decision(stage, outcome, reasons=given, **more))  # type: ignore[arg-type]

    for number in range(7):
        decide(case(number, "a", "南城"))
    seen = case(7, "a", "南城", ("expired", "id"))
    decide(seen, ("expired", "id"), responsibility=Responsibility.APPLICANT)
    missed = case(8, "b", "", ("expired", "id"), ("not_signed", "form"))
    rejected = Judgement("8-1", Verdict.REJECT, ReasonCode.MISREAD, "not_signed", "form", "block")
    decide(missed, judgements=(rejected,))
    decide(missed, ("not_signed", "form"), stage=Stage.FINAL, responsibility=Responsibility.REVIEWER)
    other = case(9, "b", "", ("expired", "id"))
    decide(other)
    decide(
        other, ("expired", "lease"), ("", "id"), responsibility=Responsibility.UNCLEAR_GUIDE
    )  # thought better of it
    case(10, "b", "东城")
    return stats(previews.db, TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1))


def test_every_decided_case_counts_once_by_its_last_word(figures: Stats) -> None:
    assert figures.rate == Rate(3, 10)
    assert {group.id: group.rate for group in figures.by_item} == {"b": Rate(2, 2), "a": Rate(1, 8)}
    assert {group.id: group.rate for group in figures.by_town} == {"": Rate(2, 2), "南城": Rate(1, 8)}
    assert sum(group.rate.decided for group in figures.trend) == 10


def test_returns_are_split_by_reason_material_and_responsibility(figures: Stats) -> None:
    assert {share.id: share.returns for share in figures.by_reason} == {"expired": 2, "not_signed": 1}
    assert {share.id: share.returns for share in figures.by_material} == {
        "a/id": 1,
        "b/id": 1,
        "b/form": 1,
        "b/lease": 1,
    }
    assert {share.id for share in figures.by_responsibility} == {"applicant", "reviewer", "unclear_guide"}


def test_a_check_is_credited_only_for_what_it_reported_on_that_material(figures: Stats) -> None:
    checks = {check.code: check for check in figures.checks}
    assert (checks["expired"].returns, checks["expired"].caught, checks["expired"].missed) == (2, 1, 1)
    assert checks["expired"].reported == 3
    assert (checks["unknown"].returns, checks["unknown"].caught) == (1, 1)  # no code: any finding on the material


def test_a_finding_that_an_officer_rejected_does_not_count_as_reported(figures: Stats) -> None:
    check = next(check for check in figures.checks if check.code == "not_signed")
    assert (check.reported, check.rejected, check.returns, check.missed) == (0, 1, 1, 1)


def test_days_outside_the_span_do_not_count(figures: Stats, tmp_path: Path) -> None:
    db = previews_at(tmp_path).db
    assert stats(db, TODAY - dt.timedelta(days=9), TODAY - dt.timedelta(days=3)).rate == Rate(0, 0)


def test_without_any_case_there_is_no_rate(tmp_path: Path) -> None:
    previews = previews_at(tmp_path)
    assert isinstance(previews.db, Database)
    empty = stats(previews.db, TODAY, TODAY)
    assert (empty.rate.value, empty.rate.interval) == (None, (0.0, 1.0))
    assert not previews.db.exists()


def test_a_spreadsheet_never_takes_a_text_for_a_formula(figures: Stats) -> None:
    text = cases_csv(figures, {"a/id": "=HYPERLINK(1)", "b/id": "=1", "b/form": "+1", "b/lease": "合同"}).decode(
        "utf-8-sig"
    )
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 11
    assert any("'=HYPERLINK" in cell for row in rows for cell in row)
    assert all(not cell.startswith(("=", "+")) for row in rows for cell in row)
