"""Tests of assistant/clarify.py, and of asking back in real conversations."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.answers import AnswerStatus, Turn
from assistant.clarify import (
    _FACET_WORDS,
    AMBIGUOUS_CHARS,
    ASK_BACK,
    MAX_IN_A_ROW,
    MOST_OPTIONS,
    WEIGHTS,
    WITHIN,
    ambiguity,
    item_options,
    left_open,
    openness,
    pressed,
    rivals,
    short_name,
)
from assistant.enquiry import Assistant
from knowledge_base.content import DomainItems, KnowledgeBase
from knowledge_base.retrieval import RecordHit, Retrieved
from knowledge_base.schema import Facet
from serving.build import Product

from .conftest import Reader, guide, make_hit, make_retrieved, understood


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


FOUND = {"lead": 0.0, "covered": 1.0, "gap_lead": 0.0}


def how_open(text: str, sure: float, retrieved: Retrieved, *, ambiguous: bool = False, named: bool = False) -> float:
    asked = dataclasses.replace(understood(text), named=named)
    return left_open(openness(asked, retrieved, FOUND, sure, ambiguous=ambiguous))


def two_items(second: float) -> Retrieved:
    """Two items, the first at 3.0 in nearness and score, the other at `second`."""
    return make_retrieved(make_hit("a/fee/1", 3.0, item=3.0), make_hit("b/fee/1", second, item=second))


def test_few_words_that_fit_two_items_leave_the_choice_open_and_a_long_clear_question_does_not() -> None:
    assert how_open("补个证", 0.5, two_items(3.0), ambiguous=True) > ASK_BACK
    assert how_open("我的居住证上个月丢了想去补一张要带什么", 0.95, two_items(0.5), named=True) < ASK_BACK


@pytest.mark.parametrize(
    ("text", "second", "ambiguous"),
    [("补一个证", 1.0, False), ("补一个证,就是我上个月弄丢的那一张,要带些什么去", 3.0, False)],
    ids=["other-item-is-far", "says-more"],
)
def test_choice_is_less_open_the_further_the_second_item_and_the_more_is_said(
    text: str, second: float, ambiguous: bool
) -> None:
    bare = how_open("补一个证", 0.5, two_items(3.0))
    assert how_open(text, 0.5, two_items(second), ambiguous=ambiguous) < bare


def test_word_known_to_be_ambiguous_opens_the_choice() -> None:
    assert how_open("补一个证", 0.5, two_items(3.0), ambiguous=True) > how_open("补一个证", 0.5, two_items(3.0))


def test_every_weight_has_its_evidence() -> None:
    seen = openness(understood("补证"), two_items(3.0), FOUND, 0.5, ambiguous=False)
    assert list(seen) == list(WEIGHTS)


def test_items_about_as_near_as_the_nearest_are_offered_nearest_first() -> None:
    near = {"c": 3.0 - WITHIN, "a": 3.0, "b": 2.9, "far": 2.9 - WITHIN}
    hits = [make_hit(f"{item}/fee/1", 1.0, ask=value) for item, value in near.items()]
    assert rivals(make_retrieved(*hits)) == ["a", "b", "c"]


def test_item_is_as_near_as_its_nearest_statement_and_known_gaps_do_not_count() -> None:
    hits = [make_hit("a/fee/1", ask=1.0), make_hit("a/fee/2", text=3.0), make_hit("b/gap/1", ask=4.0)]
    assert rivals(make_retrieved(*hits)) == ["a"]


def test_only_so_many_items_are_offered() -> None:
    hits = [make_hit(f"{item}/fee/1", ask=3.0) for item in "abcdefgh"]
    assert len(rivals(make_retrieved(*hits))) == MOST_OPTIONS


@pytest.mark.parametrize("hits", [(), (make_hit("a/gap/1", ask=3.0),)], ids=["nothing", "gap"])
def test_nothing_but_gaps_offers_nothing(hits: tuple[RecordHit, ...]) -> None:
    assert rivals(make_retrieved(*hits)) == []


@pytest.mark.parametrize(
    ("text", "button"),
    [
        ("居住证申领怎么办理", ("jz-apply", Facet.STEPS)),
        ("居住证补领要多少钱", ("jz-replace", Facet.FEE)),
        ("居住证怎么办理", None),
        ("居住证申领", None),
        ("怎么办理", None),
        ("请问居住证申领怎么办理", None),
    ],
)
def test_pressed_button_is_known_by_its_very_words(
    small_kb: KnowledgeBase, text: str, button: tuple[str, Facet] | None
) -> None:
    assert pressed(small_kb, understood(text)) == button


def test_every_button_of_the_real_knowledge_base_is_known_when_it_comes_back(product: Product, read: Reader) -> None:
    kb = product.index.kb
    for facet in _FACET_WORDS:
        for item_id in kb.items:
            [option] = item_options(kb, [item_id], understood("x", [facet]))
            assert pressed(kb, understood(read(option.question))) == (item_id, facet)


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
    question = "请问补办的手续具体要怎么样办理才行"
    for _ in range(MAX_IN_A_ROW + 1):
        answer = await assistant.ask(question, history=turns)
        statuses.append(answer.status)
        turns += [Turn("user", question), Turn("assistant", answer.text)]
    assert statuses[0] is AnswerStatus.CLARIFICATION
    assert statuses[-1] is not AnswerStatus.CLARIFICATION, "who insists gets the best match"


@pytest.mark.parametrize("question", ["异地就医备案", "租房备案怎么办", "车辆年审要带什么"])
async def test_real_question_that_settles_the_word_is_answered(assistant: Assistant, question: str) -> None:
    assert (await assistant.ask(question)).status is AnswerStatus.ANSWERED


@pytest.mark.parametrize("word", ["备案", "年审", "补办", "购房", "离职", "辞职", "公积金", "生孩子", "工资"])
async def test_pressing_any_button_of_a_clarification_leads_to_an_answer_about_its_item(
    assistant: Assistant, product: Product, word: str
) -> None:
    asked = await assistant.ask(word)
    assert asked.status is AnswerStatus.CLARIFICATION
    before = [Turn("user", word), Turn("assistant", asked.text)]
    for item_id, option in zip(asked.item_ids, asked.options, strict=True):
        assert short_name(product.index.kb, item_id) == option.label
        for history in (before, []):
            answer = await assistant.ask(option.question, history=history)
            assert (answer.status, answer.item_ids) == (AnswerStatus.ANSWERED, (item_id,)), option.question
