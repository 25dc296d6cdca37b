"""The address as one line, 东莞市–镇街–村–路–place, in the caller's own words.

What is said is kept and only put in order; nothing is added but the city and the full name of the town.
"""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.tickets.gazetteer import Gazetteer, Mention, NameKind
from assistant.tickets.schema import Field, Span
from assistant.tickets.towns import TownFound
from assistant.tickets.transcript import AGENT, CallerWords

CITY = "东莞市"
_REACH = 44
"""Characters after a place name within which the address may go on."""

_SUFFIX = (
    "大道|路口|路段|红绿灯|步行街|商业街|美食街|老街|大街|街道|街|巷子|巷|坊|桥洞|桥底|大桥|立交|天桥|隧道|收费站|高速出口|高速口|村口|村道|村委会|村委|社区|小区|花园|新村|新城|公寓|豪园|"
    "豪庭|山庄|别墅|华庭|名苑|雅苑|家园|花城|国际城|半岛|豪苑|苑|府|轩|广场|体育公园|湿地公园|公园|体育馆|图书馆|文化楼|文化中心|党群服务中心|政务服务中心|服务中心|菜市场|批发市场|农贸市场|市场|超市|便利店|商场|商铺|百货|"
    "购物中心|酒店|宾馆|旅馆|饭店|餐馆|餐厅|酒楼|大排档|烧烤店|烧烤档|烧烤摊|火锅店|面馆|茶楼|奶茶店|理发店|美容院|美容店|健身房|网吧|ktv|酒吧|药店|诊所|医院|卫生院|卫生站|门诊|学校|小学|中学|高中|初中|幼儿园|"
    "大学|学院|培训班|培训机构|培训中心|画室|托管|琴行|驾校|工业区|工业园|科技园|产业园|园区|创业园|厂房|工厂|加工场|加工厂|作坊|手袋厂|厂区|厂|车间|宿舍|仓库|工地|地块|项目|公司|门店|档口|加油站|充电站|充电桩|停车场|车库|"
    "地铁口|地铁站|公交站台|公交站|车站|火车站|高铁站|码头|河边|河堤|堤岸|河涌|水库|湖边|海边|河|涌|湖|大楼|大厦|写字楼|出租屋|出租楼|自建房|综合楼|楼下|楼|栋|幢|座|号|单元|室|东门|西门|南门|北门|正门|侧门|后门|门口|"
    "桥头|桥|鱼塘|绿化带|人行道|绿道|公厕|垃圾站|垃圾房|转运站|变电站|篮球场|球场|祠堂|老围|围|段|店|坊|馆|院|站|场|档|摊|桥脚|码头|岛|林场|农场|山脚|路|村|苑|里"
)
_NAME = r"(?:不锈钢|[^\s，,。；;：:！!？?“”\"'（）()、我你您他她它们是有在把被要没了着过得来去就都又还也跟给不想说问请让叫做买卖办从到满摆])"
_COMPONENT = re.compile(rf"(?P<name>{_NAME}{{0,10}}?)(?P<suffix>{_SUFFIX})")
_LINK = re.compile(
    r"(?:[ ]?(?:(?:新开的?|那家|这家|那间|靠近|附近|旁边?|对面|隔壁|斜对面|背后|后面|前面|里面|底下|下面|上面|这边|那边|这里|那里|这个|那个|嗰个|呢个|那|这|嘅|的|里|内|有一?(?:个|家|间|栋|条|片|处|座)|开(?:了|的)?(?:一)?(?:个|家|间)|一(?:个|家|间|栋|处|档|条)|某|叫|，|,)))*[ ]?"
)
_DROP = re.compile(
    r"(?:那个|这个|嗰个|呢个|那边|这边|那里|这里|有一?(?:个|家|间|栋|条|片|处|座)|开(?:了|的)?一?(?:个|家|间)|一(?:个|家|间)|叫|的(?=[^\s]{1,4}(?:厂|店|楼|栋))|嘅|[ ，,])"
)
_NUMBER = re.compile(
    r"[ ]?(?:好像|大概|就是|门牌|在|是)?[ ]?(?P<number>[\d一二三四五六七八九十百零]{1,6}(?:号楼|号|栋|幢|座|单元|楼|层)(?:[\d一二三四五六七八九十百零a-z]{1,5}(?:单元|室|房|楼|层|铺|号))*)"
)
_THERE_IS = re.compile(
    rf"[^\n。！？]{{0,24}}?[ ，,](?:那里|那边|这里|这边)?有(?:一)?(?:个|家|间|条|片|处|座)(?P<name>{_NAME}{{0,8}}?)(?P<suffix>{_SUFFIX})"
)
_SHORT = 6
"""Longest name before a suffix of one character; a longer one is a sentence that happens to hold that character."""

