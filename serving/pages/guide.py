"""Shows the whole service guide (办事指南) of one item, every line with its mark and its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from assistant.compose_approved import HEADINGS
from knowledge_base.schema import Facet
from prompts import reply
from serving.guide_models import FaqRow, ItemGuide
from serving.guide_models import Row as GuideRow
from serving.pages.layout import Row, RowKind, Section, is_past
from serving.pages.sources import Source, grouped, source_of_row
from serving.pages.templating import fill, signature


def guide_html(guide: ItemGuide, today: dt.date, notice: str = "") -> str:
    """Show a guide under a `notice` about the whole knowledge base; rows not in force yet are left out."""
    sections: list[Section] = []
    sources: list[Source] = []
    for heading, kind, rows in _parts(guide):
        shown = [row for row in rows if row.valid_from is None or row.valid_from <= today]
        if shown:
            sections.append(Section(heading))
        for row in shown:
            if isinstance(row, FaqRow):
                sections[-1].add(RowKind.TEXT, Row(f"问：{row.question}"))
            sections[-1].add(kind, Row(_words(row), not row.verified, is_past(row.valid_to, today)))
            sources.append(source_of_row(row, guide.name, guide.revision, today))
    if guide.gaps:
        sections.append(Section(reply("page.guide_gaps")))
        for topic in guide.gaps:
            sections[-1].add(RowKind.BULLET, Row(topic))
    rows_shown = [row for section in sections for row in section.rows]
    return fill(
        "guide.html",
        guide=guide,
        plain=" ".join(row.text for row in guide.overview),
        sections=sections,
        sources=grouped(sources),
        source_count=len(sources),
        has_unverified=any(row.unverified for row in rows_shown),
        has_dated=any(row.dated for row in rows_shown),
        ai_label=reply("ai_label"),
        signature=signature(today),
        notice=notice,
    )


def _parts(guide: ItemGuide) -> Iterable[tuple[str, RowKind, list[GuideRow]]]:
    """Give heading, kind of row and rows, in the order of the facets; the overview opens the guide."""
    for facet in Facet:
        if facet is not Facet.OVERVIEW:
            kind = RowKind.CHECK if facet is Facet.MATERIALS else RowKind.BULLET
            yield HEADINGS[facet], kind, list(getattr(guide, facet.value))
    yield reply("page.guide_faqs"), RowKind.TEXT, list(guide.faqs)


def _words(row: GuideRow) -> str:
    return f"答：{row.text}" if isinstance(row, FaqRow) else row.text
