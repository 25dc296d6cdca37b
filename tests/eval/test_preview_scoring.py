"""The scorer of pre-review on hand-made predictions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.case_files import CaseError
from eval.metrics import Rate
from eval.preview_cases import PreviewCase, load_preview_cases
from eval.preview_figures import figures, misses, summary, told
from eval.preview_scoring import PreviewVerdict, judge


def case(**expect: Any) -> PreviewCase:
    """Make a case of two files."""
    split = expect.pop("split", "dev")
    told_expect = {
        "types": {"a.jpg": "id_card_front", "b.jpg": "application_form"},
        "fields": {
            "a.jpg": {"name": "欧阳婉婷", "id_number": "441900198502033661"},
            "b.jpg": {"applicant": "欧阳婉婷"},
        },
        "findings": [],
        **expect,
    }
    told_expect.setdefault("clean", not told_expect["findings"])
    return PreviewCase.model_validate(
        {
            "id": "c1", "item": "sb-card-apply", "situation": {}, "files": ["a.jpg", "b.jpg"], "as_of": "2026-10-01",
            "split": split, "degraded": {"b.jpg": "tilt"}, "expect": told_expect,
            "materials": {"a.jpg": "valid-id", "b.jpg": "application-form"},
        }
    )  # fmt: skip


def prediction(*findings: list[str], **more: Any) -> dict[str, Any]:
    """Make a prediction in which types and fields are right."""
    return {
        "id": "c1",
        "types": {"a.jpg": "id_card_front", "b.jpg": "application_form"},
        "fields": {"a.jpg": {"name": "欧阳婉婷", "id_number": "441900198502033661"}, "b.jpg": {"name": "欧阳婉婷"}},
        "findings": list(findings),
        "seconds": 3.0,
        **more,
    }


def figure(verdicts: list[PreviewVerdict], group: str, name: str) -> tuple[float, int]:
    found = figures(verdicts, 0.3)[group][name]
    assert isinstance(found, Rate)
    return found.right, found.n


def test_a_right_prediction_of_a_clean_case_has_nothing_against_it() -> None:
    verdict = judge(case(), prediction())

    assert all(t.right for t in verdict.types)
    assert all(f.right for f in verdict.fields)
    assert not verdict.false_blocks
    assert misses([verdict]) == []


def test_values_are_compared_without_spaces_and_width() -> None:
    fields = {"a.jpg": {"name": "欧阳 婉婷", "id_number": "４４１９００１９８５０２０３３６６１"}}
    verdict = judge(case(), prediction(fields=fields))

    assert [f.right for f in verdict.fields] == [True, True, False]
    assert [f.wrong for f in verdict.fields] == [False, False, False]


def test_a_wrong_value_counts_apart_from_one_not_given() -> None:
    fields = {"a.jpg": {"name": "欧阳碗婷"}}
    verdict = judge(case(), prediction(fields=fields))

    assert figure([verdict], "字段", "读出的值里错的") == (1, 1)
    assert figure([verdict], "字段", "全部") == (0, 3)


def test_a_doubtful_wrong_value_is_not_a_confident_one() -> None:
    fields = {"a.jpg": {"name": "欧阳碗婷"}}
    verdict = judge(case(), prediction(fields=fields, confidence={"a.jpg": {"name": 0.5}}))

    assert figure([verdict], "字段", "有把握（≥0.8）却错") == (0, 0)


def test_a_value_made_up_from_an_unreadable_file_is_wrong() -> None:
    hidden = case(types={}, fields={}, hidden={"a.jpg": {"name": "欧阳婉婷"}})
    made_up = judge(hidden, prediction(fields={"a.jpg": {"name": "陈大文"}}))
    silent = judge(hidden, prediction(fields={}))

    assert figure([made_up], "字段", "看不清的件上有把握却错") == (1, 1)
    assert figure([silent], "字段", "看不清的件上有把握却错") == (0, 1)
    assert figure([silent], "字段", "全部") == (0, 0)


def test_areas_and_rents_are_compared_as_numbers() -> None:
    asked = case(fields={"a.jpg": {"area": "89.10", "rent": "3500"}})
    verdict = judge(asked, prediction(fields={"a.jpg": {"area": "89.1㎡", "rent": "人民币3,500元"}}))

    assert all(f.right for f in verdict.fields)


def test_a_planted_defect_is_found_at_its_file_or_the_material_of_the_file() -> None:
    asked = case(findings=[["not_signed", "b.jpg"]])
    for place in ("b.jpg", "application-form"):
        verdict = judge(asked, prediction(["not_signed", place, "block"]))
        assert verdict.defects[0].blocked
        assert not verdict.would_be_returned


def test_the_right_code_at_the_wrong_file_is_a_miss_and_a_false_block() -> None:
    verdict = judge(case(findings=[["not_signed", "b.jpg"]]), prediction(["not_signed", "a.jpg", "block"]))

    assert not verdict.defects[0].found
    assert len(verdict.false_blocks) == 1
    assert verdict.would_be_returned
    assert figure([verdict], "缺陷", "精确（阻断）") == (0, 1)


def test_a_blocking_defect_told_as_a_hint_is_found_but_would_be_returned() -> None:
    verdict = judge(case(findings=[["expired", "a.jpg"]]), prediction(["expired", "a.jpg", "hint"]))

    assert verdict.defects[0].found
    assert verdict.would_be_returned
    assert figure([verdict], "缺陷", "召回（阻断）") == (0, 1)


def test_an_alternative_is_as_right_and_a_consequence_is_tolerated() -> None:
    asked = case(
        findings=[["cropped", "a.jpg"]],
        alternatives=[[["cropped", "a.jpg"], ["unreadable", "a.jpg"]]],
        tolerated=[["missing_material", "valid-id"]],
    )
    verdict = judge(asked, prediction(["unreadable", "a.jpg", "block"], ["missing_material", "valid-id", "block"]))

    assert verdict.defects[0].blocked
    assert not verdict.false_blocks
    assert figure([verdict], "缺陷", "精确（阻断）") == (1, 1)


def test_a_false_hint_on_a_clean_case_is_no_false_block() -> None:
    verdict = judge(case(), prediction(["needs_person", "a.jpg", "hint"]))

    assert figure([verdict], "误报", "清白件被误拦") == (0, 1)
    assert figure([verdict], "误报", "清白件有任何误报（含提示）") == (1, 1)


def test_hint_codes_do_not_make_a_case_faulty() -> None:
    verdict = judge(case(findings=[["duplicate_file", "b.jpg"]]), prediction())

    assert not verdict.is_faulty
    assert figure([verdict], "缺陷", "召回（全部）") == (0, 1)
    assert figure([verdict], "缺陷", "召回（阻断）") == (0, 0)


def test_return_rate_is_the_faulty_share_times_what_went_unnoticed() -> None:
    asked = case(findings=[["expired", "a.jpg"]])
    seen, missed = judge(asked, prediction(["expired", "a.jpg", "block"])), judge(asked, prediction())
    group = figures([seen, seen, seen, missed], 0.4)["退件率模拟"]

    assert group["不预审"].value == pytest.approx(40)
    assert group["预审后"].value == pytest.approx(10)


def test_a_crash_is_unscored_and_told_apart() -> None:
    verdict = judge(case(findings=[["expired", "a.jpg"]]), {"id": "c1", "error": "OSError: gone"})

    assert figure([verdict], "缺陷", "召回（全部）") == (0, 0)
    assert misses([verdict]) == ["未计分  c1  OSError: gone"]


def test_misses_of_the_test_split_are_counted_only() -> None:
    verdict = judge(case(split="test", findings=[["expired", "a.jpg"]]), prediction())

    assert misses([verdict]) == ["test 另有 1 处，只看分，不列出"]


def test_the_report_and_the_summary_hold_counts_and_intervals() -> None:
    verdicts = [judge(case(findings=[["expired", "a.jpg"]]), prediction(["expired", "a.jpg", "block"]))]
    groups = figures(verdicts, 0.3)

    assert "100.0%  (n=1, 95% 20.7%–100.0%)" in told(groups)
    assert "| expired | 100.0% | 1 | 100.0% | 1 |" in summary(verdicts, groups)


def write_case(folder: Path, **changes: Any) -> None:
    folder.mkdir()
    record = case().model_dump(mode="json") | changes
    (folder / "case.json").write_text(json.dumps(record), encoding="utf-8")
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"")


def test_a_case_of_others_needs_only_the_contract(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    record = {
        "id": "x", "item": "mz-elder-card", "situation": {}, "files": ["a.jpg"], "as_of": "2026-10-01",
        "expect": {"types": {"a.jpg": "other"}, "findings": [["wrong_material", "a.jpg"]], "clean": False},
    }  # fmt: skip
    (folder / "case.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / "a.jpg").write_bytes(b"")

    ((_, loaded),) = load_preview_cases(tmp_path)

    assert loaded.expect.wanted == ((("wrong_material", "a.jpg"),),)


def test_a_case_with_a_lost_file_is_refused_by_name(tmp_path: Path) -> None:
    write_case(tmp_path / "c1")
    (tmp_path / "c1" / "b.jpg").unlink()

    with pytest.raises(CaseError, match=r"b\.jpg"):
        load_preview_cases(tmp_path)


def test_a_clean_case_with_findings_is_refused(tmp_path: Path) -> None:
    write_case(tmp_path / "c1", expect={"clean": True, "findings": [["expired", "a.jpg"]]})

    with pytest.raises(CaseError, match="clean"):
        load_preview_cases(tmp_path)


def test_a_folder_without_cases_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"python -m eval\.papers"):
        load_preview_cases(tmp_path)
