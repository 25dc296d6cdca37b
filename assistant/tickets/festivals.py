"""The days of festivals and of the lunar calendar, as callers name them (国庆那天, 中秋前一晚, 正月初五, 双十一)."""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import partial

from borax.calendars.lunardate import LunarDate, TermUtils

from assistant.grounding import number_of

_DAY_OF_YEAR = Callable[[int], dt.date | None]


def _lunar(month: int, day: int, year: int) -> dt.date | None:
    try:
        return LunarDate(year, month, day).to_solar_date()  # type: ignore[no-any-return]
    except ValueError:
        return None


def _new_years_eve(year: int) -> dt.date | None:
    first = _lunar(1, 1, year)
    return first - dt.timedelta(days=1) if first else None


def _solar_term(name: str, year: int) -> dt.date | None:
    return TermUtils.day_start_from_term(year, name)  # type: ignore[no-any-return]


def _nth_sunday(month: int, nth: int, year: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=6 - first.weekday() + 7 * (nth - 1))


def _fixed(month: int, day: int, year: int) -> dt.date:
    return dt.date(year, month, day)


_LONG: dict[str, _DAY_OF_YEAR] = {
    "国庆 国庆节 十一国庆": partial(_fixed, 10, 1),
    "五一 五一节 劳动节 五一劳动节": partial(_fixed, 5, 1),
    "春节": partial(_lunar, 1, 1),
    "清明 清明节": partial(_solar_term, "清明"),
    "三八节 妇女节 三八妇女节": partial(_fixed, 3, 8),
    "五四 青年节 五四青年节": partial(_fixed, 5, 4),
    "六一": partial(_fixed, 6, 1),
    "八一": partial(_fixed, 8, 1),
    "三一五 315": partial(_fixed, 3, 15),
    "六一八 618": partial(_fixed, 6, 18),
    "跨年": partial(_fixed, 12, 31),
}
"""Festivals of several days off, and names that mean other things, too: they need 那天, 晚上 or the like."""

_SINGLE: dict[str, _DAY_OF_YEAR] = {
    "元旦 元旦节": partial(_fixed, 1, 1),
    "情人节": partial(_fixed, 2, 14),
    "愚人节": partial(_fixed, 4, 1),
    "儿童节 六一节 六一儿童节": partial(_fixed, 6, 1),
    "建军节 八一建军节": partial(_fixed, 8, 1),
    "教师节": partial(_fixed, 9, 10),
    "十一当天 十一那天": partial(_fixed, 10, 1),
    "万圣节": partial(_fixed, 10, 31),
    "双十一 双11": partial(_fixed, 11, 11),
    "双十二 双12": partial(_fixed, 12, 12),
    "平安夜": partial(_fixed, 12, 24),
    "圣诞 圣诞节": partial(_fixed, 12, 25),
    "跨年夜": partial(_fixed, 12, 31),
    "母亲节": partial(_nth_sunday, 5, 2),
    "父亲节": partial(_nth_sunday, 6, 3),
    "除夕 除夕夜 年三十 大年三十 年卅 年卅晚 大年夜": _new_years_eve,
    "元宵 元宵节": partial(_lunar, 1, 15),
    "端午 端午节": partial(_lunar, 5, 5),
    "七夕 七夕节 七夕情人节": partial(_lunar, 7, 7),
    "中元节 鬼节 盂兰节": partial(_lunar, 7, 15),
    "中秋 中秋节 八月十五": partial(_lunar, 8, 15),
    "重阳 重阳节": partial(_lunar, 9, 9),
    "腊八 腊八节": partial(_lunar, 12, 8),
    "冬至": partial(_solar_term, "冬至"),
}
"""Festivals of one day."""

_DAYS = {name: day for days in (_LONG, _SINGLE) for names, day in days.items() for name in names.split()}
_OF_ONE_DAY = frozenset(" ".join(_SINGLE).split())
_NAMES = "|".join(sorted(_DAYS, key=len, reverse=True))

