"""Tests of assistant/understand.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.answers import Turn
from assistant.understand import (
    LEANING_CHARS,
    Understanding,
    chosen_option,
    contrasted,
    is_follow_up,
    read_slots,
    understand,
)
from knowledge_base.content import KnowledgeBase
from knowledge_base.schema import Facet
from serving.build import Product

ITEMS = ("居住证申领", "居住证签注", "护照", "营业执照", "社保卡")


def names(text: str) -> bool:
    return any(item in text for item in ITEMS)


def after(*questions: str, text: str) -> Understanding:
    """Understand `text` after these questions, each of which got an answer."""
    turns = [turn for q in questions for turn in (Turn("user", q), Turn("assistant", "护照收费120元。"))]
    return understand(text, turns, names)


def test_first_message_of_a_conversation_stands_alone() -> None:
    found = after(text="那要多少钱")
    assert (found.question, found.follow_up) == ("那要多少钱", False)


@pytest.mark.parametrize(
    "text",
    ["那要多少钱", "外地户口呢", "商铺呢?", "如果是代办,要多带什么材料", "多久能好", "这个在哪里办", "也要身份证吗"],
)
def test_follow_up_is_asked_about_the_subject_before_it(text: str) -> None:
    found = after("居住证申领怎么办", text=text)
    assert found.follow_up
    assert found.question == f"居住证申领怎么办 {text}"
    assert found.text == text


@pytest.mark.parametrize("text", ["护照多少钱", "营业执照怎么办", "社保卡丢了"])
def test_short_message_that_names_a_new_item_stands_alone(text: str) -> None:
    found = after("居住证申领怎么办", text=text)
    assert (found.question, found.follow_up) == (text, False)


def test_long_message_stands_alone_though_it_begins_like_a_follow_up() -> None:
    text = "如果我去年在东莞上班交了社保今年换到另一家公司而且中间断了三个月没有交"
    text += "那么小孩子要在镇上读书的时候这几个月到底应该怎么算进去"
    assert len(text) > LEANING_CHARS
    assert not after("护照怎么办", text=text).follow_up


def test_third_turn_still_knows_the_subject_of_the_first() -> None:
    found = after("居住证申领怎么办", "那要多少钱", text="多久能好")
    assert found.question == "居住证申领怎么办 那要多少钱 多久能好"


def test_new_subject_in_between_replaces_the_first() -> None:
    found = after("居住证申领怎么办", "护照多少钱", text="那多久能拿到")
    assert found.question == "护照多少钱 那多久能拿到"


def test_what_the_assistant_said_is_no_subject() -> None:
    assert "120" not in after("居住证申领怎么办", text="那多久").question


def test_earlier_questions_are_read_in_any_script() -> None:
    assert after("居住證申領點辦", text="那要多少钱").question == "居住证申领点办 那要多少钱"


def test_facet_comes_from_the_last_message_if_it_asks_for_one() -> None:
    cues = after("居住证申领要带什么材料", text="那要多少钱").cues
    assert Facet.FEE in cues
    assert Facet.MATERIALS not in cues


def test_facet_of_the_subject_holds_where_the_follow_up_names_none() -> None:
    assert Facet.MATERIALS in after("居住证申领要带什么材料", text="外地户口呢").cues


@pytest.mark.parametrize(
    ("text", "follows"),
    [("那护照呢", True), ("护照", False), ("多少钱", True), ("我在" + "很" * LEANING_CHARS, False)],
    ids=["points-back", "names-an-item", "bare", "long-and-new"],
)
def test_follow_up_is_told_by_pointing_words_or_by_being_bare(text: str, follows: bool) -> None:
    assert is_follow_up(text, names) is follows


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("我是外地户口", {"户籍": "非东莞户籍"}),
        ("户口在湖南,孩子想在这里上学", {"户籍": "非东莞户籍"}),
        ("东莞户口能办吗", {"户籍": "东莞户籍"}),
        ("非东莞户籍能办吗", {"户籍": "非东莞户籍"}),
        ("香港人怎么买社保", {"户籍": "港澳台"}),
        ("老人85周岁", {"年龄": "85"}),
        ("本地户籍,今年80 岁", {"户籍": "东莞户籍", "年龄": "80"}),
        ("居住证怎么办", {}),
    ],
)
def test_slots_hold_what_was_told_of_the_case(text: str, slots: dict[str, str]) -> None:
    assert read_slots(text) == slots


def test_slots_of_the_subject_reach_the_follow_up() -> None:
    assert after("我是外地户口,居住证申领怎么办", text="那要多少钱").slots == {"户籍": "非东莞户籍"}


@pytest.mark.parametrize(
    ("text", "option"),
    [("我是租房的", "rent"), ("小孩在这里读书", "study"), ("租房的,孩子也在读书", None), ("居住证怎么办", None)],
    ids=["one", "another", "several", "none"],
)
def test_option_of_a_situation_is_chosen_only_if_it_is_the_only_one_named(
    small_kb: KnowledgeBase, text: str, option: str | None
) -> None:
    [situation] = small_kb.items["jz-apply"].situations
    chosen = chosen_option(situation, text)
    assert (chosen.id if chosen else None) == option


@pytest.mark.parametrize(
    ("first", "second", "follows"),
    [
        ("居住证签注怎么办", "要带什么", True),
        ("商品房买卖要交多少契税", "商铺呢", True),
        ("积分入学怎么申请", "那外地户口呢", True),
        ("居住证签注怎么办", "护照多少钱", False),
        ("异地就医备案怎么办", "生育津贴怎么领", False),
    ],
)
def test_names_of_the_real_knowledge_base_tell_new_questions_from_follow_ups(
    product: Product, first: str, second: str, follows: bool
) -> None:
    known: Callable[[str], bool] = product.assistant.retriever.names_item
    assert understand(second, [Turn("user", first)], known).follow_up is follows


@pytest.mark.parametrize(
    ("subject", "text", "asked"),
    [
        ("个体户简易注销要公示吗", "那公司呢", "公司简易注销要公示吗"),
        ("第一次办护照多少钱", "那要是丢了补一本呢", "丢了补办护照多少钱"),
        ("身份证丢了补办收多少钱", "没丢,只是到期换一张", "身份证到期换收多少钱"),
        ("租房提公积金要什么", "买房的呢", "买房提公积金要什么"),
        ("公司注销要公示吗", "那公司要多久", "公司注销要公示吗"),
        ("居住证多少钱", "那公司呢", "居住证多少钱"),
        ("个体户要交社保吗", "我去年开始在一家公司上班,他们说已经帮我交了,是真的吗", "个体户要交社保吗"),
    ],
    ids=["company", "lost", "expired", "buying", "the-same", "no-contrast", "long"],
)
def test_short_follow_up_that_names_the_other_of_two_asks_the_same_of_it(subject: str, text: str, asked: str) -> None:
    assert contrasted(subject, text) == asked
