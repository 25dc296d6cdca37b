"""When it happened: a single dated event, resolved to a day; everything vaguer stays None.

Weeks begin on Monday. What goes on for days, months or every night, what is due in the future, and when somebody
called before, is not a dated event.
"""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.grounding import number_of
from assistant.tickets.schema import Field, Span
from assistant.tickets.transcript import CallerWords

_N = r"(?:\d{1,2}|[一二三四五六七八九十廿两]{1,3})"
_RELATIVE: dict[str, int] = {
    "大前天": -3, "大前日": -3, "大前晚": -3, "前天": -2, "前日": -2, "前晚": -2, "前夜": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1,
    "昨儿": -1, "尋日": -1, "寻日": -1, "琴日": -1, "噚日": -1, "寻晚": -1, "琴晚": -1, "噚晚": -1, "今天": 0, "今日": 0, "今早": 0,
    "今晨": 0, "今朝": 0, "今晚": 0, "今儿": 0, "今夜": 0, "今午": 0, "刚才": 0, "刚刚": 0, "头先": 0, "啱啱": 0, "方才": 0, "半小时前": 0,
    "一个小时前": 0, "几分钟前": 0, "十分钟前": 0, "昨早": -1, "昨下午": -1, "昨中午": -1, "寻朝": -1, "琴朝": -1, "当天凌晨": 0,
}  # fmt: skip
_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_PATTERNS: dict[str, str] = {
    "full": r"(?P<y>20\d\d)[年./-](?P<m>\d{1,2})[月./-](?P<d>\d{1,2})[日号]?(?!\d)",
    "month_day": rf"(?P<rel>今年|去年|前年|上个月|这个月|本月|上月)?的?(?P<m2>{_N})月(?P<d2>{_N})[日号]?(?![月年个岁点后多块元人到至])",
    "dotted": r"(?<![\d.])(?P<m4>1[0-2]|0?[1-9])[./](?P<d4>[12]\d|3[01]|0?[1-9])(?:号|日)(?![\d])",
    "last_month_day": rf"(?P<rel3>上个?月|这个?月|本月|当月|今个月)的?(?P<d3>{_N})[日号]",
    "weekday": r"(?P<week>上上个?|上个?|这个?|本|今个)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天]|(?<=[上这本个]周)末)(?![一二三四五六七八九十\d两]?[次天个回休节])",
    "relative": "|".join(sorted(map(re.escape, _RELATIVE), key=len, reverse=True)),
    "days_ago": rf"(?P<n>{_N})(?:天|日)(?:之)?前(?!后)",
    "day": r"(?<![\d一二三四五六七八九十月第])(?P<d5>[1-3]?\d|[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?)(?:号|日)(?![楼栋线院门房单铺机码馆店仓桥井坑地台床口厂区公])",
    "clock": r"(?<![\u4e00-\u9fff])(?:早上|上午|中午|下午|傍晚|凌晨)(?=[\d一二三四五六七八九十]{1,2}点)",
    "now_clock": r"(?:都|快|已经|宜家|而家|现在)?(?P<hour>\d{1,2}|十?[一二三四五六七八九十两]|十)点(?:半|多|[一二三四五六七八九十\d]{1,3}分?)?(?:钟)?(?:多|几)?了",
    "since": r"(?:从|打)(?:早上|上午|中午|下午|傍晚|凌晨)(?:[\d一二三四五六七八九十]{1,2}点(?:半)?(?:多)?)?(?:就|开始|起|到现在)|(?:早上|上午|中午|下午|傍晚|凌晨)就(?:开始|有|闻到|听到)",
}
_DATE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()))