_THING = re.compile(
    r"路(?:灯|面|边|牌|障|况|基|肩|人(?!行)|沿|标|政)|街(?:灯|边|坊|面)|桥(?:面|墩|上|栏)|楼(?:道|梯|板|顶|上|盘)|村(?:民|长|里|干)|店(?:主|家|员|里)|厂(?:家|里|方)|河(?:水|道|面)|站(?:台|长|牌)|院(?:子|长|里)|场(?:地|面)"
)
"""What stands in a road or a village and begins like its name: 文明路的路灯."""

_BARE = {
    "公司",
    "厂",
    "店",
    "工厂",
    "车间",
    "宿舍",
    "楼",
    "里",
    "学校",
    "门口",
    "摊",
    "档",
    "路",
    "村",
    "号",
    "站",
    "场",
    "仓库",
    "段",
    "院",
}
_NOT_NAMES = {
    "出场",
    "入场",
    "现场",
    "当场",
    "下场",
    "上场",
    "楼上",
    "等车",
    "本地",
    "一路",
    "全村",
    "整栋",
    "当店",
    "到店",
    "网店",
    "上班",
    "打工",
    "工作",
    "居住",
    "租房",
    "买房",
    "开店",
    "开车",
    "读书",
    "路过",
    "附近",
}
_ASKED_PLACE = re.compile(
    r"门牌|具体(?:的)?(?:位置|地址|地点|在哪)|什么位置|哪个位置|详细地址|地址(?:是|在|呢|在哪)?|在哪(?:里|儿|个|条)?|什么路|哪条路|几号|几栋|哪(?:个|一)(?:小区|村|社区|路口|厂|店|公园|学校)|(?:小区|店|厂|公司|学校|楼盘|酒店|餐馆|医院)(?:的)?(?:名字?|叫什么|名称|是哪)|店名|厂名|哪家|哪间|地点|位置"
)
_REPLY_LEAD = re.compile(
    r"^(?:嗯|啊|呃|哦|就是|就在|就|是|在|好像|大概|叫|名字叫|应该是|那个|它|店名|厂名|地址|的|我想想|喺|[ ,，。])+"
)
_NO_PLACE = re.compile(r"(?:不知道|不清楚|忘了|忘记|不记得|没有|没看|没注意|唔知|不晓得|随便|你们|我|不)")
_NO_NAME = re.compile(
    r"工资|医保|社保|手续|材料|电话|每天|晚上|早上|下午|中午|昨天|今天|前天|上周|投诉|反映|举报|希望|处理|一直|经常|已经|什么|怎么|多少|几点|几号|政府|12345|热线|身份证|户口|公积金"
)
_PREFIXED = re.compile(
    rf"(?:在|喺|位于|地址[是:：]?|我们|我家|我住|住|反映|投诉|举报|^|[\n。；;！!？?])[ ]?(?P<place>{_NAME}{{1,12}}?(?:大道|路|街|巷|小区|花园|公寓|豪园|山庄|广场|公园|市场|工业区|工业园|大厦|医院|小学|中学|幼儿园|学校|学院|酒店|村|社区))"
)


def address(words: CallerWords, found: TownFound, gazetteer: Gazetteer) -> Field[str | None]:
    """Write the address of the matter; the town alone where no more was said, None where not even that."""
    code = found.town.value
    start = _anchor(found, code)
    parts: list[str] = []
    span: Span | None = None
    if start is not None:
        said, end = _follow(words.text, start, _village_names(gazetteer, code))
        parts.append(said)
        if (more := _THERE_IS.match(words.text, end)) and "那" not in more["name"]:
            parts.append(more["name"] + more["suffix"])
            end = more.end()
        span = (start, end)
    elif (match := _PREFIXED.search(words.text)) and not _NO_NAME.search(match["place"]):
        said, end = _follow(words.text, match.start("place"), None)
        parts.append(said)
        span = (match.start("place"), max(end, match.end("place")))
        parts[0] = parts[0] or match["place"]
    for answer, place in _answers(words):
        if answer not in "".join(parts):
            parts.append(answer)
            span = span or place
    detail = "".join(parts)
    if code is None:
        return Field(f"{CITY}{detail}" if detail else None, 0.5 if detail else 0.8, span)
    town = gazetteer.towns[code]
    full = re.sub(r"（.*）$", "", town.name)
    return Field(f"{CITY}{full}{detail}", 0.9 if detail else 0.7, span or found.town.evidence)


def _anchor(found: TownFound, code: str | None) -> int | None:
    """Tell where the address begins: behind the name of the town, at the name of a village or landmark.

    Of several mentions of the town the one with the most place names right behind it is taken.
    """
    if code is None:
        return None
    of_town = [m for m in found.mentions if code in m.codes and m not in found.denied]
    if not of_town:
        return None

    def worth(mention: Mention) -> tuple[int, int]:
        follows = sum(0 <= other.start - mention.end <= 6 for other in of_town if other is not mention)
        return (follows + (mention.kind is NameKind.VILLAGE), -mention.start)

    best = max(of_town, key=worth)
    first = next((m for m in of_town if m.kind is NameKind.TOWN and 0 <= best.start - m.end <= 6), best)
    return first.end if first.kind is NameKind.TOWN else first.start


