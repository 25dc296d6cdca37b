"""Cuts service items into chunks: one searchable text each, tied to the record it stands for."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge_base.cantonese import to_standard
from knowledge_base.content import NOTES_DOMAIN, KnowledgeBase
from knowledge_base.schema import Facet, Fact, ServiceItem
from knowledge_base.text import normalise

_FACET_QUESTIONS = Path(__file__).parent / "facet_questions.yaml"
NAMES_ASKED = 4
"""Names of an item that its questions about a whole facet take in turn."""

TEXT_CHARS = 160
"""The statement of a whole facet is cut here: its rows have their own."""


class ChunkKind(StrEnum):
    """What a chunk's text is to its record."""

    TEXT = "text"  # the statement itself
    ASK = "ask"  # a question the record answers
    NAME = "name"  # name or alias of the item
    PHRASING = "phrasing"  # a question about the item as a whole
    NEGATIVE = "negative"  # a look-alike question: vetoes the record
    GAP = "gap"  # a question known to have no answer here
    PART = "part"  # some sentences of a long passage; found by meaning only


@dataclass(frozen=True)
class Chunk:
    """One searchable text. `record_id` is `item/facet/n`, `item/faq/n`, `item/gap/n` or `item/facet`."""

    chunk_id: int
    record_id: str
    item_id: str
    facet: Facet
    kind: ChunkKind
    text: str


def domain_chunks(kb: KnowledgeBase) -> dict[str, list[Chunk]]:
    """Cut the whole knowledge base; chunks by domain id, in the order of the content files."""
    parts = {part.domain.id: [chunk for item in part.items for chunk in item_chunks(item)] for part in kb.domains}
    notes = [
        _chunk(f"note-{note.id}/notes/1", Facet.NOTES, kind, text)
        for note in kb.notes
        for kind, text in [
            (ChunkKind.TEXT, f"{note.topic}：{note.text}"),
            *((ChunkKind.ASK, ask) for ask in note.asks),
        ]
    ]
    if notes:
        parts[NOTES_DOMAIN.id] = _distinct(notes)
    return parts


def item_chunks(item: ServiceItem) -> list[Chunk]:
    """Cut one item; the same text never stands twice for the same record."""
    return _distinct(_item_chunks(item))


def _distinct(chunks: Iterable[Chunk]) -> list[Chunk]:
    return list({chunk.chunk_id: chunk for chunk in chunks}.values())


def _item_chunks(item: ServiceItem) -> Iterator[Chunk]:
    overview = f"{item.id}/{Facet.OVERVIEW}"
    for name in (item.name, *item.aliases):
        yield _chunk(overview, Facet.OVERVIEW, ChunkKind.NAME, name)
    yield _chunk(overview, Facet.OVERVIEW, ChunkKind.TEXT, item.plain)
    for phrasing in item.phrasings:
        yield _chunk(overview, Facet.OVERVIEW, ChunkKind.PHRASING, phrasing)
    for negative in item.negative:
        yield _chunk(overview, Facet.OVERVIEW, ChunkKind.NEGATIVE, negative.q)
    yield from _fact_chunks(item)
    yield from _whole_facet_chunks(item)
    for number, faq in enumerate(item.faqs, 1):
        record_id = f"{item.id}/faq/{number}"
        yield _chunk(record_id, faq.facet, ChunkKind.TEXT, faq.a)
        for ask in (faq.q, *faq.similar):
            yield _chunk(record_id, faq.facet, ChunkKind.ASK, ask)
        for negative_q in faq.negative:
            yield _chunk(record_id, faq.facet, ChunkKind.NEGATIVE, negative_q)
    for number, gap in enumerate(item.gaps, 1):
        for ask in (gap.topic, *gap.asks):
            yield _chunk(f"{item.id}/gap/{number}", Facet.NOTES, ChunkKind.GAP, ask)


def _fact_chunks(item: ServiceItem) -> Iterator[Chunk]:
    for record_id, fact in numbered_facts(item):
        yield _chunk(record_id, fact.facet, ChunkKind.TEXT, fact.text)
        for ask in fact.asks:
            yield _chunk(record_id, fact.facet, ChunkKind.ASK, ask)


def _whole_facet_chunks(item: ServiceItem) -> Iterator[Chunk]:
    """Cut the questions about a facet as a whole; where it is one fact only, they belong to that fact."""
    rows: dict[Facet, list[tuple[str, str]]] = defaultdict(list)
    for record_id, fact in numbered_facts(item):
        rows[fact.facet].append((record_id, fact.text))
    rows[Facet.MATERIALS] += [(f"{item.id}/{Facet.MATERIALS}", material.name) for material in item.materials]
    rows[Facet.DEPARTMENT].append((f"{item.id}/{Facet.DEPARTMENT}", item.department.text))
    more = {Facet.MATERIALS: item.material_asks, Facet.DEPARTMENT: item.department.asks}
    for facet, told in rows.items():
        questions = facet_questions().get(facet)
        if questions is None or not told:
            continue
        whole = len(told) > 1 or facet in more
        record_id = f"{item.id}/{facet}" if whole else told[0][0]
        if whole:
            texts = "；".join(dict.fromkeys(text.rstrip("。") for _, text in told))
            statement = f"{_short(item)}的{questions.name}：{texts}"[:TEXT_CHARS]
            yield _chunk(record_id, facet, ChunkKind.TEXT, statement)
        for ask in (*questions.about(item), *more.get(facet, ())):
            yield _chunk(record_id, facet, ChunkKind.ASK, ask)


@dataclass(frozen=True)
class FacetQuestions:
    """How people ask about a facet as a whole; `{}` in `asks` stands for a name of the item."""

    name: str
    asks: Sequence[str]

    def about(self, item: ServiceItem) -> list[str]:
        """Write the questions about one item, its names taking turns."""
        names = list(dict.fromkeys((_short(item), *item.aliases)))[:NAMES_ASKED]
        return [ask.format(names[number % len(names)]) for number, ask in enumerate(self.asks)]


@lru_cache(maxsize=1)
def facet_questions() -> dict[Facet, FacetQuestions]:
    """Read the questions about whole facets."""
    data = yaml.safe_load(_FACET_QUESTIONS.read_text(encoding="utf-8"))
    return {Facet(facet): FacetQuestions(**entry) for facet, entry in data.items()}


def _short(item: ServiceItem) -> str:
    return item.name.split("（")[0]


def numbered_facts(item: ServiceItem) -> Iterator[tuple[str, Fact]]:
    """Give each fact of an item with its record id, counted from 1 within the facet."""
    counts: dict[Facet, int] = {}
    for fact in item.facts:
        counts[fact.facet] = counts.get(fact.facet, 0) + 1
        yield f"{item.id}/{fact.facet}/{counts[fact.facet]}", fact


def _chunk(record_id: str, facet: Facet, kind: ChunkKind, text: str) -> Chunk:
    if kind is not ChunkKind.TEXT:
        text = to_standard(normalise(text))  # as the assistant reads a question
    digest = hashlib.blake2b(f"{record_id}|{kind}|{text}".encode(), digest_size=8).digest()
    return Chunk(
        chunk_id=int.from_bytes(digest, "big") >> 1,  # 63 bits: FAISS ids are signed
        record_id=record_id,
        item_id=record_id.split("/", 1)[0],
        facet=facet,
        kind=kind,
        text=text,
    )
