"""Tests of assistant/compose_approved.py: approved answers hold published fields and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence
from typing import cast

import pytest

from assistant.answers import Action, ActionKind, Answer, AnswerStatus, Sentence, Turn
from assistant.compose_approved import NEAR, ApprovedAnswers
from assistant.draft import Draft, Pages
from assistant.enquiry import Assistant
from knowledge_base.content import DomainItems, KnowledgeBase, load_content
from knowledge_base.records import Quotes
from knowledge_base.schema import Domain, Facet
from prompts import reply
from serving.build import Product

from .conftest import MakeAssistant, guide, make_hit, understood

TODAY = dt.date(2026, 6, 1)
MARK = f"（{reply('unverified_mark')}）"


def written(
    kb: KnowledgeBase,
    record_id: str,
    facet: Facet,
    question: str = "居住证",
    *,
    cues: Sequence[Facet] = (),
    near: Sequence[tuple[str, Facet]] = (),
    accept_unverified: bool = True,
    on: dt.date = TODAY,
) -> Draft | None:
    """Write the approved answer led by this record; `near` records rank close behind it."""
    hits = [make_hit(record_id, 5.0, facet)] + [make_hit(other, 4.5, its) for other, its in near]
    answers = ApprovedAnswers(kb, accept_unverified=accept_unverified)
    return answers.write(hits, understood(question, cues), 0.9, on)


def texts(draft: Draft | None) -> list[str]:
    assert draft is not None
    return [sentence.text for sentence in draft.sentences]


def test_fee_is_told_under_the_item_and_its_facet(small_kb: KnowledgeBase) -> None:
    draft = written(small_kb, "jz-apply/fee/1", Facet.FEE)
    assert texts(draft) == ["【居住证申领·收费】", "· 首次申领居住证不收费。"]
    assert draft is not None
    assert (draft.item_ids, draft.facet, draft.confidence) == (("jz-apply",), "fee", 0.9)


def test_facts_out_of_force_are_not_shown(small_kb: KnowledgeBase) -> None:
    assert "· 补领居住证收费10元。" in texts(written(small_kb, "jz-apply/fee/1", Facet.FEE, on=dt.date(2020, 12, 31)))
    assert "· 补领居住证收费10元。" not in texts(written(small_kb, "jz-apply/fee/1", Facet.FEE))
    assert "· 明年起换领居住证收费8元。" in texts(
        written(small_kb, "jz-apply/fee/1", Facet.FEE, on=dt.date(2099, 1, 1))
    )


def test_unverified_row_among_verified_ones_carries_its_own_mark(small_kb: KnowledgeBase) -> None:
    assert texts(written(small_kb, "jz-apply/time_limit/1", Facet.TIME_LIMIT)) == [
        "【居住证申领·多久办好】",
        "· 居住证15日内制发。",
        f"· 加急3日内制发。{MARK}",
    ]


def test_heading_carries_the_mark_where_every_row_is_unverified(small_kb: KnowledgeBase) -> None:
    assert texts(written(small_kb, "jz-apply/channels/1", Facet.CHANNELS)) == [
        f"【居住证申领·在哪办】{MARK}",
        "· 到派出所办理。",
        "· 在粤省事办理。",
    ]


def test_single_unverified_row_carries_the_mark_itself(small_kb: KnowledgeBase) -> None:
    draft = written(small_kb, "jz-apply/conditions/1", Facet.CONDITIONS)
    assert texts(draft) == ["【居住证申领·办理条件】", f"· 在东莞居住半年以上。{MARK}"]


def test_unverified_facts_are_refused_where_the_settings_refuse_them(small_kb: KnowledgeBase) -> None:
    assert written(small_kb, "jz-apply/channels/1", Facet.CHANNELS, accept_unverified=False) is None
    assert texts(written(small_kb, "jz-apply/time_limit/2", Facet.TIME_LIMIT, accept_unverified=False)) == [
        "【居住证申领·多久办好】",
        "· 居住证15日内制发。",
    ]


def test_materials_are_a_checklist(small_kb: KnowledgeBase) -> None:
    assert texts(written(small_kb, "jz-apply/materials", Facet.MATERIALS)) == [
        "【居住证申领·要带什么】",
        "☐ 身份证（原件）",
        "☐ 租赁合同（租房居住）",
        "☐ 学籍证明（连续就读）",
    ]


def test_materials_of_the_situation_that_was_told_come_first(small_kb: KnowledgeBase) -> None:
    rows = texts(written(small_kb, "jz-apply/materials", Facet.MATERIALS, "孩子在读书，居住证要带什么"))
    assert rows[1:] == ["☐ 学籍证明（连续就读）", "☐ 身份证（原件）", "☐ 租赁合同（租房居住）"]


def test_frequent_question_is_answered_in_its_own_words_first(small_kb: KnowledgeBase) -> None:
    rows = texts(written(small_kb, "jz-apply/faq/1", Facet.STEPS))
    assert rows[:2] == ["【居住证申领】", "· 未满16周岁的，由监护人代为申领。"]


def test_overview_tells_the_main_points_in_the_order_of_a_guide(small_kb: KnowledgeBase) -> None:
    headings = [text.removesuffix(MARK) for text in texts(written(small_kb, "jz-apply/overview", Facet.OVERVIEW))]
    assert [text for text in headings if text.startswith("【")] == [
        "【居住证申领·这是什么】", "【办理条件】", "【要带什么】", "【在哪办】", "【多久办好】", "【收费】",
    ]  # fmt: skip


def test_brief_overview_leaves_the_lists_out(small_kb: KnowledgeBase) -> None:
    hits = [make_hit("jz-apply/overview", 5.0, Facet.OVERVIEW)]
    answers = ApprovedAnswers(small_kb, accept_unverified=True)
    draft = answers.write(hits, understood("比较"), 0.9, TODAY, brief=True)
    assert not [text for text in texts(draft) if text.startswith("☐")]


def test_other_facets_asked_for_are_told_in_one_order_whatever_the_order_of_asking(small_kb: KnowledgeBase) -> None:
    asked = (Facet.FEE, Facet.MATERIALS, Facet.TIME_LIMIT)
    hits = [make_hit("jz-apply/channels/1", 5.0, Facet.CHANNELS)]
    answers = ApprovedAnswers(small_kb, accept_unverified=True)
    drafts = [
        answers.write(hits, dataclasses.replace(understood("x"), cues=cast(frozenset[Facet], order)), 0.9, TODAY)
        for order in (asked, asked[::-1])
    ]
    assert texts(drafts[0]) == texts(drafts[1])
    assert [t for t in texts(drafts[0]) if t.startswith("【")][1:] == ["【要带什么】", "【多久办好】", "【收费】"]


def test_near_record_is_told_once_and_a_far_one_not_at_all(small_kb: KnowledgeBase) -> None:
    draft = written(
        small_kb, "jz-apply/fee/1", Facet.FEE, near=[("jz-apply/fee/1", Facet.FEE), ("jz-apply/faq/1", Facet.STEPS)]
    )
    assert texts(draft).count("· 首次申领居住证不收费。") == 1
    assert "· 未满16周岁的，由监护人代为申领。" in texts(draft)
    hits = [make_hit("jz-apply/fee/1", 5.0, Facet.FEE), make_hit("jz-apply/faq/1", 4.9 - NEAR, Facet.STEPS)]
    far = ApprovedAnswers(small_kb, accept_unverified=True).write(hits, understood("x"), 0.9, TODAY)
    assert texts(far) == ["【居住证申领·收费】", "· 首次申领居住证不收费。"]


def test_policy_note_is_told_as_a_general_rule_without_a_guide(small_kb: KnowledgeBase) -> None:
    draft = written(small_kb, "note-once/notes/1", Facet.NOTES)
    assert texts(draft) == ["【办事通则·注意】", "· 材料不齐的一次性告知。"]
    assert draft is not None
    assert [action.kind for action in draft.actions] == [ActionKind.HANDOFF]


def test_answer_about_an_item_offers_its_guide_and_a_person(small_kb: KnowledgeBase) -> None:
    draft = written(small_kb, "jz-apply/fee/1", Facet.FEE)
    assert draft is not None
    assert draft.actions == (
        Action(ActionKind.GUIDE, "查看完整办事指南", item_id="jz-apply"),
        Action(ActionKind.HANDOFF, "转人工"),
    )


def telling(text: str) -> ApprovedAnswers:
    fact = {"facet": "result", "text": text, "source": "《测试条例》", "grade": "A"}
    domain = Domain(id="jiaoyu", name="教育")
    towns = tuple(t for t in load_content().towns if t.name in ("横沥镇", "大朗镇"))
    items = (guide("jy-subsidy", "学位补贴", facts=[fact]),)
    kb = KnowledgeBase(revision="test", domains=(DomainItems(domain=domain, items=items),), towns=towns)
    return ApprovedAnswers(kb, accept_unverified=True)


FIRST = make_hit("jy-subsidy/result/1", 5.0, Facet.RESULT)


@pytest.mark.parametrize(
    ("text", "question", "beside"),
    [
        ("横沥2024标准：小学5000元每年。", "大朗小学学位补贴多少钱", True),
        ("横沥2024标准：小学5000元每年。", "横沥小学学位补贴多少钱", False),
        ("横沥2024标准：小学5000元每年。", "小学学位补贴多少钱", False),
        ("横沥2024标准：小学5000元每年。", "横沥2026年小学学位补贴多少钱", True),
        ("横沥2024标准：小学5000元每年。", "横沥今年小学学位补贴多少钱", True),
        ("横沥2024标准：小学5000元每年。", "横沥2024年小学学位补贴多少钱", False),
        ("2023口径：要住满半年。", "我今年来的,要住多久", False),
        ("每月2080元（2025-03-01起）。", "2026年每月多少钱", False),
    ],
    ids=["other-town", "same-town", "no-town", "later-year", "this-year", "same-year", "no-amount", "still-in-force"],
)
def test_amount_of_another_town_or_an_earlier_year_is_beside_the_question(
    text: str, question: str, beside: bool
) -> None:
    assert telling(text).is_beside(FIRST, question, TODAY) is beside


@pytest.mark.parametrize(
    ("text", "question", "points"),
    [
        ("断缴后的等待期以医保局为准。", "等待期是几个月", True),
        ("2025年起设等待期，以医保局为准。", "等待期是几个月", True),
        ("等待期3个月，细则以医保局为准。", "等待期是几个月", False),
        ("额度按公式由余额和系数算，最高额以公告为准。", "能贷多少是怎么算的", False),
        ("按体检机构收费标准收费，部分对象免费。", "收几多钱一次", True),
        ("按体检机构收费标准收费，部分对象免费。", "收不收费", False),
    ],
)
def test_record_without_the_value_that_names_who_has_it_is_a_pointer(text: str, question: str, points: bool) -> None:
    assert telling(text).pointer(FIRST, question) == (text if points else None)


def test_second_answer_continues_the_tokens_of_the_first(small_kb: KnowledgeBase) -> None:
    answers, pages = ApprovedAnswers(small_kb, accept_unverified=True), Pages("test")
    for record_id in ("jz-apply/fee/1", "jz-endorse/fee/1"):
        answers.write([make_hit(record_id, 5.0, Facet.FEE)], understood("x"), 0.9, TODAY, pages)
    assert [(c.token, c.item_id) for c in pages.citations()] == [("S1", "jz-apply"), ("S2", "jz-endorse")]


def skip_told_text_of_a_record_is_the_record_and_its_facet(small_kb: KnowledgeBase) -> None:
    told = ApprovedAnswers(small_kb, accept_unverified=True).told(make_hit("jz-apply/channels/2", 1, Facet.CHANNELS))
    assert told == "在粤省事办理。\n到派出所办理。"


# ------------------------------------------------------------------ the real knowledge base

ASKED_MANY_WAYS = {
    ("jz-endorse", "fee"): [
        "居住证签注要钱吗",
        "居住證簽注收費嗎？",
        "请问居住证签注需要多少钱",
        "签注居住证收不收费",
    ],
    ("yb-remote", "materials"): [
        "异地就医备案要带什么材料",
        "办异地就医备案要准备哪些东西",
        "異地就醫備案需要什麼資料",
    ],
    ("crj-passport-renew", "time_limit"): ["护照补发要多久", "护照遗失补办几天能拿到", "護照換發幾耐有得攞"],
    ("mz-elder-card", "channels"): ["敬老卡去哪办", "敬老卡在哪申请", "老人敬老卡网上可以办吗，在哪里办"],
}


def quoted(answer: Answer, item_id: str, facet: str) -> dict[str, str]:
    """Give quote and row of what an answer tells of one facet of an item."""
    cited = {c.token: c for c in answer.citations if (c.item_id, c.facet) == (item_id, facet)}
    return {
        cited[token].quote: sentence.text.removesuffix(MARK)
        for sentence in answer.sentences
        for token in sentence.citations
        if token in cited
    }


@pytest.mark.parametrize(
    ("asked", "questions"), ASKED_MANY_WAYS.items(), ids=[f"{i}-{f}" for i, f in ASKED_MANY_WAYS]
)
async def test_rows_of_a_facet_are_byte_identical_however_they_are_asked_for(
    assistant: Assistant, product: Product, asked: tuple[str, str], questions: list[str]
) -> None:
    item_id, facet = asked
    published = [quote.text for quote in Quotes(product.index.kb).facet(item_id, Facet(facet))]
    told = []
    for question in questions:
        answer = await assistant.ask(question)
        assert (answer.status, answer.item_ids) == (AnswerStatus.ANSWERED, (item_id,)), question
        rows = quoted(answer, item_id, facet)
        told.append([rows[text] for text in published if text in rows])
    assert told[0]
    assert told == [told[0]] * len(told)


@pytest.mark.parametrize(
    "change",
    [
        lambda q: q.replace("办", "辦").replace("证", "證").replace("签", "簽"),
        lambda q: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in q),
        lambda q: unicodedata.normalize("NFD", f"  {q}\u200b "),
    ],
    ids=["traditional", "full-width", "invisible"],
)
@pytest.mark.parametrize("question", ["居住证签注要钱吗?", "18岁以下办护照多少钱?"])
async def test_answer_is_byte_identical_in_any_script_and_width(
    assistant: Assistant, question: str, change: Callable[[str], str]
) -> None:
    assert (await assistant.ask(change(question))).text == (await assistant.ask(question)).text


@pytest.mark.parametrize("question", ["居住证签注要钱吗", "异地就医备案要带什么材料", "公积金贷款多久能批"])
async def test_answer_is_byte_identical_on_every_way_in(assistant: Assistant, question: str) -> None:
    asked = await assistant.ask(question)
    parts = [part async for part in assistant.stream(question)]
    streamed = parts[-1]
    assert isinstance(streamed, Answer)
    assert streamed.text == asked.text
    assert "\n".join(part.text for part in parts if isinstance(part, Sentence)) == asked.text
    said = [Turn("user", "社保卡丢了怎么补办"), Turn("assistant", "……")]
    assert (await assistant.ask(question, history=said, conversation_id="x")).text == asked.text
    assert asked.as_json()["text"] == asked.text


@pytest.fixture(scope="module")
def sample() -> list[str]:
    return [
        "居住证怎么办理",
        "异地就医备案要带什么材料",
        "高龄津贴一个月发多少",
        "个体户注销流程",
        "公积金贷款条件和时间",
        "新生儿入户要什么材料",
        "失业金怎么领，领多少",
        "往来港澳签注多少钱",
    ]


async def test_every_citation_resolves_and_every_cited_row_holds_its_quote(
    assistant: Assistant, sample: list[str]
) -> None:
    for question in sample:
        answer = await assistant.ask(question)
        assert answer.status is AnswerStatus.ANSWERED, question
        quotes = {citation.token: citation.quote for citation in answer.citations}
        assert list(quotes) == [f"S{n}" for n in range(1, len(quotes) + 1)]
        cited = [(s.text, token) for s in answer.sentences for token in s.citations]
        assert {token for _, token in cited} == set(quotes)
        assert [text for text, token in cited if quotes[token] not in text] == []


async def test_mark_stands_exactly_on_what_is_unverified(assistant: Assistant, sample: list[str]) -> None:
    marks = 0
    for question in sample:
        answer = await assistant.ask(question)
        verified = {citation.token: citation.verified for citation in answer.citations}
        heading_marked = False
        for sentence in answer.sentences:
            marked = sentence.text.endswith(MARK)
            marks += marked
            if not sentence.citations:
                heading_marked = marked
            else:
                assert (marked or heading_marked) is not verified[sentence.citations[0]], (question, sentence.text)
    assert marks


async def test_refusing_unverified_facts_leaves_only_verified_citations(
    product: Product, make_assistant: MakeAssistant, sample: list[str]
) -> None:
    kb = product.index.kb
    strict = ApprovedAnswers(kb, accept_unverified=False)
    answerer = dataclasses.replace(product.assistant.answerer, approved=strict)
    careful = make_assistant(answerer=answerer)
    statuses = set()
    for question in sample:
        answer = await careful.ask(question)
        statuses.add(answer.status)
        assert all(citation.verified for citation in answer.citations)
        assert MARK not in answer.text
    assert AnswerStatus.ANSWERED in statuses
