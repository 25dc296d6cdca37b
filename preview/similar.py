"""Whether two readings mean the same: names, addresses and numbers, with look-alike characters tolerated."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum

from preview.folding import fold

_LOOK_ALIKE = (
    "己已巳 末未 土士 日曰 人入八 干千于 王玉主 大太犬 天夭无 白自 田由甲申 木本术 今令 兰三 刀力 力九 几儿 厂广 "
    "戊戌戍戎 侯候 晴睛 睛晴 清请情 珍诊 伟玮炜 杨扬 陈阵 刘浏 张弘 李季 宇字 辰晨 晓哓 洋详 祥样 "
    "贝见 冯马 徐除 孟盂 肖尚 高亮 肓盲 微徽 毫亳 栗粟 茶荼 治冶 泠冷 拆折 析折 壹台 娟捐 "
    "丽雨 萍苹 平乎 乐东 车东 圆园 困因 囚困 未朱 朱牛 午牛 井并 仑仓 仁仃 任住 往住 佳住 华毕 竟竞 莞菀完 "
    "圳训 洲州 惠蕙 茵菌 茜西 酉西 柏拍 桓恒 恒垣 浩洁 涛铸 峰锋 烽峰 钧钩 钓钩 铃玲 岭玲 琳淋 彬杉 彤形 "
    "旭旬 昊吴 昌冒 泉皋 宜宣 宝室 安宴 家豪 冉再 甫浦 勇男 楠南 敏繁 诚城 成咸 威咸 瑞端 琪棋 祺棋 淇琪 "
    "燕蒸 慧彗 静净 菁青 育肓 睿容 荣荥 蓉溶 榕溶 0O〇○ 1Il 8B 5S 2Z 6G"
)
_NEAR = {frozenset((a, b)) for group in _LOOK_ALIKE.split() for a in group for b in group if a != b}
_DOT = re.compile(r"[·•.・‧∙⋅\-—'’]")


class Likeness(StrEnum):
    """How near two readings are. `NEAR`: they differ only in characters that readers confuse, so a person looks."""

    SAME = "same"
    NEAR = "near"
    DIFFERENT = "different"


def look_alike(one: str, other: str) -> bool:
    """Tell whether two characters are easily read for each other.

    >>> look_alike("己", "已"), look_alike("张", "李")
    (True, False)
    """
    return one == other or frozenset((one, other)) in _NEAR


def compare_names(one: str, other: str) -> Likeness:
    """Compare names of persons or companies: brackets, width, dots, script and spaces do not count.

    >>> compare_names("張 偉", "张伟").value, compare_names("张玮", "张伟").value, compare_names("张伟", "李伟").value
    ('same', 'near', 'different')
    """
    return _compare(name_key(one), name_key(other))


def compare_numbers(one: str, other: str) -> Likeness:
    """Compare numbers; spaces, dashes and case do not count.

    >>> compare_numbers("4419 0019", "44190019").value
    'same'
    """
    return _compare(number_key(one), number_key(other))


def compare_addresses(one: str, other: str) -> Likeness:
    """Compare addresses: the same when one is the other without province, city or the signs between numbers.

    A house or room number that differs makes two addresses different; a shorter address that the longer one
    only continues (down to the room) is near.

    >>> compare_addresses("广东省东莞市南城街道鸿福路1号", "东莞市南城鸿福路1号").value
    'same'
    >>> compare_addresses("东莞市南城街道鸿福路1号", "东莞市南城街道鸿福路2号").value
    'different'
    >>> compare_addresses("东莞市南城街道鸿福路1号5栋301", "东莞市南城街道鸿福路1号5栋301房").value
    'same'
    """
    a, b = address_key(one), address_key(other)
    if not a or not b:
        return Likeness.DIFFERENT
    if a == b:
        return Likeness.SAME
    if re.findall(r"[0-9A-Z]+", a) == re.findall(r"[0-9A-Z]+", b):
        if share(a, b) >= 0.8:
            return Likeness.NEAR
    elif min(len(a), len(b)) >= 6 and (a.startswith(b) or b.startswith(a)):
        return Likeness.NEAR
    return _compare(a, b)


def name_key(name: str) -> str:
    """Give a name in the form in which names are compared."""
    return _DOT.sub("", fold(name)).upper().replace("(", "").replace(")", "")


def number_key(number: str) -> str:
    """Give a number in the form in which numbers are compared."""
    return re.sub(r"[-—_.·()\[\]〔〕]", "", fold(number)).upper()


_ORDINALS = str.maketrans("一二三四五六七八九", "123456789")


def address_key(address: str) -> str:
    """Give an address without province, city and filler words, in the form in which addresses are compared.

    >>> address_key("广东省东莞市南城街道鸿福路 1 号 5 栋 301 房")
    '南城鸿福路1-5-301'
    """
    key = fold(address).upper()
    key = re.sub(r"^(?:中国|中华人民共和国)", "", key)
    key = re.sub(
        r"^[\u4e00-\u9fff]{2,3}(?:省|自治区)|^(?:广东|湖南|湖北|江西|广西|四川|河南)(?=[\u4e00-\u9fff]{2,3}市)",
        "",
        key,
    )
    key = re.sub(r"^东莞市?(?=[\u4e00-\u9fff])", "", key)
    key = re.sub(r"[,，。;；:：()]", "", key)
    key = re.sub(r"(?<=[\u4e00-\u9fff]{2})(?:街道办事处|街道办|街道|镇)(?=[\u4e00-\u9fff])", "", key)
    key = re.sub(r"(?:社区居委会|社区|村委会|村民委员会)(?=[\u4e00-\u9fff])", "", key)
    key = re.sub(r"[一二三四五六七八九](?=[号栋座幢楼层室单])", lambda m: m[0].translate(_ORDINALS), key)
    key = re.sub(r"(?<=[0-9A-Z])(?:号楼|号院|号|栋|幢|座|单元|楼|层|室|房|之|#|-|—)+(?=[0-9A-Z])", "-", key)
    return re.sub(r"(?<=[0-9A-Z])(?:号|室|房|户|铺)$", "", key)


def share(one: str, other: str) -> float:
    """Give how much of two texts agrees, 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _compare(a: str, b: str) -> Likeness:
    if not a or not b:
        return Likeness.DIFFERENT
    if a == b:
        return Likeness.SAME
    if len(a) == len(b):
        differing = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
        if len(differing) <= max(1, len(a) // 6) and all(look_alike(x, y) for x, y in differing):
            return Likeness.NEAR
    return (
        Likeness.NEAR
        if min(len(a), len(b)) >= 8 and share(a, b) >= 0.93 and _digits(a) == _digits(b)
        else Likeness.DIFFERENT
    )


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
