"""Fills the HTML templates of the pages; every value is escaped."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from prompts import reply
from serving.dates import chinese_date

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
    """Fill `templates/<template>`; the wording of the marks is there as `marks`, their explanation as `cautions`."""
    marks = {"unverified": reply("unverified_mark"), "dated": reply("dated_mark")}
    cautions = {"unverified": reply("page.unverified"), "dated": reply("page.dated")}
    return _environment().get_template(template).render(marks=marks, cautions=cautions, **values)


def signature(day: dt.date) -> str:
    """Give the line that ends copied and printed answers: who said it, and when."""
    return f"{SITE}，{chinese_date(day)}"
