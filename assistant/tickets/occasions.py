"""When it happened: the day of the one event that a caller dates; everything vaguer stays None.

What goes on for days, months or every night, what is due in the future, when somebody called before, was born, signed
or applied is not a dated event; what was done about an event does not make its day doubtful.
"""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from assistant.tickets.dates import (
    BY_THE_CLOCK,
    EXPLICIT,
    LASTING,
    PART_OF_DAY,
    Form,
    Said,
    a_year_before,
    said_dates,
)
from assistant.tickets.schema import Field
from assistant.tickets.transcript import AGENT, CallerWords

LONG_BEFORE = dt.timedelta(days=365)
"""So much earlier than what is complained of lies what led to it: a purchase, a contract."""

LIFETIME = dt.timedelta(days=365 * 12)
"""What is longer ago is a birth or the year of a building."""

_RECURRING = re.compile(
    r"(?:每|逢|天天|经常|常常|一到|到了?|平时|总是|老是|都是|成日|通常|往往|连续|接连|年年|凡是|只要)[\u4e00-\u9fff]{0,4}$"
)
_DUE = re.compile(
    r"(?:过完|过了|等过|到|截止|截至|最迟|最晚|之前|等到|等|推到|推迟到|延到|延期到|延至|拖到|约(?:在|了)?|预约|定[在于]|安排在|改[到在]|预计)[\u4e00-\u9fff]{0,3}$"
)
_FUTURE = re.compile(
    r"(?:希望|要求|最好|请|请你们|麻烦|限|说(?:了|是|好)?(?:到|是)?|讲好|原来说|答应|承诺|保证|约定|规定|协议|公告|通知说|通知写|上?写着?|写的是|写明|标着?|原定|将|准备|打算|计划|明年|下个?月|家长会|开放日)(?:是|在|的)?[\u4e00-\u9fff]{0,3}$"
)
_NEXT = re.compile(r"(?<![一楼之以底地乡山脚])下(?:一?个|一?次)?$")
_FUTURE_AFTER = re.compile(
    r"^(?:之?前(?!后|面|天)|以前|截止|到期|届满|为?止(?!血|痛)|起?生效|(?:就|才|要|正式)?(?:开庭|开学|开标|交房(?!了)|上岗|开考)|要(?!求)|就要|会|将|能|可以|可不可以|能不能|是不是|必须|还(?!在|是|有)|给我(?!打|说|发)|叫他|让他|叫人|派人|安排|帮|想|来(?:问|咨询|反映)|说[^ ,，]{1,12}明天|打(?:这?个)?电话(?:就是|是|来)?(?:想|问|反映)|之内|前能|再(?!次)|停了$|不[^ ,，]{0,6}就)"
)
_REPORTED = re.compile(
    r"^[\u4e00-\u9fff ,，]{0,8}?(?:打过(?:电话|12345|热线|给你们|你们)|打了(?:电话|12345|热线)|打给你们|反映(?:过|了)|投诉(?:过|了)|报(?:过|了|的)(?:修|警|案)|交(?:的|了)(?:材料|资料)|举报过|来电|回电|提过|登记过|办结|回复|答复|受理|"
    r"提交|递交|递的|申请|申报|立案|寄出|挂号信|问过|咨询过|录过|报过|打110|打过110|打的(?:电话|12345|热线)|有人打(?:过?电话|12345|来))"
)
_VAGUE_AFTER = re.compile(
    r"^(?:左右|前后)|^(?:上下|那几天|这几天|那阵|附近)?(?:那|这)?(?:阵子|段时间|些天|几天)|^(?:至|到|-|~|—|、)(?:\d{1,2}[月日号.]|[一二三十]+[月日号])|^[^,，。 ]{0,4}(?:以来|至今)|^期间|^(?:都|已经)*是?第[一二三四五六七八九十\d]+天|^(?:都|已经)*是?我?第[一二三四五六七八九十\d]+次(?:打|来|投诉|反映)"
)
_PAST_EVENT = re.compile(
    r"了|过|到|见|被|在|从|就|发现|发生|收到|买|掉|撞|摔|咬|打|偷|抢|骗|停|爆|漏|断|塌|倒|办|下单|交|付|转|坏|起火|着火|不停|吃|去|来|拒|扣|罚|说|又|有|拆|冒|喷|炸|死|晕|吐|拉|丢|捡"
)
_DONE = re.compile(r"^[\u4e00-\u9fff]{0,3}?(?:摔|撞|咬|偷|抢|骗|买|签|下的?单|交|付|发生|被|收到|发现)[^ ,，。]{0,8}")
_TAKEN_BACK = re.compile(r"[ ,，]*(?:[哦噢喔啊呃额]不|不对|说错|记错|错了|不是[ ,，])")
_CORRECTING = re.compile(
    r"(?:不对|说错|记错|错了|应该是|[哦噢喔啊呃额]不|不是不是|唔系唔系|(?:不是|唔系)[\u4e00-\u9fff\d]{1,8})[ ,，了]*(?:是|应该是)?[ ]*$"
)
_SETTLED = re.compile(r"^(?:没错|冇错|对的|肯定是|确定)")
_DAY_OF_MONTH_ONLY = re.compile(r"(?:发工资|发薪|出粮|还款|扣款|工资日|交租|结算)")
_WEEKDAYS_BEFORE = re.compile(r"(?:周|星期|礼拜)[一二三四五六][和到至、]?$")
_WEEKDAYS_AFTER = re.compile(r"(?:都|也都|才|[和到至、]?(?:周|星期|礼拜))")
_CLOCK_EVENT = re.compile(r"[\u4e00-\u9fff\d]{0,12}?(?:了|发现|撞|摔|咬|被)")
_TERM = re.compile(
    r"(?:工资|社保|合同|租约|租期|房租|学期|年度|生产日期|保质期|有效期|有效至|工期|期限|到期|到期日|开业于)(?:签?到|写到|是|到|至|为|在)?$"
)
_ONWARDS = re.compile(r"^(?:这天|那天|晚上|早上|晚)?(?:就|便)?(?:开始|起(?![火来床诉]))")
_OFFICE_CAME = re.compile(r"[^ ,，]{0,2}(?:换|修|来|清|处理|弄|补|搞)(?:过|了|好)")
_RANGE = re.compile(r"[日号\d](?:至|到|-|~|—)$")
_BIRTH_BEFORE = re.compile(r"(?:生日|出生(?:日期|年月)|生于)(?:是|为|在|:)?[ ]*$")
_BIRTH_AFTER = re.compile(
    r"^(?:就|才|刚)?满[一二两三四五六七八九十\d]+(?:周?岁|个?月)|^(?:凌晨|早上|晚上)?(?:出生|生的|生日|生人|生[,，。 ]|生$)"
)
_BACKGROUND_BEFORE = re.compile(r"(?:合同|协议|入职|进厂|进公司|入住|开业|搬来|结婚|离婚|认购书)(?:是|在|于)?$")
_BACKGROUND = re.compile(
    r"^[^,，。 ]{0,6}?(?:入职|进(?:的)?厂|进公司|上班至今|开始上班|签(?:订|的|了)[^,，。]{0,8}(?:合同|协议)|签订|入住|搬(?:进|来|过来)|拿的?证|结的?婚|离的?婚|租的|开业)"
)
_FOLLOW_UP = re.compile(
    r"^[ ]?(?:[\u4e00-\u9fff]{0,4}?发现|[\u4e00-\u9fff]{0,6}?(?:打(?:了|过)?(?:个|一个)?电话|派出所|医院|做了?笔录|报(?:了|的)?[警案]|才报|回电|回复|答复|通知|告诉|跟我说|问|查|找|联系|复查|检查|手术|住院|出院|疫苗|换药|投诉|催|退了|好了|恢复|修好|处理|按手印)|[\u4e00-\u9fff]{0,3}?(?:去又|又说|又要|还[在没有是]|仍|才|去(?!年)|拿去|拿回|回去|说|就说|收到短信|收到))"
)
_ASKED_WHEN = re.compile(
    r"哪一?[天日晚]|几号|几时|边日|什么时候(?!方便)|什么时间(?!方便)|何时|日期是|[是系].{1,12}(?:吗|吧|对吧|对吗|对不对|[?])"
)
_RESCUE = re.compile(
    r"快(?:来(?!了)|点来|点派|点叫|点啊|派|叫|救)|(?:赶紧|马上|立刻)(?:来|派|叫|救)|救命|救护车|(?:打|拨|叫)(?:了|过|个)?(?:110和)?(?:120|119)|叫消防|消防车|出不来|(?:困|卡|停)在.{0,8}(?:楼|层|里面)|叫门不应|没有?人应|没反应|昏迷|抽筋|走丢|走失|往外跑|逃出来"
)
"""Words of somebody who needs help this minute, or of the agent who asks whether it was called."""

