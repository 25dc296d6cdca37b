"""Reads labelled tickets from CSV, XLSX or JSONL, whatever their columns are called."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.tickets.schema import TicketKind
from assistant.tickets.training import Example
from knowledge_base.importers.reading import ImportFileError, bytes_of, clean, text_of
from knowledge_base.importers.xlsx_file import office_bytes

HEADINGS: Mapping[str, str] = {
    "text": "文本 内容 诉求 诉求内容 诉求描述 工单内容 问题描述 问题内容 描述 正文 反映内容 text content body",
    "label": "标签 分类 诉求分类 类别 问题分类 事项分类 二级分类 分类代码 诉求类别 归类 小类 label category class",
    "department": "部门 承办单位 主办单位 承办部门 责任单位 处理单位 派单单位 主办 单位 department agency",
    "kind": "诉求类型 工单类型 类型 事件类型 kind type",
}
"""What the columns of such tables are called, by their role."""

_ROLE = {heading: role for role, headings in HEADINGS.items() for heading in headings.split()}
_DECORATION = re.compile(r"[（(\[【].*?[)）\]】]|[\s*＊:：_\-]")
_KINDS = {str(kind): str(kind) for kind in TicketKind} | {"建议": "意见建议", "意见": "意见建议", "建言": "意见建议"}
_NOBODY = {"none", "null", "无", "转介", "不受理", "不予受理"}
_WITHIN = 10


@dataclass(frozen=True)
class Table:
    """The tickets of a file; `refused` says which rows were left out and why, `columns` what was read from where."""

    examples: tuple[Example, ...]
    refused: tuple[str, ...]
    columns: Mapping[str, str]


def read_table(path: Path) -> Table:
    """Read a table by its suffix: .jsonl or .json lines, .xlsx, else CSV.

    Raises:
        ImportFileError: the file cannot be read, or has no columns for text and label.
    """
    match path.suffix.lower():
        case ".jsonl" | ".ndjson":
            return _from_objects(_json_rows(text_of(bytes_of(path))))
        case ".xlsx" | ".xlsm":
            return _from_rows(_xlsx_rows(path))
    return _from_rows(_csv_rows(text_of(bytes_of(path))))


def read_texts(path: Path) -> list[str]:
    """Read the texts of a table that need not have labels; empty cells are left out.

    Raises:
        ImportFileError: the file cannot be read, or has no text column.
    """
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        objects = _json_rows(text_of(bytes_of(path)))
        columns = _columns(list(dict.fromkeys(key for row in objects for key in row)))
        cells = [str(row.get(columns["text"][1]) or "") for row in objects] if "text" in columns else None
    else:
        rows = _xlsx_rows(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv_rows(text_of(bytes_of(path)))
        at = next(((n, c["text"][0]) for n, row in enumerate(rows[:_WITHIN]) if "text" in (c := _columns(row))), None)
        cells = [row[at[1]] for row in rows[at[0] + 1 :] if at[1] < len(row)] if at else None
    if cells is None:
        raise ImportFileError("没有认出文本列，请把表头写成“诉求内容”（JSONL 写 text）")
    return [text for cell in cells if (text := clean(cell))]


def _json_rows(text: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ImportFileError(f"第 {number} 行不是正确的 JSON") from error
        if not isinstance(row, dict):
            raise ImportFileError(f"第 {number} 行不是 JSON 对象（要写成 {{…}}）")
        rows.append(row)
    return rows


def _csv_rows(text: str) -> list[list[str]]:
    first = text.lstrip().split("\n", 1)[0]
    csv.field_size_limit(2**30)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=first.count), strict=True))
    except csv.Error as error:
        raise ImportFileError("不是正确的 CSV：引号没有配对，或一格里有不合规的引号") from error


def _xlsx_rows(path: Path) -> list[list[str]]:
    data = office_bytes(path, "Excel", ".xlsx")
    from openpyxl import load_workbook

    try:
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # openpyxl raises whatever its parts do on a broken file
        raise ImportFileError("文件损坏，请用 Excel 另存一次") from error


def _from_rows(rows: Sequence[Sequence[str]]) -> Table:
    for number, row in enumerate(rows[:_WITHIN]):
        columns = _columns(row)
        if {"text", "label"} <= set(columns):
            found = [
                {role: line[at] if at < len(line) else "" for role, (at, _) in columns.items()}
                for line in rows[number + 1 :]
            ]
            return _table(found, {role: name for role, (_, name) in columns.items()}, number + 2)
    raise ImportFileError("没有认出表头：要有文本列（如“诉求内容”）和分类列（如“诉求分类”），部门、诉求类型可选")


def _from_objects(rows: Sequence[Mapping[str, Any]]) -> Table:
    names = list(dict.fromkeys(key for row in rows for key in row))
    columns = {role: name for role, (_, name) in _columns(names).items()}
    if not {"text", "label"} <= set(columns):
        raise ImportFileError("没有认出字段：每行要有 text 和 label（或 category），department、kind 可选")
    found = [{role: _said(row.get(name, "")) for role, name in columns.items()} for row in rows]
    return _table(found, columns, 1)


def _said(value: Any) -> str:
    """Write a JSON value as a cell; null is "none", which for a department means: sent to nobody."""
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _columns(names: Sequence[str]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for position, name in enumerate(names):
        role = _ROLE.get(_DECORATION.sub("", str(name)).lower())
        if role and role not in found:
            found[role] = (position, str(name))
    return found


def _table(rows: Sequence[Mapping[str, str]], columns: Mapping[str, str], first: int) -> Table:
    examples, refused = [], []
    for number, row in enumerate(rows, first):
        cells = {role: clean(value) for role, value in row.items()}
        if not any(cells.values()):
            continue
        if not cells["text"] or not cells["label"]:
            refused.append(f"第 {number} 行：{'文本' if not cells['text'] else '分类'}是空的")
            continue
        department = cells.get("department", "")
        examples.append(
            Example(
                text=cells["text"],
                label=cells["label"],
                department=None if department.lower() in _NOBODY else department,
                kind=_KINDS.get(cells.get("kind", ""), ""),
            )
        )
    return Table(tuple(examples), tuple(refused), columns)
