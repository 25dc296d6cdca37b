"""Reads the content files of a knowledge base into records; a bad file is refused with file, line and field."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from knowledge_base.errors import ContentError
from knowledge_base.schema import (
    Ambiguity,
    AppealCategory,
    Department,
    Domain,
    DomainFile,
    PolicyNote,
    Record,
    ServiceItem,
    TicketRule,
    Town,
)

STARTER_CONTENT = Path(__file__).parent / "content"
"""The starter knowledge base: public facts in our words, not the city's approved wording."""

NOTES_DOMAIN = Domain(id="tongze", name="办事通则", aliases=("通用规定",))
"""Policy notes hold across items; they are searched as a domain of their own."""

T = TypeVar("T", bound=Record)

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DomainItems(Record):
    """A domain and its items, as loaded."""

    domain: Domain
    items: tuple[ServiceItem, ...]


class KnowledgeBase(Record):
    """All records of one knowledge base and the revision they form."""

    revision: str
    domains: tuple[DomainItems, ...]
    notes: tuple[PolicyNote, ...] = ()
    departments: tuple[Department, ...] = ()
    towns: tuple[Town, ...] = ()
    appeal_categories: tuple[AppealCategory, ...] = ()
    ticket_rules: tuple[TicketRule, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()

    @cached_property
    def items(self) -> dict[str, ServiceItem]:
        """Service items by id, in the order of the files."""
        return {item.id: item for part in self.domains for item in part.items}

    @cached_property
    def domain_of(self) -> dict[str, Domain]:
        """The domain of each item id."""
        return {item.id: part.domain for part in self.domains for item in part.items}


class _NotesFile(Record):
    notes: tuple[PolicyNote, ...]


class _DepartmentsFile(Record):
    departments: tuple[Department, ...]


class _TownsFile(Record):
    towns: tuple[Town, ...]


class _CategoriesFile(Record):
    categories: tuple[AppealCategory, ...]


class _RulesFile(Record):
    rules: tuple[TicketRule, ...]


class _AmbiguitiesFile(Record):
    ambiguities: tuple[Ambiguity, ...] = Field(default=())


def content_revision(content_dir: Path) -> str:
    """Give the revision of the files in `content_dir`: 12 hex digits over their names and bytes."""
    digest = hashlib.sha256()
    for path in content_files(content_dir):
        digest.update(str(path.relative_to(content_dir)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def content_files(content_dir: Path) -> list[Path]:
    """List the files that make up a knowledge base, in a fixed order."""
    return sorted(content_dir.glob("*.yaml")) + sorted((content_dir / "items").glob("*.yaml"))


def load_content(content_dir: Path = STARTER_CONTENT) -> KnowledgeBase:
    """Read and validate every file of `content_dir`.

    Raises:
        ContentError: a file is missing, is not YAML or breaks the schema; names file, line and field.
    """
    files = sorted((content_dir / "items").glob("*.yaml"))
    if not files:
        raise ContentError(content_dir / "items", 0, "items", "no content files here")
    domains = []
    for path in files:
        part = _read(path, DomainFile)
        domains.append(DomainItems(domain=part.domain, items=part.items))
    return KnowledgeBase(
        revision=content_revision(content_dir),
        domains=tuple(domains),
        notes=_read(content_dir / "policy_notes.yaml", _NotesFile).notes,
        departments=_read(content_dir / "departments.yaml", _DepartmentsFile).departments,
        towns=_read(content_dir / "towns.yaml", _TownsFile).towns,
        appeal_categories=_read(content_dir / "appeal_catalogue.yaml", _CategoriesFile).categories,
        ticket_rules=_read(content_dir / "ticket_rules.yaml", _RulesFile).rules,
        ambiguities=_read(content_dir / "ambiguities.yaml", _AmbiguitiesFile).ambiguities,
    )


def _read(path: Path, model: type[T]) -> T:
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader, C or Python)
    except FileNotFoundError as error:
        raise ContentError(path, 0, "file", "missing") from error
    except UnicodeDecodeError as error:
        raise ContentError(path, 0, "file", "not UTF-8 text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ContentError(path, mark.line + 1 if mark else 0, "file", "not valid YAML") from error
    try:
        return TypeAdapter(model).validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = first["loc"]
        field = ".".join(str(part) for part in where) or "file"
        raise ContentError(path, _line_of(text, where), field, first["msg"]) from error


def _line_of(text: str, where: tuple[int | str, ...]) -> int:
    """Find the line (from 1) of the deepest node on the path `where` that the file has."""
    node = yaml.compose(text, Loader=_Loader)
    line = 1
    for step in where:
        if node is None:
            break
        line = node.start_mark.line + 1
        child = None
        if isinstance(node, yaml.MappingNode):
            child = next((v for k, v in node.value if k.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
        if child is None:
            return line
        node = child
    return node.start_mark.line + 1 if node is not None else line
