"""The embedding of a ticket as it is kept beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge_base.embedding import Vectors


@dataclass(frozen=True)
class Embedded:
    """An embedding and the name of its embedder; vectors of two embedders do not compare.

    `values`: shape `(dim,)`, L2-normalised; None where there were no words to embed.
    """

    embedder: str
    values: Vectors | None

    def as_bytes(self) -> bytes:
        """Give the values as half floats: three digits are plenty for a cosine."""
        return b"" if self.values is None else self.values.astype(np.float16).tobytes()

    @classmethod
    def from_bytes(cls, embedder: str, data: bytes) -> Embedded:
        """Read what `as_bytes` gave."""
        return cls(embedder, np.frombuffer(data, np.float16).astype(np.float32) if data else None)