_HOUR_ALONE = re.compile(
    r"(?<![\u4e00-\u9fff])(?:今早|早上|上午|中午|下午|傍晚|凌晨)(?!班|市|高峰|场|场次)"
    r"|(?<![\d一二三四五六七八九十天日晚])[一二两三四五六七八九十\d]{1,2}点(?:多|半|钟)?(?:就|出门|从)"
)
"""An hour without a day, at the beginning of a clause: of what is an emergency now it is one of today."""
_ASKED_NUMBER = re.compile(
    r"门牌|几号[楼栋线房窗车]|哪[一个]?[栋座间]|几[栋座]|房号|窗口|工号|车牌|地址|位置|哪条线|几路"
)
_NO_EVENT_ASKED = re.compile(
    r"登记|反映|打(?:过|的)?电话|来电|回访|提交|申请|递交|投诉|报(?:过|了)?[警修案]|出生|生日|到期|方便|签(?:的|订)?合同|入职|号楼|号窗|几号[楼栋线房窗车]"
)
_YES = re.compile(r"[ ]*(?:对|是(?!不)|嗯|没错|系|啱|就是|恩)")
_BEFORE_CHARS, _AFTER_CHARS = 14, 24
_BEGINS = 8
"""Characters into an answer within which a date is what was asked for."""


