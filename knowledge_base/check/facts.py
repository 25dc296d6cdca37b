"""Checks of facts: a source that can be named, validity, and two facts of an item that disagree."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations, pairwise

from knowledge_base.check.files import ContentFile, Problem, Where
from knowledge_base.content import line_of
from knowledge_base.schema import Facet, Fact, ServiceItem, Sourced
from knowledge_base.text import squeeze

_NO_SOURCE = re.compile(
    r"(来源)?(未知|待补充?|待查|待定|待核实?|暂?无|不详|没有|todo|tbd|n/?a|[-—?？/.…]*)(来源|出处)?"
)
_NAMED_SOURCE = re.compile(
    r"《.+?》|【.+?】|〔\d{4}〕|\w{2}(局|委|厅|政府|法院|中心|办公室|日报|网站)|国务院|人大|海关"
)
_QUANTITY = re.compile(
    r"(?P<date>\d{4}年(?:\d+月)?(?:\d+日)?|\d{4}-\d+(?:-\d+)?|\d+月\d+日)"
    r"|(?P<number>\d+(?:\.\d+)?|[一二三四五六七八九十两半]+)"
    r"(?P<unit>个?工作日|日|天|个?月|周年|年|小时|万元|元|%|周岁|岁|倍|次|份|平方米|公里)"
)
_SAME_UNIT = {"个工作日": "工作日", "日": "天", "个月": "月", "周年": "年", "周岁": "岁"}
_FAMILY = {"工作日": "天", "万元": "元"}
_FILLER = re.compile(r"[\W的内应当须需要可以一般通常约之起后自]")
_TURNS = frozenset("非不未无没除外上下前后男女首二")
"""Characters which, added to a statement, make it one about another case."""
_ALIKE = 0.8


def provenance(file: ContentFile, on: dt.date) -> Iterator[Problem]:
    """Find what has no real source, or is not in force on the day."""
    for where, record in file.records:
        if isinstance(record, Sourced):
            yield from _source(file, where, record)
            yield from _validity(file, where, record, on)


def contradictions(file: ContentFile) -> Iterator[Problem]:
    """Find facts of one facet of an item that say the same twice, or differ in one quantity only."""
    for where, record in file.records:
        if isinstance(record, ServiceItem):
            yield from _contradictions(file, where, record)


def _source(file: ContentFile, where: Where, record: Sourced) -> Iterator[Problem]:
    if _NO_SOURCE.fullmatch(record.source.lower()):
        yield file.error((*where, "source"), f"没有真实来源（{record.source}）")
    elif record.verified and not _NAMED_SOURCE.search(record.source):
        message = f"等级为 {record.grade}，来源却没有写出文件名或机关名"
        yield file.warning((*where, "source"), message)


def _validity(file: ContentFile, where: Where, record: Sourced, on: dt.date) -> Iterator[Problem]:
    if record.valid_to and record.valid_to < on:
        yield file.warning((*where, "valid_to"), f"已于 {record.valid_to} 失效，请更新或删除")
    if record.valid_from and on < record.valid_from:
        yield file.warning((*where, "valid_from"), f"要到 {record.valid_from} 才生效")


def _contradictions(file: ContentFile, where: Where, item: ServiceItem) -> Iterator[Problem]:
    by_facet: dict[Facet, list[_Statement]] = defaultdict(list)
    for number, fact in enumerate(item.facts):
        by_facet[fact.facet].append(_statement(fact, (*where, "facts", number, "text")))
    for statements in by_facet.values():
        for a, b in combinations(statements, 2):
            if a.text == b.text:
                yield file.error(b.where, f"与第 {line_of(file.root, a.where)} 行的内容完全一样")
            elif _overlap(a.fact, b.fact) and (values := _differing_values(a, b)):
                said = f"与第 {line_of(file.root, a.where)} 行说法相近而数值不同"
                yield file.warning(b.where, f"{said}：{values[0]}、{values[1]}，请核对")


def _overlap(a: Sourced, b: Sourced) -> bool:
    """Tell whether both hold on some day; an old rule and its successor do not contradict each other."""
    start = max(a.valid_from or dt.date.min, b.valid_from or dt.date.min)
    return start <= min(a.valid_to or dt.date.max, b.valid_to or dt.date.max)


@dataclass(frozen=True)
class _Statement:
    """A fact as wording, where 数 stands for each quantity, and quantities: number and unit."""

    fact: Fact
    where: Where
    text: str
    wording: str
    values: tuple[tuple[str, str], ...]


def _statement(fact: Fact, where: Where) -> _Statement:
    values: list[tuple[str, str]] = []

    def take(found: re.Match[str]) -> str:
        if found["date"]:
            return found[0]
        values.append((found["number"], _SAME_UNIT.get(found["unit"], found["unit"])))
        return "数"

    text = squeeze(fact.text)
    return _Statement(fact, where, text, _FILLER.sub("", _QUANTITY.sub(take, text)), tuple(values))


def _differing_values(a: _Statement, b: _Statement) -> tuple[str, str] | None:
    """Give the two values when statements of nearly the same wording differ in exactly one quantity."""
    families = [[_FAMILY.get(unit, unit) for _, unit in statement.values] for statement in (a, b)]
    if families[0] != families[1]:
        return None
    differing = [("".join(x), "".join(y)) for x, y in zip(a.values, b.values, strict=True) if x != y]
    if len(differing) != 1 or _likeness(a.wording, b.wording) < _ALIKE:
        return None
    for operation, i, j, k, m in SequenceMatcher(None, a.wording, b.wording, autojunk=False).get_opcodes():
        added = a.wording[i:j] + b.wording[k:m]
        if operation == "replace" or (operation != "equal" and _TURNS & set(added)):
            return None
    return differing[0]


def _likeness(a: str, b: str) -> float:
    """Give the Dice coefficient of the character pairs of two texts, in [0, 1]."""
    pairs_a, pairs_b = (Counter(pairwise(text)) for text in (a, b))
    total = pairs_a.total() + pairs_b.total()
    return 2 * (pairs_a & pairs_b).total() / total if total else float(a == b)
