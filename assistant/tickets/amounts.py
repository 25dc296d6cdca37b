"""The sum of money that the matter is about."""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import re

from assistant.tickets.schema import Field
from assistant.tickets.transcript import CallerWords

_CN = "零〇一二两三四五六七八九十百千万"
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{_CN}]+)"
_MONEY = re.compile(
    rf"(?P<number>(?<![\d.])\d[\d,]*(?:\.\d+)?(?:多|几|来)?(?P<scale>万|千|百|w|k)?(?P<tail>\d|[一二三四五六七八九])?|[{_CN}]+(?:点[{_CN}]+)?[多几来]?万?)"
    rf"[ ]?(?P<unit>元|块钱?|蚊|人民币|钱|rmb|块)?(?P<more>[一二三四五六七八九半\d](?=$|[\s，,。；;的了不]))?"
)
_CUE = re.compile(
    r"(?:工资|薪|工钱|底薪|押金|定金|订金|首付|学费|费|款|钱|价|赔|退|扣|罚|交|付|花|欠|差|收|借|转|充|存|补|报|多收|少发|垫|骗|卡|一共|共|总共|合计|余额|剩下?的?|还有|压了?我?|要了?我?|月租|房租|报价|全口|损失|拖了?)(?:了|是|的|我|我们|他|约|大概|大约|差不多|才|共计|将近|近|被|[ ]){0,3}$"
)
_CUE_AFTER = re.compile(
    r"^(?:的)?(?:定金|订金|押金|工资|底薪|学费|房租|货款|首付|彩礼|赔偿|违约金|保证金|会费|手续费|罚款)"
)
_NOT_MONEY = re.compile(
    r"^(?:个|天|月|日|号|点|年|人|次|楼|栋|米|公里|斤|岁|分钟|小时|台|辆|户|只|层|间|条|周|课|节|张|家|名|位|平|度|分贝|cm|kg|吨|倍|路|元朗|多?个|小区|村|中|小学|开)"
)


def amount(words: CallerWords) -> Field[str | None]:
    """Give the first sum as it was said (一千八, 840块, 1.2万); None when no money is named.

    A bare number counts only behind a word of money (押金八百).
    """
    best: Field[str | None] | None = None
    for match in _MONEY.finditer(words.text):
        said = match[0].strip()
        if len(re.sub(r"\D", "", said)) >= 8 or not said:
            continue
        before, after = (
            words.text[max(0, match.start() - 10) : match.start()],
            words.text[match.end() : match.end() + 4],
        )
        unit = match["unit"]
        cued = _CUE.search(before) is not None
        cued = cued or _CUE_AFTER.match(after) is not None
        round_sum = re.fullmatch(rf"[{_CN}]*[千万][{_CN}]*", match["number"]) is not None
        if unit is None and (not (cued or round_sum) or _NOT_MONEY.match(after) or not _large(match["number"])):
            continue
        if unit in ("钱", "块") and not re.search(r"[\d" + _CN + "]", match["number"]):
            continue
        found: Field[str | None] = Field(
            words.text[match.start() : match.end()].strip(), 0.9 if cued else 0.75, match.span()
        )
        if cued:
            return found
        best = best or found
    return best or Field(None, 0.85)


def _large(number: str) -> bool:
    """Tell whether a bare number is big enough to be money: 三千一, 840, 八百."""
    return bool(re.search(r"[百千万wk]", number)) or len(re.sub(r"\D", "", number)) >= 3
