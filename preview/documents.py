"""The kinds of documents, as `documents.yaml` describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from preview.folding import fold
from preview.labels import LabelBook
from preview.schema import DocumentType


@dataclass(frozen=True)
class Anchor:
    """A word or pattern (searched in folded text) and what it weighs."""

    pattern: re.Pattern[str]
    weight: float


@dataclass(frozen=True)
class DocumentKind:
    """What tells a type from others, and how its labels are spelt."""

    document_type: DocumentType
    layout: str
    titles: tuple[re.Pattern[str], ...]
    anchors: tuple[Anchor, ...]
    needs: tuple[tuple[re.Pattern[str], ...], ...]
    never: tuple[re.Pattern[str], ...]
    full: float
    file_names: tuple[str, ...]
    book: LabelBook
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Documents:
    """All kinds, the titles of documents that are none of them, and the labels of forms."""

    kinds: Mapping[DocumentType, DocumentKind]
    other_titles: tuple[re.Pattern[str], ...]
    form_book: LabelBook
    form_kinds: Mapping[str, str]


@lru_cache(maxsize=1)
def documents() -> Documents:
    """Load documents.yaml once."""
    data = yaml.safe_load((Path(__file__).parent / "documents.yaml").read_text(encoding="utf-8"))
    kinds = {DocumentType(name): _kind(DocumentType(name), entry, data) for name, entry in data["documents"].items()}
    form = data["form"]
    spellings = {key: list(group) for key, group in form["labels"].items() if key != "form"}
    for name in form["fields"]:
        spellings.setdefault(name, data["spellings"][name])
    for label in form["labels"]["form"]:
        spellings.setdefault(f"form:{label}", [label])
    book = LabelBook(spellings, generic=True)
    form_kinds = {**data["kinds"], **form["kinds"]}
    return Documents(kinds, tuple(map(re.compile, data["others"]["titles"])), book, form_kinds)


def _kind(document_type: DocumentType, entry: dict[str, Any], data: dict[str, Any]) -> DocumentKind:
    labels = dict(entry.get("labels", {}))
    ignored = labels.pop("", [])
    for name in entry.get("fields", []):
        labels.setdefault(name, data["spellings"][name])
    return DocumentKind(
        document_type=document_type,
        layout=entry["layout"],
        titles=tuple(re.compile(t) for t in entry["titles"]),
        anchors=tuple(Anchor(_pattern(word), weight) for word, weight in entry["anchors"].items()),
        needs=tuple(tuple(_pattern(word) for word in group) for group in entry["needs"]),
        never=tuple(_pattern(word) for word in entry["never"]),
        full=entry["full"],
        file_names=tuple(entry["file_names"]),
        book=LabelBook(labels, ignored, strict=entry["layout"] == "paged"),
        kinds={**data["kinds"], **entry.get("kinds", {})},
    )


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(word.removeprefix("re:")) if word.startswith("re:") else re.compile(re.escape(fold(word)))
