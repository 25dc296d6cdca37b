"""Dates as documents print them: 2023年5月6日, 二〇二三年五月六日, 2023.05.06-2043.05.06, 长期."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from preview.folding import fold, simplified
from preview.schema import FOREVER

_DIGITS = {
    c: str(n)
    for n, group in enumerate(("〇零○O", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in group
}
_NUMERAL = "〇零○O一壹二贰两三叁四肆五伍六陆七柒八捌九玖十拾廿卅"
_MISREAD = str.maketrans("OoDlI|!ZzSsB", "000111122558")
_ARABIC = re.compile(
    r"(?<![0-9A-Za-z])([12][0-9OolIZSB]{3})\s*[年\-/.,·、一—]\s*([0-9OolIZSB]{1,2})\s*[月\-/.,·、一—]\s*([0-9OolIZSB]{1,2})\s*(?:日|号|曰)?(?:(?![0-9])|(?=[0-2][0-9][:：][0-5][0-9]))"
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_CHINESE = re.compile(rf"([{_NUMERAL}]{{4}})\s*年\s*([{_NUMERAL}]{{1,3}})\s*月\s*([{_NUMERAL}]{{1,3}})\s*[日号]")
_LOST_DASH = re.compile(r"(\d{4}[.年/-]\d{1,2}[.月/-]\d{2}日?)(?=(?:19|20)\d{2}[.年/-])")
_FOREVER = re.compile(r"长期|永久|无固定期限")
_BLANK = re.compile(r"(?<![\d〇零一二三四五六七八九])[\d_]{0,4}年_*月_*[日号曰]")


@dataclass(frozen=True)
class FoundDate:
    """A date and where it stood in the text."""

    date: dt.date
    start: int
    end: int


@dataclass(frozen=True)
class Span:
    """From when to when; None where that side could not be read."""

    start: dt.date | None
    end: dt.date | None


def iso(date: dt.date) -> str:
    """Write a date as YYYY-MM-DD, 「长期」 as 9999-12-31.

    >>> iso(FOREVER)
    '9999-12-31'
    """
    return date.isoformat()


def find_dates(text: str) -> list[FoundDate]:
    """Find all complete dates of a text in the order they stand; a year alone or a month is no date.

    >>> [iso(d.date) for d in find_dates("2003.05.06-2023.05.06")]
    ['2003-05-06', '2023-05-06']
    >>> [iso(d.date) for d in find_dates("二〇二三年十二月二十一日")]
    ['2023-12-21']
    >>> find_dates("2023年 月 日"), find_dates("1992.5")
    ([], [])
    """
    text = simplified(text)
    found: list[FoundDate] = []
    for match in _ARABIC.finditer(text):
        year, month, day = (int(part.translate(_MISREAD)) for part in match.groups())
        found += _dated(year, month, day, match)
    for match in _COMPACT.finditer(text):
        found += _dated(int(match[1]), int(match[2]), int(match[3]), match)
    for match in _CHINESE.finditer(text):
        found += _dated(
            int("".join(_DIGITS.get(c, "") for c in match[1])), _number(match[2]), _number(match[3]), match
        )
    found += [FoundDate(FOREVER, m.start(), m.end()) for m in _FOREVER.finditer(text)]
    return sorted(found, key=lambda d: d.start)


def _dated(year: int, month: int, day: int, match: re.Match[str]) -> list[FoundDate]:
    if not 1880 <= year <= 2150:
        return []
    try:
        return [FoundDate(dt.date(year, month, day), match.start(), match.end())]
    except ValueError:
        return []


def _number(numeral: str) -> int:
    """Read a Chinese numeral below 100; 〇 may lead (〇五)."""
    numeral = numeral.replace("廿", "二十").replace("卅", "三十").replace("拾", "十").lstrip("〇零○O") or "〇"
    if "十" in numeral:
        tens, _, ones = numeral.partition("十")
        return int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0"))
    digits = "".join(_DIGITS.get(c, "") for c in numeral)
    return int(digits) if digits else 0


def read_date(text: str) -> dt.date | None:
    """Give the first date of a text, with spaces tolerated; None if there is none.

    >>> read_date("出生 1 9 9 0 年 5 月 6 日")
    datetime.date(1990, 5, 6)
    """
    found = find_dates(text) or find_dates(fold(text))
    return found[0].date if found else None


def read_span(text: str) -> Span | None:
    """Read a validity: 「2013.05.06-2033.05.06」, 「自2020年1月1日起至2021年…」, 「2013.05.06-长期」.

    One date alone is the end when 「至」 or a dash stands before it, else the start is not known either.

    >>> read_span("2013.05.06-长期").end.year
    9999
    >>> read_span("2013.05.062033.05.06").end
    datetime.date(2033, 5, 6)
    >>> read_span("20130506至20330506").start
    datetime.date(2013, 5, 6)
    """
    squeezed = _LOST_DASH.sub(r"\1-", fold(text))
    found = find_dates(squeezed)
    if len(found) >= 2:
        return Span(found[0].date, found[1].date)
    if not found:
        return None
    only = found[0]
    if only.date == FOREVER or re.search(r"[至到\-—~一]\s*$", squeezed[: only.start]):
        return Span(None, only.date)
    if re.match(r"\s*[起至到\-—~]", squeezed[only.end :]):
        return Span(only.date, None)
    return Span(None, None)


def is_blank_date(text: str) -> bool:
    """Tell whether a place for a date is still empty: 「年 月 日」 without day and month.

    >>> is_blank_date("20  年   月   日"), is_blank_date("2023年5月6日"), is_blank_date("  年  月  日")
    (True, False, True)
    """
    squeezed = fold(text)
    return bool(_BLANK.search(squeezed)) and not find_dates(squeezed)
