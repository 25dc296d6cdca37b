"""Who calls: the surname or the full name as the caller gives it, with 先生 or 女士 where the words tell."""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant.tickets.lexicon import frequency
from assistant.tickets.schema import Field, Span
from assistant.tickets.transcript import AGENT, CallerWords

_FILE = Path(__file__).parent / "surnames.yaml"
_HAN = r"[\u4e00-\u9fff]"
_EDGE = r"(?=$|[\s,，。.、；;：:！!？?（(）)/|\d\-—*])"

_ASKED = re.compile(
    r"贵姓|怎么称呼|如何称呼|怎样称呼|点称呼|称呼(?:您|你)?|姓什么|姓咩|什么姓|您的?姓|你姓|叫什么名|姓名|名字|名称呼|全名|哪位|尊姓|您姓|姓[\u4e00-\u9fff](?:对|是|吗)|留(?:个|一下)?名|怎么叫|先生还是"
)
_REFUSED = re.compile(
    r"^[嗯啊哦呃额那就我这个,， ]*(?:姓名|名字|姓|名)?[就都也]?(?:不留|不说|不讲|不方便|不想|不用|不必|不要|不愿|不需要|不告诉|不登记|匿名|免了|算了|保密|唔留|唔讲|唔使|唔方便|"
    r"没必要|别问|别留|无名|为什么要|干嘛要|问这个|这个不|不好说|不太方便|先不|别写|别登记)"
)
_TITLES = r"先生|女士|小姐|太太|阿姨|师傅|老师|大姐|大哥|大叔|大妈|大爷|伯|叔|姐|哥|生|同志|老板|工|太"
_MALE = {"先生", "师傅", "大哥", "大叔", "大爷", "伯", "叔", "哥", "生"}
_FEMALE = {"女士", "小姐", "太太", "阿姨", "大姐", "大妈", "姐", "太"}
_OTHER = re.compile(
    r"(?:老板娘?|他们?|她们?|它|对方|房东|经理|医生|司机|老师|校长|负责人|主管|组长|班长|包工头|工头|劳务|中介|业务员|销售|教练|客服|店长|店主|老乡|朋友|邻居|同事|儿子|女儿|老公|老婆|丈夫|妻子|"
    r"爸|妈|父亲|母亲|哥|姐|弟|妹|孩子|小孩|那个人|那人|人家|厂长|法人|股东|保安|物业|师傅|户主|机主|车主|债主|骗子|老师|书记|主任|村长|警察|民警|交警|坐席|你们那个)"
    r"(?:那个|这个|是|也|好像|应该|就|都|[ ,，])*$"
)
_SELF_SURNAME = re.compile(rf"姓(?:是|系)?\s*(?P<name>{_HAN}{{1,2}})")
_SELF_NAME = re.compile(
    rf"(?:我|本人|名字|名|小名|全名|我名字|大名)\s*(?:是)?(?:叫做|叫|名叫|名字叫|名字是|姓名是|姓名叫|系叫)\s*(?P<name>{_HAN}{{2,4}}?)(?={_EDGE[3:-1]}|身份证|电话|手机|联系|男|女|今年|住|是|在|我|要|想|来)"
)
_LABELLED = re.compile(
    rf"(?:联系人|姓名|诉求人|投诉人|举报人|反映人|申请人|来电人|署名|称呼|落款|居民|业主|市民)\s*(?:是|为|叫|[:：])\s*(?P<name>{_HAN}{{2,4}}?){_EDGE}"
)
_I_AM = re.compile(rf"(?:我是|本人|我系|这里是)\s*(?P<name>{_HAN}{{2,4}}?){_EDGE}")
_TITLED = re.compile(rf"(?P<name>{_HAN}{{1,3}}?)(?P<title>{_TITLES})")
_CALL_ME = re.compile(
    rf"(?:叫我|称呼我|我是|我系|我就是|本人|我姓名|联系人[:：]?|找|联系|称呼[:：]?|备注[:：]?|我)\s*(?P<old>老|小|阿)?(?P<name>{_HAN}{{1,2}}?)(?P<title>{_TITLES})(?!{_HAN}*的(?:店|厂))"
)
_BESIDE_PHONE = (
    re.compile(rf"(?:^|[\s,，。.；;：:！!？?（(、])(?P<name>{_HAN}{{2,4}}?)[\s,，:：(（]{{0,2}}(?:电话|手机|联系电话|tel|手机号)?[:：是]?\s{{0,2}}(?=1[3-9]\d{{9}})"),
    re.compile(rf"1[3-9]\d{{9}}[\s,，/(（]{{0,2}}(?P<name>{_HAN}{{2,4}}?)(?=$|[\s,，。.；;）)])"),

)  # fmt: skip
_SIGNATURE = re.compile(rf"(?:——|--|—|[。！!？?；;\n]) ?(?P<name>{_HAN}{{2,4}})[。.]?$")
_SIGNATURE_CHARS = 12
_ENGLISH = re.compile(r"(?:my name is|name's|this is|i am|i'm)\s+(?P<name>[a-z]+(?:\s+[a-z]+)?)\b", re.I)
_NOT_ENGLISH = re.compile(
    r"\b(?:calling|a|an|the|in|from|at|not|very|living|here|looking|writing|so|being|having|trying)\b"
)
_CORRECTION = re.compile(r"(?:不对|不是|错了|说错|写错|搞错|听错|唔系|应该是|是)[^\n]{0,6}$")
_NAME_STOP = set(
    "了吗呢吧的是不没在要我你他她它这那就都也和与跟把被给对好啊嗯呀哦嘛啦哈很太再又还才说讲问想去来到从为什么怎谁几多少个点钟块元条件号路街镇村区楼厂店市省县嘅咗啲喇囉"
)
_SPELLS = re.compile(rf"^[\s,，]*(?:就是|是)?(?P<of>{_HAN}{{1,4}}?)(?:那个|嗰个|的那个|的|个|嘅)\s*(?P<again>{_HAN})")
_MALE_HINT = re.compile(
    r"我(?:老婆|太太|女朋友|媳妇|妻子|岳母|岳父|丈母娘|内人)|我一个(?:男|大男|大老爷)|本人男|我系男|我是男|兄弟我"
)
_FEMALE_HINT = re.compile(
    r"我(?:老公|丈夫|男朋友|婆婆|公公|先生(?!说))|我(?:一个|自己)?(?:女|孕妇|怀孕|坐月子|刚生|宝妈|产妇)|我(?:是|系)(?:女|孕妇|宝妈|一个妈妈|单亲妈妈)|姐妹我|本人女"
)


