"""Service guides as the API and the command line show them, read from the knowledge base."""

from __future__ import annotations

import datetime as dt
from itertools import chain, islice, zip_longest

from knowledge_base.content import KnowledgeBase
from knowledge_base.records import Quote, Quotes
from knowledge_base.schema import Domain, Facet, ServiceItem
from prompts.loader import reply
from serving.dates import china_today, chinese_date
from serving.guide_models import (
    DomainCard,
    DomainList,
    DomainName,
    FaqRow,
    ItemGuide,
    ItemHead,
    ItemList,
    ItemSummary,
    MaterialRow,
    Row,
)

EXAMPLES_PER_DOMAIN = 3


class UnknownItemError(LookupError):
    """No service item has this id."""


class Guides:
    """The guides of one knowledge base; unverified rows are left out unless `accept_unverified`."""

    def __init__(self, kb: KnowledgeBase, *, accept_unverified: bool = True) -> None:
        self._kb = kb
        self._accept_unverified = accept_unverified
        self._quotes = Quotes(kb)

    def domains(self) -> DomainList:
        """List the domains that have items."""
        cards = [
            DomainCard(
                id=part.domain.id,
                name=part.domain.name,
                aliases=list(part.domain.aliases),
                items=len(part.items),
                examples=_examples(part.items),
            )
            for part in self._kb.domains
        ]
        return DomainList(domains=cards, revision=self._kb.revision)

    def items(self, domain: str | None = None) -> ItemList:
        """List the items, of one domain only if given; an unknown domain has none."""
        found = [
            ItemSummary(**_head(item, part.domain).model_dump(), department=item.department.text)
            for part in self._kb.domains
            if domain in (None, part.domain.id)
            for item in part.items
        ]
        return ItemList(items=found, revision=self._kb.revision)

    def guide(self, item_id: str, on: dt.date | None = None) -> ItemGuide:
        """Give the guide of an item; rows out of force on the day (default: today in Dongguan) are marked.

        Raises:
            UnknownItemError: no item has this id.
        """
        item = self._kb.items.get(item_id)
        if item is None:
            raise UnknownItemError(item_id)
        day = on or china_today()
        by_facet = {facet.value: self._rows(item.id, facet, day) for facet in Facet}
        return ItemGuide.model_validate(
            _head(item, self._kb.domain_of[item.id]).model_dump()
            | by_facet
            | {
                "materials": self._materials(item, day),
                "situations": [situation.model_dump() for situation in item.situations],
                "faqs": self._faqs(item, day),
                "gaps": [gap.topic for gap in item.gaps],
                "revision": self._kb.revision,
            }
        )

    def _rows(self, item_id: str, facet: Facet, day: dt.date) -> list[Row]:
        return [_row(quote, day) for quote in self._quotes.facet(item_id, facet) if self._shown(quote)]

    def _materials(self, item: ServiceItem, day: dt.date) -> list[MaterialRow]:
        rows = []
        for material in item.materials:
            (quote,) = self._quotes.record(f"{item.id}/{Facet.MATERIALS}/{material.id}")
            if self._shown(quote):
                details = material.model_dump(include=set(MaterialRow.model_fields) - set(Row.model_fields))
                rows.append(MaterialRow.model_validate(details | _row(quote, day).model_dump()))
        return rows

    def _faqs(self, item: ServiceItem, day: dt.date) -> list[FaqRow]:
        rows = []
        for number, faq in enumerate(item.faqs, 1):
            (quote,) = self._quotes.record(f"{item.id}/faq/{number}")
            if self._shown(quote):
                rows.append(FaqRow(question=faq.q, **_row(quote, day).model_dump()))
        return rows

    def _shown(self, quote: Quote) -> bool:
        return quote.verified or self._accept_unverified


def _head(item: ServiceItem, domain: Domain) -> ItemHead:
    return ItemHead(
        id=item.id,
        name=item.name,
        aliases=list(item.aliases),
        domain=DomainName(id=domain.id, name=domain.name),
        level=item.level,
        audience=list(item.audience),
    )


def _row(quote: Quote, day: dt.date) -> Row:
    doubts = [] if quote.verified else [reply("unverified_mark")]
    if quote.valid_from and day < quote.valid_from:
        doubts.append(reply("not_yet_mark", day=chinese_date(quote.valid_from)))
    elif not quote.in_force(day):
        doubts.append(reply("dated_mark"))
    return Row(
        text=quote.text,
        source=quote.source,
        source_url=quote.source_url,
        verified=quote.verified,
        valid_from=quote.valid_from,
        valid_to=quote.valid_to,
        mark="；".join(doubts),
    )


def _examples(items: tuple[ServiceItem, ...]) -> list[str]:
    """Take phrasings from as many different items as there are."""
    rounds = zip_longest(*(item.phrasings for item in items))
    return list(islice((text for text in chain.from_iterable(rounds) if text), EXAMPLES_PER_DOMAIN))