_RECURRING = re.compile(
    r"(?:每|逢|天天|经常|常常|一到|到了?|平时|总是|老是|都是|成日|通常|往往|连续|接连|年年|凡是|只要)[\u4e00-\u9fff]{0,4}$"
)
_FUTURE = re.compile(
    r"(?:希望|要求|最好|请|请你们|麻烦|到|截止|截至|最迟|最晚|限|之前|等到|等|推到|推迟到|约(?:在|了)?|预约|说(?:了)?(?:到|是)?|答应|承诺|保证|将|准备|打算|计划|明年|下个?月|下)[\u4e00-\u9fff]{0,3}$"
)
_FUTURE_AFTER = re.compile(
    r"^(?:之?前(?!后|面|天)|以前|截止|到期|要(?!求)|就要|会|将|能|可以|可不可以|能不能|是不是|必须|还(?!在|是|有)|给我(?!打|说|发)|叫他|让他|叫人|派人|安排|帮|之内|前能|再(?!次)|停了$|不[^ ,，]{0,6}就)"
)
_REPORTED = re.compile(
    r"^[\u4e00-\u9fff ,，]{0,8}?(?:打过(?:电话|12345|热线|给你们|你们)|打了(?:电话|12345|热线)|打给你们|反映(?:过|了)|投诉(?:过|了)|报(?:过|了)(?:修|警|案)|举报过|来电|提过|登记过|办结|回复|受理|"
    r"问过|咨询过|录过|申请过|报过|打110|打过110|有人打)"
)
_VAGUE_AFTER = re.compile(r"^(?:左右|前后|上下|那几天|这几天|那阵|附近)?(?:那|这)?(?:阵子|段时间|些天|几天)")
_PAST_EVENT = re.compile(
    r"了|过|到|见|被|在|从|就|发现|发生|收到|买|掉|撞|摔|咬|打|偷|抢|骗|停|爆|漏|断|塌|倒|办|下单|交|付|转|坏|起火|着火|不停|吃|去|来|拒|扣|罚|说|又|有|拆|冒|喷|炸|死|晕|吐|拉|丢|捡"
)
_TAKEN_BACK = re.compile(r"[ ,，]*(?:不对|说错|记错|错了|不是[ ,，])")
_DAY_OF_MONTH_ONLY = re.compile(r"(?:发工资|发薪|出粮|还款|扣款|工资日|交租|结算)")


_WEEKDAYS_BEFORE = re.compile(r"(?:周|星期|礼拜)[一二三四五六][和到至、]?$")
_WEEKDAYS_AFTER = re.compile(r"(?:都|也都|才|[和到至、]?(?:周|星期|礼拜))")
_CLOCK_EVENT = re.compile(r"[\u4e00-\u9fff\d]{0,12}?(?:了|发现|撞|摔|咬|被)")
_TERM = re.compile(r"(?:工资|社保|合同|租约|房租|学期|年度|生产日期|保质期|有效期|到期)(?:是|到|至|为)?$")


@dataclass(frozen=True)
class _Said:
    """A date that was said."""

    date: dt.date
    span: Span
    form: str
    corrected: bool = False


def occurred_at(words: CallerWords, now: dt.datetime) -> Field[dt.date | None]:
    """Give the day of the one event that the caller dates; None when none or several are dated."""
    found: list[_Said] = []
    for said in _dates(words.text, now):
        if said.corrected and found:
            found[-1] = said
        elif said.date <= now.date():
            found.append(said)
    if not found:
        return Field(None, 0.85)
    firm = [said for said in found if said.form not in ("clock", "since", "now_clock")] or found
    dates = {said.date for said in firm}
    if len(dates) == 1:
        return Field(firm[0].date, 0.6 if firm[0].form in ("clock", "day", "now_clock") else 0.9, firm[0].span)
    first = firm[0]
    explicit = [said for said in firm if said.form in ("full", "month_day", "dotted", "last_month_day")]
    if len({said.date for said in explicit}) == 1 and all(
        said.form == "relative" for said in firm if said not in explicit
    ):
        return Field(explicit[0].date, 0.5, explicit[0].span)
    if max(dates) - min(dates) <= dt.timedelta(days=1) and _one_night(words.text, firm):
        return Field(first.date, 0.6, first.span)
    return Field(None, 0.5)


def _one_night(text: str, said: list[_Said]) -> bool:
    """Tell whether two neighbouring days are one stretch (昨晚十一点到今天凌晨)."""
    between = text[said[0].span[1] : said[-1].span[0]]
    return len(between) <= 14 and bool(re.search(r"到|至|直到", between))


