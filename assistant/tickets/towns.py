"""Which of Dongguan's towns a matter happens in: the names that were said, weighed by how they were said."""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from assistant.tickets.gazetteer import Gazetteer, Mention, NameKind
from assistant.tickets.schema import Field, Span
from assistant.tickets.transcript import AGENT, CallerWords

_NEAR = 14
"""Characters before a name that tell how it is meant."""

MOST_MENTIONS = 150
"""Place names that are weighed; a text with more is no story."""

_DENIED = re.compile(r"(?:不是|并非|不在|唔系|不属于|不归|不算|别写|不要写|非)(?:说|指|在)?(?:东莞|那个|那边)?[ ]*$")
_DENIED_AFTER = re.compile(r"^(?:那边|这边|那个|人)?(?:不是|没有|不对|错了|说错|讲错)")
_CORRECTED = re.compile(
    r"(?:不对|说错|讲错|错了|更正|纠正|应该是|是|改成|改为|我是说|准确说|准确讲)[了,， ]*(?:是|在|应该是)?(?:东莞)?[ ]*$"
)
_AWAY = re.compile(
    r"(?:去|往|到|开往|前往|回|路过|经过|途经|通往|直达|飞|转到|转去|搬(?:去|到|回)|送(?:去|到)|拉(?:去|到)|发(?:往|到)|跑(?:去|到)|调(?:去|到))(?:了|东莞|我们)?[ ]*$"
)
_HOME = re.compile(
    r"(?:我|本人|人|家|现在|平时|目前)[\u4e00-\u9fff]{0,3}(?:住|租住|居住|户籍|户口|户|老家|是)(?:在|到)?(?:东莞市?)?[ ]*$|(?:住在?|户口在|户籍在)(?:东莞市?)?[ ]*$"
)
_FORMER = re.compile(
    r"(?:以前|之前|原来|原先|从前|过去|早前|前年|去年|曾经?|本来)[\u4e00-\u9fff ]{0,6}$|(?:从|由)(?:东莞市?)?[ ]*$"
)
_COMPARED = re.compile(
    r"(?:像|跟|和|比|不如|学学|人家|隔壁|你看|同|好过|类似|包括|别的|隔离)(?:东莞市?)?(?:人家)?[ ]*$"
)
_THERE_AFTER = re.compile(
    r"^(?:那边|那里)?(?:都|就|也)(?:有|没|可以|能|不)|^(?:方向|开往|来的|过来|的车|班车|的公交|的朋友|的亲戚|人(?![民行]))"
)
_HAPPENS = re.compile(
    r"(?:发生|位于|地址|地点|位置|反映|投诉|举报|在|喺|咨询|这里是|就是|关于)(?:是|在|于|一下)?(?:东莞市?|我们|广东省?)?[的:： ]*$"
)
_ROAD_AFTER = re.compile(
    r"^(?:东|西|南|北|中|横)?(?:路|大道|大街|街(?!道)|大桥|二桥|桥(?!头)|高速|立交|牌|面包车|汽车|人寿|保险|洋|盛世|柚|制造)"
)
_POLITE_ANSWER = re.compile(r"^[嗯啊哦呃 ,，]*(?:对|是的|是啊|系|没错|嗯|就是|是)")
_NO_ANSWER = re.compile(r"^[嗯啊哦呃 ,，]*(?:不是|不对|唔系|错了|不在)")
_UNLIKELY_ALIASES = {"城区": r"(?:在|莞|东莞|的|住)[ ]*$", "红梅": r"(?:在|东莞|镇)[ ]*$", "道教": r"(?:在|东莞|我)[ ]*$", "水乡": r"$^",
                     "太平": r"(?:虎门|在|东莞|住)[ ]*$", "大岭": r"(?:在|东莞|住)[ ]*$", "石结": r"(?:在|东莞|住)[ ]*$", "了步": r"(?:在|东莞|住|我)[ ]*$",
                     "塘下": r"(?:在|东莞|住|我)[ ]*$", "高布": r"(?:在|东莞|住|我)[ ]*$", "银瓶": r"(?:在|东莞|住)[ ]*$", "小香港": r"(?:在|东莞|住)[ ]*$",
                     "麻虫": r"(?:在|东莞|住|我)[ ]*$", "横力": r"(?:在|东莞|住|我)[ ]*$"}  # fmt: skip
"""Aliases that are everyday words, and what must stand before them where 镇 does not follow."""


@dataclass(frozen=True)
class TownFound:
    """The town of a ticket with the place names that were said, in order."""

    town: Field[str | None]
    mentions: tuple[Mention, ...] = ()
    denied: tuple[Mention, ...] = ()


