"""What reading a file gives: documents, and the rows that were refused with the reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec

from pydantic import ValidationError

from knowledge_base.documents import Document, Section
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.text import INVISIBLE, squeeze

P = ParamSpec("P")

MAX_TEXT_CHARS = 200_000
MAX_FILE_BYTES = 300 * 1024 * 1024


class ImportFileError(KnowledgeBaseError):
    """A whole file cannot be read; the message says why, in Chinese, without the file's name."""


@dataclass(frozen=True)
class Refused:
    """A row (page, sheet) that was not taken. `place` says where in the file, `why` in Chinese."""

    file: str
    place: str
    why: str


@dataclass
class Reading:
    """The documents of one file in its order, each id once, and what was refused; `notes` are worth telling."""

    file: str
    documents: list[Document] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _places: dict[str, str] = field(default_factory=dict)

    def add(self, place: str, make: Callable[P, Document], *args: P.args, **kwargs: P.kwargs) -> None:
        """Take the document that `make` builds of its arguments, or note at `place` why it was refused."""
        try:
            document = make(*args, **kwargs)
        except ImportFileError as error:
            self.refuse(place, str(error))
            return
        before = self._places.setdefault(document.doc_id, place)
        if before != place:
            if document not in self.documents:
                self.refuse(place, f"编号“{document.doc_id}”与{before}重复，内容不同，没有采用")
            return
        self.documents.append(document)

    def add_whole(self, title: str, sections: tuple[Section, ...], url: str = "") -> None:
        """Take the whole file as one document, known by its name."""
        name = self.file
        self.add("全文", make_document, doc_id=name, title=title, sections=sections, url=url, source=name)

    def refuse(self, place: str, why: str) -> None:
        """Note what was not taken."""
        self.refused.append(Refused(self.file, place, why))


def make_document(
    *,
    doc_id: str = "",
    title: str = "",
    questions: tuple[str, ...] = (),
    sections: tuple[Section, ...],
    department: str = "",
    url: str = "",
    source: str = "",
) -> Document:
    """Build a document from cleaned values; without an id it gets one from its question, title or text.

    Raises:
        ImportFileError: there is no text, or something is too long.
    """
    kept = tuple(s for s in sections if s.text.strip())
    if not kept:
        raise ImportFileError("没有正文")
    for text in (*(s.text for s in kept), title, *questions):
        if len(text) > MAX_TEXT_CHARS:
            raise ImportFileError(f"一处文字有 {len(text):,} 字，超过上限 {MAX_TEXT_CHARS:,} 字，请拆开")
    key = questions[0] if questions else title or kept[0].text
    try:
        return Document(
            doc_id=doc_id or f"doc-{hashlib.sha256(squeeze(key).encode()).hexdigest()[:12]}",
            title=title,
            questions=questions,
            sections=kept,
            department=department,
            url=url or None,
            source=source,
        )
    except ValidationError as error:
        raise ImportFileError(f"{error.errors(include_url=False)[0]['loc'][0]} 的值不能用") from error


def clean(text: str) -> str:
    """Take away invisible and control characters and space at line ends; line breaks stay."""
    text = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\t", " "))
    text = "".join(c for c in text if c == "\n" or (ord(c) >= 32 and c != "\x7f"))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def bytes_of(path: Path) -> bytes:
    """Read a file.

    Raises:
        ImportFileError: it is missing, empty, too large or may not be read.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ImportFileError(f"文件超过 {MAX_FILE_BYTES // 1024**2} MB，请拆开")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ImportFileError("文件不存在") from error
    except IsADirectoryError as error:
        raise ImportFileError("这是文件夹，请写出其中的文件") from error
    except OSError as error:
        raise ImportFileError(f"文件读不出来（{error.strerror}）") from error
    if not data.strip():
        raise ImportFileError("文件是空的")
    return data


def text_of(data: bytes) -> str:
    """Decode a text file: UTF-8 with or without BOM, UTF-16 with BOM, else GB 18030 (which holds GBK and GB 2312).

    Raises:
        ImportFileError: it is none of these.
    """
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if utf16 else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ImportFileError("文字编码不认识（支持 UTF-8、UTF-16、GBK），或者不是文本文件")
