"""JSON lines: one document a line, `{"doc_id", "title"?, "text", "department"?, "url"?}`; other keys are let be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from knowledge_base.documents import Document, Section
from knowledge_base.importers.reading import ImportFileError, Reading, bytes_of, clean, make_document, text_of


def read_jsonl(path: Path) -> Reading:
    """Read a JSONL file; empty lines are skipped.

    Raises:
        ImportFileError: the file as a whole cannot be read.
    """
    reading = Reading(path.name)
    for number, line in enumerate(text_of(bytes_of(path)).split("\n"), 1):
        if line.strip():
            reading.add(f"第 {number} 行", _document, line, path.name)
    return reading


def _document(line: str, file: str) -> Document:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ImportFileError("不是正确的 JSON") from error
    if not isinstance(row, dict):
        raise ImportFileError("不是 JSON 对象（要写成 {…}）")
    doc_id = _string(row, "doc_id") or _string(row, "id")
    if not doc_id:
        raise ImportFileError("缺少 doc_id")
    questions = row.get("questions") or row.get("question") or []
    questions = [questions] if isinstance(questions, str) else questions
    if not isinstance(questions, list) or not all(isinstance(q, str) for q in questions):
        raise ImportFileError("questions 应为文字或文字的列表")
    return make_document(
        doc_id=doc_id,
        title=_string(row, "title"),
        questions=tuple(q for q in map(clean, questions) if q),
        sections=(Section.model_construct(heading="", text=_string(row, "text")),),
        department=_string(row, "department"),
        url=_string(row, "url"),
        source=_string(row, "source") or file,
    )


def _string(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ImportFileError(f"{key} 应为文字")
    return clean(str(value))
