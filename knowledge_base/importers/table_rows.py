"""Tables of questions and answers: finds the header row, tells the columns by their headings, makes documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge_base.documents import Document, Section
from knowledge_base.importers.reading import ImportFileError, Reading, clean, make_document

HEADER_WITHIN = 10
"""Titles and remarks above the header row take at most this many rows."""

HEADINGS: dict[str, str] = {
    "question": "问题 标准问题 标准问 常见问题 主问题 咨询问题 问题描述 提问 问 q question",
    "similar": "相似问 相似问题 相似问法 扩展问 扩展问法 同义问 同义问法 其他问法 similar",
    "answer": "答案 标准答案 回答 解答 答复 答复内容 官方答复 回复 回复内容 答 a answer "
    "内容 正文 文本 政策内容 text content",
    "title": "标题 事项名称 事项 名称 文件名称 政策名称 知识标题 title name",
    "department": "部门 单位 处理单位 责任单位 责任部门 承办单位 承办部门 主管部门 实施部门 实施主体 "
    "发布单位 发布机构 答复单位 归口单位 department",
    "url": "链接 网址 url link 原文链接 来源链接 网页链接 办理链接",
    "category": "分类 类别 类型 栏目 领域 主题 所属分类 业务领域 category",
    "source": "来源 出处 source",
    "doc_id": "编号 id docid 知识编号 文档编号 知识id",
}
"""What the columns of such tables are called, by their role; lower case, brackets and signs left out."""

_ROLE = {heading: role for role, headings in HEADINGS.items() for heading in headings.split()}
_DECORATION = re.compile(r"[（(\[【].*?[)）\]】]|[\s*＊:：_\-]")
_SEVERAL = re.compile(r"[\n|｜;；]+")


@dataclass(frozen=True)
class Header:
    """Where the columns are: `row` counts from 0; `others` are columns without a role, by position."""

    row: int
    columns: dict[str, int]
    others: dict[int, str]


def find_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """Find the header row among the first rows: it names a text column and what that is about; else None."""
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        columns: dict[str, int] = {}
        others: dict[int, str] = {}
        for position, cell in enumerate(row):
            role = _ROLE.get(_DECORATION.sub("", cell).lower())
            if role and role not in columns:
                columns[role] = position
            elif cell.strip():
                others[position] = cell.strip()
        about = {"question", "title"} & set(columns)
        if about and ("answer" in columns or ("title" in columns and len(others) + len(columns) >= 3)):
            return Header(number, columns, others)
    return None


def read_table(reading: Reading, rows: Iterable[Sequence[str]], sheet: str = "") -> None:
    """Add the rows of one table to `reading`; empty rows are skipped."""
    table = [[clean(cell) for cell in row] for row in rows]
    header = find_header(table)
    if header is None:
        if any(any(row) for row in table):
            reading.refuse(sheet or "整张表", "没有认出表头：要有“问题”和“答案”两列，或“标题”和“内容”两列")
        return
    if "answer" in header.columns and header.others:
        names = "、".join(header.others.values())
        reading.notes.append(f"{reading.file}{sheet and f' {sheet}'}：没有用到的列：{names}")
    for number, row in enumerate(table[header.row + 1 :], header.row + 2):
        if any(row):
            place = f"{sheet and f'{sheet} '}第 {number} 行"
            reading.add(place, _document, row, header, reading.file)


def _document(row: Sequence[str], header: Header, file: str) -> Document:
    cells = {role: row[p] if p < len(row) else "" for role, p in header.columns.items()}
    question, title = cells.get("question", ""), cells.get("title", "")
    if not question and not title:
        raise ImportFileError("问题（标题）是空的")
    if "answer" in cells:
        text = cells["answer"]
        if not text:
            raise ImportFileError("答案（内容）是空的")
    else:
        text = _guide(row, header, title)
    similar = [q for q in _SEVERAL.split(cells.get("similar", "")) if q.strip()]
    return make_document(
        doc_id=cells.get("doc_id", ""),
        title=title,
        questions=tuple(dict.fromkeys(q for q in (question, *similar) if q)),
        sections=(Section.model_construct(heading=cells.get("category", ""), text=text),),
        department=cells.get("department", ""),
        url=cells.get("url", ""),
        source=cells.get("source", "") or file,
    )


def _guide(row: Sequence[str], header: Header, title: str) -> str:
    """Write a row without an answer column as lines of label and value."""
    lines = [f"{name}：{row[p]}" for p, name in header.others.items() if p < len(row) and row[p]]
    if not lines:
        raise ImportFileError("除了名称，其他列都是空的")
    return "\n".join([f"名称：{title}", *lines])