class _Weight(IntEnum):
    """How much a date tells of the event."""

    FOLLOW_UP = 0
    BACKGROUND = 1
    EVENT = 2
    SETTLED = 3


@dataclass(frozen=True)
class _Dated:
    """A date of something that happened."""

    said: Said
    weight: _Weight

    @property
    def date(self) -> dt.date:
        return self.said.date


def occurred_at(words: CallerWords, now: dt.datetime) -> Field[dt.date | None]:
    """Give the day of the one event that the caller dates; None when none or several are dated."""
    found = _weightiest(list(_dated(words, now))) or list(_confirmed(words, now))
    if not found:
        return Field(None, 0.85)
    said = [one.said for one in found]
    dates = {one.date for one in said}
    first = said[0]
    if len(dates) == 1:
        return Field(first.date, 0.6 if first.form in (Form.CLOCK, Form.DAY, Form.NOW_CLOCK) else 0.9, first.span)
    explicit = [one for one in said if one.form in EXPLICIT]
    if len({one.date for one in explicit}) == 1 and all(
        one.form is Form.RELATIVE for one in said if one not in explicit
    ):
        return Field(explicit[0].date, 0.5, explicit[0].span)
    if max(dates) - min(dates) <= dt.timedelta(days=1) and _one_night(words.text, said):
        return Field(first.date, 0.6, first.span)
    return Field(None, 0.5)


def going_on(words: CallerWords, found: Field[dt.date | None], now: dt.datetime) -> Field[dt.date | None]:
    """Give the day of what may be an emergency: today where help is called for now, or only an hour is named."""
    if found.value is not None or LASTING.search(words.text):
        return found
    return Field(now.date(), 0.5) if _RESCUE.search(words.full) or _HOUR_ALONE.search(words.text) else found


def _weightiest(found: list[_Dated]) -> list[_Dated]:
    """Leave out what only the hour dates, what followed an earlier event, and what lies behind the event."""
    found = [one for one in found if one.said.form not in BY_THE_CLOCK] or found
    found = [one for one in found if one.weight is _Weight.SETTLED][-1:] or found
    latest = max((one.date for one in found), default=dt.date.min)
    found = [one for one in found if latest - one.date < LONG_BEFORE]
    first = min((one.date for one in found if one.weight >= _Weight.EVENT), default=None)
    if first is not None:
        found = [one for one in found if not (one.weight is _Weight.FOLLOW_UP and one.date > first)]
    return [one for one in found if one.weight is not _Weight.BACKGROUND] or found


def _one_night(text: str, said: list[Said]) -> bool:
    """Tell whether two neighbouring days are one stretch (昨晚十一点到今天凌晨)."""
    between = text[said[0].span[1] : said[-1].span[0]]
    return len(between) <= 14 and bool(re.search(r"到|至|直到", between))


