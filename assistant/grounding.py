"""The check that nothing is said which the cited facts do not say.

Every number (Arabic or Chinese) with its unit and bound (以上, 以内 …), amount, date, period, share, document,
organisation, telephone number and address in a sentence must stand in the sentences it cites; what is denied
there must not be affirmed here, nor the other way round; and most of its words must come from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from knowledge_base.text import squeeze

WORDS_FROM_SOURCE = 0.6
"""Share of a sentence's content words that must stand in its sources."""

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_CHINESE_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_COUNTED = (
    "个工作日|工作日|个自然日|自然日|个月|个星期|个小时|个|周岁|岁|日|天|月|年|周|小时|分钟|万元|亿元|元|块|万|亿|%|倍|次|份|张|人|分|折|成|平方米|公里|"
    "条|项|寸|级|户|点|时|号|种|类|名|位|家|套|间|层|楼|辆|本|期|档|批|孩|胎"
)
_BOUND = "以上|以下|以内|之内|以后|之后|以前|之前|内|后|前"
_SAME: dict[str, str] = {
    "个工作日": "工作日", "个自然日": "日", "自然日": "日", "天": "日", "周岁": "岁", "块": "元", "个星期": "周",
    "个小时": "小时", "以内": "内", "之内": "内", "以后": "后", "之后": "后", "以前": "前", "之前": "前",
}  # fmt: skip
_QUANTITY = re.compile(rf"(\d+(?:\.\d+)?)({_COUNTED})?及?({_BOUND})?")
_CHINESE_QUANTITY = re.compile(rf"([零〇一二两三四五六七八九十百千万亿]+)(?={_COUNTED})")
_PERCENT = re.compile(r"百分之([零〇一二三四五六七八九十百]+|\d+(?:\.\d+)?)")
_FRACTION = re.compile(r"[二三四五六七八九十]+分之[一二三四五六七八九十]+")
_WEEKDAY = re.compile(r"(?:星期|礼拜|周)[一二三四五六日天]")
_DOCUMENT = re.compile(r"《[^》]{2,40}》")
_LINK = re.compile(r"(?:https?://|www\.)[^\s,，。;；）)]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+\.[a-z]{2,}")
_ORGANISATION = re.compile(
    r"(?:(?!可以|需要|联系|通过|咨询|提交|提供|携带|办理)[^\W\da-z您请到去在往至由找向与及和的归给让是带经过属]){2,12}?"
    r"(?:局|中心|委员会|派出所|法院|仲裁院|银行(?!卡|账户|流水|存折)|医院|街道办|镇政府|人民政府|(?:公安|税务)(?:机关|部门)|学校|服务站|管理所|车管所|大队|支队)"
)
_PAPER = re.compile(
    r"(?:身份证|户口簿|户口本|居住证|护照|通行证|结婚证|离婚证|出生医学证明|营业执照|不动产权证书|房产证|社保卡|驾驶证|行驶证|合同|承诺书|委托书|申请表|申请书|证明|发票|病历|回执|照片|章程|存折|银行卡|学历证|学位证|毕业证|职称证)"
)
_NEGATION = re.compile(
    r"不得|不能|不可|不予|不需|无需|无须|不用|不必|不收|禁止|没有|免(?!疫)|未(?!成年|来)|不(?!动产|仅|但|同)|非(?!常|法|遗)"
)
_NEGATED = re.compile(rf"(?:{_NEGATION.pattern})\w{{0,3}}$")
_OPPOSITES = tuple(
    (re.compile(one), re.compile(other))
    for one, other in (
        (r"(?<![不免])收费|(?<!不)收取|(?<!需)缴费", r"免费|免收|不收费|不收取|无需缴费"),
        (r"(?<![不未])(?:可以|能够|允许)", r"不能|不得|不可|不予|不准|不允许|禁止"),
        (r"(?<!不)(?:需要|必须|应当)", r"不需|不必|不用|无需|无须|免于|免予|免交"),
        (r"最高|最多|至多|不超过|上限", r"最低|最少|至少|不少于|不低于|下限"),
    )
)
"""What one side says the other denies: a sentence may not take a side that its sources only oppose."""


