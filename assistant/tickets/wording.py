"""A caller's words as the ticket classifier reads them: without speakers, stock phrases, names, numbers and places.

Who calls from where says nothing about the matter, but a model trained on a few thousand texts would take a town
or a surname for a sign of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge_base.cantonese import to_standard
from knowledge_base.masking import mask
from knowledge_base.schema import Town
from knowledge_base.text import normalise

MAX_CHARS = 4000
"""Of a longer text the beginning and the end are read."""

_SPEAKER = re.compile(r"^\s*(?:(坐席|话务员|客服|接线员|agent)|(市民|诉求人|来电人|群众|caller))\s*[:：]\s*", re.I)
_STOCK = re.compile(
    r"您好请讲|您好|你好|喂|请问(您)?(怎么称呼|贵姓|姓什么|您姓什么)|您?(贵姓|怎么称呼)|(您的|你的)?诉求(是什么|呢)?"
    r"|还有(其他|别的)(事|问题|诉求)?吗|(您|你)?(留|方便)?(个|一下)?(联系)?(电话|方式|号码)(是多少|多少|方便留)?"
    r"|好的|请稍等|为您登记|已登记|记下了|12345|东莞市?|政务服务热线"
)
_SPOKEN_NUMBER = re.compile(r"[零〇一二三四五六七八九幺两\d](?:[\s-]*[零〇一二三四五六七八九幺两\d]){6,}")
_MASKED_NUMBER = re.compile(r"[\d*]*\*+[\d*]*")
_NAMED = re.compile(
    r"(?:我|本人|免贵)?姓[\u4e00-\u9fff](?:[\s,，]*[\u4e00-\u9fff]{1,4}(?:那个|的)\s*[\u4e00-\u9fff](?![\u4e00-\u9fff]))?"
)
_BLANKS = re.compile(r"[\s|]+")


class Wording:
    """Prepares texts; `towns` gives the place names that are taken out."""

    def __init__(self, towns: Iterable[Town] = ()) -> None:
        names = {name for town in towns for name in (town.name, town.short, *town.aliases) if "（" not in name}
        longest = sorted((re.escape(normalise(name)) for name in names), key=len, reverse=True)
        self._towns = re.compile(f"(?:{'|'.join(longest)})(?:镇|街道|区|园区|办事处)?") if longest else None

    def read(self, text: str) -> str:
        """Give what the classifier sees. The agent's lines stay, for they name the matter, too; may be empty."""
        if len(text) > MAX_CHARS:
            text = f"{text[: MAX_CHARS // 2]}\n{text[-MAX_CHARS // 2 :]}"
        lines = [_SPEAKER.sub("", line) for line in text.splitlines()]
        plain = to_standard(normalise("|".join(lines)))
        plain = _MASKED_NUMBER.sub(" ", mask(_SPOKEN_NUMBER.sub(" ", plain)))
        plain = _NAMED.sub(" ", _STOCK.sub(" ", plain))
        if self._towns:
            plain = self._towns.sub("某镇", plain)
        return _BLANKS.sub(" ", plain).strip()