def find_town(words: CallerWords, gazetteer: Gazetteer, is_word: Callable[[str], bool]) -> TownFound:
    """Tell in which town it happens; None when the caller does not say, or says two equally.

    `is_word` tells whether a string is a word of the dictionary; such a string is not taken for a misheard name.
    """
    said = [m for m in islice(gazetteer.mentions(words.text), MOST_MENTIONS) if _plausible(m, words.text)]
    denied = [m for m in said if _is_denied(m, words.text)]
    kept = [m for m in said if m not in denied]
    scores: dict[str, float] = {}
    places: dict[str, Span] = {}
    for index, mention in enumerate(kept):
        codes = _meant(mention, kept[:index], kept[index + 1 :])
        weight = _weight(mention, words.text, index) / len(codes)
        for code in codes:
            scores[code] = max(scores.get(code, 0.0), weight) + (0.25 if code in scores else 0.0)
            places.setdefault(code, (mention.start, mention.end))
    for code in {c for m in denied if m.kind is NameKind.TOWN for c in m.codes}:
        if code in scores and not any(
            code in m.codes and m.kind is NameKind.TOWN and m.start > d.start
            for m in kept
            for d in denied
            if code in d.codes
        ):
            scores[code] -= 0.8
    if not any(score > 0.3 for score in scores.values()):
        confirmed = _confirmed(words, gazetteer)
        if confirmed is not None:
            return TownFound(confirmed, tuple(kept), tuple(denied))
        misheard = list(_misheard(words.text, gazetteer, is_word))
        if misheard:
            mention, sure = misheard[0]
            return TownFound(
                Field(mention.codes[0], sure, (mention.start, mention.end)), (mention, *kept), tuple(denied)
            )
    if not scores:
        return TownFound(Field(None, 0.8), (), tuple(denied))
    ranked = sorted(scores, key=lambda code: -scores[code])
    best = ranked[0]
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    if scores[best] - second < 0.05 and not _direct(kept, best):
        return TownFound(Field(None, 0.4, places[best]), tuple(kept), tuple(denied))
    sure = min(0.98, 0.6 + 0.38 * (scores[best] - second)) if second else min(0.98, 0.75 + 0.23 * scores[best])
    return TownFound(Field(best, sure, places[best]), tuple(kept), tuple(denied))


def _direct(mentions: list[Mention], code: str) -> bool:
    return any(m.kind is NameKind.TOWN and m.codes == (code,) for m in mentions)


def _plausible(mention: Mention, text: str) -> bool:
    """Tell whether an alias that is also an everyday word is meant as the town."""
    if mention.kind is not NameKind.TOWN or mention.full:
        return True
    before, after = text[max(0, mention.start - 6) : mention.start], text[mention.end : mention.end + 4]
    needed = _UNLIKELY_ALIASES.get(mention.name)
    if needed is not None and not re.search(needed, before) and not re.match(r"[这那][边里]", after):
        return (
            mention.name == "太平"
            and not re.match(r"洋|人寿|保险|绅士|间|无事|日|天", after)
            and "天下" not in before
        )
    return not re.match(r"(?:汽车|面包车|cs|逸动|马自达|福特|欧尚|牌|之星|柚|人寿)", after)


def _is_denied(mention: Mention, text: str) -> bool:
    before = text[max(0, mention.start - 10) : mention.start]
    if _DENIED.search(before) and not re.search(r"(?:是不是|要不是|可不是)[ ]*$", before):
        return True
    return (
        bool(_DENIED_AFTER.match(text[mention.end : mention.end + 8]))
        and bool(re.match(r"^(?:不对|错了|说错|讲错)", text[mention.end : mention.end + 8].lstrip(" ,，")))
    ) or bool(re.match(r"[镇 ,，]*(?:不对|说错|讲错|错了|口误)", text[mention.end : mention.end + 8]))


def _meant(mention: Mention, before: list[Mention], after: list[Mention]) -> tuple[str, ...]:
    """Narrow the towns a village name may mean by the town said right before it, or anywhere."""
    if len(mention.codes) == 1:
        return mention.codes
    for other in (*reversed(before), *after):
        if other.kind is NameKind.TOWN and other is not mention:
            common = tuple(code for code in mention.codes if code in other.codes)
            if common:
                return common
    return mention.codes


def _weight(mention: Mention, text: str, index: int) -> float:
    before, after = text[max(0, mention.start - _NEAR) : mention.start], text[mention.end : mention.end + 10]
    before = before.rsplit("\n", 1)[-1]
    weight = {NameKind.TOWN: 1.0, NameKind.VILLAGE: 0.9, NameKind.LANDMARK: 0.8}[mention.kind]
    if _CORRECTED.search(before):
        weight += 0.5
    elif _HAPPENS.search(before):
        weight += 0.15
    if _AWAY.search(before) or _THERE_AFTER.match(after):
        weight -= 0.6
    elif _FORMER.search(before) or _COMPARED.search(before):
        weight -= 0.5
    elif _HOME.search(before):
        weight -= 0.35
    if mention.kind is NameKind.TOWN and not mention.full and _ROAD_AFTER.match(after):
        weight -= 0.5
    return max(0.1, weight - 0.05 * min(index, 4))


