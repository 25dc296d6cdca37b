"""The check that nothing is said which the cited facts do not say.

Every number (Arabic or Chinese), amount, date, period, share, document, organisation, telephone number and
address in a sentence must stand in the sentences it cites, and most of its words must come from them.
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
_COUNTED = "个工作日|工作日|个自然日|个月|个|周岁|岁|日|天|月|年|周|小时|分钟|元|块|万元|%|％|倍|次|份|张|人|分|折|成|平方米|公里|条|项|寸|级|户"
_CHINESE_QUANTITY = re.compile(rf"([零〇一二两三四五六七八九十百千万亿]+)(?={_COUNTED})")
_DOCUMENT = re.compile(r"《[^》]{2,40}》")
_LINK = re.compile(r"(?:https?://|www\.)[^\s，。；）)]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+\.[a-z]{2,}")
_ORGANISATION = re.compile(
    r"[\u4e00-\u9fff]{2,12}?(?:局|中心|委员会|公安|派出所|法院|仲裁院|银行|医院|街道办|镇政府|人民政府|税务|学校|服务站|管理所|车管所|大队|支队)"
)
_PAPER = re.compile(
    r"(?:身份证|户口簿|户口本|居住证|护照|通行证|结婚证|离婚证|出生医学证明|营业执照|不动产权证书|房产证|社保卡|驾驶证|行驶证|合同|承诺书|委托书|申请表|申请书|证明|发票|病历|回执|照片|章程|存折|银行卡|学历证|学位证|毕业证|职称证)"
)
_NEGATION = re.compile(r"不得|不能|不可|不需|无需|不用|不必|不收|免|禁止|没有|未|不")


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
    """Squeeze the text and write its counted Chinese numbers in digits (十五个工作日 → 15个工作日)."""
    return _CHINESE_QUANTITY.sub(lambda m: number_of(m[1]) or m[1], squeeze(text)).replace("％", "%")


def claims(sentence: str) -> set[str]:
    """Give what of a sentence must be literally in its sources, in the form of `in_digits`."""
    text = in_digits(sentence)
    found: set[str] = set()
    for pattern in (_DOCUMENT, _LINK, _ORGANISATION, _PAPER):
        found.update(pattern.findall(text))
    found.update(f"#{number}" for number in _NUMBER.findall(text))
    return found


def unsupported(sentence: str, sources: Sequence[str], tokens: Callable[[str], Iterable[str]]) -> list[str]:
    """Give what a sentence says beyond its sources; empty: it is grounded.

    Args:
        sentence: what the model wrote.
        sources: the quotes it cites; none at all makes everything unsupported.
        tokens: cuts text into content words.
    """
    if not sources:
        return ["没有依据"]
    source = in_digits("\n".join(sources))
    numbers = set(_NUMBER.findall(source))
    missing = [
        claim for claim in claims(sentence) if (claim[1:] not in numbers if claim[0] == "#" else claim not in source)
    ]
    if _NEGATION.search(squeeze(sentence)) and not _NEGATION.search(source):
        missing.append("否定")
    words = [word for word in tokens(in_digits(sentence)) if len(word) > 1]
    if words and sum(word in source for word in words) < WORDS_FROM_SOURCE * len(words):
        missing.append("用词超出依据")
    return missing
