"""The dates that somebody says, each resolved to a day: 昨晚, 上上周五, 7.15晚, 九号晚上, 国庆那天.

Weeks begin on Monday; a date without a year or month is the latest one that is not in the future.
"""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from assistant.tickets.festivals import FESTIVAL, festival_day, spoken_number
from assistant.tickets.schema import Span


class Form(StrEnum):
    """How a date was said."""

    COMPACT = "compact"
    FULL = "full"
    FESTIVAL = "festival"
    MONTH_DAY = "month_day"
    DOTTED = "dotted"
    LAST_MONTH_DAY = "last_month_day"
    WEEKDAY = "weekday"
    RELATIVE = "relative"
    DAYS_AGO = "days_ago"
    DAY = "day"
    CLOCK = "clock"
    NOW_CLOCK = "now_clock"
    SINCE = "since"


EXPLICIT = (Form.COMPACT, Form.FULL, Form.FESTIVAL, Form.MONTH_DAY, Form.DOTTED, Form.LAST_MONTH_DAY)
"""Forms that name the day whenever they are read."""

BY_THE_CLOCK = (Form.CLOCK, Form.SINCE, Form.NOW_CLOCK)
"""Forms that name an hour and so mean today."""

SOON = dt.timedelta(days=100)
"""What is so near in the future is meant, rather than the same day a year ago."""

_N = r"(?:\d{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二两三四五六七八九])"
_YEAR = r"(?:19|20)?\d\d|(?:一九|二[零〇o])?[零〇o一二三四五六七八九]{2}"
PART_OF_DAY = r"(?:早上|早晨|清晨|上午|中午|下午|傍晚|晚上|晚间|凌晨|半夜|夜里|夜间|当天|当日|当晚|那天|那日|那晚|[早晚夜](?![会宴饭高]))"
_RELATIVE: dict[str, int] = {
    "大前天": -3, "大前日": -3, "大前晚": -3, "前天": -2, "前日": -2, "前晚": -2, "前夜": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1,
    "昨儿": -1, "尋日": -1, "寻日": -1, "琴日": -1, "噚日": -1, "寻晚": -1, "琴晚": -1, "噚晚": -1, "今天": 0, "今日": 0, "今早": 0,
    "今晨": 0, "今朝": 0, "今晚": 0, "今儿": 0, "今夜": 0, "今午": 0, "刚才": 0, "刚刚": 0, "头先": 0, "啱啱": 0, "方才": 0, "昨早": -1, "昨下午": -1, "昨中午": -1, "昨上午": -1, "昨凌晨": -1, "㖊日": -1, "㖊晚": -1, "寻朝": -1, "琴朝": -1,
    "当天凌晨": 0,
}  # fmt: skip
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_HOURS = r"(?:早上|上午|中午|下午|傍晚|凌晨)"
_CLOCK = r"(?:十?[一二两三四五六七八九]|十|[12]?\d)点(?:半|多|钟)*+"
_PATTERNS: dict[Form, str] = {
    Form.COMPACT: r"(?<![\da-z:号])(?P<cy>20\d\d)(?P<cm>0[1-9]|1[0-2])(?P<cd>0[1-9]|[12]\d|3[01])(?!\d)",
    Form.FULL: r"(?P<y>20\d\d)[./-](?P<m>\d{1,2})[./-](?P<d>\d{1,2})[日号]?(?!\d)",
    Form.FESTIVAL: FESTIVAL,
    Form.MONTH_DAY: rf"(?:(?:(?P<rel>今年|去年|前年|上个月|这个月|本月|上月)|(?P<y2>{_YEAR})年)的? ?)?(?P<m2>{_N})月 ?(?P<d2>{_N})(?:[日号](?![月年个岁点后多块元到至])|(?= ?{PART_OF_DAY}|[被我在]))",
    Form.DOTTED: rf"(?<![\d.:/-])(?P<m4>1[0-2]|0?[1-9])[./-](?P<d4>[12]\d|3[01]|0?[1-9])(?:[号日](?!\d)|(?= ?{PART_OF_DAY}))",
    Form.LAST_MONTH_DAY: rf"(?P<rel3>上上个?月|上个?月|这个?月|本月|当月|今个月)的?(?P<d3>{_N})[日号]",
    Form.WEEKDAY: r"(?:(?P<week>上上个?|上个?|这个?|呢个?|本|今个)(?:(?:周|星期|礼拜)的?)?)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天]|(?<=[上这本个]周)末)(?![一二三四五六七八九十\d两]?[次天个回休节])",
    Form.RELATIVE: "|".join(sorted(map(re.escape, _RELATIVE), key=len, reverse=True))
    + rf"|(?:{_N}|几|半|\d{{3}})个?多?(?:分钟|小时|钟头?)(?:之|以)?前",
    Form.DAYS_AGO: rf"(?<![一二两三四五六七八九十几\d])(?P<n>{_N})(?:天|日)(?:之|以)?前(?!后)",
    Form.DAY: rf"(?<![\d一二三四五六七八九十月第几路街巷道弄村坊工趟票门])(?P<d5>[1-3]?\d|[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九](?=号 ?{PART_OF_DAY}))(?:号|日)(?![楼栋线院门房单铺机码馆店仓桥井坑地台床口厂区公窗车柜桌座位档梯泵人员段站选宿小路民])",
    Form.SINCE: rf"(?:从|打){_HOURS}(?:[\d一二三四五六七八九十]{{1,2}}点(?:半)?(?:多)?)?(?:就|开始|起|到现在)|{_HOURS}就(?:开始|有|闻到|听到)"
    rf"|(?<![天日号晚今昨前周星一二三四五六每\d])(?:(?:{_HOURS}|晚上)(?:{_CLOCK})?+|{_CLOCK})(?![到至的-])(?=[^\n。;!?]{{0,30}}?(?:到现在|现在(?!的|每)))",
    Form.CLOCK: rf"(?<![\u4e00-\u9fff]){_HOURS}(?=[\d一二三四五六七八九十]{{1,2}}点|[^\n,，。;!? ]{{0,12}}?(?:被(?!吵)|撞|摔|咬到|咬了|偷了|骗了|抢了|刮了|吃出|喝出|起火|着火|爆了))|刚(?=被|在[^ ,，。]{{1,12}}[被撞摔]|撞|摔)",
    Form.NOW_CLOCK: r"(?:都|快|已经|宜家|而家|现在)?(?P<hour>\d{1,2}|十?[一二三四五六七八九十两]|十)点(?:半|多|[一二三四五六七八九十\d]{1,3}分?)?(?:钟)?(?:多|几)?了",
}
_DATE = re.compile("|".join(f"(?P<{form}>{pattern})" for form, pattern in _PATTERNS.items()))
LASTING = re.compile(
    r"每[天晚日夜]|天天|夜夜|晚晚|经常|总是|老是|长期|连续|最近|[一两几半\d]个?多?(?:月|星期|礼拜|周)(?:了|来)|[几两三\d]天(?:了|来)"
)
"""What goes on for days."""


