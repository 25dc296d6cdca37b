"""Tests of knowledge_base/records.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.chunking import domain_chunks
from knowledge_base.content import load_content
from knowledge_base.records import Quotes, material_line
from knowledge_base.schema import Facet, Material

Fields = dict[str, Any]


@pytest.fixture
def quotes_of(
    tmp_path: Path, write_content: Callable[..., Path], make_item: Callable[..., Fields]
) -> Callable[..., Quotes]:
    def make(**fields: Any) -> Quotes:
        return Quotes(load_content(write_content(tmp_path, juzhu=[make_item(**fields)])))

    return make


@pytest.fixture(scope="module")
def small(small_content: Path) -> Quotes:
    return Quotes(load_content(small_content))


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "身份证"),
        ({"form": "原件"}, "身份证（原件）"),
        ({"form": "原件", "copies": 2}, "身份证（原件，2份）"),
        ({"form": "原件", "when": "必需"}, "身份证（原件）"),
        ({"when": "代办时"}, "身份证（代办时）"),
        ({"form": "来源未写"}, "身份证"),
        ({"necessity": "optional"}, "身份证（非必要）"),
        ({"when": "代办时", "necessity": "optional"}, "身份证（代办时）"),
        ({"e_licence": "accepted"}, "身份证（可用电子证照）"),
        ({"e_licence": "not_accepted"}, "身份证"),
        (
            {"form": "复印件", "copies": 1, "when": "租房时", "e_licence": "accepted"},
            "身份证（复印件，1份，租房时，可用电子证照）",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_material_line_names_form_copies_and_when(fields: Fields, line: str) -> None:
    base = {"id": "id-card", "name": "身份证", "source": "《居民身份证法》", "grade": "A"}
    assert material_line(Material.model_validate(base | fields)) == line


def test_fact_is_quoted_word_for_word_with_its_provenance(
    quotes_of: Callable[..., Quotes], make_fact: Callable[..., Fields]
) -> None:
    url = "https://www.dg.gov.cn/post_1.html"
    [quote] = quotes_of(facts=[make_fact("首次申领免费。", facet="fee", url=url)]).record("jz-apply/fee/1")
    assert (quote.text, quote.facet, quote.item_name) == ("首次申领免费。", Facet.FEE, "居住证申领")
    assert (quote.source, quote.source_url) == ("《居住证暂行条例》(2015)第9条", url)


@pytest.mark.parametrize(("grade", "verified"), [("A", True), ("B", True), ("C", False), ("N", False), ("X", False)])
def test_quote_says_whether_its_source_was_verified(
    quotes_of: Callable[..., Quotes], make_fact: Callable[..., Fields], grade: str, verified: bool
) -> None:
    [quote] = quotes_of(facts=[make_fact(grade=grade)]).record("jz-apply/time_limit/1")
    assert quote.verified is verified


def test_plain_words_count_as_verified_if_one_fact_is(
    quotes_of: Callable[..., Quotes], make_fact: Callable[..., Fields]
) -> None:
    mixed = quotes_of(facts=[make_fact("甲。", grade="X"), make_fact("乙。", grade="B")])
    inferred = quotes_of(facts=[make_fact("甲。", grade="X"), make_fact("乙。", grade="N")])
    assert [q.record("jz-apply/overview")[0].verified for q in (mixed, inferred)] == [True, False]


def test_quote_holds_from_its_first_to_its_last_day(
    quotes_of: Callable[..., Quotes], make_fact: Callable[..., Fields]
) -> None:
    fact = make_fact(valid_from="2025-03-01", valid_to="2025-03-31")
    [quote] = quotes_of(facts=[fact]).record("jz-apply/time_limit/1")
    days = [dt.date(2025, 2, 28), dt.date(2025, 3, 1), dt.date(2025, 3, 31), dt.date(2025, 4, 1)]
    assert [quote.in_force(day) for day in days] == [False, True, True, False]


def test_materials_are_quoted_as_a_list_and_row_by_row(small: Quotes) -> None:
    rows = small.record("jz-apply/materials")
    assert [row.text for row in rows] == ["居民身份证（原件）", "相片回执（原件）"]
    assert small.record("jz-apply/materials/photo") == [rows[1]]
    assert small.facet("jz-apply", Facet.MATERIALS) == rows


def test_department_is_quoted_as_unverified(small: Quotes) -> None:
    [quote] = small.record("jz-apply/department")
    assert quote.text == "承办部门：东莞市公安局。"
    assert not quote.verified


def test_policy_note_is_quoted_under_its_topic(small: Quotes) -> None:
    [quote] = small.record("note-e-licence/notes/1")
    assert (quote.item_id, quote.item_name, quote.facet) == ("note-e-licence", "电子证照", Facet.NOTES)
    assert quote.text == "电子证照与纸质证照具有同等法律效力。"
    assert quote.verified


def test_frequent_question_is_quoted_but_is_no_part_of_the_guide(quotes_of: Callable[..., Quotes]) -> None:
    faq = {"q": "收费吗", "a": "不收。", "facet": "fee", "source": "由本库事实归纳", "grade": "X"}
    quotes = quotes_of(faqs=[faq])
    assert [quote.text for quote in quotes.record("jz-apply/faq/1")] == ["不收。"]
    assert quotes.facet("jz-apply", Facet.FEE) == []


def test_facet_gives_its_quotes_in_the_order_of_the_guide(
    quotes_of: Callable[..., Quotes], make_fact: Callable[..., Fields]
) -> None:
    facts = [make_fact(f"第{n}步。", facet=facet) for n, facet in enumerate(["steps", "fee", "steps"], 1)]
    assert [quote.text for quote in quotes_of(facts=facts).facet("jz-apply", Facet.STEPS)] == ["第1步。", "第3步。"]


def test_unknown_record_and_facet_give_no_quotes(small: Quotes) -> None:
    assert small.record("jz-apply/gap/1") == small.record("nothing/fee/1") == []
    assert small.facet("nothing", Facet.FEE) == []


def test_every_record_that_search_may_find_can_be_quoted() -> None:
    kb = load_content()
    quotes = Quotes(kb)
    records = {chunk.record_id for chunks in domain_chunks(kb).values() for chunk in chunks}
    assert [r for r in records if "/gap/" not in r and not quotes.record(r)] == []
    assert all(quote.source and quote.text for r in records for quote in quotes.record(r))


def test_whole_facet_gives_all_its_rows(quotes_of: Callable[..., Quotes], make_fact: Callable[..., Fields]) -> None:
    quotes = quotes_of(facts=[make_fact("甲。", facet="fee"), make_fact("乙。", facet="fee"), make_fact("丙。")])
    assert [quote.text for quote in quotes.record("jz-apply/fee")] == ["甲。", "乙。"]
    assert quotes.record("jz-apply/validity") == quotes.record("jz-apply/gap") == []
