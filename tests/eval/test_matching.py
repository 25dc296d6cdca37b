"""Tests of eval/matching.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.matching import holds, missing_groups, present

FOUND = {
    "plain": ("15个工作日内办结", "15个工作日"),
    "at-the-end": ("每月补贴300", "300"),
    "traditional-text": ("居住證簽註不收費", "不收费"),
    "traditional-fact": ("居住证签注不收费", "不收費"),
    "spaces": ("15 个 工作日", "15个工作日"),
    "full-width": ("收费１２０元", "120元"),
    "capitals": ("打开粤省事APP", "粤省事app"),
    "thousands": ("补贴5,000元", "5000元"),
    "thousands-in-the-fact": ("补贴5000元", "5,000元"),
    "millions": ("最高1,200,000元", "1200000元"),
    "hotlines-side-by-side": ("拨打110，12345", "12345"),
    "short-hotlines-side-by-side": ("拨打110，120", "120"),
    "second-time": ("15日受理，5日办结", "5日"),
    "across-lines": ("☐ 身份证\n☐ 租赁合同", "租赁合同"),
    "decimal": ("1.5倍", "1.5倍"),
    "before-a-full-stop": ("共3.", "3"),
}
NOT_FOUND = {
    "tail-of-a-number": ("15日内办结", "5日"),
    "head-of-a-number": ("收费120元", "12"),
    "after-the-point": ("缴存1.5倍", "5倍"),
    "before-the-point": ("缴存1.5倍", "1"),
    "thousands": ("补贴15,000元", "5000元"),
    "other-word": ("居住证", "身份证"),
}


@pytest.mark.parametrize(("text", "fact"), FOUND.values(), ids=FOUND)
def test_fact_is_found_however_it_is_written(text: str, fact: str) -> None:
    assert missing_groups(text, [[fact]]) == []
    assert present(text, [fact]) == [fact]


@pytest.mark.parametrize(("text", "fact"), NOT_FOUND.values(), ids=NOT_FOUND)
def test_number_is_found_only_whole(text: str, fact: str) -> None:
    assert missing_groups(text, [[fact]]) == [[fact]]
    assert present(text, [fact]) == []


def test_one_alternative_of_a_group_is_enough_and_every_group_is_needed() -> None:
    text = "居住证15日内制发，不收费"
    assert missing_groups(text, [["15日", "十五日"], ["免费", "不收费"]]) == []
    assert missing_groups(text, [["15日"], ["免费"], ["身份证", "户口簿"]]) == [["免费"], ["身份证", "户口簿"]]


def test_nothing_wanted_means_nothing_missing() -> None:
    assert missing_groups("", []) == []
    assert present("居住证", []) == []


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_number_stands_in_a_sentence_only_if_it_is_that_number(wanted: int, told: int) -> None:
    assert holds(f"收费{told}元", str(wanted)) is (wanted == told)