def _follow(text: str, start: int, villages: re.Pattern[str] | None) -> tuple[str, int]:
    """Read the place names from `start` on; give them joined and where they end."""
    limit = min(len(text), start + _REACH)
    line_end = re.compile(r"[\n。！？!?；;“”\"]").search(text, start, limit)
    limit = line_end.start() if line_end else limit
    kept: list[str] = []
    at = end = start
    if _TOWN_PLACE.match(text, start):  # 黄江公园: the town is part of the name
        kept.append(_town_before(text, start))
    while at < limit:
        link = _LINK.match(text, at, limit)
        begin = link.end() if link else at
        paused = bool(kept) and re.search(r"[ ，,]", text[at:begin]) is not None
        if kept and (number := _NUMBER.match(text, at, limit)):
            kept.append(number["number"])
            at = end = number.end()
        elif villages is not None and not kept and (village := villages.match(text, begin)):
            kept.append(village[0])
            at = end = village.end()
        elif component := _component(text, begin, limit, paused):
            kept.append(_DROP.sub("", component[0]))
            at = end = component.end()
        elif (
            not kept
            and (rest := _REST.match(text, begin))
            and rest[1] not in _NOT_NAMES
            and not _NO_NAME.search(rest[1])
        ):
            kept.append(rest[1])
            at = end = rest.end()
        else:
            break
    if len(kept) == 1 and kept[0] in _BARE:
        return "", start
    return "".join(kept), end


def _component(text: str, begin: int, limit: int, paused: bool) -> re.Match[str] | None:
    """Match a name with its suffix (鱼骨街, 不锈钢作坊); None where the words go on with the story."""
    match = _COMPONENT.match(text, begin, limit)
    if match is None or _NO_NAME.search(match[0]) or match[0] in _NOT_NAMES:
        return None
    if len(match["suffix"]) == 1 and len(match["name"]) > _SHORT:
        return None
    if len(match["name"]) <= 1 and _THING.match(match.string, match.start("suffix")):
        return None
    return None if paused and not _stands_alone(match) else match


def _stands_alone(component: re.Match[str]) -> bool:
    """Tell whether a place behind a pause goes on with the address and does not begin another sentence."""
    return 0 < len(component["name"]) <= 4 and component["suffix"] in {
        "公寓",
        "小区",
        "花园",
        "工业区",
        "市场",
        "广场",
        "公园",
        "大厦",
        "大道",
        "路",
        "街",
        "巷",
        "学校",
        "小学",
        "中学",
        "幼儿园",
    }


_TOWN_PLACE = re.compile(r"(?:公园|广场|医院|中学|小学|车站|大道|人民医院|汽车站|客运站|体育馆|文化广场)")
_REST = re.compile(rf"({_NAME}{{2,4}}?)(?=$|[\s，,。]|这边|那边|那里|这里|那个|这个|有|的|在)")


def _village_names(gazetteer: Gazetteer, code: str | None) -> re.Pattern[str] | None:
    """Match the names of a town's villages, with 村 or 社区 where it was said."""
    names = [re.escape(name) for name, codes in gazetteer.village_names().items() if code in codes]
    return re.compile(f"(?:{'|'.join(sorted(names, key=len, reverse=True))})(?:村口|村|社区)?") if names else None


def _town_before(text: str, start: int) -> str:
    match = re.search(r"([\u4e00-\u9fff]{2,3})$", text[max(0, start - 3) : start])
    name = match[1] if match else ""
    return name[-3:] if name.endswith(("樟木头", "松山湖", "望牛墩", "大岭山")) else name[-2:]


def _answers(words: CallerWords) -> Iterator[tuple[str, Span]]:
    """Give what the caller answers to the agent's questions for the place or the name of a shop."""
    for index, turn in enumerate(words.turns[:-1]):
        if (
            turn.speaker != AGENT
            or not _ASKED_PLACE.search(words.reply(index))
            or words.turns[index + 1].speaker == AGENT
        ):
            continue
        start = words.turns[index + 1].start
        said = words.reply(index + 1)
        lead = _REPLY_LEAD.match(said)
        at = lead.end() if lead else 0
        clause = re.split(r"[\s,，。；;！!？?]", said[at:])[0]
        if (
            2 <= len(clause) <= 14
            and not _NO_PLACE.match(clause)
            and not re.search(r"姓|电话|\d{7}", clause)
            and not _NO_NAME.search(clause)
        ):
            yield _DROP.sub("", clause), (start + at, start + at + len(clause))
