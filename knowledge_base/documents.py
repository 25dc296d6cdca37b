"""Documents of a knowledge base that was imported: their records, their file, and the settings beside it.

A folder that holds `documents.jsonl` is a knowledge base of documents. Its optional `kb.yaml` holds
`DocumentSettings`; the index lies in `index/`.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from knowledge_base.errors import ContentError
from knowledge_base.schema import Record, Text, is_official

DOCUMENTS_FILE = "documents.jsonl"
SETTINGS_FILE = "kb.yaml"

NAME_CHARS = 40

DocumentId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Links(StrEnum):
    """Which addresses of documents are shown as links."""

    OFFICIAL = "official"  # .gov.cn only, as in the starter set
    ALL = "all"  # the owner of the documents answers for them


class Decline(StrEnum):
    """Kinds of question that are answered by a fixed reply instead of a search."""

    OTHER_CITY = "other_city"  # another city than Dongguan
    OWN_CASE = "own_case"
    CONTACT = "contact"


class DocumentSettings(Record):
    """`kb.yaml`: how the assistant treats these documents."""

    name: str = ""
    links: Links = Links.OFFICIAL
    decline: tuple[Decline, ...] = ()


class Section(Record):
    """Text under one heading; `heading` is the path to it (第一章 > 第二节), empty for none."""

    heading: str = ""
    text: Text


class Document(Record):
    """One imported document. A row of a question-and-answer table is a document with questions."""

    doc_id: DocumentId
    title: str = ""
    questions: tuple[Text, ...] = ()
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    department: str = ""
    url: str | None = None
    source: str = ""

    @property
    def name(self) -> str:
        """What citizens see as the document's name: its title, its question, or the start of its text."""
        if self.title:
            return self.title
        first = (self.questions[0] if self.questions else self.sections[0].text).splitlines()[0]
        return first if len(first) <= NAME_CHARS else f"{first[: NAME_CHARS - 1]}…"

    @property
    def text(self) -> str:
        """The whole text, headings included."""
        return "\n".join(f"{s.heading}\n{s.text}" if s.heading else s.text for s in self.sections)

    def link(self, links: Links) -> str | None:
        """Give the address if it may be shown as a link; only http(s) ever is."""
        if self.url is None or not re.match(r"https?://", self.url):
            return None
        return self.url if links is Links.ALL or is_official(self.url) else None

    def origin(self) -> str:
        """Say where a quote is from: department, title, file."""
        parts = [self.department, f"《{self.title}》" if self.title else "", self.source]
        return " ".join(dict.fromkeys(p for p in parts if p)) or self.doc_id


def is_document_base(folder: Path) -> bool:
    """Tell whether the folder is a knowledge base of documents."""
    return (folder / DOCUMENTS_FILE).is_file()


def load_documents(folder: Path) -> tuple[Document, ...]:
    """Read the documents in their order.

    Raises:
        ContentError: the file cannot be read or a line is no document; names the line.
    """
    path = folder / DOCUMENTS_FILE
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # splitlines would cut at U+2028 inside a text
    except UnicodeDecodeError as error:
        raise ContentError(path, 0, "file", "not UTF-8 text") from error
    except FileNotFoundError as error:
        raise ContentError(path, 0, "file", "missing") from error
    documents: dict[str, Document] = {}
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            document = Document.model_validate_json(line)
        except ValidationError as error:
            raise ContentError(path, number, "document", error.errors(include_url=False)[0]["msg"]) from error
        if document.doc_id in documents:
            raise ContentError(path, number, "doc_id", f"the id {document.doc_id!r} is taken")
        documents[document.doc_id] = document
    return tuple(documents.values())


def save_documents(folder: Path, documents: tuple[Document, ...]) -> None:
    """Write the documents beside the old file and swap them in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f".{DOCUMENTS_FILE}.new"
    rows = (json.dumps(d.model_dump(exclude_defaults=True), ensure_ascii=False) for d in documents)
    new.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    new.replace(folder / DOCUMENTS_FILE)
