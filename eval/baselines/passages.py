"""The text that the baselines search: what the product may quote, a passage for each facet of an item."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.content import KnowledgeBase
from knowledge_base.records import Quotes
from knowledge_base.schema import Facet


@dataclass(frozen=True)
class Passage:
    """One facet of one item as running text."""

    item_id: str
    text: str


def passages(kb: KnowledgeBase) -> list[Passage]:
    """Give every facet of every item, with the item's name in front; frequent questions are passages, too."""
    quotes = Quotes(kb)
    found = []
    for item in kb.items.values():
        for facet in Facet:
            said = " ".join(quote.text for quote in quotes.facet(item.id, facet))
            if said:
                found.append(Passage(item.id, f"{item.name}：{said}"))
        found += [Passage(item.id, f"{item.name}：{faq.q}{faq.a}") for faq in item.faqs]
    return found