@dataclass(frozen=True)
class Said:
    """A date that was said. `named_past`: the words themselves say that it is past, as 昨天 and 上周五 do."""

    date: dt.date
    span: Span
    form: Form
    named_past: bool = False


def said_dates(text: str, now: dt.datetime) -> Iterator[Said]:
    """Give the dates that a text names, in its order; one without a year may be the next to come (see `SOON`)."""
    for match in _DATE.finditer(text):
        form = next(form for form in _PATTERNS if match[form] is not None)
        if form is Form.NOW_CLOCK and (_hours_apart(spoken_number(match["hour"]), now.hour) > 1 or "连续" in text):
            continue
        if form is Form.SINCE and LASTING.search(text):
            continue
        date = _RESOLVED.get(form, _today)(match, now.date())
        if date is not None:
            yield Said(date, match.span(), form, _names_the_past(match, form))


def _names_the_past(match: re.Match[str], form: Form) -> bool:
    return (
        form is Form.DAYS_AGO
        or (form is Form.RELATIVE and _RELATIVE.get(match[0], 0) < 0)
        or (match["week"] or match["rel"] or match["rel3"] or "").startswith(("上", "去年", "前年"))
    )


def _today(_: re.Match[str], today: dt.date) -> dt.date:
    return today


def _compact(match: re.Match[str], _: dt.date) -> dt.date | None:
    return _day(int(match["cy"]), int(match["cm"]), int(match["cd"]))


