"""Tests of assistant/clarify.py, and of asking back in real conversations."""

from __future__ import annotations

import pytest

from assistant.answers import AnswerStatus, Turn
from assistant.clarify import AMBIGUOUS_CHARS, MAX_IN_A_ROW, ambiguity, item_options, rivals, short_name
from assistant.enquiry import Assistant
from knowledge_base.content import DomainItems, KnowledgeBase
from knowledge_base.schema import Facet

from .conftest import guide, make_hit, make_retrieved, understood


def test_bare_ambiguous_word_falls_into_its_ambiguity(small_kb: KnowledgeBase) -> None:
    found = ambiguity(understood("办证"), small_kb)
    assert found is not None
    assert found.items == ("jz-apply", "jz-replace")


@pytest.mark.parametrize(
    "text", ["办证要补领", "签注办证", "怎么去派出所"], ids=["unless", "unless-other", "no-term"]
)
def test_word_that_settles_the_matter_prevents_the_question(small_kb: KnowledgeBase, text: str) -> None:
    assert ambiguity(understood(text), small_kb) is None


def test_longest_term_wins(small_kb: KnowledgeBase) -> None:
    found = ambiguity(understood("居住证办证"), small_kb)
    assert found is not None
    assert found.question == "首次还是签注？"


def test_long_question_and_follow_up_are_not_asked_back_about(small_kb: KnowledgeBase) -> None:
    assert ambiguity(understood("我想" + "很" * AMBIGUOUS_CHARS + "办证"), small_kb) is None
    assert ambiguity(understood("那办证呢", follow_up=True), small_kb) is None


@pytest.mark.parametrize(
    ("cues", "asks"),
    [([], "怎么办理"), ([Facet.FEE], "要多少钱"), ([Facet.MATERIALS], "要带什么材料"), ([Facet.NOTES], "怎么办理")],
)
def test_button_asks_the_same_facet_of_its_item(small_kb: KnowledgeBase, cues: list[Facet], asks: str) -> None:
    options = item_options(small_kb, ["jz-apply", "gone", "jz-replace"], understood("办证", cues))
    assert [(option.label, option.question) for option in options] == [
        ("居住证申领", f"居住证申领{asks}"),
        ("居住证补领", f"居住证补领{asks}"),
    ]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("居住证签注", "居住证签注"),
        ("居住证申领（首次）", "居住证申领"),
        ("购房（含还贷）提取公积金", "购房提取公积金"),
        ("备案（异地）与变更（临时）", "备案与变更"),
    ],
)
def test_short_name_leaves_out_what_stands_in_brackets_and_nothing_else(
    small_kb: KnowledgeBase, name: str, short: str
) -> None:
    domain = small_kb.domains[0].domain
    kb = KnowledgeBase(revision="test", domains=(DomainItems(domain=domain, items=(guide("x", name),)),))
    assert short_name(kb, "x") == short


def test_items_that_fit_about_equally_well_are_rivals() -> None:
    found = make_retrieved(make_hit("a/fee/1", 3.0), make_hit("b/fee/1", 2.9), make_hit("c/fee/1", 2.0))
    assert rivals(found, understood("证多少钱"), 0.25) == ["a", "b"]


def test_item_whose_known_gap_ranks_first_is_judged_by_its_best_statement() -> None:
    found = make_retrieved(
        make_hit("a/gap/1", 4.5), make_hit("a/fee/1", 4.4), make_hit("b/fee/1", 2.9), make_hit("c/fee/1", 2.8)
    )
    assert rivals(found, understood("证多少钱"), 0.25) == ["a"]


@pytest.mark.parametrize("text", ["我想问一下在东莞办这个证一般来说多少钱", ""], ids=["long", "follow-up"])
def test_long_question_and_follow_up_have_no_rivals(text: str) -> None:
    found = make_retrieved(make_hit("a/fee/1", 3.0), make_hit("b/fee/1", 2.9))
    assert rivals(found, understood(text, follow_up=not text), 0.25) == []


def test_nothing_but_gaps_has_no_rivals() -> None:
    assert rivals(make_retrieved(make_hit("a/gap/1")), understood("证"), 0.25) == []


async def test_real_bare_word_is_asked_back_about_with_numbered_options(assistant: Assistant) -> None:
    answer = await assistant.ask("备案")
    assert answer.status is AnswerStatus.CLARIFICATION
    assert len(answer.options) >= 2
    for number, option in enumerate(answer.options, 1):
        assert f"{number}. {option.label}" in answer.text
    assert answer.citations == ()


async def test_assistant_asks_back_at_most_twice_in_a_row(assistant: Assistant) -> None:
    turns: list[Turn] = []
    statuses = []
    question = "请问补办的手续具体要怎么样办理才行"  # too long for a follow-up
    for _ in range(MAX_IN_A_ROW + 1):
        answer = await assistant.ask(question, history=turns)
        statuses.append(answer.status)
        turns += [Turn("user", question), Turn("assistant", answer.text)]
    assert statuses[:MAX_IN_A_ROW] == [AnswerStatus.CLARIFICATION] * MAX_IN_A_ROW
    assert statuses[MAX_IN_A_ROW] is not AnswerStatus.CLARIFICATION


@pytest.mark.parametrize("question", ["异地就医备案", "租房备案怎么办", "车辆年审要带什么"])
async def test_real_question_that_settles_the_word_is_answered(assistant: Assistant, question: str) -> None:
    assert (await assistant.ask(question)).status is AnswerStatus.ANSWERED


@pytest.mark.parametrize("word", ["备案", "年审", "补办", "购房", "离职", "生孩子", "工资"])
async def test_pressing_any_button_of_a_clarification_leads_to_an_answer(assistant: Assistant, word: str) -> None:
    asked = await assistant.ask(word)
    assert asked.status is AnswerStatus.CLARIFICATION
    for option in asked.options:
        assert (await assistant.ask(option.question)).status is AnswerStatus.ANSWERED, option.question
