"""Tickets about the same matter: the same place, the same thing, within a window of days.

Two tickets of the same town (or of an unknown one) are compared by the rare words they share (place names mostly), by
the embeddings of their texts and by their class. The weights are fitted on pairs of cases
(`python -m eval.ticket_duplicates`). The embedding is the one the classifier reads, turned by a learnt matrix that
lays reports of one matter together (`python -m eval.tuning.same_matter`); so a new ticket needs no other.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from assistant.logistic import logistic
from assistant.tickets.classify import embedded_part
from assistant.tickets.schema import Duplicate
from assistant.tickets.transcript import CallerWords
from assistant.tickets.wording import Wording
from knowledge_base.embedding import Embedder, Vectors
from knowledge_base.errors import EmbedderError
from knowledge_base.text import normalise

SAME_MATTER = Path(__file__).parent / "same_matter.npz"
"""The learnt matrix, and the name of the embedder it belongs to."""

WINDOW = dt.timedelta(days=7)
THRESHOLD = 0.5
MOST = 5
"""Proposals shown at most."""

WEIGHTS = {"meaning": 11.0, "same_category": 1.5, "rare": 1.4, "offset": -6.5}

RARE = 5.0
"""Pairs of characters with at least this rarity are what only few speak of: names, mostly."""

MUCH = 40.0
"""So much shared rarity counts in full: six or seven rare pairs."""

NO_GRIEVANCE = ("咨询", "表扬", "意见建议")
"""Such a ticket never repeats a complaint, nor the other way round."""

_FILLER = re.compile(r"坐席|话务员|客服|市民|您好|你好|请讲|诉求|投诉|反映|举报|希望|部门|处理|东莞市?|[\W_]+")


class MatterEmbedder:
    """Embeds texts so that reports of one matter lie together: an embedder's vectors, turned by a learnt matrix.

    Raises:
        ValueError: the matrix was learnt for another embedder.
    """

    def __init__(self, embedder: Embedder, matrix: Path = SAME_MATTER) -> None:
        with np.load(matrix) as data:
            self._matrix: Vectors = data["matrix"].astype(np.float32)
            learnt_for = str(data["embedder"])
        if learnt_for != embedder.name:
            raise ValueError(f"{matrix} was learnt for {learnt_for}, not for {embedder.name}: learn it again")
        self._embedder = embedder
        self.name = f"{embedder.name}/same-matter-{zlib.crc32(self._matrix.tobytes()):08x}"

    def query(self, text: str) -> Vectors:
        """Embed one text: shape `(dim,)`, L2-normalised; raises EmbedderError when the engine fails."""
        turned: Vectors = self._embedder.query(text) @ self._matrix
        return turned / np.linalg.norm(turned)


@dataclass(frozen=True)
class Matter:
    """What of a ticket tells its matter. `text`: the caller's words; `caller`: a phone number or its token.

    `vector`: as `MatterEmbedder` gives it.
    """

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
        return Counter(plain[i : i + 2] for i in range(len(plain) - 1))


class DuplicateFinder:
    """Compares a matter with earlier ones. `rarity` weighs pairs of characters; without it all weigh alike."""

    def __init__(self, rarity: Mapping[str, float] | None = None) -> None:
        self._rarity = rarity or {}
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
        """Give the earlier matters that reach the threshold if they share all rare words, likeliest first.

        Their texts are not read, so they may be left out. What has no embedding is not among them.
        """
        if new.vector is None:
            return []
        known = [old for old in earlier if old.vector is not None and comparable(new, old)]
        if not known:
            return []
        meaning = np.stack([old.vector for old in known if old.vector is not None]) @ new.vector
        same = np.array([bool(new.category) and new.category == old.category for old in known])
        best = WEIGHTS["offset"] + WEIGHTS["rare"] + WEIGHTS["meaning"] * meaning + WEIGHTS["same_category"] * same
        order = np.argsort(-best)[:most]
        return [known[n] for n in order if best[n] >= math.log(THRESHOLD / (1 - THRESHOLD))]

    def similarity(self, one: Matter, other: Matter) -> float:
        """Give the probability that two matters are the same, 0 to 1."""
        score = WEIGHTS["offset"] + sum(WEIGHTS[name] * value for name, value in self.features(one, other).items())
        return logistic(score)

    def features(self, one: Matter, other: Matter) -> dict[str, float]:
        """Measure two matters; every figure lies between 0 and 1."""
        meaning = (
            float(np.dot(one.vector, other.vector)) if one.vector is not None and other.vector is not None else 0.0
        )
        return {
            "meaning": max(0.0, meaning),
            "same_category": float(bool(one.category) and one.category == other.category),
            "rare": min(
                1.0, sum(r for r in map(self._weight, one.grams.keys() & other.grams.keys()) if r >= RARE) / MUCH
            ),
        }

    def common_words(self, one: Matter, other: Matter) -> tuple[str, ...]:
        """Give the longest stretches both say, at most four, for people to see why."""
        stretches = _common_stretches(normalise(one.text), normalise(other.text))
        return tuple(s for s in stretches if not _FILLER.fullmatch(s))[:4]

    def _weight(self, gram: str) -> float:
        return self._rarity.get(gram, self._unknown)


def embedded_words(words: CallerWords, wording: Wording) -> str:
    """Give what of a talk is embedded, the same that the classifier reads; empty without words of the caller."""
    return embedded_part(wording.read(words.spoken)) if words.text.strip() else ""


def embedding_of(words: CallerWords, wording: Wording, embedder: MatterEmbedder) -> Vectors | None:
    """Give the turned embedding of what the classifier reads; None without words, or when the engine fails."""
    read = embedded_words(words, wording)
    try:
        return embedder.query(read) if read else None
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
        seen.update({plain[i : i + 2] for i in range(len(plain) - 1)})
        total += 1
    return {gram: math.log((1 + total) / (1 + count)) for gram, count in seen.items()}


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
