"""Reads content files into records; a bad file is refused with file, line and field."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from knowledge_base.documents import (
    DOCUMENTS_FILE,
    SETTINGS_FILE,
    Document,
    DocumentSettings,
    is_document_base,
    load_documents,
)
from knowledge_base.errors import ContentError, EmptyKnowledgeBaseError
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

_SafeLoader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlLoader(_SafeLoader):  # type: ignore[misc]
    """A safe loader that leaves dates to the schema, so that 2025-02-30 is refused with its line."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (read by PyYAML, never changed)
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }


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
    documents: tuple[Document, ...] = ()
    document_settings: DocumentSettings = DocumentSettings()

    @cached_property
    def items(self) -> dict[str, ServiceItem]:
        """Service items by id, in the order of the files."""
        return {item.id: item for part in self.domains for item in part.items}

    @cached_property
    def domain_of(self) -> dict[str, Domain]:
        """The domain of each item id."""
        return {item.id: part.domain for part in self.domains for item in part.items}


class NotesFile(Record):
    """`policy_notes.yaml`."""

    notes: tuple[PolicyNote, ...]


class DepartmentsFile(Record):
    """`departments.yaml`."""

    departments: tuple[Department, ...]


class TownsFile(Record):
    """`towns.yaml`."""

    towns: tuple[Town, ...]


class CategoriesFile(Record):
    """`appeal_catalogue.yaml`."""

    categories: tuple[AppealCategory, ...]


class RulesFile(Record):
    """`ticket_rules.yaml`."""

    rules: tuple[TicketRule, ...]


class AmbiguitiesFile(Record):
    """`ambiguities.yaml`."""

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
    files = sorted(content_dir.glob("*.yaml")) + sorted((content_dir / "items").glob("*.yaml"))
    return [*files, content_dir / DOCUMENTS_FILE] if is_document_base(content_dir) else files


def load_content(content_dir: Path = STARTER_CONTENT) -> KnowledgeBase:
    """Read and validate every file of `content_dir`: service items, or imported documents.

    Raises:
        ContentError: a file is missing, is not YAML or breaks the schema; names file, line and field.
    """
    if is_document_base(content_dir):
        return _document_base(content_dir)
    files = sorted((content_dir / "items").glob("*.yaml"))
    if not files:
        raise ContentError(content_dir / "items", 0, "items", "no content files here")
    parts = {path: read_file(path, DomainFile) for path in files}
    for path, where, record_id in shared_ids(parts):
        line = line_of(yaml.compose(path.read_text(encoding="utf-8"), Loader=YamlLoader), where)
        raise ContentError(path, line, field_name(where), f"the id {record_id!r} is taken")
    return KnowledgeBase(
        revision=content_revision(content_dir),
        domains=tuple(DomainItems(domain=part.domain, items=part.items) for part in parts.values()),
        notes=read_file(content_dir / "policy_notes.yaml", NotesFile).notes,
        departments=read_file(content_dir / "departments.yaml", DepartmentsFile).departments,
        towns=read_file(content_dir / "towns.yaml", TownsFile).towns,
        appeal_categories=read_file(content_dir / "appeal_catalogue.yaml", CategoriesFile).categories,
        ticket_rules=read_file(content_dir / "ticket_rules.yaml", RulesFile).rules,
        ambiguities=read_file(content_dir / "ambiguities.yaml", AmbiguitiesFile).ambiguities,
    )


def _document_base(folder: Path) -> KnowledgeBase:
    documents = load_documents(folder)
    if not documents:
        raise EmptyKnowledgeBaseError(folder)
    settings = folder / SETTINGS_FILE
    return KnowledgeBase(
        revision=content_revision(folder),
        domains=(),
        documents=documents,
        document_settings=read_file(settings, DocumentSettings) if settings.exists() else DocumentSettings(),
    )


def read_file(path: Path, model: type[T]) -> T:
    """Read and validate one content file.

    Raises:
        ContentError: the file is missing, is not YAML or breaks the schema; names file, line and field.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=YamlLoader)
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
        line = line_of(yaml.compose(text, Loader=YamlLoader), where)
        raise ContentError(path, line, field_name(where), first["msg"]) from error


def field_name(where: tuple[int | str, ...]) -> str:
    """Write the place of a field as in `items.0.facts.2.url`; the whole file is `file`."""
    return ".".join(str(part) for part in where) or "file"


def line_of(node: yaml.Node | None, where: tuple[int | str, ...]) -> int:
    """Find the line (from 1) of the deepest part of the path `where` below `node` that the file has."""
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


def shared_ids(parts: Mapping[Path, DomainFile]) -> Iterator[tuple[Path, tuple[int | str, ...], str]]:
    """Give file, place and id of each domain and item whose id is taken; they would overwrite each other."""
    domains, items = {NOTES_DOMAIN.id}, set[str]()
    for path, part in parts.items():
        if part.domain.id in domains:
            yield path, ("domain", "id"), part.domain.id
        domains.add(part.domain.id)
        for number, item in enumerate(part.items):
            if item.id in items:
                yield path, ("items", number, "id"), item.id
            items.add(item.id)