def number_of(text: str) -> str | None:
    """Read a Chinese number as digits; None when it is none.

    >>> number_of("十五"), number_of("两"), number_of("三百六十"), number_of("一万五千")
    ('15', '2', '360', '15000')
    """
    if not text or not _CHINESE_NUMBER.fullmatch(text):
        return None
    if all(c in _DIGITS for c in text):
        return "".join(str(_DIGITS[c]) for c in text)
    total = section = digit = 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif _UNITS[c] >= 10_000:
            total += (section + digit) * _UNITS[c]
            section = digit = 0
        else:
            section += (digit or 1) * _UNITS[c]
            digit = 0
    return str(total + section + digit)


def in_digits(text: str) -> str:
    """Squeeze the text and write its counted Chinese numbers in digits (十五个工作日 → 15个工作日, 百分之五 → 5%)."""
    text = _PERCENT.sub(lambda m: f"{number_of(m[1]) or m[1]}%", squeeze(text))
    return _CHINESE_QUANTITY.sub(lambda m: number_of(m[1]) or m[1], text)


def claims(sentence: str) -> set[str]:
    """Give what of a sentence must be literally in its sources, in the form of `in_digits`; quantities apart."""
    text = in_digits(sentence)
    found = set(_FRACTION.findall(squeeze(sentence)))
    for pattern in (_DOCUMENT, _LINK, _ORGANISATION, _PAPER, _WEEKDAY):
        found.update(pattern.findall(text))
    return found


def quantities(text: str) -> set[tuple[str, str, str]]:
    """Give every number with its unit and bound, empty where it has none; one spelling for those that mean the same.

    >>> quantities("十五个工作日以内")
    {('15', '工作日', '内')}
    """
    found = _QUANTITY.findall(in_digits(text))
    return {(number, _SAME.get(unit, unit), _SAME.get(bound, bound)) for number, unit, bound in found}


def unsupported(sentence: str, sources: Sequence[str], tokens: Callable[[str], Iterable[str]]) -> list[str]:
    """Give what a sentence says beyond its sources; empty: it is grounded.

    Args:
        sentence: what the model wrote.
        sources: the quotes it cites; none at all makes everything unsupported.
        tokens: cuts text into content words.
    """
    if not sources:
        return ["没有依据"]
    plain, source = squeeze(sentence), squeeze("\n".join(sources))
    stated = source + in_digits(source)
    missing = [claim for claim in claims(sentence) if claim not in stated]
    known = quantities(source)
    missing += ["".join(quantity) for quantity in quantities(sentence) if not stands(quantity, known)]
    words = [word for word in tokens(in_digits(sentence)) if len(word) > 1]
    if _denies_otherwise(plain, source, words):
        missing.append("否定")
    if words and sum(word in stated for word in words) < WORDS_FROM_SOURCE * len(words):
        missing.append("用词超出依据")
    return missing


def stands(quantity: tuple[str, str, str], known: set[tuple[str, str, str]]) -> bool:
    """Tell whether a quantity is among the known ones; a unit or bound may be left out, and 内 added."""
    number, unit, bound = quantity
    bounds = {b for n, u, b in known if n == number and unit in ("", u)}
    return bool(bounds) and (bound in ("", *bounds) or (bound == "内" and "" in bounds))


def _denies_otherwise(sentence: str, source: str, words: Iterable[str]) -> bool:
    """Tell whether the sentence denies what its source affirms or affirms what it denies."""
    if _NEGATION.search(sentence) and not _NEGATION.search(source):
        return True
    for pair in _OPPOSITES:
        for said, opposed in (pair, pair[::-1]):
            if said.search(sentence) and not said.search(source) and opposed.search(source):
                return True
    return any(word in source and not _denials(sentence, word) <= _denials(source, word) for word in words)


def _denials(text: str, word: str) -> set[bool]:
    """Give how a word stands in a text: denied (a negation close before it), affirmed, or both."""
    starts = (at.start() for at in re.finditer(re.escape(word), text))
    return {bool(_NEGATED.search(text, max(0, start - 6), start)) for start in starts}
