"""Dates as documents print them."""

from __future__ import annotations

import datetime as dt

import pytest

from preview.dates import is_blank_date, read_date, read_span
from preview.schema import FOREVER


@pytest.mark.parametrize(
    "text",
    [
        "2023年5月6日",
        "2023 年 05 月 06 日",
        "二〇二三年五月六日",
        "2023.05.06",
        "2023-5-6",
        "20230506",
        "2O23年O5月06日",
        "二零二三年伍月陆日",
    ],
)
def test_one_day_in_many_spellings(text: str) -> None:
    assert read_date(text) == dt.date(2023, 5, 6)


@pytest.mark.parametrize(
    "text", ["2023年13月6日", "2023年2月30日", "年 月 日", "1992.5", "12345678901", "3023年5月6日"]
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2013.05.06-2033.05.06", dt.date(2013, 5, 6), dt.date(2033, 5, 6)),
        ("2013.05.06一长期", dt.date(2013, 5, 6), FOREVER),
        ("2013.05.062033.05.06", dt.date(2013, 5, 6), dt.date(2033, 5, 6)),
        ("自2024年1月1日起至2026年12月31日止", dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
        ("至2026-12-31", None, dt.date(2026, 12, 31)),
        ("长期", None, FOREVER),
    ],
)
def test_spans(text: str, start: dt.date | None, end: dt.date | None) -> None:
    span = read_span(text)
    assert span is not None and (span.start, span.end) == (start, end)


@pytest.mark.parametrize("text", ["年  月  日", "20   年   月   日", "日期：    年    月    日"])
def test_a_place_for_a_date_is_blank(text: str) -> None:
    assert is_blank_date(text)


def test_a_written_date_is_not_blank() -> None:
    assert not is_blank_date("日期：2025年1月8日")
