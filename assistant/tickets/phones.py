"""The number to call back: spoken or written digits, corrected as the caller corrects them."""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.tickets.schema import Field, Span
from assistant.tickets.transcript import AGENT, CallerWords

_SPOKEN = {
    **{c: c for c in "0123456789"},
    **dict(zip("零〇○洞一幺二两三四五六七拐八九勾", "00001122345677899", strict=True)),
    "o": "0",
}
_MISHEARD = {
    "要": "1", "妖": "1", "腰": "1", "么": "1", "夭": "1", "邀": "1", "药": "1", "衣": "1", "医": "1", "依": "1",
    "灵": "0", "铃": "0", "林": "0", "玲": "0", "领": "0", "儿": "2", "尔": "2", "而": "2", "山": "3", "伞": "3", "散": "3",
    "是": "4", "似": "4", "寺": "4", "事": "4", "武": "5", "舞": "5", "午": "5", "无": "5", "溜": "6", "流": "6", "刘": "6",
    "柳": "6", "妻": "7", "期": "7", "起": "7", "吧": "8", "巴": "8", "爸": "8", "把": "8", "就": "9", "久": "9", "酒": "9",
}  # fmt: skip
_DIGIT = "".join(_SPOKEN)
_REPEATED = re.compile(rf"([二两三四五23])个([{_DIGIT}])")
_SAID = rf"(?:[二两三四五23]个[{_DIGIT}]|[{_DIGIT}])"
_GAP = r"(?:[ \t\-－—–·.,，、。/_~～]|嗯|呃|啊|哦|额|诶|那个|然后|完了|一横|横杠|杠){0,3}"
_RUN = re.compile(rf"{_SAID}(?:{_GAP}{_SAID})*")
_LOOSE = re.compile(
    rf"[{_DIGIT}{''.join(c for c, d in _MISHEARD.items() if d == '1')}](?:{_GAP}[{_DIGIT}{''.join(_MISHEARD)}]){{9,13}}"
)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}[2-8]\d{6,7}")

_CORRECTING = re.compile(
    r"不对|不是|错了|说错|讲错|搞错|弄错|念错|记错|打错|更正|纠正|应该是|改成|改为|重新(?:说|报|念)|再报|我重(?:新)?[说报念]|唔系|唔啱|讲错"
)
_TAIL = re.compile(r"后面|后[两二三四五六七八]位|后几位|末尾|尾号|最后|结尾|尾数|最尾")
_MIDDLE = re.compile(r"中间")
_HEAD = re.compile(r"前面|开头|前三位|头三位")
_OWN = re.compile(
    r"我(?:的)?(?:电话|手机|号码|联系)|本人|联系(?:我|方式|电话)|打给我|回我|回电|我电话|我手机|留(?:个|一个|我)?(?:电话|手机|号码)"
    r"|给我(?:回|打)|打我|找我|我系|号码是|我叫|我姓|来电"
)
_OTHERS = re.compile(
    r"(?:骗子|对方|他们?的?|她的?|它|老板|房东|中介|商家|店家|店里|店主|司机|物业|客服|业务员|经理|厂里|公司|医院|学校|陌生|诈骗|骚扰|推销|催收|广告|招牌|小广告|办证|班主任)"
    r"[\u4e00-\u9fff]{0,6}?(?:电话|手机|号码|号|打来|打过来)[\u4e00-\u9fff:：,， ]{0,4}$"
)
_CALLED = re.compile(
    r"^[\u4e00-\u9fff ,，]{0,4}(?:打来|打过来|打给我说|打电话来|给我打|发来|发短信|发的短信|一直打|天天打|骚扰)"
)
_NOT_PHONE = re.compile(
    r"(?:单号|订单|工单|编号|账号|卡号|身份证|证号|车牌|流水|运单|快递|qq|微信|vx|案号|户号|表号|邮编)[\u4e00-\u9fff:：号 ]{0,5}$"
)
_YES = re.compile(r"^[嗯啊哦呃 ,，]*(?:对|是的|是啊|没错|系|冇错|好|正确|可以|就是|对的)")


@dataclass(frozen=True)
class _Run:
    """Digits said in one go, with their place; `agent` tells who said them."""

    digits: str
    start: int
    end: int
    turn: int
    agent: bool


