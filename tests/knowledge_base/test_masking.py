"""Tests of knowledge_base/masking.py. All numbers and names are invented."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.masking import mask
from knowledge_base.text import normalise


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("身份证11010519491231002X", "身份证1****************X"),
        ("身份证110105194912310021。", "身份证1****************1。"),
        ("身份证110105 19491231 002X", "身份证1****************X"),
        ("身份证110105-19491231-002x", "身份证1****************x"),
        ("身份证110105 1949 1231 002X", "身份证1****************X"),
        ("身份证1101 0519 4912 3100 2X", "身份证1****************X"),
        ("身份证１１０１０５１９４９１２３１００２Ｘ", "身份证1****************X"),
        ("身份证110105\u200b19491231002X", "身份证1****************X"),
        ("ID11010519491231002X", "ID1****************X"),
        ("身份证11010519491231002Xabc", "身份证1****************Xabc"),
        ("110105491231002", "1*************2"),
        ("110105 491231 002", "1*************2"),
        ("110105194912310021110105194912310021", "********0021"),
    ],
)
def test_identity_numbers_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "phone",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+8613812345678",
        "+86 138 1234 5678",
        "86-138-1234-5678",
        "１３８１２３４５６７８",
        "138\u200b1234\u200b5678",
    ],
)
def test_mobile_phones_keep_three_and_four_digits(phone: str) -> None:
    assert mask(f"打我{phone}，谢谢") == "打我138****5678，谢谢"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("0769-22831234", "0769****1234"),
        ("076922831234", "0769****1234"),
        ("(0769)22831234", "(0769)****1234"),
        ("020 1234567", "020****567"),
        ("6222021234567890123", "********0123"),
        ("6222 0212 3456 7890 123", "********0123"),
        ("6222-0212-3456-7890", "********7890"),
        ("H1234567890", "H********"),
        ("m12345678", "m********"),
        ("E12345678", "E******8"),
        ("EA1234567", "EA******7"),
        ("通行证C12345678", "通行证C******8"),
    ],
)
def test_landlines_cards_permits_and_passports_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我叫王小明，想办居住证", "我叫王**，想办居住证"),
        ("我叫王小明想办居住证", "我叫王**想办居住证"),
        ("我叫王明在石龙上班", "我叫王*在石龙上班"),
        ("我叫欧阳娜娜，", "我叫欧阳**，"),
        ("姓名：麦嘉俊 电话13812345678", "姓名：麦** 电话138****5678"),
        ("联系人李四，", "联系人李*，"),
        ("本人陈大文，东莞人", "本人陈**，东莞人"),
        ("我是王小明的儿子", "我是王**的儿子"),
        ("我是何某某", "我是何**"),
    ],
)
def test_introduced_names_keep_the_surname(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "我是石龙的，怎么办居住证",
        "我是万江的",
        "我是江西人，在东莞上班",
        "我是高中毕业",
        "我是程序员，公积金怎么提",
        "本人高龄，能不能上门办",
        "申请人何时提交？",
        "我是房东，怎么做租赁备案",
    ],
)
def test_towns_and_roles_are_no_names(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-01起执行，到2026年12月31日",
        "2025-03-01 08:00 至 2025-04-01 18:00",
        "20250301",
        "2080元、10800元、129600元、1,234,567.89元、1000000000000元",
        "打12345或12333，急事打110、119、120",
        "粤府函〔2025〕23号",
        "统一社会信用代码91441900MA4UX12345",
        "住了183天，社保交了60个月，12.5%",
        "",
    ],
)
def test_dates_amounts_hotlines_and_document_numbers_stay(text: str) -> None:
    assert mask(text) == text


_REGION = st.from_regex(r"[1-8][0-9]{5}", fullmatch=True)
_BORN = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)).map(lambda day: f"{day:%Y%m%d}")
_SERIAL = st.from_regex(r"[0-9]{3}[0-9Xx]", fullmatch=True)
_AROUND = st.text(st.sampled_from("我的身份证号是abX ，。：:\n"), max_size=8)


@given(_AROUND, _REGION, _BORN, _SERIAL, _AROUND, st.sampled_from(["", " ", "-", "　", " - "]))
def test_birth_block_of_an_identity_number_never_survives(
    before: str, region: str, born: str, serial: str, after: str, gap: str
) -> None:
    digits = re.sub(r"\D", "", mask(before + gap.join((region, born, serial)) + after))
    assert born not in digits
    assert len(digits) <= 2, "the first and the last digit"


@given(_REGION, _BORN, _SERIAL, st.lists(st.integers(1, 17), max_size=6, unique=True), st.sampled_from(" -·"))
def test_birth_block_does_not_survive_in_groups_of_any_size(
    region: str, born: str, serial: str, cuts: list[int], gap: str
) -> None:
    number = region + born + serial
    grouped = "".join(gap * (place in cuts) + character for place, character in enumerate(number))
    assert len(re.sub(r"\D", "", mask(grouped))) <= 2


@given(st.text(st.sampled_from("0123456789"), max_size=4), _REGION, _BORN, _SERIAL)
def test_digits_stuck_to_an_identity_number_do_not_uncover_it(
    before: str, region: str, born: str, serial: str
) -> None:
    assert born not in mask(f"{before}{region}{born}{serial}")


@given(st.text())
def test_masking_twice_is_masking_once_for_phones_and_numbers(text: str) -> None:
    once = mask(f"{text} 13812345678")
    assert "13812345678" not in once
    assert "13812345678" not in normalise(once)
