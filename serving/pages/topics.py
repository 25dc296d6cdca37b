"""The topic shortcuts: every business domain with a few questions that citizens ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from knowledge_base.content import KnowledgeBase
from knowledge_base.schema import ServiceItem

EXAMPLES = 4
MAX_CHARS = 18
"""Longer questions do not fit a phone line in large type; they are taken only when there is nothing else."""

GLYPHS = {
    "shebao": "社",
    "yibao": "医",
    "gongjijin": "金",
    "huzheng": "户",
    "juzhuzheng": "居",
    "churujing": "境",
    "jiaoyu": "学",
    "minzheng": "民",
    "renshe": "业",
    "shichang": "商",
    "budongchan": "房",
    "zhujian": "建",
    "jiaotong": "车",
    "weijian": "健",
    "shuiwu": "税",
    "canlian": "助",
    "tuiyi": "军",
}


@dataclass(frozen=True)
class Topic:
    """One shortcut; `glyph` is a single character for its seal."""

    name: str
    glyph: str
    questions: tuple[str, ...]


def topics_of(kb: KnowledgeBase) -> list[Topic]:
    """Give a shortcut for every domain, in the order of the content files."""
    return [
        Topic(
            part.domain.name,
            GLYPHS.get(part.domain.id, part.domain.name[0]),
            example_questions(part.items),
        )
        for part in kb.domains
    ]


def example_questions(items: Sequence[ServiceItem], count: int = EXAMPLES) -> tuple[str, ...]:
    """Pick up to `count` phrasings, taking turns between the items, short ones first."""
    short_first = [sorted(item.phrasings, key=lambda q: len(q) > MAX_CHARS) for item in items]
    in_turns = chain.from_iterable(zip_longest(*short_first))
    return tuple(dict.fromkeys(question for question in in_turns if question))[:count]
