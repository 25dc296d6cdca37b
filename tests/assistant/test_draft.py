"""Tests of assistant/draft.py."""

from __future__ import annotations

from assistant.draft import Pages
from knowledge_base.content import KnowledgeBase
from knowledge_base.records import Quotes


def test_tokens_are_counted_in_the_order_of_citing(small_kb: KnowledgeBase) -> None:
    quotes, pages = Quotes(small_kb), Pages("r1")
    fee, again, steps = (quotes.record(i)[0] for i in ("jz-apply/fee/1", "jz-apply/fee/1", "jz-apply/faq/1"))
    assert [pages.cite(quote) for quote in (fee, steps, again)] == ["S1", "S2", "S1"]
    assert [(c.token, c.quote, c.revision) for c in pages.citations()] == [
        ("S1", "首次申领居住证不收费。", "r1"),
        ("S2", "未满16周岁的，由监护人代为申领。", "r1"),
    ]


def test_citation_carries_the_provenance_of_its_quote(small_kb: KnowledgeBase) -> None:
    pages = Pages("r1")
    pages.cite(Quotes(small_kb).record("jz-apply/time_limit/2")[0])
    [citation] = pages.citations()
    assert (citation.item_id, citation.facet, citation.source) == ("jz-apply", "time_limit", "项目整理")
    assert not citation.verified
    assert citation.source_url is None