@dataclass(frozen=True)
class _Name:
    """A name with its place; `family` tells that only the surname is known, `title` what followed it."""

    value: str
    span: Span
    sure: float
    title: str = ""


def caller_name(words: CallerWords) -> Field[str | None]:
    """Give the caller's name; None when it was not said or was withheld.

    A surname alone comes with 先生 or 女士 if the words tell which, else by itself.
    """
    found = _stated(words) or _answered(words) or _written(words.text) or _addressed(words)
    if found is None:
        refused = _refusal(words)
        return Field(None, 0.95 if refused else 0.85, refused)
    value = found.value
    if len(value) <= 1 or value in _surnames()[1]:
        value += _title(words, found)
    return Field(value, found.sure, found.span)


def _stated(words: CallerWords) -> _Name | None:
    """Read 姓梁, 我叫康大有, 免贵姓陈; the last correction wins."""
    text = words.text
    best: _Name | None = None
    for match in _SELF_NAME.finditer(text):
        name = match["name"]
        if _is_name(name) and not _OTHER.search(text[max(0, match.start() - 8) : match.start()]):
            best = _Name(name, match.span("name"), 0.95)
    for match in _SELF_SURNAME.finditer(text):
        before, after = text[max(0, match.start() - 10) : match.start()], text[match.start("name") + 1 :][:14]
        if re.search(r"(?:老?百|同|贵|尊|重复|大|什么|哪个|不|小)$", before.rstrip()) and not before.endswith("免贵"):
            continue
        if re.search(r"我们?$|本人$|免贵$|小弟$", before.rstrip()) is None and _OTHER.search(
            before.rsplit("\n", 1)[-1]
        ):
            continue
        if re.match(r"[的嘅](?!" + match["name"][0] + ")", after) and not re.search(
            r"(?:我|我系|我是|本人|免贵)$", before.rstrip()
        ):
            continue  # 姓钱的不少
        family = _family(match["name"])
        if family is None:
            if not _unheard(match["name"], after):
                continue
            family = match["name"][0]
        end = match.start("name") + len(family)
        family = _respelled(family, text[end : end + 14])
        new = _Name(family, (match.start("name"), end), 0.95, _title_after(text[end : end + 3]))
        full = re.match(rf"{_HAN}{{1,2}}{_EDGE}", text[end:])
        if full and _is_name(family + full[0]) and not _SPELLS.match(text[end:]) and full[0] not in _title_words():
            new = _Name(family + full[0], (match.start("name"), end + full.end()), 0.85)
        if len(new.value) == len(family) and (again := _said_in_full(family, text, end)):
            new = again
        if best is None or (
            _CORRECTION.search(text[best.span[1] : match.start()])
            and (len(best.value) == 1 or best.value[0] != family)
        ):
            best = new
    if best is not None and len(best.value) <= 2:
        best = _corrected(best, text)
    return best


