"""Fills the HTML templates of the pages; every value is escaped."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from prompts import reply

SITE = "莞家 AI 东莞办事问答"
TEMPLATES = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # text of citizens and of the knowledge base never becomes markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(template: str, **values: object) -> str:
    """Fill `templates/<template>`; the wording of the marks is there as `marks`."""
    marks = {"unverified": reply("unverified_mark"), "dated": reply("dated_mark")}
    return _environment().get_template(template).render(marks=marks, **values)


def china_today() -> dt.date:
    """Give the day in Dongguan, wherever the server stands."""
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()


def signature(day: dt.date) -> str:
    """Give the line that ends copied and printed answers: who said it, and when."""
    return f"{SITE}，{chinese_date(day)}"


def chinese_date(day: dt.date) -> str:
    """Write a day the way people here do.

    >>> chinese_date(dt.date(2026, 11, 22))
    '2026年11月22日'
    """
    return f"{day.year}年{day.month}月{day.day}日"
