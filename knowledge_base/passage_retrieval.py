"""Hybrid retrieval of passages: two arms find documents, a weighted ranking orders their passages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from knowledge_base.documents import Document
from knowledge_base.embedding import Embedder, Vectors
from knowledge_base.errors import UnknownDomainError
from knowledge_base.index import Index
from knowledge_base.passage_evidence import PassageQuery, documents_of, passage_features
from knowledge_base.passage_ranker import FEATURES, passage_scores
from knowledge_base.passages import DOCUMENTS_DOMAIN, Passage, cut
from knowledge_base.retrieval import RecordHit, Retrieved, embedded
from knowledge_base.schema import Facet
from knowledge_base.text import normalise
from knowledge_base.tokens import search_tokens

DENSE_TOP_K = 60
LEXICAL_TOP_K = 60
CANDIDATES = 60


@dataclass(frozen=True)
class PassageHit(RecordHit):
    """One passage; evidence in the order of `passage_ranker.FEATURES`."""

    @property
    def is_gap(self) -> bool:
        """Documents have no known gaps."""
        return False

    def feature(self, name: str) -> float:
        """Give one piece of evidence by its name in `FEATURES`."""
        return self.features[FEATURES.index(name)]


class PassageRetriever:
    """Searches imported documents. Stateless after construction; may be shared between threads."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self.index = index
        self._embedder = embedder
        self._domain = index.domains[DOCUMENTS_DOMAIN]
        self._chunks = documents_of(self._domain)
        self._documents = {document.doc_id: document for document in index.kb.documents}
        self._item_of = {chunk.chunk_id: chunk.item_id for chunk in self._domain.chunks}

    @property
    def domains(self) -> tuple[str, ...]:
        """The ids of the domains there are: one."""
        return (DOCUMENTS_DOMAIN,)

    def document(self, doc_id: str) -> Document:
        """Give a document by its id."""
        return self._documents[doc_id]

    def passage(self, record_id: str) -> Passage:
        """Give a passage by its id."""
        doc_id, _, number = record_id.rpartition("#")
        return cut(self._documents[doc_id])[int(number)]

    def text_of(self, doc_id: str) -> str:
        """Give the normalised text of a document with its title and questions."""
        return self._chunks[doc_id].text

    def idf(self, word: str) -> float:
        """Give how telling a word is here; the empty word stands for one that no document has."""
        return self._domain.lexical.idf(word)

    def names_item(self, text: str) -> bool:
        """Tell whether a normalised text holds the title of a document."""
        return any(len(d.title) >= 4 and d.title in text for d in self._chunks.values())

    def name_of(self, item_id: str) -> str:
        """Give nothing: documents have titles, and questions do not use them."""
        return ""

    def embed(self, question: str) -> Vectors | None:
        """Embed a question; None when the embedder fails (search then goes on by words alone)."""
        return embedded(self._embedder, question)

    def nearest_by_domain(self, vector: Vectors) -> dict[str, float]:
        """Give the cosine of the nearest chunk."""
        return {DOCUMENTS_DOMAIN: self._domain.store.search(vector, 1)[0][1]}

    def search(
        self,
        question: str,
        *,
        domains: Iterable[str] | None = None,
        items: frozenset[str] | None = None,
        cues: frozenset[Facet] | None = None,
    ) -> Retrieved:
        """Find the passages that answer `question`; `cues` are not used, the rest is as in `Retriever.search`.

        Raises:
            UnknownDomainError: a domain other than that of the documents.
        """
        chosen = self.domains if domains is None else tuple(domains)
        for name in chosen:
            if name != DOCUMENTS_DOMAIN:
                raise UnknownDomainError(name)
        text = normalise(question)
        words = self.index.tokeniser.tokens(text)
        vector = self.embed(text)
        weights = self._weights_of(text)
        bm25 = self._domain.lexical.scores(list(weights))
        query = PassageQuery(text, vector, weights, bm25, float(bm25.max(initial=0.0)))
        hits = []
        for doc_id in self._candidates(query, items) if chosen else ():
            document = self._chunks[doc_id]
            found = passage_features(document, query, self._domain)
            scores = passage_scores(np.array(list(found.values()), dtype=np.float32))
            hits += [
                PassageHit(record_id, doc_id, Facet.OVERVIEW, float(score), tuple(row))
                for (record_id, row), score in zip(found.items(), scores, strict=True)
            ]
        hits.sort(key=lambda hit: -hit.score)
        return Retrieved(tuple(hits), vector is not None, tuple(words), self._unknown(words), vector)

    def _candidates(self, query: PassageQuery, items: frozenset[str] | None) -> list[str]:
        """Take the documents of the best chunks of both arms, in turn."""
        dense: list[str] = []
        if query.vector is not None:
            dense = [self._item_of[i] for i, _ in self._domain.store.search(query.vector, DENSE_TOP_K)]
        order = np.argsort(-query.bm25, kind="stable")[:LEXICAL_TOP_K]
        lexical = [self._domain.chunks[p].item_id for p in order if query.bm25[p] > 0]
        turns = [doc_id for pair in zip(dense, lexical, strict=False) for doc_id in pair]
        longer = dense[len(lexical) :] or lexical[len(dense) :]
        found = dict.fromkeys([*turns, *longer])
        return [doc_id for doc_id in found if items is None or doc_id in items][:CANDIDATES]

    def _weights_of(self, text: str) -> dict[str, float]:
        tokens = search_tokens(self.index.tokeniser, text)
        return {token: self._domain.lexical.idf(token) for token in dict.fromkeys(tokens)}

    def _unknown(self, words: list[str]) -> float:
        """Give the share of the question's weight for which no document has a word."""
        idf = self._domain.lexical.idf
        total = sum(idf(word) for word in set(words))
        missing = sum(idf(word) for word in set(words) if not self._domain.lexical.knows(word))
        return missing / total if total else 0.0