def _confirmed(words: CallerWords, gazetteer: Gazetteer) -> Field[str | None] | None:
    """Take the town the agent named where the caller's next words say yes."""
    for index, turn in enumerate(words.turns[:-1]):
        if turn.speaker != AGENT:
            continue
        named = [m for m in gazetteer.mentions(words.full[turn.start : turn.end]) if m.kind is NameKind.TOWN]
        answer = words.reply(index + 1)
        codes = {code for m in named for code in m.codes}
        if len(codes) == 1 and _POLITE_ANSWER.match(answer) and not _NO_ANSWER.match(answer):
            place = named[0]
            return Field(codes.pop(), 0.85, (turn.start + place.start, turn.start + place.end))
    return None


def _misheard(text: str, gazetteer: Gazetteer, is_word: Callable[[str], bool]) -> Iterator[tuple[Mention, float]]:
    """Find names that were written down as other characters of the same sound (张木头, 后街镇), surest first."""
    table = _sounds(gazetteer)
    found: list[tuple[float, Mention]] = []
    for run in re.finditer(r"[\u4e00-\u9fff]{2,}", text):
        syllables = _syllables(run[0])
        for length in (4, 3, 2):
            for at in range(len(syllables) - length + 1):
                name = table.get(" ".join(syllables[at : at + length]))
                if name is None:
                    continue
                start, end = run.start() + at, run.start() + at + length
                sure = _sounds_sure(text, start, end, name, gazetteer, is_word)
                if sure:
                    codes = tuple(gazetteer.town_names().get(name) or gazetteer.villages_of(name))
                    kind = NameKind.TOWN if name in gazetteer.town_names() else NameKind.VILLAGE
                    found.append((sure, Mention(kind, name, codes, start, end)))
    for sure, mention in sorted(found, key=lambda pair: (-pair[0], pair[1].start)):
        yield mention, sure


def _sounds_sure(
    text: str, start: int, end: int, name: str, gazetteer: Gazetteer, is_word: Callable[[str], bool]
) -> float:
    """Judge whether characters that sound like a name mean it; 0.0: no."""
    before, after = text[max(0, start - 6) : start], text[end : end + 6]
    named = bool(re.match(r"镇|街道|村|社区|街办", after))
    placed = bool(re.search(r"(?:东莞市?|位于|在|喺|住|我们|我这|这里是|是|^|[\n ,，。])[ ]*$", before))
    beside = any(re.match(rf"[镇 ]?{re.escape(v)}", after) for v in _villages_near(name, gazetteer, after))
    if name not in gazetteer.town_names():
        return 0.65 if named and len(gazetteer.villages_of(name)) == 1 and len(name) >= 2 else 0.0
    if named or beside:
        return 0.85
    if re.search(r"东莞市?[ ]*$", before):
        return 0.85
    if is_word(text[start:end]) or (len(name) == 2 and not placed):
        return 0.0
    if any(is_word(text[start - n : start + 1]) for n in (1, 2) if start >= n) or any(
        is_word(text[end - 1 : end + n]) for n in (1, 2)
    ):
        return 0.0
    shared = sum(a == b for a, b in zip(text[start:end], name, strict=True))
    return 0.75 if shared or len(name) > 2 else 0.5 if re.match(r"(?:这边|那边|这里|那里|的)", after) else 0.0


def _villages_near(name: str, gazetteer: Gazetteer, after: str) -> Iterator[str]:
    codes = gazetteer.town_names().get(name, [])
    for length in (2, 3, 4):
        village = after[:length]
        if any(code in codes for code in gazetteer.villages_of(village)):
            yield village


@lru_cache(maxsize=4)
def _sounds(gazetteer: Gazetteer) -> dict[str, str]:
    """Map the sound of every town and village name to the name; towns win."""
    table = {" ".join(_syllables(name)): name for name in gazetteer.village_names()}
    table |= {" ".join(_syllables(name)): name for name in gazetteer.town_names()}
    return table | {sound: name for name, sound in _OTHER_SOUNDS.items() if name in gazetteer.town_names()}


_OTHER_SOUNDS = {
    "麻涌": "ma chong",
    "道滘": "dao jiao",
    "高埗": "gao bu",
    "塘厦": "tang xia",
    "莞城": "guan cheng",
    "石碣": "shi jie",
    "长安": "chang an",
}
"""Readings of names that the dictionary of sounds reads otherwise."""


def _syllables(text: str) -> list[str]:
    return [_syllable(c) for c in text]


@lru_cache(maxsize=30_000)
def _syllable(character: str) -> str:
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])
