"""The evidence for each record of an item, computed for all its records at once."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge_base.aspects import AspectModel
from knowledge_base.chunking import Chunk, ChunkKind
from knowledge_base.embedding import Vectors
from knowledge_base.facets import stated_values
from knowledge_base.index import DomainIndex
from knowledge_base.schema import Facet
from knowledge_base.text import normalise
from knowledge_base.tokens import Tokeniser
from knowledge_base.vector_store import VectorStore

Floats = NDArray[np.float32]
T = TypeVar("T", Facet, str)

_NOWHERE = np.empty(0, dtype=np.int64)

NEAR = 0.56
"""Cosine from which a question counts as near: right records of questions held back are mostly above 0.75."""

_IN_BRACKETS = re.compile(r"\([^)]*\)")


@dataclass(frozen=True)
class Query:
    """A question as the ranking sees it; `weight` is the summed idf of its tokens.

    `aspects` are the probabilities of each facet in the order of the aspect model; None without one.
    """

    text: str
    tokens: frozenset[str]
    weight: float
    vector: Vectors | None
    cues: frozenset[Facet]
    values: frozenset[str]
    aspects: Floats | None = None


class TermWeights:
    """How telling a token is: idf over items, so that words in every guide weigh little."""

    def __init__(self, seen: Counter[str], n_items: int) -> None:
        self._idf = {token: math.log(1 + n_items / df) for token, df in seen.items()}
        self._unseen = math.log(1 + n_items)

    def __getitem__(self, token: str) -> float:
        return self._idf.get(token, self._unseen)

    def __contains__(self, token: str) -> bool:
        return token in self._idf

    def total(self, tokens: Iterable[str]) -> float:
        """Sum the weights of the distinct tokens."""
        return sum(self[token] for token in set(tokens))

    def unknown(self, tokens: Iterable[str]) -> float:
        """Give the share of the weight of tokens which no item has, in [0, 1]."""
        total = self.total(tokens)
        return sum(self._unseen for t in set(tokens) if t not in self._idf) / total if total else 0.0


def term_weights(domains: Iterable[DomainIndex]) -> TermWeights:
    """Count in how many items each token stands; gaps and look-alike questions do not count."""
    vocabularies: dict[str, set[str]] = defaultdict(set)
    for domain in domains:
        for chunk, tokens in zip(domain.chunks, domain.tokens, strict=True):
            if _is_content(chunk):
                vocabularies[chunk.item_id].update(tokens)
    return TermWeights(Counter(t for v in vocabularies.values() for t in v), len(vocabularies))


class ItemEvidence:
    """All chunks of one item as arrays, in the order of its records."""

    def __init__(
        self,
        rows: Sequence[tuple[Chunk, list[str]]],
        store: VectorStore,
        weights: TermWeights,
        tokeniser: Tokeniser,
        aspects: AspectModel | None = None,
    ) -> None:
        by_record: dict[str, list[tuple[Chunk, list[str]]]] = defaultdict(list)
        for chunk, tokens in rows:
            by_record[chunk.record_id].append((chunk, tokens))
        ordered = [pair for pairs in by_record.values() for pair in pairs]
        chunks = [chunk for chunk, _ in ordered]
        self.records = [(record_id, pairs[0][0].facet) for record_id, pairs in by_record.items()]
        self._starts = np.cumsum([0, *(len(pairs) for pairs in by_record.values())])[:-1]
        self._ids = np.array([chunk.chunk_id for chunk in chunks], dtype=np.int64)
        self._store = store
        kinds = np.array([chunk.kind for chunk in chunks])
        self._text = kinds == ChunkKind.TEXT
        self._negative = kinds == ChunkKind.NEGATIVE
        self._ask = ~self._text & ~self._negative
        self._name = np.isin(kinds, [ChunkKind.NAME, ChunkKind.PHRASING])
        self._item_negative = self._negative & np.array([c.record_id.endswith("/overview") for c in chunks])
        self.positive = np.maximum.reduceat(~self._negative, self._starts)
        self._weights = weights
        self._chunk_weight = np.array([weights.total(t) or 1.0 for _, t in ordered], dtype=np.float32)
        postings: dict[str, list[int]] = defaultdict(list)
        for position, (chunk, tokens) in enumerate(ordered):
            if chunk.kind is not ChunkKind.NEGATIVE:
                for token in set(tokens):
                    postings[token].append(position)
        self._postings = {token: np.array(where) for token, where in postings.items()}
        owner = np.repeat(np.arange(len(by_record)), [len(pairs) for pairs in by_record.values()])
        self._holders = {token: np.unique(owner[where]) for token, where in self._postings.items()}
        character_pairs = [neighbours(normalise(chunk.text)) for chunk in chunks]
        alike: dict[str, list[int]] = defaultdict(list)
        for position, (chunk, pairs) in enumerate(zip(chunks, character_pairs, strict=True)):
            if chunk.kind is not ChunkKind.NEGATIVE:
                for pair in pairs:
                    alike[pair].append(position)
        self._alike = {pair: np.array(where) for pair, where in alike.items()}
        self._pair_counts = np.array([len(pairs) or 1 for pairs in character_pairs], dtype=np.float32)
        self._vocabulary = {t for chunk, tokens in ordered if _is_content(chunk) for t in tokens}
        names = list(
            dict.fromkeys(_IN_BRACKETS.sub("", normalise(c.text)) for c in chunks if c.kind is ChunkKind.NAME)
        )
        self.name = names[0] if names else ""
        self._names = {name: weights.total(tokeniser.tokens(name)) for name in names}
        tokens_of_names = frozenset(token for name in names for token in tokeniser.tokens(name))
        facets = np.array([facet for _, facet in self.records])
        self._of_facet = {Facet(facet): facets == facet for facet in set(facets.tolist())}
        self._gap = np.array(["/gap/" in record_id for record_id, _ in self.records])
        self._overview = np.array([record_id.endswith("/overview") for record_id, _ in self.records])
        self._whole = np.array([record_id.count("/") == 1 for record_id, _ in self.records]) & ~self._overview
        self._topic_weight = np.zeros(len(self.records), dtype=np.float32)
        gaps_of: dict[str, list[int]] = defaultdict(list)
        for row, (record_id, members) in enumerate(by_record.items()):
            if "/gap/" in record_id:
                topic = set(members[0][1]) - tokens_of_names
                self._topic_weight[row] = weights.total(topic)
                for token in topic:
                    gaps_of[token].append(row)
        self._topics = {token: np.array(where) for token, where in gaps_of.items()}
        self._aspects = self._aspects_of_records(aspects)
        stated = [
            frozenset(v for c, _ in pairs if c.kind is ChunkKind.TEXT for v in stated_values(c.text))
            for pairs in by_record.values()
        ]
        self._of_value = {
            value: np.array([value in values for values in stated]) for value in frozenset().union(*stated)
        }

    def is_named_in(self, text: str) -> bool:
        """Tell whether a normalised text holds a name of the item."""
        return any(name in text for name in self._names)

    def features(self, query: Query) -> tuple[Floats, Floats]:
        """Give the evidence, shape `(n_records, len(ranker.FEATURES))`, and each record's best cosine.

        The best cosine takes the names and phrasings of the item in, so that a record is not dropped
        for being worded unlike a question that plainly names its item.
        """
        cosines = self._cosines(query.vector)
        text = self._best(cosines, self._text)
        ask = self._best(cosines, self._ask)
        text = np.where(self._gap, ask, text)  # a gap has questions only; it competes with them as a statement
        dense = np.maximum(text, ask)
        item = float(cosines[self._name].max(initial=0.0))
        negative = self._best(cosines, self._negative)
        item_negative = float(cosines[self._item_negative].max(initial=0.0))
        veto = np.maximum(negative, item_negative) - np.maximum(dense, item)
        shared = np.zeros(len(self._ids), dtype=np.float32)
        told = np.zeros(len(self.records), dtype=np.float32)
        for token in query.tokens & self._postings.keys():
            weight = self._weights[token]
            shared[self._postings[token]] += weight
            told[self._holders[token]] += weight
        pairs = neighbours(query.text)
        common = [_NOWHERE, *(self._alike[pair] for pair in pairs & self._alike.keys())]
        counted = np.bincount(np.concatenate(common), minlength=len(self._ids)).astype(np.float32)
        alike = 2 * counted / (self._pair_counts + len(pairs))
        odds = np.where(self._ask, np.exp((cosines - NEAR) / 0.08), np.float32(0))
        pooled = np.log(np.add.reduceat(odds, self._starts) + 0.01)
        covered = self._weights.total(query.tokens & self._vocabulary) / query.weight
        named = max((w for name, w in self._names.items() if name in query.text), default=0.0)
        hit = self._any(self._of_facet, query.cues)
        value_hit = self._any(self._of_value, query.values)
        nearest = float(dense.max(initial=0.0))
        columns: list[NDArray[Any] | float] = [
            spread(text),
            spread(ask),
            spread(item),
            spread(nearest),
            np.maximum.reduceat(shared, self._starts) / query.weight,
            np.maximum.reduceat(shared / self._chunk_weight, self._starts),
            covered,
            min(1.0, named / query.weight),
            hit,
            ~hit & bool(query.cues),
            value_hit,
            ~value_hit & bool(query.values),
            np.maximum(veto, 0.0) * 10,
            pooled,
            told / query.weight,
            np.maximum.reduceat(alike, self._starts),
            self._gap,
            self._overview,
            self._whole,
            self._topic_missing(query),
            self._agreement(query),
        ]
        features = np.empty((len(self.records), len(columns)), dtype=np.float32)
        for place, column in enumerate(columns):
            features[:, place] = column
        return features, np.maximum(dense, item)

    def _any(self, masks: Mapping[T, NDArray[np.bool_]], asked: frozenset[T]) -> NDArray[np.bool_]:
        """Tell which records have anything that is asked for, gaps always; none has where nothing is asked for."""
        if not asked:
            return np.zeros(len(self.records), dtype=np.bool_)
        found = self._gap
        for value in asked & masks.keys():
            found = found | masks[value]
        return found

    def _aspects_of_records(self, aspects: AspectModel | None) -> Floats | None:
        """Give the facet of each record as probabilities `(n_records, n_facets)`; of a gap as read from it."""
        if aspects is None:
            return None
        known = {facet: n for n, facet in enumerate(aspects.facets)}
        found = np.zeros((len(self.records), len(known)), dtype=np.float32)
        read = aspects.read(self._store.vectors(self._ids))
        ends = [*self._starts[1:], len(self._ids)]
        for row, ((_, facet), start, end) in enumerate(zip(self.records, self._starts, ends, strict=True)):
            if self._gap[row]:
                found[row] = read[start:end].mean(axis=0)
            elif facet in known:
                found[row, known[facet]] = 1.0
        return found

    def _agreement(self, query: Query) -> Floats:
        """Give how likely question and record speak of the same aspect, as a logarithm; 0 where nothing is known."""
        if self._aspects is None or query.aspects is None:
            return np.zeros(len(self.records), dtype=np.float32)
        agreed: Floats = np.log(self._aspects @ query.aspects + 0.02)
        return agreed

    def _topic_missing(self, query: Query) -> Floats:
        """Give the weight share of a gap's topic, names of the item apart, which the question does not speak of."""
        missing = self._topic_weight.copy()
        for token in query.tokens & self._topics.keys():
            missing[self._topics[token]] -= self._weights[token]
        return np.divide(missing, self._topic_weight, out=np.zeros_like(missing), where=self._topic_weight > 0)

    def _cosines(self, vector: Vectors | None) -> Floats:
        if vector is None:
            return np.zeros(len(self._ids), dtype=np.float32)
        cosines: Floats = self._store.vectors(self._ids) @ vector
        return cosines

    def _best(self, cosines: Floats, mask: NDArray[np.bool_]) -> Floats:
        best: Floats = np.maximum.reduceat(np.where(mask, cosines, np.float32(0)), self._starts)
        return best


def neighbours(text: str) -> frozenset[str]:
    """Give the pairs of neighbouring characters of a text, punctuation included (unlike `tokens.bigrams`)."""
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def collect_evidence(
    domain: DomainIndex, weights: TermWeights, tokeniser: Tokeniser, aspects: AspectModel | None = None
) -> dict[str, ItemEvidence]:
    """Arrange the chunks of a domain by item."""
    rows: dict[str, list[tuple[Chunk, list[str]]]] = defaultdict(list)
    for chunk, tokens in zip(domain.chunks, domain.tokens, strict=True):
        rows[chunk.item_id].append((chunk, tokens))
    return {item_id: ItemEvidence(r, domain.store, weights, tokeniser, aspects) for item_id, r in rows.items()}


def _is_content(chunk: Chunk) -> bool:
    return chunk.kind not in (ChunkKind.NEGATIVE, ChunkKind.GAP)


def spread(cosine: Floats | float) -> Floats:
    """Spread cosines of the fine-tuned model (unrelated ≈ 0.4, same ≈ 1) over about 0…4; absent gives -1."""
    spread: Floats = np.where(np.asarray(cosine) > 0, (cosine - np.float32(0.2)) * np.float32(4.5), np.float32(-1))
    return spread
