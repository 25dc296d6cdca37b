"""Tests of assistant/tickets/wording.py."""

from __future__ import annotations

import pytest

from assistant.tickets.wording import MAX_CHARS, Wording
from knowledge_base.content import load_content


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording(load_content().towns)


def test_who_where_and_which_number_are_not_read(wording: Wording) -> None:
    read = wording.read("坐席：您好请讲\n市民：我姓梁 寮步镇拖欠工资 电话一三八零零一三八八零一\n坐席：请稍等")
    assert "拖欠工资" in read
    assert not [word for word in ("坐席", "市民", "寮步", "梁", "一三八", "请稍等") if word in read]


def test_cantonese_is_read_as_standard_chinese(wording: Wording) -> None:
    assert "没有" in wording.read("老细冇出粮")


def test_very_long_text_is_cut_in_the_middle(wording: Wording) -> None:
    assert len(wording.read("头" + "长" * 100_000 + "尾")) <= MAX_CHARS + 1


@pytest.mark.parametrize("text", ["", "   ", "坐席：您好", "12345"])
def test_text_without_a_matter_is_empty(text: str, wording: Wording) -> None:
    assert wording.read(text) == ""
