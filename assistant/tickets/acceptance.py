"""Whether the hotline takes a matter on: the lawful grounds for refusing, each with the right path.

It is advice for the agent. Grounds and wordings are data (`acceptance.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

import yaml

from assistant.places import CITIES, PROVINCES
from assistant.tickets.schema import Acceptance, AcceptanceAdvice, Span
from assistant.tickets.signals import Emergency
from assistant.tickets.transcript import CallerWords

_FILE = Path(__file__).parent / "acceptance.yaml"
_NEAR = 24

_ELSEWHERE = re.compile(
    rf"(?P<place>(?:{'|'.join((*PROVINCES, *CITIES))})(?:省|市|区|县)?(?:[\u4e00-\u9fff]{{2,3}}(?:区|县|镇|街道))?)"
)
_HAPPENS_IN = re.compile(r"(?:在|喺|位于|发生在|我们|我这里是|这里是|投诉|举报|反映|我是|咨询|地址是?)[ ]*$")
_NOT_THERE = re.compile(
    r"(?:从|老家|户籍|户口|来自|搬到|转到|转入|寄到|去|回|到|来|和|跟|参保地?|社保在|之前在|以前在|原来在|曾在)[ ]*$"
)
_NOT_PLACE = re.compile(
    r"^(?:人|路|大道|大街|街(?!道)|酒店|菜|饭店|面|拉面|小吃|烧烤|话|户口|户籍|牌|车牌|号码|打来|那边转|转|社保|医保|公积金|来的|的亲戚|朋友)"
)
_DONGGUAN = re.compile(r"(?<!你们)(?<!打)东莞(?!12345|能管|管不管|可以管|热线)|本市")
"""Dongguan as a place, not as the hotline that is being called."""

CATEGORY_GROUNDS = {"1801": "litigation", "1802": "discipline"}
"""Classes of the catalogue that are referred elsewhere, with their ground."""


def acceptance(
    words: CallerWords, dangers: Iterable[Emergency], in_dongguan: bool, category: str = "", sure: float = 0.0
) -> AcceptanceAdvice:
    """Advise to accept or to refuse.

    Args:
        words: what the caller said; the agent's opinion does not count.
        dangers: emergencies are always taken on, with the numbers to call at once as the signpost.
        in_dongguan: a town or Dongguan itself was named.
        category: the likeliest class, which may itself be one that is referred elsewhere, with its probability.
        sure: that probability.
    """
    kinds = [danger.kind for danger in dangers]
    if kinds:
        return AcceptanceAdvice(Acceptance.ACCEPT, 0.95, next(iter(dangers)).span, signpost=_at_once(kinds))
    for ground, entry in _grounds().items():
        span = _found(entry, words.text)
        if span is not None:
            return _refusal(ground, 0.85, span)
    elsewhere = None if in_dongguan else _elsewhere(words.text)
    if elsewhere is not None:
        return _refusal("other_city", 0.75, elsewhere)
    if category in CATEGORY_GROUNDS and sure >= 0.6:
        return _refusal(CATEGORY_GROUNDS[category], min(0.8, sure), None)
    return AcceptanceAdvice(Acceptance.ACCEPT, 0.9)


def _refusal(ground: str, sure: float, span: Span | None) -> AcceptanceAdvice:
    entry = _grounds()[ground]
    return AcceptanceAdvice(Acceptance.REJECT, sure, span, str(entry["reason"]), str(entry["signpost"]))


def _found(entry: dict[str, Any], text: str) -> Span | None:
    for pattern in entry["any"]:
        for match in pattern.finditer(text):
            near = re.split(r"[\n。！？!?；;]", text[max(0, match.start() - _NEAR) : match.start()])[-1] + match[0]
            near += re.split(r"[\n。！？!?；;]", text[match.end() : match.end() + _NEAR])[0]
            if not any(p.search(near) for p in entry["unless"]):
                return (match.start(), match.end())
    return None


def _elsewhere(text: str) -> Span | None:
    """Find a city other than Dongguan as the place of the matter."""
    if _DONGGUAN.search(text):
        return None
    for match in _ELSEWHERE.finditer(text):
        before = text[max(0, match.start() - 8) : match.start()]
        if _NOT_THERE.search(before) or _NOT_PLACE.match(text[match.end() :][:5]):
            continue
        if _HAPPENS_IN.search(before) or len(match["place"]) > 3:
            return (match.start(), match.end())
    return None


def _at_once(kinds: list[str]) -> str:
    data = _data()
    numbers = [number for number, its in data["at_once"].items() if any(kind in its for kind in kinds)]
    return Template(str(data["at_once_text"])).substitute(numbers="、".join(numbers or ["110"]))


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _grounds() -> dict[str, dict[str, Any]]:
    return {
        ground: entry | {key: tuple(map(re.compile, entry.get(key, []))) for key in ("any", "unless")}
        for ground, entry in _data()["reject"].items()
    }
