"""Hybrid retrieval: two arms find candidate items, a weighted ranking orders their records.

Both arms search every chosen domain; the ranking looks at each record of the candidate items, with
evidence from meaning (cosine), words (idf-weighted coverage), names, facets and look-alike questions.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from knowledge_base.aspects import AspectModel
from knowledge_base.embedding import Embedder, Vectors
from knowledge_base.errors import EmbedderError, UnknownDomainError
from knowledge_base.evidence import ItemEvidence, Query, collect_evidence, term_weights
from knowledge_base.facets import asked_values, facet_cues
from knowledge_base.index import DomainIndex, Index
from knowledge_base.ranker import FEATURES, rank_scores
from knowledge_base.schema import Facet
from knowledge_base.text import normalise

logger = logging.getLogger(__name__)

CANDIDATE_ITEMS = 14
DENSE_TOP_K = 12
LEXICAL_TOP_K = 8
REMEMBERED = 1024
"""Searches of one domain by one vector whose nearest chunks are kept: routing and search look for the same ones."""

SHARED_HITS = 25
"""Hits among which the ranking's probability is shared out."""

DENSE_FLOOR = 0.55
"""Cosine below which a record is dropped, however many words it shares: the fine-tuned model puts unrelated
questions at about 0.4 and the right records of all development cases above 0.69."""


@dataclass(frozen=True)
class RecordHit:
    """One record, its ranking score and the evidence in the order of `ranker.FEATURES`."""

    record_id: str
    item_id: str
    facet: Facet
    score: float
    features: tuple[float, ...]

    @property
    def is_gap(self) -> bool:
        """Whether the record says that something is known to be missing."""
        return "/gap/" in self.record_id

    def feature(self, name: str) -> float:
        """Give one piece of evidence by its name in `FEATURES`."""
        return self.features[FEATURES.index(name)]


@dataclass(frozen=True)
class Retrieved:
    """What a search found, best record first.

    `dense` tells whether the embedder took part; `vector` is the question's embedding then;
    `unknown_share` is the share of the question's weight for which no item has a word.
    """

    hits: tuple[RecordHit, ...]
    dense: bool
    tokens: tuple[str, ...]
    unknown_share: float = 0.0
    vector: Vectors | None = None

    @property
    def best(self) -> RecordHit | None:
        """The best record that states something; None when nothing but known gaps was found."""
        return next((hit for hit in self.hits if not hit.is_gap), None)

    def by_item(self) -> dict[str, list[RecordHit]]:
        """Group the hits by item; items in the order of their best record."""
        grouped: dict[str, list[RecordHit]] = defaultdict(list)
        for hit in self.hits:
            grouped[hit.item_id].append(hit)
        return dict(grouped)

    def shares(self) -> dict[str, float]:
        """Share out the ranking's probability (softmax of the scores) among the items, best first.

        Known gaps take their part but give none, so that the shares add up to less than 1 beside them.
        """
        hits = self.hits[:SHARED_HITS]
        odds = [math.exp(hit.score - hits[0].score) for hit in hits]
        total = sum(odds)
        shares: dict[str, float] = defaultdict(float)
        for hit, part in zip(hits, odds, strict=True):
            if not hit.is_gap:
                shares[hit.item_id] += part / total
        return dict(sorted(shares.items(), key=lambda row: -row[1]))


class Searcher(Protocol):
    """What an enquiry needs of a retriever; see `Retriever` for what the methods do."""

    @property
    def domains(self) -> tuple[str, ...]:
        """The ids of the domains there are."""
        ...

    def names_item(self, text: str) -> bool:
        """Tell whether a normalised text holds the name of something known."""
        ...

    def name_of(self, item_id: str) -> str:
        """Give the short name of an item as questions use it; empty where there is none."""
        ...

    def embed(self, question: str) -> Vectors | None:
        """Embed a question; None when the embedder fails."""
        ...

    def nearest_by_domain(self, vector: Vectors) -> dict[str, float]:
        """Give the cosine of the nearest chunk of each domain."""
        ...

    def search(
        self,
        question: str,
        *,
        domains: Iterable[str] | None = None,
        items: frozenset[str] | None = None,
        cues: frozenset[Facet] | None = None,
    ) -> Retrieved:
        """Find the records that answer a question."""
        ...


def embedded(embedder: Embedder, question: str) -> Vectors | None:
    """Embed a question; None when the embedder fails."""
    try:
        return embedder.query(normalise(question))
    except EmbedderError as error:
        logger.warning("searching by words alone: %s", error)
        return None


