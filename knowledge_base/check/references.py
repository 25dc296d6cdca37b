"""Checks across files: ids that nothing bears, and ids that two things bear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from knowledge_base.check.files import ContentFile, Problem, Where
from knowledge_base.content import field_name, shared_ids
from knowledge_base.schema import (
    Ambiguity,
    AppealCategory,
    Department,
    DepartmentRef,
    DomainFile,
    NegativeQuestion,
    PolicyNote,
    Record,
    TicketRule,
    Town,
)
from knowledge_base.text import has_han

_LEADS = frozenset({"镇街", "转介"})
"""Who may lead an appeal besides a department: the town where it happened, or nobody here."""


def references(files: Iterable[ContentFile]) -> Iterator[Problem]:
    """Find items and departments that are named and do not exist."""
    files = list(files)
    items = _declared(files, "items", [f for f in files if f.path.parent.name == "items"])
    departments = _declared(files, "departments", [f for f in files if f.path.name == "departments.yaml"])
    for file in files:
        for where, record in file.records:
            if items is not None:
                for place, item_id in _named_items(where, record):
                    if item_id not in items:
                        yield file.error(place, f"没有事项 {item_id}")
            if departments is not None:
                yield from _departments(file, where, record, departments)


def duplicates(files: Iterable[ContentFile]) -> Iterator[Problem]:
    """Find ids and codes that stand twice."""
    by_path = {file.path: file for file in files}
    parts = {path: file.record for path, file in by_path.items() if isinstance(file.record, DomainFile)}
    for path, place, record_id in shared_ids(parts):
        yield by_path[path].error(place, f"编号 {record_id} 已被使用，后面的会盖掉前面的")
    seen: dict[tuple[type[Record], str], str] = {}
    for file in by_path.values():
        for where, record in file.records:
            for name, value in _identity(record):
                first = seen.setdefault((type(record), value), field_name((file.path.name, *where)))
                if first != field_name((file.path.name, *where)):
                    yield file.error((*where, name), f"{value} 与 {first} 重复")


def _declared(files: Iterable[ContentFile], kind: str, needed: Iterable[ContentFile]) -> frozenset[str] | None:
    """Give the ids that stand in the files, even in those the schema refused; None if one cannot be read."""
    if any(file.root is None for file in needed):
        return None
    return frozenset(
        str(node.value)
        for file in files
        for where, node in file.nodes
        if len(where) == 3 and where[0] == kind and where[2] == "id"
    )


def _named_items(where: Where, record: Record) -> Iterator[tuple[Where, str]]:
    if isinstance(record, NegativeQuestion) and record.item is not None:
        yield (*where, "item"), record.item
    if isinstance(record, Ambiguity):
        for number, item_id in enumerate(record.items):
            yield (*where, "items", number), item_id


def _departments(file: ContentFile, where: Where, record: Record, known: frozenset[str]) -> Iterator[Problem]:
    if isinstance(record, DepartmentRef):
        for number, name in enumerate(record.ids):
            if name not in known:
                yield file.error((*where, "ids", number), f"没有部门 {name}")
    if isinstance(record, AppealCategory) and record.lead not in known | _LEADS:
        yield file.error((*where, "lead"), f"没有部门 {record.lead}；牵头的只能是部门编号、镇街或转介")
    if isinstance(record, AppealCategory | Department):
        for number, name in enumerate(record.co):
            if name not in known and not has_han(name):
                yield file.warning((*where, "co", number), f"{name} 像部门编号，却没有这个部门")


def _identity(record: Record) -> Iterator[tuple[str, str]]:
    if isinstance(record, PolicyNote | Department | TicketRule):
        yield "id", record.id
    if isinstance(record, Town | AppealCategory) and record.code:
        yield "code", record.code