def _confirmed(words: CallerWords, now: dt.datetime) -> Iterator[_Dated]:
    """Give a date that the agent asks about and the caller agrees to (是今天早上吗 – 对)."""
    for asked, answer in pairwise(range(len(words.turns))):
        said = list(said_dates(words.reply(asked), now))
        if (
            words.turns[asked].speaker == AGENT
            and words.turns[answer].speaker != AGENT
            and len(said) == 1
            and said[0].date <= now.date()
            and said[0].form not in BY_THE_CLOCK
            and re.search(r"[是系就][^,，。]{0,6}$", words.reply(asked)[: said[0].span[0]])
            and re.search(r"(?:吗|吧|对不对|[?])", words.reply(asked)[said[0].span[1] :])
            and _YES.match(words.reply(answer))
            and not _NO_EVENT_ASKED.search(words.reply(asked))
        ):
            start = words.turns[asked].start
            yield _Dated(replace(said[0], span=(start + said[0].span[0], start + said[0].span[1])), _Weight.EVENT)


def _dated(words: CallerWords, now: dt.datetime) -> Iterator[_Dated]:
    """Give the dates of things that happened, in their order; one that was taken back is replaced."""
    text = words.text
    kept: list[_Dated] = []
    last, last_kept = 0, False
    for said in said_dates(text, now):
        start, end = said.span
        before = re.split(r"[\n。！？!?；;]", text[max(0, start - _BEFORE_CHARS) : start])[-1]
        after = re.split(r"[\n。！？!?；;]", text[end : end + _AFTER_CHARS])[0]
        between, last = text[last:start].strip(" ,，"), end
        correction = _CORRECTING.search(before)
        corrects = bool(
            kept and correction and (last_kept or text[: start - len(before) + correction.start()][-1:] == "\n")
        )
        if re.search(r"(?<!不是)不是[ ]*$", before):
            if not kept or len(between) > 2:
                last_kept = False
                continue  # 不是昨天
            corrects = True  # 昨天 不是 前天
        past = _in_the_past(said, after, now.date())
        if said.form is Form.DAY and words.answers(start, _ASKED_NUMBER, _BEGINS):
            continue  # 门牌 – 十二号
        asked = words.answers(start, _ASKED_WHEN, _BEGINS)
        weight = _weight(past, before, after, asked) if past else None
        if past and weight is None and (corrects or (kept and _TAKEN_BACK.match(after))):
            weight = _Weight.EVENT
        last_kept = past is not None and weight is not None
        if past is None or weight is None:
            continue
        if corrects and kept:
            kept.pop()
        kept.append(_Dated(past, weight))
    yield from kept


def _in_the_past(said: Said, after: str, today: dt.date) -> Said | None:
    """Give a date that is past: one to come, but told as done, is that of the year before."""
    if said.date <= today:
        return said if today - said.date < LIFETIME else None
    before = a_year_before(said.date)
    return replace(said, date=before) if before and said.form is not Form.FULL and _DONE.match(after) else None


def _weight(said: Said, before: str, after: str, asked: bool) -> _Weight | None:
    """Tell by the words around a date what it dates; None for what is no event."""
    if not _is_event(said, before, after, asked):
        return None
    if _SETTLED.match(after):
        return _Weight.SETTLED
    if _BACKGROUND.match(after) or _BACKGROUND_BEFORE.search(before):
        return _Weight.BACKGROUND
    return _Weight.FOLLOW_UP if _FOLLOW_UP.match(after) else _Weight.EVENT


def _is_event(said: Said, before: str, after: str, asked: bool) -> bool:
    """Tell whether the words around a date make it the date of something that happened."""
    form, near = said.form, after.lstrip()
    undated = (
        _RECURRING.search(before) and not re.search(r"(?:到了?|都是)$", before),
        re.search(r"(?:每|逢|天天|一到|到了?每?|都是每)[\u4e00-\u9fff]?$", before),
        form is Form.WEEKDAY and (_WEEKDAYS_BEFORE.search(before) or _WEEKDAYS_AFTER.match(after)),
        _DUE.search(before),
        not said.named_past and _FUTURE.search(before),
        _NEXT.search(before) or _FUTURE_AFTER.match(after if form is Form.NOW_CLOCK else near),
        before.endswith("你们") and _OFFICE_CAME.match(near),
        _REPORTED.match(near) or _VAGUE_AFTER.match(near),
        form not in (Form.RELATIVE, Form.WEEKDAY, *BY_THE_CLOCK) and _ONWARDS.match(near),
        form is Form.DAY
        and (
            _DAY_OF_MONTH_ONLY.search(before + after)
            or not (asked or _PAST_EVENT.search(after) or re.match(PART_OF_DAY, near))
        ),
        form is Form.CLOCK and (not _CLOCK_EVENT.match(after) or "每" in before),
        _TERM.search(before) or _RANGE.search(before),
        _BIRTH_BEFORE.search(before) or _BIRTH_AFTER.match(near),
    )
    return not any(undated)
