"""Tickets about the same matter: the same place, the same thing, within a window of days.

Two tickets of the same town (or of an unknown one) are compared by the villages they name, by the rare words they
share (other names, mostly), by the embeddings of their texts and by their class. The weights are fitted on pairs of
cases (`python -m eval.ticket_duplicates`). The embedding is the one the classifier reads, so a new ticket needs no
other.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

import numpy as np

from assistant.tickets.classify import embedded_part
from assistant.tickets.gazetteer import Gazetteer, NameKind
from assistant.tickets.schema import Duplicate
from assistant.tickets.transcript import CallerWords
from assistant.tickets.wording import Wording
from knowledge_base.embedding import Embedder, Vectors
from knowledge_base.errors import EmbedderError
from knowledge_base.text import normalise

WINDOW = dt.timedelta(days=7)
THRESHOLD = 0.4
MOST = 5
"""Proposals shown at most."""

WEIGHTS = {
    "meaning": 11.1,
    "same_category": 1.8,
    "rare": 1.7,
    "same_village": 0.0,
    "other_village": 0.0,
    "beside": 0.0,
    "altered": 0.0,
    "offset": -8.8,
}

IN_WORDS = ("rare", "same_village", "other_village", "beside", "altered")
"""Features that need the words of both."""

RARE = 5.0
"""Pairs of characters with at least this rarity are what only few speak of: names, mostly."""

MUCH = 40.0
"""So much shared rarity counts in full: six or seven rare pairs."""

NO_GRIEVANCE = ("咨询", "表扬", "意见建议")
"""Such a ticket never repeats a complaint, nor the other way round."""

_FILLER = re.compile(r"坐席|话务员|客服|市民|您好|你好|请讲|诉求|投诉|反映|举报|希望|部门|处理|东莞市?|[\W_]+")
_OF_THE_CALLER = re.compile(
    r"1[3-9]\d{9}|[零一二三四五六七八九幺〇\d]{7,}|(?:我)?姓[\u4e00-\u9fff]|\d+月\d+[日号]?|[\W_]+"
)
"""What differs between two callers or days, not between two matters."""

_NUMBER = re.compile(r"[\d一二三四五六七八九十百]+(?:[号栋座期区楼巷路]|$)|^\d+$")

_COMPARED = 400
"""Characters of a text in which alterations are looked for."""

_BESIDE = re.compile(r".{0,2}?(?:的|那家|那间|那个)?(?:隔壁|楼上|分店|斜对面)")


@dataclass(frozen=True)
class Matter:
    """What of a ticket tells its matter. `text`: the caller's words; `caller`: a phone number or its token."""

    ticket_id: str
    text: str
    at: dt.datetime
    town: str | None = None
    category: str | None = None
    kind: str | None = None
    caller: str | None = None
    vector: Vectors | None = None

    @cached_property
    def grams(self) -> Counter[str]:
        """Pairs of characters of the text without stock words."""
        plain = _FILLER.sub("", normalise(self.text))
        return Counter(_pairs(plain))


class DuplicateFinder:
    """Compares a matter with earlier ones.

    `rarity` weighs pairs of characters; without it all weigh alike. Without a gazetteer no villages are compared.
    """

    def __init__(self, rarity: Mapping[str, float] | None = None, gazetteer: Gazetteer | None = None) -> None:
        self._rarity, self._gazetteer = rarity or {}, gazetteer
        self._villages = lru_cache(maxsize=4096)(self._villages_in)
        self._unknown = max(self._rarity.values(), default=1.0)

    def find(self, new: Matter, earlier: Iterable[Matter]) -> tuple[Duplicate, ...]:
        """Give the earlier tickets of the same matter, best first; other towns and older ones are left out."""
        compared = ((self.similarity(new, old), old) for old in earlier if comparable(new, old))
        found = [(sure, old) for sure, old in compared if sure >= THRESHOLD]
        found.sort(key=lambda pair: (-pair[0], pair[1].at))
        return tuple(
            Duplicate(
                old.ticket_id,
                round(sure, 3),
                self.common_words(new, old),
                "duplicate" if new.caller and new.caller == old.caller else "group",
            )
            for sure, old in found[:MOST]
        )

    def possible(self, new: Matter, earlier: Iterable[Matter], most: int) -> list[Matter]:
        """Give the earlier matters that reach the threshold if their words speak for it, likeliest first.

        Their texts are not read, so they may be left out. What has no embedding is not among them.
        """
        if new.vector is None:
            return []
        known = [old for old in earlier if old.vector is not None and comparable(new, old)]
        if not known:
            return []
        meaning = np.stack([old.vector for old in known if old.vector is not None]) @ new.vector
        same = np.array([bool(new.category) and new.category == old.category for old in known])
        words = sum(max(0.0, WEIGHTS[name]) for name in IN_WORDS)
        best = WEIGHTS["offset"] + words + WEIGHTS["meaning"] * meaning + WEIGHTS["same_category"] * same
        order = np.argsort(-best)[:most]
        return [known[n] for n in order if best[n] >= math.log(THRESHOLD / (1 - THRESHOLD))]

    def similarity(self, one: Matter, other: Matter) -> float:
        """Give the probability that two matters are the same, 0 to 1."""
        score = WEIGHTS["offset"] + sum(WEIGHTS[name] * value for name, value in self.features(one, other).items())
        return 1 / (1 + math.exp(-score))

    def features(self, one: Matter, other: Matter) -> dict[str, float]:
        """Measure two matters; every figure lies between 0 and 1."""
        meaning = (
            float(np.dot(one.vector, other.vector)) if one.vector is not None and other.vector is not None else 0.0
        )
        ours, theirs = self._villages(one.text), self._villages(other.text)
        same_village = any(name in other.text for name in ours) or any(name in one.text for name in theirs)
        return {
            "meaning": max(0.0, meaning),
            "same_category": float(bool(one.category) and one.category == other.category),
            "rare": min(
                1.0, sum(r for r in map(self._weight, one.grams.keys() & other.grams.keys()) if r >= RARE) / MUCH
            ),
            "same_village": float(same_village),
            "other_village": float(bool(ours and theirs) and not same_village),
            "beside": float(self._beside(one, other)),
            "altered": 0.0 if one.caller and one.caller == other.caller else _altered(one, other),
        }

    def common_words(self, one: Matter, other: Matter) -> tuple[str, ...]:
        """Give the longest stretches both say, at most four, for people to see why."""
        stretches = _common_stretches(normalise(one.text), normalise(other.text))
        return tuple(s for s in stretches if not _FILLER.fullmatch(s))[:4]

    def _villages_in(self, text: str) -> frozenset[str]:
        if self._gazetteer is None:
            return frozenset()
        return frozenset(m.name for m in self._gazetteer.mentions(text) if m.kind is NameKind.VILLAGE)

    def _beside(self, one: Matter, other: Matter) -> bool:
        """Tell whether a rare name that both say is only a neighbour's in one of them (鑫茂织造隔壁的鑫盛)."""
        first, second = normalise(one.text), normalise(other.text)
        names = [s for s in _common_stretches(first, second) if any(self._weight(g) >= RARE for g in _pairs(s))]
        return any(_says_beside(name, first) != _says_beside(name, second) for name in names)

    def _weight(self, gram: str) -> float:
        return self._rarity.get(gram, self._unknown)