def _dates(text: str, now: dt.datetime) -> Iterator[_Said]:
    last = 0
    for match in _DATE.finditer(text):
        previous, last = last, match.end()
        form = str(match.lastgroup if match.lastgroup in _PATTERNS else _form(match))
        date = _resolved(match, form, now.date())
        if form == "now_clock" and (_hours_apart(_number(match["hour"]), now.hour) > 1 or "连续" in text):
            continue
        if date is None:
            continue
        start, end = match.span()
        before = re.split(r"[\n。！？!?；;]", text[max(0, start - 14) : start])[-1]
        after = re.split(r"[\n。！？!?；;]", text[end : end + 24])[0]
        corrected = bool(
            re.search(
                r"(?:不对|说错|记错|错了|应该是|不是[\u4e00-\u9fff\d]{1,8})[ ,，了]*(?:是|应该是)?[ ]*$", before
            )
        )
        if re.search(r"不是[ ]*$", before):
            if not previous or len(text[previous:start].strip(" ,，")) > 2:
                continue  # 不是昨天
            corrected = True  # 昨天 不是 前天
        if _TAKEN_BACK.match(after) or corrected or _is_event(before, after, form):
            yield _Said(date, (start, end), form, corrected)


def _is_event(before: str, after: str, form: str) -> bool:
    """Tell whether the words around a date make it the date of something that happened."""
    undated = (
        _RECURRING.search(before) and not re.search(r"(?:到了?|都是)$", before),
        re.search(r"(?:每|逢|天天|一到|到了?每?|都是每)[\u4e00-\u9fff]?$", before),
        form == "weekday" and (_WEEKDAYS_BEFORE.search(before) or _WEEKDAYS_AFTER.match(after)),
        _FUTURE.search(before) or _FUTURE_AFTER.match(after.lstrip()),
        _REPORTED.match(after) or _VAGUE_AFTER.match(after),
        form == "day" and (_DAY_OF_MONTH_ONLY.search(before + after) or not _PAST_EVENT.search(after)),
        form == "clock" and (not _CLOCK_EVENT.match(after) or "每" in before),
        _TERM.search(before),
    )
    return not any(undated)


def _form(match: re.Match[str]) -> str:
    return next(name for name in _PATTERNS if match[name] is not None)


def _resolved(match: re.Match[str], form: str, today: dt.date) -> dt.date | None:
    """Turn a date as it was said into a day, the latest one that is not in the future; None when there is none."""
    group = match.groupdict()
    date: dt.date | None = today
    if form == "full":
        date = _day(int(group["y"]), int(group["m"]), int(group["d"]))
    elif form in ("month_day", "dotted"):
        month, day = (group["m2"], group["d2"]) if form == "month_day" else (group["m4"], group["d4"])
        date = _latest(_number(month), _number(day), group.get("rel"), today)
    elif form in ("last_month_day", "day"):
        named = str(group["rel3"]) if form == "last_month_day" else None
        date = _day_of_month(_number(group["d3"] or group["d5"]), named, today)
    elif form == "weekday":
        date = _weekday(group["week"], group["wd"], today)
    elif form == "relative":
        date = today + dt.timedelta(days=_RELATIVE[match[0]])
    elif form == "days_ago":
        date = today - dt.timedelta(days=_number(group["n"]))
    return date


def _day_of_month(day: int, named: str | None, today: dt.date) -> dt.date | None:
    """Give a day of this or the last month; `named` is 上个月, 这个月 … where that was said."""
    back = named is not None and named.startswith("上")
    if named is not None and not back and day > today.day:
        return None
    month = today.replace(day=1) - dt.timedelta(days=1) if back or day > today.day else today
    return _day(month.year, month.month, day)


def _hours_apart(said: int, now: int) -> int:
    """Give how far an hour that was said (of twelve or of twenty-four) is from the hour of the call."""
    apart = abs(said % 12 - now % 12)
    return min(apart, 12 - apart)


def _weekday(week: str | None, name: str, today: dt.date) -> dt.date | None:
    monday = today - dt.timedelta(days=today.weekday())
    week = (week or "").removesuffix("个")
    if week in ("上", "上上"):
        return monday - dt.timedelta(days=7 * len(week)) + dt.timedelta(days=_DAYS[name])
    day = monday + dt.timedelta(days=_DAYS[name])
    if week in ("这", "本", "今"):
        return day if day <= today else None
    return day if day <= today else day - dt.timedelta(days=7)


def _latest(month: int, day: int, year: str | None, today: dt.date) -> dt.date | None:
    if year in ("上个月", "上月", "这个月", "本月"):
        return None
    past = {"去年": 1, "前年": 2, "今年": 0}.get(year or "")
    if past is not None:
        return _day(today.year - past, month, day)
    this = _day(today.year, month, day)
    return this if this and this <= today else _day(today.year - 1, month, day)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _number(said: str) -> int:
    return int(said) if said.isdigit() else int(number_of(said.replace("廿", "二十")) or 0)
