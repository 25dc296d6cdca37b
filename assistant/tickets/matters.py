"""How many separate matters a caller raises, and where the later ones begin."""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from assistant.tickets.schema import Span
from assistant.tickets.transcript import CallerWords

_FURTHER = re.compile(
    r"(?:另外|此外|还有一(?:个|件|样)(?:事|问题)?|还有(?:个|件)(?:事|问题)|还有就是|还想(?:问|反映|投诉|说)|再(?:反映|投诉|问|说)一(?:个|件|下)|再一个|再有|第二(?![天次年季期手层名遍轮代趟])|二是|其次|顺便(?:再|也|问|说|反映|投诉)|"
    r"顺带|同时(?:也|还)?(?:反映|投诉|问)|对了|另一(?:个|件)(?:事|问题)|又有一(?:件|个)事|仲有(?:一)?(?:样|件|个(?=问题|事))|除此之外|除了这个|也(?:一起|顺便)?反映(?:一)?下|两(?:个|件)事|两个问题|2、|2\.(?!\d))"
)
_WEAK = re.compile(r"还有(?!没有|没|一?个?月|[一二三四五六七八九十\d]|点|人|的|谁|机会|办法)|而且|同时|顺便")
_SAME = re.compile(
    r"^[ ,，]?(?:我(?:的)?(?:电话|姓)|电话|联系|手机|麻烦(?:尽快|快)|请尽快|希望尽快|不要(?:说|泄|透)|别说|保密|你们(?:尽快|快点))"
)
_ALSO = re.compile(
    r"[\s，,。；;！!？?、](?P<rest>[^\s，,。；;]{0,14}?也(?!没|不(?!亮|通)|要|想|说|是|有人|可以|能|会|就|太|行|过)[^\s，,。；;]*)"
)
"""Another thing that is bad, too, without a word between: 路灯坏了三天 楼下烧烤店油烟也大."""

SURE = 0.9
"""Both parts around such a place have to be of different chapters of the catalogue, each at least so surely."""

TRIED = 4
"""Places whose parts are classified, each part 30 ms; whoever says 也 a hundred times makes nobody wait."""

CATCH_ALL = ("16", "17")
"""Chapters of what fits nowhere else; a part that is none of its own looks like them."""

_LONG_ENOUGH = 6
"""Characters of a matter without its telephone number; less is an afterthought."""


@dataclass(frozen=True)
class Matter:
    """One of several matters: its words and their place."""

    text: str
    span: Span


def matters(words: CallerWords, read: Callable[[str], tuple[str, float]]) -> list[Matter]:
    """Cut what the caller says into its matters, the first one first; empty for a text without words.

    `read` gives the class of a part and how sure that is; where the words between are weak (而且, 还有) or there are
    none (油烟也大) a part is a matter of its own only if its class is another.
    """
    edges = [0]
    text = words.text
    for match in _FURTHER.finditer(text):
        if _is_matter(text[match.end() :]) and len(_plain(text[edges[-1] : match.start()])) >= _LONG_ENOUGH:
            edges.append(match.start())
    if len(edges) == 1:
        for match in islice(_WEAK.finditer(text), TRIED):
            before, after = text[: match.start()], text[match.end() :]
            if min(len(_plain(before)), len(_plain(after))) < 9 or not _is_matter(after):
                continue
            if _asks(after) and read(before)[0] != read(after)[0]:
                edges.append(match.start())
                break
    if len(edges) == 1:
        places = islice(_ALSO.finditer(text), TRIED)
        also = next((m.start() for m in places if _differ(text[: m.start()], m["rest"], read)), None)
        edges += [also] if also is not None else []
    parts = [text[a:b] for a, b in zip(edges, [*edges[1:], len(text)], strict=True)]
    return [
        Matter(part.strip(), (edge, edge + len(part)))
        for edge, part in zip(edges, parts, strict=True)
        if part.strip()
    ]


def _differ(before: str, after: str, read: Callable[[str], tuple[str, float]]) -> bool:
    if min(len(_plain(before)), len(_plain(after))) < _LONG_ENOUGH:
        return False
    (one, sure_of_one), (other, sure_of_other) = read(before), read(after)
    if one[:2] == other[:2] or one.startswith(CATCH_ALL) or other.startswith(CATCH_ALL):
        return False
    return min(sure_of_one, sure_of_other) >= SURE


def _is_matter(after: str) -> bool:
    rest = re.split(r"\n{2,}", after)[0] if len(_plain(after.split("\n", maxsplit=1)[0])) >= _LONG_ENOUGH else after
    return len(_plain(rest)) >= _LONG_ENOUGH and not _SAME.match(after)


def _plain(text: str) -> str:
    text = re.sub(
        r"(?:我)?姓[\u4e00-\u9fff][ ]?[\u4e00-\u9fff]{0,4}的?[\u4e00-\u9fff]?|电话[:：是]?|[\d零一二三四五六七八九幺]{7,}",
        "",
        text,
    )
    return re.sub(r"[\s，,。；;：:！!？?]", "", text)


def _asks(text: str) -> bool:
    return bool(re.search(r"请|要求|希望|投诉|反映|也(?:没人|要|得)|处理|管一?管|能不能|怎么|麻烦", text))