def embedding_of(words: CallerWords, wording: Wording, embedder: Embedder) -> Vectors | None:
    """Give the embedding that the classifier reads, at hand for words just drafted; None without words."""
    read = wording.read(words.spoken) if words.text.strip() else ""
    try:
        return embedder.query(embedded_part(read)) if read else None
    except EmbedderError:
        return None


def comparable(new: Matter, old: Matter) -> bool:
    """Tell whether an earlier ticket is recent enough, of no other town and of a fitting kind."""
    if old.ticket_id == new.ticket_id or not dt.timedelta(0) <= new.at - old.at <= WINDOW:
        return False
    if new.kind != old.kind and (new.kind in NO_GRIEVANCE or old.kind in NO_GRIEVANCE):
        return False
    return not (new.town and old.town and new.town != old.town)


def rarity_of(texts: Iterable[str]) -> dict[str, float]:
    """Learn from many texts how rare each pair of characters is: log of the inverse share of texts with it."""
    seen: Counter[str] = Counter()
    total = 0
    for text in texts:
        plain = _FILLER.sub("", normalise(text))
        seen.update(set(_pairs(plain)))
        total += 1
    return {gram: math.log((1 + total) / (1 + count)) for gram, count in seen.items()}


def _pairs(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)]


def _says_beside(name: str, text: str) -> bool:
    return any(_BESIDE.match(text, match.end()) for match in re.finditer(re.escape(name), text))


def _altered(one: Matter, other: Matter) -> float:
    """Tell how far two texts are the same but for some words put in the place of others: 0 up to a third, 1 from two.

    Two people who tell of one matter never use the same words; who tells of 6号 and who of 16号 in the same words
    tell of two. What is only added changes nothing.
    """
    if len(one.grams.keys() & other.grams.keys()) < 0.35 * min(len(one.grams), len(other.grams)):
        return 0.0
    first, second = (_OF_THE_CALLER.sub("", normalise(m.text))[:_COMPARED] for m in (one, other))
    match = SequenceMatcher(None, first, second, autojunk=False)
    taken = "".join(first[a:b] for kind, a, b, *_ in match.get_opcodes() if kind != "equal")
    put = "".join(second[a:b] for kind, *_, a, b in match.get_opcodes() if kind != "equal")
    if not (taken and put) and not _NUMBER.search(taken + put):
        return 0.0
    same = sum(block.size for block in match.get_matching_blocks() if block.size >= 3) / min(len(first), len(second))
    return min(1.0, max(0.0, (same - 0.35) / 0.3))


def _common_stretches(one: str, other: str, shortest: int = 2) -> list[str]:
    """Give stretches of Chinese characters or digits that both texts have, longest first."""
    found: list[str] = []
    pieces: Sequence[str] = re.findall(r"[\u4e00-\u9fffa-z0-9]+", one[:2000])
    other = other[:2000]
    for piece in pieces:
        start = 0
        while start < len(piece):
            end = start + shortest
            while end <= len(piece) and piece[start:end] in other:
                end += 1
            if end - 1 - start >= shortest:
                found.append(piece[start : end - 1])
                start = end - 1
            else:
                start += 1
    unique = sorted(set(found), key=lambda s: (-len(s), s))
    return [s for i, s in enumerate(unique) if not any(s in longer for longer in unique[:i])]
