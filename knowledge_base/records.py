"""What may be quoted: every record of the knowledge base as a sentence with its provenance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from knowledge_base.chunking import numbered_facts
from knowledge_base.content import KnowledgeBase
from knowledge_base.schema import Facet, Grade, Material, Necessity, ServiceItem, Sourced

CONTENT_SOURCE = "东莞政务服务事项目录（起步知识库整理）"


@dataclass(frozen=True)
class Quote:
    """One citable sentence. `record_id` as in `knowledge_base.chunking`; `text` is shown as it stands."""

    record_id: str
    item_id: str
    item_name: str
    facet: Facet
    text: str
    source: str
    source_url: str | None
    verified: bool
    valid_from: dt.date | None
    valid_to: dt.date | None

    def in_force(self, on: dt.date) -> bool:
        """Tell whether the sentence holds on the given day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


class Quotes:
    """All quotes of a knowledge base, by record and by item and facet."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._by_record: dict[str, list[Quote]] = {}
        self._by_facet: dict[tuple[str, Facet], list[Quote]] = {}
        for item in kb.items.values():
            self._add_item(item)
        for note in kb.notes:
            quote = _quote(f"note-{note.id}/notes/1", note.topic, Facet.NOTES, note.text, note)
            self._add(quote.record_id, quote)

    def record(self, record_id: str) -> list[Quote]:
        """Give the quotes of one record: one sentence, or the rows of a whole facet; unknown ids give none."""
        return self._by_record.get(record_id) or self._of_facet(record_id)

    def facet(self, item_id: str, facet: Facet) -> list[Quote]:
        """Give the quotes of one facet in the order of the guide; frequent questions are not among them."""
        return self._by_facet.get((item_id, facet), [])

    def _of_facet(self, record_id: str) -> list[Quote]:
        item_id, _, facet = record_id.partition("/")
        return self.facet(item_id, Facet(facet)) if facet in set(Facet) else []

    def _add_item(self, item: ServiceItem) -> None:
        plain = Grade.B if any(f.verified for f in item.facts) else Grade.X
        overview = Sourced(source="由本事项各条事实归纳的白话说明", grade=plain)
        self._add(
            f"{item.id}/{Facet.OVERVIEW}",
            _quote(f"{item.id}/{Facet.OVERVIEW}", item.name, Facet.OVERVIEW, item.plain, overview),
        )
        for record_id, fact in numbered_facts(item):
            self._add(record_id, _quote(record_id, item.name, fact.facet, fact.text, fact))
        for material in item.materials:
            quote = _quote(
                f"{item.id}/{Facet.MATERIALS}/{material.id}",
                item.name,
                Facet.MATERIALS,
                material_line(material),
                material,
            )
            self._add(f"{item.id}/{Facet.MATERIALS}", quote)
            self._by_record[quote.record_id] = [quote]
        department = Sourced(source="承办部门按职责整理，未逐条取证", grade=Grade.X)
        text = f"承办部门：{item.department.text}。"
        record_id = f"{item.id}/{Facet.DEPARTMENT}"
        self._add(record_id, _quote(record_id, item.name, Facet.DEPARTMENT, text, department))
        for number, faq in enumerate(item.faqs, 1):
            record_id = f"{item.id}/faq/{number}"
            self._by_record[record_id] = [_quote(record_id, item.name, faq.facet, faq.a, faq)]

    def _add(self, record_id: str, quote: Quote) -> None:
        self._by_record.setdefault(record_id, []).append(quote)
        self._by_facet.setdefault((quote.item_id, quote.facet), []).append(quote)


def material_line(material: Material) -> str:
    """Write one row of the checklist: name, form and copies, when it is needed.

    >>> from knowledge_base.schema import Material
    >>> material_line(Material(id="a", name="身份证", form="原件", when="必需", source="s", grade="A"))
    '身份证（原件）'
    """
    details = [material.form] if material.form and "未写" not in material.form else []
    if material.copies:
        details.append(f"{material.copies}份")
    if material.when and material.when != "必需":
        details.append(material.when)
    elif material.necessity is Necessity.OPTIONAL:
        details.append("非必要")
    if material.e_licence == "accepted":
        details.append("可用电子证照")
    return material.name + (f"（{'，'.join(details)}）" if details else "")


def _quote(record_id: str, item_name: str, facet: Facet, text: str, sourced: Sourced) -> Quote:
    return Quote(
        record_id=record_id,
        item_id=record_id.split("/", 1)[0],
        item_name=item_name,
        facet=facet,
        text=text,
        source=sourced.source,
        source_url=sourced.url,
        verified=sourced.verified,
        valid_from=sourced.valid_from,
        valid_to=sourced.valid_to,
    )