def phone(words: CallerWords) -> Field[str | None]:
    """Give the number to call back, digits only; None when there is none.

    A corrected number wins over the one before; a number that belongs to somebody else is left out.
    """
    runs = _runs(words)
    best: _Run | None = None
    corrected = False
    for run in _joined(runs, words):
        number = _number(run.digits)
        if number is None:
            changed = _patched(best, run, words) if best is not None else None
            if changed is not None:
                best, corrected = changed, True
            continue
        if _foreign(run, words):
            continue
        fixed = _Run(number, run.start, run.end, run.turn, run.agent)
        if best is None or _replaces(best, fixed, words):
            corrected = best is not None and best.digits != number
            best = fixed
    if best is None:
        return _misheard(words)
    return Field(best.digits, 0.8 if best.agent else 0.9 if corrected else 0.98, (best.start, best.end))


def _runs(words: CallerWords) -> list[_Run]:
    found: list[_Run] = []
    for index, turn in enumerate(words.turns):
        agent = turn.speaker == AGENT
        if words.full[turn.start : turn.end].strip("\n") == "":
            continue
        for match in _RUN.finditer(words.full, turn.start, turn.end):
            found += _cut(match, index, agent)
    return found


def _cut(match: re.Match[str], turn: int, agent: bool) -> list[_Run]:
    """Give the numbers of a run; where it holds more than one number, the whole ones by their groups."""
    digits, places = _spell(match[0])
    whole = "".join(digits)
    at = [match.start() + place for place in places]

    def part(first: int, last: int) -> _Run:
        return _Run(whole[first:last], at[first], at[last - 1] + 1, turn, agent)

    if len(whole) <= 10 or _number(whole) is not None:
        return [part(0, len(whole))]
    breaks = [0, *(i for i in range(1, len(whole)) if places[i] - places[i - 1] > 1), len(whole)]
    found: list[_Run] = []
    taken = 0
    for first in breaks:
        if first < taken:
            continue
        for length in (11, 12, 10):
            ends = first + length
            if ends in breaks and _number(whole[first:ends]) is not None:
                found.append(part(first, ends))
                taken = ends
                break
    if found:
        return found
    if len(whole) == 22 and _number(whole[:11]) and _number(whole[11:]):  # said twice without a pause
        return [part(0, 11), part(11, 22)]
    if len(whole) == 13 and whole.startswith("86") and _MOBILE.fullmatch(whole[2:]):
        return [part(2, 13)]
    if len(whole) == 12 and whole[0] in "01" and _MOBILE.fullmatch(whole[1:]):
        return [part(1, 12)]
    return [] if len(whole) >= 15 else [part(0, len(whole))]


def _spell(said: str) -> tuple[list[str], list[int]]:
    """Give the digits of a run and where each stands in it (三个八 → 888, all at the same place)."""
    digits: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(said):
        repeated = _REPEATED.match(said, at)
        if repeated:
            times = int(_SPOKEN[repeated[1]])
            digits += [_SPOKEN[repeated[2]]] * times
            places += [repeated.end() - 1] * times
            at = repeated.end()
            continue
        if said[at] in _SPOKEN:
            digits.append(_SPOKEN[said[at]])
            places.append(at)
        at += 1
    return digits, places