def _said_in_full(family: str, text: str, end: int) -> _Name | None:
    """Read the full name behind the surname: 我姓陈，陈建国; not 姓陈 陈先生, nor 姓黎 黎明的黎."""
    match = re.compile(rf"[\s,，、]{{1,2}}(?:我?(?:名字)?叫|全名是?)?(?P<full>{family}{_HAN}{{1,2}}){_EDGE}").match(
        text, end
    )
    if (
        match is None
        or match["full"].removeprefix(family) in _title_words()
        or not _is_name(match["full"], strict=True)
    ):
        return None
    return _Name(match["full"], match.span("full"), 0.9)


def _corrected(best: _Name, text: str) -> _Name:
    """Follow a correction without 姓: 不是张 是章, 不对 是立早章."""
    after = text[best.span[1] : best.span[1] + 80]
    match = re.search(
        rf"(?:不是[ ]*{best.value}[的那个啊哦]*|不对|说错了?|写错了?|听错了?)[ ,，\n]*(?:是|应该是|系)?[ ]*(?P<spell>{_HAN}{{2,3}}(?={_HAN}))?(?P<name>{_HAN})(?=$|[\s,，。的那])",
        after,
    )
    if match is None:
        return best
    spelled = _data()["spelled"].get(match["spell"] or "")
    name = spelled or match["name"]
    if name not in _surnames()[0] or (match["spell"] and not spelled):
        return best
    start = best.span[1] + match.start("name")
    return _Name(name, (start, start + 1), 0.85)


def _answered(words: CallerWords) -> _Name | None:
    """Read the reply to "您贵姓"; the agent's question and the caller's turn stand next to each other."""
    for index, turn in enumerate(words.turns[:-1]):
        if turn.speaker != AGENT or not _ASKED.search(words.reply(index)):
            continue
        reply = words.turns[index + 1]
        if reply.speaker == AGENT:
            continue
        said = words.reply(index + 1)
        if _REFUSED.match(said):
            return None
        asked = re.search(rf"姓({_HAN})(?:先生|女士|小姐)?(?:对|是|吗|吧|没错)", words.reply(index))
        if asked and _family(asked[1]) and re.match(r"[嗯啊哦 ,，]*(?:对|是的|没错|系|是啊)", said):
            place = turn.start + asked.start(1)
            return _Name(asked[1], (place, place + 1), 0.85)
        lead = re.match(
            r"(?:嗯|啊|呃|哦|额|免贵|我的?|就|是|叫|系|名字|姓|那个|你好|您好|好的|这边|(?:不是|不对)[ ]*(?:姓)?[\u4e00-\u9fff]?(?=[ ,，])|[\s,，。])*",
            said,
        )
        at = lead.end() if lead else 0
        name = _leading_name(said, at)
        if name is not None:
            start = reply.start + at
            return _Name(name[0], (start, start + name[1]), 0.9, name[2])
    return None


def _leading_name(said: str, at: int) -> tuple[str, int, str] | None:
    """Read a name at the start of a reply: 邹 幺三八…, 裴 裴秀那个裴, 陈国强, 陈小姐."""
    nick = re.match(rf"(?:老|小)(?P<name>{_HAN})(?:{_EDGE}|吧|啊|就|可以|好)", said[at:])
    if nick and nick["name"] in _surnames()[0]:
        return nick["name"], nick.end(), ""
    titled = re.match(rf"(?P<name>{_HAN}{{1,2}}?)(?P<title>{_TITLES})", said[at:])
    if titled and _family(titled["name"]) == titled["name"]:
        return titled["name"], titled.end(), titled["title"]
    whole = re.match(rf"(?P<name>{_HAN}{{2,4}}){_EDGE}", said[at:])
    if whole and _is_name(whole["name"]):
        return whole["name"], whole.end(), ""
    return _leading_surname(said, at)


