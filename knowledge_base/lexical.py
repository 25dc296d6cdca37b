"""BM25 over our own tokens, one index per domain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bm25s import BM25


class LexicalIndex:
    """BM25 scores of one domain; documents are known by their position in the chunk list."""

    def __init__(self, bm25: BM25 | None, vocabulary: frozenset[str]) -> None:
        self._bm25 = bm25
        self._vocabulary = vocabulary

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]], b: float = 0.4) -> LexicalIndex:
        """Build from the tokens of each document; no tokens at all gives an index that finds nothing.

        `b` in [0, 1] says how much longer documents are held back.
        """
        import bm25s

        vocabulary = frozenset(token for tokens in documents for token in tokens)
        if not vocabulary:
            return cls(None, vocabulary)
        bm25 = bm25s.BM25(k1=1.2, b=b)
        bm25.index([list(tokens) for tokens in documents], show_progress=False)
        return cls(bm25, vocabulary)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read an index that `save` wrote."""
        import bm25s

        if not folder.exists():
            return cls(None, frozenset())
        bm25 = bm25s.BM25.load(str(folder), load_corpus=False, mmap=False)
        return cls(bm25, frozenset(bm25.vocab_dict) - {""})  # bm25s notes an empty token that has no scores

    def save(self, folder: Path) -> None:
        """Write the index into `folder`; an empty index writes nothing."""
        if self._bm25 is not None:
            self._bm25.save(str(folder), show_progress=False)

    def search(self, tokens: Sequence[str], top_k: int) -> list[tuple[int, float]]:
        """Give `(position, score)` best first; only documents that share a token."""
        known = [token for token in tokens if token in self._vocabulary]
        if self._bm25 is None or not known:
            return []
        scores = self._bm25.get_scores(known)
        top_k = min(top_k, len(scores))
        best = np.argpartition(-scores, top_k - 1)[:top_k]
        best = best[np.argsort(-scores[best], kind="stable")]
        return [(int(i), float(scores[i])) for i in best if scores[i] > 0]

    def scores(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """Give the score of every document, in order; all 0 when no token is known, empty for an empty index."""
        known = [token for token in tokens if token in self._vocabulary]
        if self._bm25 is None:
            return np.zeros(0, dtype=np.float32)
        n_documents = int(self._bm25.scores["num_docs"])
        return self._bm25.get_scores(known) if known else np.zeros(n_documents, dtype=np.float32)

    def knows(self, token: str) -> bool:
        """Tell whether any document has the token."""
        return token in self._vocabulary

    def idf(self, token: str) -> float:
        """Give how telling a token is (Lucene's idf); a token that no document has is the most telling."""
        if self._bm25 is None:
            return 1.0
        n_documents = int(self._bm25.scores["num_docs"])
        found = 0
        if self.knows(token):
            starts, row = self._bm25.scores["indptr"], self._bm25.vocab_dict[token]
            found = int(starts[row + 1] - starts[row])
        return math.log(1 + (n_documents - found + 0.5) / (found + 0.5))