def _joined(runs: list[_Run], words: CallerWords) -> list[_Run]:
    """Join the parts of a number that was said over several turns or with words between (138 … 0013 … 8801)."""
    joined: list[_Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last is not None and _continues(last, run, words):
            joined[-1] = _Run(last.digits + run.digits, last.start, run.end, run.turn, last.agent)
        else:
            joined.append(run)
    return joined


def _continues(last: _Run, run: _Run, words: CallerWords) -> bool:
    digits = last.digits + run.digits
    if last.agent != run.agent or len(last.digits) < 3 or len(run.digits) < 2 or _number(last.digits) is not None:
        return False
    if not re.match(r"1[3-9]|0\d{2}", last.digits) or len(digits) > 12 or run.turn - last.turn > 2:
        return False
    between = words.full[last.end : run.start]
    if _CORRECTING.search(between):
        return False
    return len(between) <= 30 and (run.turn > last.turn or len(between) <= 10)


def _number(digits: str) -> str | None:
    if _MOBILE.fullmatch(digits) or (_LANDLINE.fullmatch(digits) and digits[:3] != "000"):
        return digits
    if re.fullmatch(r"[28]\d{7}", digits) and not re.fullmatch(r"20[0-3]\d[01]\d[0-3]\d", digits):
        return f"0769{digits}"
    return None


def _foreign(run: _Run, words: CallerWords) -> bool:
    """Tell whether a number is somebody else's or no telephone number."""
    before = words.full[max(words.turns[run.turn].start, run.start - 24) : run.start]
    after = words.full[run.end : run.end + 14]
    bare = len(run.digits) == 12 and run.digits.startswith("0769") and run.end - run.start < 10  # eight digits
    if _NOT_PHONE.search(before) or (bare and not re.search(r"电话|座机|号码|固话|打", before + after)):
        return True
    near = before[-16:]
    own, others = list(_OWN.finditer(near)), _OTHERS.search(near)
    if others and not any(match.end() > others.start() + 1 for match in own):
        return True
    return bool(_CALLED.match(after)) and not own


def _replaces(best: _Run, run: _Run, words: CallerWords) -> bool:
    """Tell whether a later whole number takes the place of an earlier one."""
    if run.digits == best.digits:
        return False
    if run.agent:
        after = next((words.reply(i) for i in range(run.turn + 1, len(words.turns))), "")
        return best.agent and bool(_YES.match(after))
    if best.agent:
        return True
    between = words.full[best.end : run.start]
    return bool(_CORRECTING.search(between)) or (
        len(best.digits) == 12 and len(run.digits) == 11 and bool(_OWN.search(between))
    )


def _patched(best: _Run, run: _Run, words: CallerWords) -> _Run | None:
    """Correct part of a number: 后面是8810不是8801, 不对 尾号八八一零, 中间是0014."""
    half = len(run.digits) // 2
    if half > 1 and run.digits[:half] * 2 == run.digits:  # 是二零五 二零五
        run = replace(run, digits=run.digits[:half])
    count = len(run.digits)
    if run.agent or not 1 < count <= 8 or len(best.digits) != 11:
        return None
    between = words.full[best.end : run.start]
    clause = between[-12:]
    if re.search(r"不是[ ]*(?:我说的)?[ ]*$", between):
        return None  # what it is not
    if len(between) > 60 + 40 * (run.turn - best.turn) or not (
        _CORRECTING.search(between) or _TAIL.search(clause) or _MIDDLE.search(clause) or _HEAD.search(clause)
    ):
        return None
    if re.match(r"[ ]*(?:元|块|万|千|百|号(?!码)|月|点|楼|栋|个|次|天|年|人)", words.full[run.end : run.end + 3]):
        return None
    digits = best.digits
    wrong = _denied(words, best, run)
    if wrong and len(wrong) == count and wrong in digits:
        at = digits.rindex(wrong)
        new = digits[:at] + run.digits + digits[at + count :]
    elif _MIDDLE.search(clause) and count <= 4:
        new = digits[:3] + run.digits + digits[3 + count :]
    elif _HEAD.search(clause) and count in (3, 4, 7):
        new = run.digits + digits[count:]
    elif _CORRECTING.search(between) or _TAIL.search(clause):
        new = digits[: 11 - count] + run.digits
    else:
        return None
    return _Run(new, best.start, run.end, run.turn, False) if _MOBILE.fullmatch(new) else None


def _denied(words: CallerWords, best: _Run, run: _Run) -> str | None:
    """Give the digits that a correction names as wrong, before or after the right ones."""
    around = words.full[best.end : run.end + 24]
    match = re.search(rf"不是[ ]*((?:[{_DIGIT}][ -]?){{2,8}})", around)
    if match is None:
        return None
    wrong = "".join(_spell(match[1])[0])
    return wrong if wrong != run.digits else None


def _misheard(words: CallerWords) -> Field[str | None]:
    """Read a number with same-sound characters in it (要三八零零…); only where it comes out whole."""
    for match in _LOOSE.finditer(words.text):
        said = "".join(_SPOKEN.get(c) or _MISHEARD.get(c, "") for c in match[0])
        real = sum(c in _SPOKEN for c in match[0])
        run = _Run(said, *match.span(), _turn_at(words, match.start()), False)
        if real >= 8 and _MOBILE.fullmatch(said) and not _foreign(run, words):
            return Field(said, 0.7, match.span())
    return Field(None, 0.9)


def _turn_at(words: CallerWords, place: int) -> int:
    return next(i for i, turn in enumerate(words.turns) if turn.start <= place < turn.end)


def spans(words: CallerWords) -> list[Span]:
    """Give the places of all telephone numbers, whosever they are; for masking and for keeping them out of texts."""
    return [(run.start, run.end) for run in _joined(_runs(words), words) if _number(run.digits) is not None]