def _leading_surname(said: str, at: int) -> tuple[str, int, str] | None:
    """Read a surname at the start of a reply, a rare one where it is spelled out."""
    family = _family(said[at : at + 2])
    if family is not None:
        rest = said[at + len(family) :]
        stands_alone = _SPELLS.match(rest) or re.match(_EDGE, rest) or re.match(rf"[啊呀哦,，\s]|{family}", rest)
        return (_respelled(family, rest[:14]), len(family), "") if stands_alone else None
    spelled = _SPELLS.match(said[at + 1 :])
    if spelled is not None and spelled["again"] == said[at]:
        return said[at], 1, ""
    only = re.match(rf"{_HAN}{{1,4}}?(?:那个|的)(?P<name>{_HAN})(?!{_HAN})", said[at:])  # 祁连山的祁
    return (only["name"], only.end(), "") if only and only["name"] in _surnames()[0] else None


def _written(text: str) -> _Name | None:
    """Read a signature, a name beside a telephone number, or how the caller wants to be called; surest first."""
    return next(_names_in(text), None)


def _names_in(text: str) -> Iterator[_Name]:
    for match in _LABELLED.finditer(text):
        yield from _titled_or_full(match, 0.93, strict=False)
    for match in _CALL_ME.finditer(text):
        family_only = _family(match["name"]) == match["name"]
        others = _OTHER.search(text[max(0, match.start() - 8) : match.start()])
        if not others and (family_only or (_is_name(match["name"]) and not match["old"])):
            yield _Name(match["name"], match.span("name"), 0.88, match["title"])
    nick = re.search(rf"(?:叫我|称呼我)(?:老|小)(?P<name>{_HAN})", text)
    if nick and nick["name"] in _surnames()[0]:
        yield _Name(nick["name"], nick.span("name"), 0.85)
    for pattern in _BESIDE_PHONE:
        for match in pattern.finditer(text):
            yield from _titled_or_full(match, 0.88, strict=True)
    written = text.rstrip()
    signed = _SIGNATURE.search(written, max(0, len(written) - _SIGNATURE_CHARS))
    if signed:
        yield from _titled_or_full(signed, 0.85, strict=True)
    for match in _I_AM.finditer(text):
        if _is_name(match["name"], strict=True):
            yield _Name(match["name"], match.span("name"), 0.75)
    english = _ENGLISH.search(text)
    if english and not _NOT_ENGLISH.search(english["name"]):
        yield _Name(english["name"].title(), english.span("name"), 0.8)


def _titled_or_full(match: re.Match[str], sure: float, strict: bool) -> Iterator[_Name]:
    """Read 陈先生 or 陈国强."""
    titled = _TITLED.fullmatch(match["name"])
    if titled and _family(titled["name"]) == titled["name"]:
        yield _Name(titled["name"], match.span("name"), sure, titled["title"])
    elif _is_name(match["name"], strict):
        yield _Name(match["name"], match.span("name"), sure)


def _addressed(words: CallerWords) -> _Name | None:
    """Take the name by which the agent addresses the caller (梁先生，请问…), unless the caller withheld it."""
    if _refusal(words):
        return None
    for turn in words.turns:
        if turn.speaker != AGENT:
            continue
        said = words.full[turn.start : turn.end]
        for match in re.finditer("先生|女士|小姐", said):
            name = _name_before(said[: match.start()])
            if name:
                start = turn.start + match.start() - len(name)
                return _Name(name, (start, turn.start + match.end()), 0.8, match[0])
    return None


def _name_before(said: str) -> str:
    """Give the name right before 先生 or 女士: 陈国强, 欧阳, 梁; empty when it is none."""
    if said[-2:] in _surnames()[1]:
        return said[-2:]
    whole = re.search(rf"(?:^|[\s,，。的])({_HAN}{{2,3}})$", said)
    if whole and _is_name(whole[1], strict=True):
        return whole[1]
    return said[-1:] if _family(said[-1:]) and said[-2:-1] not in ("位", "名") else ""