_LUNAR_DAY = r"初[一二三四五六七八九十]|[一二]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十"
_LUNAR = (
    rf"(?:农历|阴历|旧历|老历)的?(?P<lm>[正冬腊一二三四五六七八九十]{{1,2}}月)(?P<ld>{_LUNAR_DAY})[日号]?"
    rf"|(?P<lm2>正月|腊月)(?P<ld2>{_LUNAR_DAY})[日号]?|大?年(?P<ld3>初[一二三四五六七八九十]|廿[三四五六七八九])"
)
_SHIFTS = {
    "前一[天日晚]|头一?天晚上|前[夜夕]|前晚": -1,
    "前[两二][天日晚]": -2,
    "(?:那|这|的)?(?:当|那|正)[天日晚]|当夜|第一天|首日": 0,
    "第[二2]天|次日|后一天": 1,
    "第[三3]天": 2,
    "第[四4]天": 3,
    "第[五5]天": 4,
    "第[六6]天": 5,
    "第[七7]天": 6,
    "[晚早]上|半?夜里|凌晨|清晨|上午|中午|下午|傍晚|一[大清]?早|晚(?![会宴])": 0,
}
_VAGUE = re.compile(
    r"[ ]?(?:长?假|小长假|放假|[一刚]?过|之?前|之?后|期间|以来|这段|那段|那几|这几|快|将|要|临近|又要|礼|月饼|粽|福利|活动|促销|大促|加班|优惠|的?时候|左右|[一-九]天|国庆|中秋|元旦|双节|路|街|村|晚会|演|节目|桥|宴)"
)


FESTIVAL = (
    rf"(?P<fyear>今年|去年|前年)?的?(?<![初二三\d])(?P<fname>{_NAMES}|{_LUNAR})(?![\d日号])"
    rf"(?:节?的?(?:小?长?假期?|放假)?的?(?P<fshift>{'|'.join(_SHIFTS)})(?![会宴]))?"
)
"""A festival or a day of the lunar calendar, with what shifts it: 前一晚, 第二天, 当天."""


def festival_day(match: re.Match[str], today: dt.date) -> dt.date | None:
    """Give the day that a match of `FESTIVAL` means, the latest not after `today`; None where it is no certain day."""
    shift = match["fshift"]
    lunar_day = _lunar_day(match)
    certain = shift is not None or (
        (lunar_day is not None or match["fname"] in _OF_ONE_DAY) and not _VAGUE.match(match.string, match.end())
    )
    if not certain:
        return None
    days = 0 if shift is None else next(n for pattern, n in _SHIFTS.items() if re.fullmatch(pattern, shift))
    day_of = lunar_day or _DAYS[match["fname"]]
    back = {"去年": 1, "前年": 2}.get(match["fyear"] or "")
    years = (today.year + 1, today.year, today.year - 1) if back is None else (today.year - back,)
    found = (day + dt.timedelta(days=days) for year in years if (day := day_of(year)))
    return next((day for day in found if day <= today), None)


def _lunar_day(match: re.Match[str]) -> _DAY_OF_YEAR | None:
    """Give how to find a day that was said by month and day of the lunar calendar; None for a festival's name."""
    said = match["ld"] or match["ld2"] or match["ld3"]
    if said is None:
        return None
    month = match["lm"] or match["lm2"] or ("腊月" if said.startswith("廿") else "正月")
    number = {"正月": 1, "冬月": 11, "腊月": 12}.get(month) or spoken_number(month.removesuffix("月"))
    return partial(_lunar, number, spoken_number(said.removeprefix("初")))


def spoken_number(said: str) -> int:
    """Read a number of digits or Chinese characters, 廿 among them; 0 where it is none."""
    return int(said) if said.isdigit() else int(number_of(said.replace("廿", "二十")) or 0)
