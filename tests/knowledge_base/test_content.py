"""Tests of knowledge_base/content.py: what is refused, and with which file, line and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.content import (
    STARTER_CONTENT,
    KnowledgeBase,
    content_files,
    content_revision,
    load_content,
)
from knowledge_base.errors import ContentError

Fields = dict[str, Any]
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def starter() -> KnowledgeBase:
    return load_content()


def refusal(folder: Path) -> ContentError:
    with pytest.raises(ContentError) as refused:
        load_content(folder)
    return refused.value


def line_with(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("change", "field", "said", "at"),
    [
        ({"txet": "手误"}, "txet", "Extra inputs are not permitted", "手误"),
        ({"url": "https://www.somewhere.com/a"}, "url", "not an official address", "somewhere"),
        ({"grade": "D"}, "grade", "Input should be", "grade: D"),
        ({"facet": "price"}, "facet", "Input should be", "price"),
        ({"source": ""}, "source", "at least 1 character", "source: ''"),
        ({"valid_to": "2025-02-30"}, "valid_to", "date", "2025-02-30"),
        ({"valid_to": "永远"}, "valid_to", "date", "永远"),
        ({"asks": "不是列表"}, "asks", "valid tuple", "不是列表"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_bad_field_of_a_fact_is_refused_with_file_line_and_field(
    tmp_path: Path,
    write_content: Write,
    make_item: Callable[..., Fields],
    make_fact: Callable[..., Fields],
    change: Fields,
    field: str,
    said: str,
    at: str,
) -> None:
    good, bad = make_fact("第一条。"), make_fact("第二条。") | change
    error = refusal(write_content(tmp_path, juzhu=[make_item(facts=[good, bad])]))
    assert error.path == tmp_path / "items" / "juzhu.yaml"
    assert error.field == f"items.0.facts.1.{field}"
    assert error.line == line_with(error.path, at)
    assert said in error.problem
    assert f"{error.path}:{error.line}: {error.field}" in str(error)


def test_span_that_runs_backwards_is_refused_at_its_fact(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    fact = make_fact("旧口径。", valid_from="2025-03-01", valid_to="2024-03-01")
    error = refusal(write_content(tmp_path, juzhu=[make_item(facts=[fact])]))
    assert (error.field, error.line) == ("items.0.facts.0", line_with(error.path, "facet:"))
    assert "lies before" in error.problem


def test_situation_naming_an_unknown_material_is_refused_at_its_item(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    options = [{"id": "own", "label": "自有房"}, {"id": "rent", "label": "租房", "materials": ["lease"]}]
    situation = {"id": "home", "question": "住哪种房？", "options": options}
    folder = write_content(tmp_path, juzhu=[make_item(), make_item("jz-2", "乙", situations=[situation])])
    error = refusal(folder)
    assert (error.field, error.line) == ("items.1", line_with(error.path, "id: jz-2"))
    assert "no material 'lease'" in error.problem


def test_missing_field_is_refused_where_its_record_begins(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    item = make_item()
    del item["plain"]
    error = refusal(write_content(tmp_path, juzhu=[item]))
    assert (error.field, error.problem) == ("items.0.plain", "Field required")
    assert error.line == line_with(error.path, "id: jz-apply")


@pytest.mark.parametrize(
    "name", ["policy_notes", "departments", "towns", "appeal_catalogue", "ticket_rules", "ambiguities"]
)
def test_missing_file_is_refused_by_its_name(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields], name: str
) -> None:
    path = write_content(tmp_path, juzhu=[make_item()]) / f"{name}.yaml"
    path.unlink()
    error = refusal(tmp_path)
    assert (error.path, error.line, error.field, error.problem) == (path, 0, "file", "missing")


def test_folder_without_items_is_refused(tmp_path: Path, write_content: Write) -> None:
    error = refusal(write_content(tmp_path))
    assert (error.path, error.problem) == (tmp_path / "items", "no content files here")


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b"domain:\n  id: a\n  name: [\n", 4, "not valid YAML"),
        (b"domain: {id: a, name: \xff\xfe}", 0, "not UTF-8 text"),
        ("domain: {id: a, name: 甲}\nitems: *nothing\n".encode(), 2, "not valid YAML"),
        (b"domain: !!python/name:os.system x\n", 1, "not valid YAML"),
        (b"", 1, "valid dictionary"),
        (b"- a\n- b\n", 1, "valid dictionary"),
    ],
    ids=["open bracket", "not utf-8", "unknown alias", "python object", "empty file", "a list"],
)
def test_file_that_is_no_content_is_refused(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields], data: bytes, line: int, problem: str
) -> None:
    folder = write_content(tmp_path, juzhu=[make_item()])
    (folder / "items" / "zz.yaml").write_bytes(data)
    error = refusal(folder)
    assert (error.path.name, error.line, error.field) == ("zz.yaml", line, "file")
    assert problem in error.problem


def test_byte_order_mark_of_windows_editors_is_no_mistake(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    path = write_content(tmp_path, juzhu=[make_item()]) / "items" / "juzhu.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert list(load_content(tmp_path).items) == ["jz-apply"]


def test_text_that_looks_like_a_date_stays_text(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    path = write_content(tmp_path, juzhu=[make_item(plain="占位")]) / "items" / "juzhu.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("占位", "2025-03-01"), encoding="utf-8")
    assert load_content(tmp_path).items["jz-apply"].plain == "2025-03-01"


def test_two_items_of_one_id_are_refused_at_the_second(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    folder = write_content(tmp_path, juzhu=[make_item()], shebao=[make_item("sb-1", "甲"), make_item()])
    error = refusal(folder)
    assert (error.path.name, error.field) == ("shebao.yaml", "items.1.id")
    assert error.line == line_with(error.path, "id: jz-apply")


def test_two_files_of_one_domain_are_refused(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    folder = write_content(tmp_path, juzhu=[make_item()], zz=[make_item("sb-1", "甲")])
    path = folder / "items" / "zz.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("id: zz", "id: juzhu"), encoding="utf-8")
    assert (refusal(folder).path, refusal(folder).field) == (path, "domain.id")


def test_domain_of_the_policy_notes_is_taken(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    assert refusal(write_content(tmp_path, tongze=[make_item()])).field == "domain.id"


def test_revision_changes_with_the_bytes_and_the_names_of_the_files(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    folder = write_content(tmp_path, juzhu=[make_item()])
    path = folder / "items" / "juzhu.yaml"
    first = content_revision(folder)
    assert content_revision(folder) == first == load_content(folder).revision
    path.write_bytes(path.read_bytes() + b"# a comment\n")
    second = content_revision(folder)
    path.rename(path.with_name("01-juzhu.yaml"))
    third = content_revision(folder)
    assert len({first, second, third}) == 3
    assert all(len(revision) == 12 for revision in (first, second, third))
    (folder / "README.md").write_text("不是内容", encoding="utf-8")
    assert content_revision(folder) == third


def test_files_come_in_a_fixed_order_and_notes_of_editors_do_not_count(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    folder = write_content(tmp_path, b=[make_item()], a=[make_item("sb-1", "甲")])
    before = content_files(folder)
    (folder / "items" / "a.yaml~").write_text("backup")
    assert content_files(folder) == before
    assert [path.name for path in before[-2:]] == ["a.yaml", "b.yaml"]


def test_starter_content_has_all_items_and_domains(starter: KnowledgeBase) -> None:
    assert len(starter.items) == 86
    assert len(starter.domains) == 17
    assert set(starter.domain_of) == set(starter.items)
    assert len(starter.departments) > 30
    assert len(starter.towns) >= 33


def test_starter_content_lies_beside_the_code() -> None:
    assert len(content_files(STARTER_CONTENT)) == 6 + 17
