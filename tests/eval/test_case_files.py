"""Tests of eval/case_files.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.case_files import CaseError, load_cases

CASE: dict[str, Any] = {"id": "a", "question": "居住证要钱吗", "expect": {"status": "answered"}}


def written(folder: Path, *lines: str) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def as_line(**fields: Any) -> str:
    return json.dumps(CASE | fields, ensure_ascii=False)


def test_case_is_read_with_its_defaults(tmp_path: Path) -> None:
    [case] = load_cases(written(tmp_path, as_line()))
    assert (case.id, case.history, case.tags, case.split) == ("a", (), (), "dev")
    assert (case.expect.items, case.expect.facet, case.expect.facts) == ((), "overview", ())


def test_full_case_is_read_as_it_stands(tmp_path: Path) -> None:
    expect = {"status": "answered", "items": ["x"], "facet": "fee", "facts": [["a", "b"], ["c"]], "forbidden": ["d"]}
    history = [{"role": "user", "content": "你好"}]
    [case] = load_cases(written(tmp_path, as_line(expect=expect, history=history, tags=["t"], split="test")))
    assert case.expect.facts == (("a", "b"), ("c",))
    assert case.history[0].content == "你好"
    assert case.split == "test"


def test_empty_lines_are_skipped(tmp_path: Path) -> None:
    assert [case.id for case in load_cases(written(tmp_path, "", as_line(), "  ", as_line(id="b"), ""))] == ["a", "b"]


def test_accept_tags_name_further_fair_statuses(tmp_path: Path) -> None:
    [case] = load_cases(written(tmp_path, as_line(tags=["accept:handoff", "typo", "accept:ticket"])))
    assert case.statuses == {"answered", "handoff", "ticket"}


def test_tag_with_a_colon_carries_a_value(tmp_path: Path) -> None:
    [case] = load_cases(written(tmp_path, as_line(tags=["typo", "channel:sse", "channel:json"])))
    assert (case.tagged("channel"), case.tagged("group"), case.tagged("kind", "plain")) == ("sse", "", "plain")


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        '"text"',
        as_line(expect={}),
        as_line(expect={"status": "answered", "facts": "不收费"}),
        as_line(expect={"status": "answered", "fact": []}),
        as_line(split="train"),
        as_line(extra=1),
        as_line(history=[{"role": "user"}]),
    ],
    ids=["not-json", "list", "text", "no-status", "facts-no-list", "misspelt", "split", "unknown-field", "history"],
)
def test_bad_line_is_refused_with_file_and_number(tmp_path: Path, bad: str) -> None:
    path = written(tmp_path, as_line(), "", bad)
    with pytest.raises(CaseError, match=r"cases\.jsonl:3: "):
        load_cases(path)


def test_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"cases\.jsonl:2: id 'a' stands twice"):
        load_cases(written(tmp_path, as_line(), as_line(question="另一个")))


def test_missing_or_binary_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="gone"):
        load_cases(tmp_path / "gone.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CaseError, match="binary"):
        load_cases(tmp_path / "binary.jsonl")
