"""The companies, shops, estates and vehicles that the caller speaks of."""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.tickets.schema import Field, Span
from assistant.tickets.transcript import AGENT, CallerWords

_HAN = r"[\u4e00-\u9fffa-z0-9]"
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][·. -]?[a-z0-9]{5,6}(?![a-z0-9])"
)
_SPOKEN_PLATE = re.compile(r"粤[ ]?[a-z][ ]?(?:[零一二三四五六七八九幺a-z0-9][ ]?){5,6}")
_NAME = r"(?:不锈钢|[^\s，,。；;：:！!？?“”\"'（）()、我你您他她它们是有在把被要没了着过得来去就都又还也跟给不想说问请让做买办从到])"
_KINDS = (
    "有限公司|股份公司|集团|公司|物业|工厂|电子厂|家具厂|鞋厂|制衣厂|玩具厂|手袋厂|印刷厂|纸箱厂|木器厂|五金厂|塑胶厂|模具厂|注塑厂|洗水厂|食品厂|加工厂|加工场|作坊|厂|超市|便利店|酒店|宾馆|饭店|餐馆|餐厅|酒楼|药店|诊所|医院|"
    "学校|小学|中学|幼儿园|培训机构|培训班|画室|健身房|健身中心|理发店|美容院|汽修店|手机店|奶茶店|火锅店|烧烤店|小区|花园|豪园|公寓|山庄|广场|市场|商场|银行|4s店|驾校|快递|中介|业委会|工地|项目部|开发商|网吧|ktv|酒吧"
)
_ORGANISATION = re.compile(rf"(?P<name>{_NAME}{{0,10}}?)(?P<kind>{_KINDS})")
_OF_PLACES = ("小学", "中学", "医院", "学校", "幼儿园")
"""What has its name of a place: 竹溪小学."""

_CALLED = re.compile(
    rf"(?:名字?叫|叫做|店名叫?|厂名叫?|名叫|(?:店|厂|公司|小区|馆|室|院|家|名字|超市)[ ,，]?叫|公司名(?:称)?(?:是|叫)?)[ ]?(?P<name>{_HAN}{{2,12}}?)(?=$|[\s,，。；;、的])"
)
_QUOTED = re.compile(
    r"[“\"「《](?P<name>[^”\"」》]{2,14})[”\"」》](?=(?:店|厂|公司|超市|酒店|餐|平台|app|小程序|群|的老板))"
)
_ASKED = re.compile(
    r"店名|厂名|公司名|叫什么(?:店|厂|公司)?|哪家|哪间|名称|小区名|什么(?:店|厂|公司|小区|牌子)|车牌|线路牌号"
)
_LEAD = re.compile(r"^(?:嗯|啊|呃|哦|就是|就|是|好像|大概|叫|应该是|那个|它|店名|厂名|[ ,，。])+")
_FILLER = re.compile(
    r"^(?:那个|这个|一个|一家|一间|某|有个|有家|开间|间|家|个|的|这|那|边|里|某个|我们|投诉|反映|举报|东莞市?|这家|那家|一|附近|旁边|对面|栋|幢|上(?=$|幼儿园|小学|中学|学校))+"
)
_LINKED = re.compile(
    r"反正|建议|联系|昨[天晚日]|今[天晚日]|前[天晚日]|[早晚]上|读|(?:小)?孩子?|刚|先|送|叫|哪[个家间里]?|[楼对岸]下|对岸|[临沿]街|[一二三四五六七八九十两]+[间栋层幢]|楼上|那个|这个|一家|一间|一个|有个|有家|那边|这边|那里|这里|那家|这家|新开|开间|隔壁|附近|旁边?|对面|人放|的(?=[^厂])|另外|对方"
)
_NOT_A_PARTY = re.compile(
    r"^(?:哪|烂尾|拆迁|私家|老$|他们|我们|你们|人家|什么|怎么|全部|整个|每|工资|老板)|(?:^|工)上(?:班|学)|^(?:小|中|大)$"
)


def parties(words: CallerWords, places: Iterable[str] = ()) -> Field[tuple[str, ...]]:
    """Name the parties, number plates included, in the order they were said.

    `places`: the towns and villages that were named; they are not part of a party's name but where it has no other.
    """
    places = tuple(places)
    found: list[tuple[int, int, str]] = []
    for pattern in (_PLATE, _SPOKEN_PLATE):
        found += [(*m.span(), re.sub(r"[ ·.-]", "", m[0]).upper()) for m in pattern.finditer(words.text)]
    found += [(*m.span("name"), m["name"]) for p in (_CALLED, _QUOTED) for m in p.finditer(words.text)]
    for match in _ORGANISATION.finditer(words.text):
        name = said = _LINKED.split(match["name"])[-1]
        for place in sorted(places, key=len, reverse=True):
            name = _FILLER.sub("", name.removeprefix(place))
        if not name and match["kind"] in _OF_PLACES and said in places:
            name = said
        if (len(name) >= 2 or len(match["kind"]) >= 3) and not _NOT_A_PARTY.search(name):
            found.append((match.end() - len(name + match["kind"]), match.end(), name + match["kind"]))
    for index, turn in enumerate(words.turns[:-1]):
        if turn.speaker == AGENT and _ASKED.search(words.reply(index)) and words.turns[index + 1].speaker != AGENT:
            said = words.reply(index + 1)
            lead = _LEAD.match(said)
            at = lead.end() if lead else 0
            name = re.split(r"[\s,，。；;！!？?]", said[at:])[0]
            if 2 <= len(name) <= 12 and not re.search(r"^[有在是就那]|不知|忘|不清楚|没|姓|不记得|我|你", name):
                start = words.turns[index + 1].start + at
                found.append((start, start + len(name), name))
    found.sort()
    names = tuple(dict.fromkeys(name for _, _, name in found))[:6]
    span: Span | None = found[0][:2] if found else None
    return Field(names, 0.75 if names else 0.8, span)
