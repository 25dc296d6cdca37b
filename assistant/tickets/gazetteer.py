"""The names of Dongguan's towns, villages and landmarks, and where they stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant.tickets.transcript import fold
from knowledge_base.schema import Town

_PLACE_BEFORE = re.compile(r"(?:^|[\s,，。！？;；]|在|喺|住|到|是|我|映|诉)$")
_PLACE_AFTER = re.compile(
    r"那边|这边|那里|这里|那家|那间|那个|公园|小区|地铁|市场|工业区|路口|村口|广场|小学|中学|学校|幼儿园|医院|花园|大道"
)
_FILE = Path(__file__).parent / "gazetteer.yaml"
_SUFFIX = r"(?:镇|街道办事处|街道办|街道|街办|管委会|园区|高新区|新区|区|办事处|办)"
_KIND = r"(?:股份经济联合社|村民委员会|居民委员会|村委会|居委会|社区|村)"


class NameKind(StrEnum):
    """What sort of name was found."""

    TOWN = "town"
    VILLAGE = "village"
    LANDMARK = "landmark"


@dataclass(frozen=True)
class Mention:
    """A place name in a text; `codes` are the towns it may mean, `full` tells that 镇, 村 or 社区 was said, too."""

    kind: NameKind
    name: str
    codes: tuple[str, ...]
    start: int
    end: int
    full: bool = False


class Gazetteer:
    """Finds place names. Stateless; may be shared between threads."""

    def __init__(self, towns: Iterable[Town]) -> None:
        data = _data()
        self.towns = {town.code: town for town in towns if town.code}
        self._town_names: dict[str, list[str]] = {}
        for town in self.towns.values():
            for name in {town.short, town.name, *town.aliases}:
                if "（" not in name:
                    codes = self._town_names.setdefault(_bare(fold(name)), [])
                    codes += [town.code] if town.code not in codes else []
        self._villages: dict[str, list[str]] = {}
        for code, names in data["villages"].items():
            for name in names:
                self._villages.setdefault(fold(name), []).append(code)
        for town in self.towns.values():
            for name in town.villages:
                bare = re.sub(r"(一带|社区|(?<=..)村)$", "", fold(name))
                if town.code not in self._villages.setdefault(bare, []):
                    self._villages[bare].append(town.code)
        self._villages = {
            name: [code for code in codes if code in self.towns] for name, codes in self._villages.items()
        }
        self._landmarks = {fold(name): code for code, names in data["landmarks"].items() for name in names}
        self._common = frozenset(fold(name) for name in data["common"])
        self._pattern = _any_of([*self._town_names, *self._villages, *self._landmarks])

    def short(self, code: str) -> str:
        """Give the everyday name of a town."""
        return self.towns[code].short

    def mentions(self, text: str) -> Iterator[Mention]:
        """Find the names in a folded text, longest first, in order; a name of a town and of a village counts as both
        (塘厦, 桥头): `towns.py` decides."""
        at = 0
        while match := self._pattern.search(text, at):
            found = self._mention(text, match)
            at = found.end if found else match.start() + 1
            if found:
                yield found

    def villages_of(self, name: str) -> list[str]:
        """Give the towns that have a village of this name."""
        return self._villages.get(name, [])

    def village_names(self) -> dict[str, list[str]]:
        """Give all villages with their towns."""
        return self._villages

    def town_names(self) -> dict[str, list[str]]:
        """Give all names of towns, with the towns' codes."""
        return self._town_names

    def _mention(self, text: str, match: re.Match[str]) -> Mention | None:
        name, start, end = match[0], match.start(), match.end()
        if name in self._landmarks:
            return Mention(NameKind.LANDMARK, name, (self._landmarks[name],), start, end)
        village = re.compile(_KIND).match(text, end)
        if name in self._villages and (village or name not in self._town_names):
            full = village is not None
            placed = full or self._after_its_town(text, start, name) or self._stands_as_place(text, start, end, name)
            if name in self._common and not placed:
                return None
            return Mention(NameKind.VILLAGE, name, tuple(self._villages[name]), start, end, full)
        suffix = re.compile(_SUFFIX).match(text, end)
        end = (
            suffix.end()
            if suffix and not re.match(r"区(?:别|分|块)|办(?:理|证|事(?!处)|了|的)", text[end : end + 2])
            else end
        )
        return Mention(NameKind.TOWN, name, tuple(self._town_names[name]), start, end, end > match.end())

    def _stands_as_place(self, text: str, start: int, end: int, name: str) -> bool:
        """Tell whether an everyday word is the place here: 西平地铁口, 在东正那家店; only where one town has it."""
        if len(self._villages[name]) != 1:
            return False
        return bool(_PLACE_BEFORE.search(text[max(0, start - 3) : start]) and _PLACE_AFTER.match(text, end))

    def _after_its_town(self, text: str, start: int, name: str) -> bool:
        before = re.sub(
            rf"(?:{_SUFFIX}|的|这边|那边|这里|那里|那个|有个|这个|[ ,，])*$", "", text[max(0, start - 10) : start]
        )
        names = {known for code in self._villages[name] for known, codes in self._town_names.items() if code in codes}
        return any(before.endswith(known) for known in names)


def _bare(name: str) -> str:
    return re.sub(r"(?<=..)(?:街道|镇)$", "", name)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, set(names)), key=len, reverse=True)))


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