class Retriever:
    """Searches one knowledge base. Stateless after construction; may be shared between threads."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self.index = index
        self._embedder = embedder
        self._weights = term_weights(index.domains.values())
        self._aspects = AspectModel.load(embedder.name)
        self._items: dict[str, ItemEvidence] = {}
        self._items_of: dict[str, frozenset[str]] = {}
        self._item_of: dict[str, dict[int, str]] = {}
        self._nearest = lru_cache(maxsize=REMEMBERED)(self._nearest_chunks)
        for name, domain in index.domains.items():
            items = collect_evidence(domain, self._weights, index.tokeniser, self._aspects)
            self._items |= items
            self._items_of[name] = frozenset(items)
            self._item_of[name] = {chunk.chunk_id: chunk.item_id for chunk in domain.chunks}

    @property
    def domains(self) -> tuple[str, ...]:
        """The ids of the domains there are."""
        return tuple(self.index.domains)

    def names_item(self, text: str) -> bool:
        """Tell whether a normalised text holds the name or an alias of an item."""
        return any(item.is_named_in(text) for item in self._items.values())

    def name_of(self, item_id: str) -> str:
        """Give the short name of an item as questions use it; empty for unknown ids."""
        item = self._items.get(item_id)
        return item.name if item else ""

    def embed(self, question: str) -> Vectors | None:
        """Embed a question; None when the embedder fails (search then goes on by words alone)."""
        return embedded(self._embedder, question)

    def nearest_by_domain(self, vector: Vectors) -> dict[str, float]:
        """Give the cosine of the nearest chunk of each domain."""
        key = vector.tobytes()
        nearest = {name: self._nearest(name, key) for name in self.index.domains}
        return {name: chunks[0][1] if chunks else 0.0 for name, chunks in nearest.items()}

    def search(
        self,
        question: str,
        *,
        domains: Iterable[str] | None = None,
        items: frozenset[str] | None = None,
        cues: frozenset[Facet] | None = None,
    ) -> Retrieved:
        """Find the records that answer `question`.

        Args:
            question: the citizen's words; normalised here.
            domains: search only these; None means all, an empty selection finds nothing.
            items: rank only these items, however far the question is; None means all, an empty set finds nothing.
            cues: facets asked for; None reads them from the question.

        Raises:
            UnknownDomainError: a domain that the knowledge base does not have.
        """
        text = normalise(question)
        tokens = self.index.tokeniser.tokens(text)
        chosen = self._chosen(domains)
        vector = self.embed(text)
        query = Query(
            text=text,
            tokens=frozenset(tokens),
            weight=self._weights.total(tokens) or 1.0,
            vector=vector,
            cues=facet_cues(text) if cues is None else cues,
            values=asked_values(text),
            aspects=self._aspects.read(vector[None])[0] if self._aspects and vector is not None else None,
        )
        candidates = self._candidates(chosen, vector, tokens) if items is None else self._among(chosen, items)
        hits = [hit for item_id in candidates for hit in self._rank(item_id, query)]
        hits.sort(key=lambda hit: -hit.score)
        return Retrieved(tuple(hits), vector is not None, tuple(tokens), self._weights.unknown(tokens), vector)

    def _chosen(self, domains: Iterable[str] | None) -> list[DomainIndex]:
        if domains is None:
            return list(self.index.domains.values())
        chosen = []
        for name in domains:
            if name not in self.index.domains:
                raise UnknownDomainError(name)
            chosen.append(self.index.domains[name])
        return chosen

    def _nearest_chunks(self, domain: str, vector: bytes) -> list[tuple[int, float]]:
        return self.index.domains[domain].store.search(np.frombuffer(vector, dtype=np.float32), DENSE_TOP_K)

    def _among(self, domains: Sequence[DomainIndex], items: frozenset[str]) -> list[str]:
        """Take the given items that the domains have."""
        return sorted(i for domain in domains for i in items & self._items_of[domain.domain])

    def _candidates(self, domains: Sequence[DomainIndex], vector: Vectors | None, tokens: Sequence[str]) -> list[str]:
        """Take the best items of both arms."""
        key = b"" if vector is None else vector.tobytes()
        dense: dict[str, float] = {}
        lexical: dict[str, float] = {}
        for domain in domains:
            item_of = self._item_of[domain.domain]
            if key:
                for chunk_id, score in self._nearest(domain.domain, key):
                    item_id = item_of[chunk_id]
                    dense[item_id] = max(dense.get(item_id, 0.0), score)
            for position, score in domain.lexical.search(tokens, LEXICAL_TOP_K):
                item_id = domain.chunks[position].item_id
                lexical[item_id] = max(lexical.get(item_id, 0.0), score)
        half = CANDIDATE_ITEMS // 2
        best = sorted(dense, key=lambda i: -dense[i])[: CANDIDATE_ITEMS - half]
        more = sorted(lexical, key=lambda i: -lexical[i])
        return best + [i for i in more if i not in best][:half]

    def _rank(self, item_id: str, query: Query) -> list[RecordHit]:
        """Score every record of one item; words alone do not count where meaning stays below the floor."""
        item = self._items[item_id]
        features, nearness = item.features(query)
        kept = item.positive if query.vector is None else item.positive & (nearness >= DENSE_FLOOR)
        rows = np.flatnonzero(kept)
        scores = rank_scores(features)[rows].tolist()
        return [
            RecordHit(item.records[row][0], item_id, item.records[row][1], score, tuple(evidence))
            for row, score, evidence in zip(rows.tolist(), scores, features[rows].tolist(), strict=True)
        ]
