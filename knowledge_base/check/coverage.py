"""Checks of coverage: facets an item is silent about, and questions that two records claim."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge_base.check.files import ContentFile, Problem, Where
from knowledge_base.facets import facet_cues
from knowledge_base.schema import Facet, Fact, Faq, Gap, PolicyNote, ServiceItem
from knowledge_base.text import normalise, squeeze

_CALCULATED = {Facet.MATERIALS: "申请材料", Facet.FEE: "收费", Facet.TIME_LIMIT: "办理时限"}


def silent_items(file: ContentFile) -> Iterator[Problem]:
    """Find items that tell neither a facet which citizens always ask for nor that it is not known."""
    for where, record in file.records:
        if isinstance(record, ServiceItem):
            yield from _silence(file, where, record)


def asks_of_two(files: Iterable[ContentFile]) -> Iterator[Problem]:
    """Find questions that belong to two items, or to an answer and to a gap."""
    same: dict[str, list[_Ask]] = defaultdict(list)
    for ask in (ask for file in files for ask in _asked(file)):
        same[re.sub(r"\W", "", squeeze(ask.text))].append(ask)
    for asks in same.values():
        answered = [ask for ask in asks if not ask.gap]
        for ask in asks:
            if ask.gap and answered:
                message = f"“{ask.text}”列为知识库没有的内容，而 {answered[0].owner} 里有它的答案"
                yield ask.file.error(ask.where, message)
        others = {ask.owner: ask for ask in reversed(asks) if ask.owner != asks[0].owner}
        if not answered or not any(ask.gap for ask in asks):
            for ask in others.values():
                yield ask.file.warning(ask.where, f"“{ask.text}”也是 {asks[0].owner} 的问法，会答到别的事项上")


def _silence(file: ContentFile, where: Where, item: ServiceItem) -> Iterator[Problem]:
    told = {fact.facet for fact in item.facts} | ({Facet.MATERIALS} if item.materials else set())
    owned = {cue for gap in item.gaps for text in (gap.topic, *gap.asks) for cue in facet_cues(normalise(text))}
    silent = [name for facet, name in _CALCULATED.items() if facet not in told | owned]
    if silent:
        message = f"事项 {item.id} 没有{'、'.join(silent)}的内容，也没有列入知识库没有的内容（gaps）"
        yield file.warning((*where, "id"), message)


@dataclass(frozen=True)
class _Ask:
    file: ContentFile
    where: Where
    text: str
    owner: str
    gap: bool


def _asked(file: ContentFile) -> Iterator[_Ask]:
    """Give every question of a file that stands for one record, with the item or note it belongs to."""
    owner = ""
    for where, record in file.records:
        if isinstance(record, ServiceItem | PolicyNote):
            owner = record.id
        if isinstance(record, Fact | PolicyNote | Gap):
            for number, text in enumerate(record.asks):
                yield _Ask(file, (*where, "asks", number), text, owner, isinstance(record, Gap))
        if isinstance(record, Faq):
            yield _Ask(file, (*where, "q"), record.q, owner, False)
            for number, text in enumerate(record.similar):
                yield _Ask(file, (*where, "similar", number), text, owner, False)
