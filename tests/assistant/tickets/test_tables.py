"""Tests of assistant/tickets/tables.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.tickets.tables import read_table
from knowledge_base.importers.reading import ImportFileError


def test_csv_of_another_city_is_read_by_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("工单台账,,,\n编号,诉求内容,问题分类,承办单位\n1,路灯不亮,市政设施,市政处\n2,,空,\n", "gb18030")
    table = read_table(path)
    assert [(e.text, e.label, e.department) for e in table.examples] == [("路灯不亮", "市政设施", "市政处")]
    assert table.refused == ("第 4 行：文本是空的",)
    assert table.columns["label"] == "问题分类"


def test_excel_is_read(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["内容", "分类代码", "工单类型"], ["垃圾没人清", "0301", "投诉"], ["想问入学", "0901", "没见过"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    examples = read_table(tmp_path / "t.xlsx").examples
    assert [(e.label, e.kind, e.department) for e in examples] == [("0301", "投诉", ""), ("0901", "", "")]


def test_json_null_department_means_sent_to_nobody(tmp_path: Path) -> None:
    rows = [
        {"text": "官司", "label": "1801", "department": None},
        {"text": "工资", "label": "0101", "department": "rsj"},
    ]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    assert [e.department for e in read_table(path).examples] == [None, "rsj"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "甲,乙\n1,2"),
        ("t.csv", ""),
        ("t.jsonl", "{"),
        ("t.jsonl", "[1]"),
        ("t.jsonl", '{"a": 1}'),
        ("t.xlsx", "x"),
    ],
)
def test_unreadable_table_is_refused_with_a_reason(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ImportFileError):
        read_table(tmp_path / name)
