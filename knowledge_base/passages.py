"""Cuts documents into passages that can be found and quoted, and passages into the texts that are searched."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge_base.chunking import Chunk, ChunkKind
from knowledge_base.content import KnowledgeBase
from knowledge_base.documents import Document
from knowledge_base.schema import Facet
from knowledge_base.text import has_han, normalise

DOCUMENTS_DOMAIN = "documents"

PASSAGE_CHARS = 400
"""A passage ends before it grows longer: about what e5 reads at once."""

PART_CHARS = 160
"""A passage longer than this is also embedded in parts, so that one sentence of it can be found."""

_SENTENCE_END = re.compile(r"(?<=[。！？；!?;\n])")
_CLAUSE_END = re.compile(r"(?<=[，、：,:])")


@dataclass(frozen=True)
class Passage:
    """A piece of a document as it stands there, sentences whole. `number` counts from 0 in the document."""

    doc_id: str
    number: int
    heading: str
    text: str

    @property
    def record_id(self) -> str:
        """The id of the passage in the index."""
        return f"{self.doc_id}#{self.number}"


def cut(document: Document) -> list[Passage]:
    """Cut a document; a passage never spans two sections, and the joined passages of one give its text back."""
    pieces = [(s.heading, text) for s in document.sections for text in pack(s.text, PASSAGE_CHARS)]
    return [Passage(document.doc_id, number, heading, text) for number, (heading, text) in enumerate(pieces)]


def sentences(text: str) -> list[str]:
    """Cut after sentence ends and line ends; the joined sentences are the text."""
    return [part for part in _SENTENCE_END.split(text) if part]


def pack(text: str, max_chars: int) -> list[str]:
    """Pack sentences into pieces of at most `max_chars`; only a sentence longer than that is cut, after a clause."""
    pieces = [""]
    for sentence in sentences(text):
        for part in _short(sentence, max_chars):
            if pieces[-1].strip() and len(pieces[-1]) + len(part) > max_chars:
                pieces.append("")
            pieces[-1] += part
    return [piece for piece in pieces if piece.strip()]


def _short(sentence: str, max_chars: int) -> Iterator[str]:
    if len(sentence) <= max_chars:
        yield sentence
        return
    piece = ""
    for clause in _CLAUSE_END.split(sentence):
        for start in range(0, len(clause), max_chars):
            part = clause[start : start + max_chars]
            if piece and len(piece) + len(part) > max_chars:
                yield piece
                piece = ""
            piece += part
    if piece:
        yield piece


def passage_chunks(kb: KnowledgeBase) -> dict[str, list[Chunk]]:
    """Cut all documents into chunks, in the shape of `chunking.domain_chunks`; empty without documents.

    Parts come last: they are not in the word index.
    """
    chunks = (chunk for document in kb.documents for chunk in document_chunks(document))
    distinct = {chunk.chunk_id: chunk for chunk in chunks}
    ordered = sorted(distinct.values(), key=lambda chunk: chunk.kind is ChunkKind.PART)
    return {DOCUMENTS_DOMAIN: ordered} if ordered else {}


def document_chunks(document: Document) -> Iterator[Chunk]:
    """Cut one document: passages with their title and heading, parts of long ones, questions and title.

    Questions and title belong to the first passage. Texts are normalised, as search wants them.
    """
    title = title_of(document)
    for passage in cut(document):
        if passage.number == 0:
            for question in document.questions:
                yield _chunk(passage, ChunkKind.ASK, question)
            if title:
                yield _chunk(passage, ChunkKind.NAME, title)
        above = " ".join(dict.fromkeys(t for t in (title, *document.questions[:1], passage.heading) if t))
        yield _chunk(passage, ChunkKind.TEXT, f"{above}\n{passage.text}")
        if len(passage.text) > PART_CHARS * 1.25:
            for part in pack(passage.text, PART_CHARS):
                yield _chunk(passage, ChunkKind.PART, part)


def title_of(document: Document) -> str:
    """Give the title; an id in Chinese (中华人民共和国民法典第一条) stands in for a missing one."""
    if document.title or document.questions:
        return document.title
    return document.doc_id if has_han(document.doc_id) else ""


def _chunk(passage: Passage, kind: ChunkKind, text: str) -> Chunk:
    digest = hashlib.blake2b(f"{passage.record_id}|{kind}|{text}".encode(), digest_size=8).digest()
    return Chunk(
        chunk_id=int.from_bytes(digest, "big") >> 1,
        record_id=passage.record_id,
        item_id=passage.doc_id,
        facet=Facet.OVERVIEW,
        kind=kind,
        text=normalise(text),
    )
