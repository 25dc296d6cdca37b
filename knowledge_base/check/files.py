"""Content files as they are checked: their YAML nodes, their records, and what the schema refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import ValidationError

from knowledge_base.content import (
    AmbiguitiesFile,
    CategoriesFile,
    DepartmentsFile,
    NotesFile,
    RulesFile,
    TownsFile,
    YamlLoader,
    field_name,
    line_of,
    read_file,
)
from knowledge_base.errors import ContentError
from knowledge_base.schema import DomainFile, Record

Where = tuple[int | str, ...]

_MODELS: dict[str, type[Record]] = {
    "policy_notes.yaml": NotesFile,
    "departments.yaml": DepartmentsFile,
    "towns.yaml": TownsFile,
    "appeal_catalogue.yaml": CategoriesFile,
    "ticket_rules.yaml": RulesFile,
    "ambiguities.yaml": AmbiguitiesFile,
}
_REFUSALS = {
    "missing": "缺少这个字段",
    "extra_forbidden": "没有这个字段，请检查拼写",
    "string_type": "应为文字，数字请加引号",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "写法不对",
    "too_short": "条数不够",
    "enum": "不在可选的值里",
    "bool_parsing": "只能是 true 或 false",
}


class Severity(StrEnum):
    """Whether a problem must be mended before the content is used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """Something to mend; `line` counts from 1 (0: the whole file), `field` as in `items.0.facts.2.url`."""

    severity: Severity
    path: Path
    line: int
    field: str
    message: str


@dataclass(frozen=True)
class ContentFile:
    """A content file: its YAML nodes (None: not YAML) and its record (None: the schema refused it)."""

    path: Path
    root: yaml.Node | None
    record: Record | None

    def error(self, where: Where, message: str) -> Problem:
        """Make a problem that must be mended, at this place of the file."""
        return Problem(Severity.ERROR, self.path, line_of(self.root, where), field_name(where), message)

    def warning(self, where: Where, message: str) -> Problem:
        """Make a problem to look into, at this place of the file."""
        return Problem(Severity.WARNING, self.path, line_of(self.root, where), field_name(where), message)

    @cached_property
    def nodes(self) -> list[tuple[Where, yaml.Node]]:
        """Every YAML node with its place."""
        return list(_below_node((), self.root)) if self.root else []

    @cached_property
    def records(self) -> list[tuple[Where, Record]]:
        """Every record with its place."""
        return list(_below_record((), self.record))


def read_all(content_dir: Path) -> tuple[list[ContentFile], list[Problem]]:
    """Read every file that should be there; problems of the schema and of the folder come with them."""
    expected: dict[Path, type[Record]] = {content_dir / name: model for name, model in _MODELS.items()}
    expected |= dict.fromkeys(sorted((content_dir / "items").glob("*.yaml")), DomainFile)
    files, problems = [], []
    for path, model in expected.items():
        record = None
        try:
            record = read_file(path, model)
        except ContentError as error:
            problems.append(Problem(Severity.ERROR, path, error.line, error.field, _refusal(error)))
        files.append(ContentFile(path, _compose(path), record))
    if len(expected) == len(_MODELS):
        problems.append(Problem(Severity.ERROR, content_dir / "items", 0, "items", "这里没有内容文件"))
    for path in sorted({*content_dir.rglob("*.yaml"), *content_dir.rglob("*.yml")} - expected.keys()):
        problems.append(Problem(Severity.WARNING, path, 0, "file", "这个文件不会被读取，请检查文件名和位置"))
    return files, problems


def _compose(path: Path) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(path.read_text(encoding="utf-8"), Loader=YamlLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    return node


def _refusal(error: ContentError) -> str:
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return "文件不存在" if isinstance(cause, FileNotFoundError) else "不是正确的 YAML，请检查缩进、引号和编码"
    kind = cause.errors(include_url=False)[0]["type"]
    said = "不是正确的日期，请写成 2025-03-01" if kind.startswith("date_") else _REFUSALS.get(kind)
    return said or f"不符合内容格式（{error.problem.removeprefix('Value error, ')}）"


def _below_node(where: Where, node: yaml.Node) -> Iterator[tuple[Where, yaml.Node]]:
    yield where, node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _below_node((*where, str(key.value)), value)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _below_node((*where, number), value)


def _below_record(where: Where, value: object) -> Iterator[tuple[Where, Record]]:
    if isinstance(value, Record):
        yield where, value
        for name in type(value).model_fields:
            yield from _below_record((*where, name), getattr(value, name))
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from _below_record((*where, number), part)