def _refusal(words: CallerWords) -> Span | None:
    for index, turn in enumerate(words.turns):
        if turn.speaker == AGENT:
            continue
        asked = index > 0 and words.turns[index - 1].speaker == AGENT and _ASKED.search(words.reply(index - 1))
        said = words.reply(index)
        if asked and (match := _REFUSED.match(said)):
            return (turn.start + match.start(), turn.start + match.end())
        match = re.search(
            r"(?:姓名|名字|名|姓)[就都也]?(?:不留|不说|不讲|不用|不方便|保密|不想)|匿名|不(?:想|愿意?|方便)(?:留|透露|说)(?:姓名|名字|名)?",
            said,
        )
        if match:
            return (turn.start + match.start(), turn.start + match.end())
    return None


def _title(words: CallerWords, found: _Name) -> str:
    """Tell 先生 or 女士 by what was said; empty when nothing tells."""
    said = found.title or _agents_title(words, found.value)
    sex = re.match(r"[^\n]{0,10}?[\s,，]([男女])(?:的|性)?(?:$|[\s,，。])", words.text[found.span[1] :])
    if said == "小姐":
        return said
    if said in _MALE or (not said and sex and sex[1] == "男"):
        return "先生"
    if said in _FEMALE or sex or _FEMALE_HINT.search(words.text):
        return "女士"
    return "先生" if _MALE_HINT.search(words.text) else ""


def _agents_title(words: CallerWords, name: str) -> str:
    """Give the 先生 or 女士 with which the agent addresses the caller; empty when it does not."""
    for turn in words.turns:
        said = words.full[turn.start : turn.end] if turn.speaker == AGENT else ""
        match = re.search(rf"(?:{name}|(?:^|[\s,，。])(?=.{{2}}(?:[您你贵,，]|$)))(先生|女士|小姐)", said)
        if match:
            return match[1]
    return ""


def _title_after(after: str) -> str:
    match = re.match(rf"(?:{_TITLES})", after)
    return match[0] if match else ""


def _family(said: str) -> str | None:
    """Give the surname that a string begins with."""
    single, compound = _surnames()
    if said[:2] in compound:
        return said[:2]
    return said[0] if said and said[0] in single else None


def _unheard(said: str, after: str) -> bool:
    """Tell whether an unlisted character after 姓 is meant as a surname, for it is spelled out or stands alone."""
    if said[0] in _NAME_STOP or said[0] in "名氏":
        return False
    return bool(len(said) == 1 or _SPELLS.match(after))


def _respelled(family: str, after: str) -> str:
    """Give the surname as the caller spells it out (姓张 立早章 → 章); else as it was heard."""
    spelled = _data()["spelled"]
    for parts in sorted(spelled, key=len, reverse=True):
        if re.match(rf"[\s,，]*(?:就是|是)?{parts}(?:的|那个)?", after):
            return str(spelled[parts])
    match = _SPELLS.match(after)
    if match and match["again"] != family and match["again"] in match["of"] and match["again"] in _surnames()[0]:
        return match["again"] if _sounds_alike(match["again"], family) else family
    return family


def _sounds_alike(one: str, other: str) -> bool:
    from pypinyin import lazy_pinyin

    return bool(lazy_pinyin(one) == lazy_pinyin(other))


def _is_name(said: str, strict: bool = False) -> bool:
    """Tell whether a string may be a full name; `strict` where nothing announces one."""
    family = _family(said)
    if family is None or not len(family) < len(said) <= len(family) + 2:
        return False
    if any(c in _NAME_STOP for c in said[len(family) :]):
        return False
    if not strict:
        return True
    data = _data()
    return not (said[0] in data["uncertain"] or said[-1] == "人" or said[:2] in data["places"] or _is_word(said))


def _is_word(said: str) -> bool:
    """Tell whether a string is a word of the dictionary, or begins with one, and is no person's name."""
    # persons of note are in the dictionary, too, but rare
    return frequency(said) > 30 or (len(said) > 2 and frequency(said[:2]) > 10)


def _title_words() -> frozenset[str]:
    return frozenset(_TITLES.split("|"))


@lru_cache(maxsize=1)
def _surnames() -> tuple[frozenset[str], frozenset[str]]:
    data = _data()
    return frozenset(data["single"]), frozenset(data["compound"])


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