def _full(match: re.Match[str], _: dt.date) -> dt.date | None:
    return _day(int(match["y"]), int(match["m"]), int(match["d"]))


def _month_day(match: re.Match[str], today: dt.date) -> dt.date | None:
    if match["y2"]:
        return _day(_year(match["y2"], today), spoken_number(match["m2"]), spoken_number(match["d2"]))
    return _of_year(spoken_number(match["m2"]), spoken_number(match["d2"]), match["rel"], today)


def _dotted(match: re.Match[str], today: dt.date) -> dt.date | None:
    return _of_year(int(match["m4"]), int(match["d4"]), None, today)


def _of_year(month: int, day: int, year: str | None, today: dt.date) -> dt.date | None:
    past = {"去年": 1, "前年": 2, "今年": 0}.get(year or "")
    if past is not None:
        return _day(today.year - past, month, day)
    for date in (_day(today.year, month, day), _day(today.year + 1, month, day)):
        if date and dt.timedelta(0) <= date - today <= SOON:
            return date
    this = _day(today.year, month, day)
    return this if this and this <= today else _day(today.year - 1, month, day)


def a_year_before(date: dt.date) -> dt.date | None:
    """Give the same day of the year before; None for the 29th of February."""
    return _day(date.year - 1, date.month, date.day)


def _day_of_last_month(match: re.Match[str], today: dt.date) -> dt.date | None:
    return _day_of_month(spoken_number(match["d3"]), match["rel3"], today)


def _day_alone(match: re.Match[str], today: dt.date) -> dt.date | None:
    return _day_of_month(spoken_number(match["d5"]), None, today)


def _day_of_month(day: int, named: str | None, today: dt.date) -> dt.date | None:
    """Give a day of this or the last month; `named` is 上个月, 这个月 … where that was said."""
    back = named.count("上") if named else int(day > today.day)
    if named and not back and day > today.day:
        return None
    months = today.year * 12 + today.month - 1 - back
    return _day(months // 12, months % 12 + 1, day)


def _weekday(match: re.Match[str], today: dt.date) -> dt.date | None:
    monday = today - dt.timedelta(days=today.weekday())
    week = (match["week"] or "").removesuffix("个")
    day = monday + dt.timedelta(days=_WEEKDAYS[match["wd"]])
    if week in ("上", "上上"):
        return day - dt.timedelta(days=7 * len(week))
    if week:
        return day if day <= today else None
    return day if day <= today else day - dt.timedelta(days=7)


def _relative(match: re.Match[str], today: dt.date) -> dt.date:
    return today + dt.timedelta(days=_RELATIVE.get(match[0], 0))


def _days_ago(match: re.Match[str], today: dt.date) -> dt.date:
    return today - dt.timedelta(days=spoken_number(match["n"]))


_RESOLVED: dict[Form, Callable[[re.Match[str], dt.date], dt.date | None]] = {
    Form.COMPACT: _compact,
    Form.FULL: _full,
    Form.FESTIVAL: festival_day,
    Form.MONTH_DAY: _month_day,
    Form.DOTTED: _dotted,
    Form.LAST_MONTH_DAY: _day_of_last_month,
    Form.WEEKDAY: _weekday,
    Form.RELATIVE: _relative,
    Form.DAYS_AGO: _days_ago,
    Form.DAY: _day_alone,
}
"""How each form is resolved; the others mean today."""


def _hours_apart(said: int, now: int) -> int:
    """Give how far an hour that was said (of twelve or of twenty-four) is from the hour of the call."""
    apart = abs(said % 12 - now % 12)
    return min(apart, 12 - apart)


def _year(said: str, today: dt.date) -> int:
    """Read a year of four or two digits; of two it is the latest such year.

    >>> _year("二零二六", dt.date(2026, 7, 1)), _year("90", dt.date(2026, 7, 1)), _year("25", dt.date(2026, 7, 1))
    (2026, 1990, 2025)
    """
    year = int(
        "".join(
            c
            if c.isdigit() and c.isascii()
            else str("〇一二三四五六七八九".find(c.replace("零", "〇").replace("o", "〇")))
            for c in said
        )
    )
    return year if year > 99 else year + (2000 if year <= today.year % 100 else 1900)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
