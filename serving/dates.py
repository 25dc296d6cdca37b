"""Days as people in Dongguan count and write them."""

from __future__ import annotations

import datetime as dt


def china_today() -> dt.date:
    """Give the day in Dongguan, wherever the server stands."""
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()


def chinese_date(day: dt.date) -> str:
    """Write a day the way people here do.

    >>> chinese_date(dt.date(2026, 11, 22))
    '2026年11月22日'
    """
    return f"{day.year}年{day.month}月{day.day}日"
