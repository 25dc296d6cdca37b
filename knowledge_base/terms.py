"""The words of a knowledge base that search must keep whole and typo repair aims at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from knowledge_base.chunking import ChunkKind
from knowledge_base.content import KnowledgeBase
from knowledge_base.text import normalise

if TYPE_CHECKING:
    from knowledge_base.index import Index

_SPLIT = re.compile(r"[（）()、，,；;：:／/\s“”\"《》]+")


def search_terms(kb: KnowledgeBase) -> list[str]:
    """List names and aliases of items, materials, departments, towns and domains, 2–8 characters each."""
    terms = {
        part
        for text in _texts(kb)
        for part in _SPLIT.split(normalise(text))
        if 2 <= len(part) <= 8 and not part.isdigit()
    }
    return sorted(terms)


def typo_terms(index: Index) -> list[str]:
    """List the words that typo repair may aim at: search terms and words that stand in several records."""
    seen: Counter[str] = Counter()
    for domain in index.domains.values():
        for chunk, tokens in zip(domain.chunks, domain.tokens, strict=True):
            if chunk.kind in (ChunkKind.TEXT, ChunkKind.NAME):  # questions hold dialect and typos
                seen.update(set(tokens))
    frequent = {token for token, n in seen.items() if n >= 6 and 2 <= len(token) <= 6}
    return sorted(frequent | {t for t in search_terms(index.kb) if len(t) <= 6} | {"东莞", "东莞市"})


def _texts(kb: KnowledgeBase) -> Iterator[str]:
    for part in kb.domains:
        yield part.domain.name
        yield from part.domain.aliases
        for item in part.items:
            yield item.name
            yield from item.aliases
            yield from (m.name for m in item.materials)
    for department in kb.departments:
        yield department.name
        yield from department.aliases
    for town in kb.towns:
        yield from (town.name, town.short, *town.aliases, *town.villages)
