"""Writes the packed 4-bit model file of the embedder, and cuts its vocabulary down to Chinese."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np

from knowledge_base.e5_weights import (
    BLOCK,
    BLOCK_BYTES,
    MAGIC,
    PACKED,
    PLAIN,
    SPACE,
    Floats,
    Tensor,
    Vocabulary,
    WeightsFile,
)

ALIGNED = 64

LATIN_PIECES = 9000
_CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
_OTHER_CJK = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_ASCII = re.compile(r"[ -~]+")


def write_weights(path: Path, file: WeightsFile) -> None:
    """Write a file; tensors begin at multiples of 64 bytes."""
    words = file.vocabulary
    ends = np.cumsum([0, *map(len, words.pieces)]).astype("<u4")
    blob = b"".join(words.pieces)
    head = MAGIC + struct.pack("<I7ifi", file.version, *file.sizes, file.epsilon, BLOCK)
    head += struct.pack("<5iQ", len(words.pieces), words.bos, words.eos, words.pad, words.unknown, len(blob))
    head += ends.tobytes() + words.scores.astype("<f4").tobytes() + blob
    head += struct.pack("<iI", len(words.replaced), len(words.replaced_raw)) + words.replaced_raw
    directory_bytes = 4 + sum(23 + len(name.encode()) for name in file.tensors)
    first = _aligned(len(head) + directory_bytes)
    directory, body = struct.pack("<i", len(file.tensors)), bytearray()
    for name, tensor in file.tensors.items():
        directory += struct.pack("<H", len(name.encode())) + name.encode()
        directory += struct.pack("<BIQQ", tensor.kind, tensor.count, first + len(body), len(tensor.raw))
        body += bytes(tensor.raw).ljust(_aligned(len(tensor.raw)), b"\0")
    path.write_bytes((head + directory).ljust(first, b"\0") + bytes(body))


def packed(weights: Floats) -> Tensor:
    """Pack weights into Q4_0: the largest of each block becomes -8, the others are rounded to its eighths."""
    blocks = weights.reshape(-1, BLOCK).astype(np.float32)
    largest = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(axis=1)]
    scales = (largest / -8).astype(np.float16)
    steps = scales.astype(np.float32)
    inverse = np.divide(1, steps, out=np.zeros_like(steps), where=steps != 0)
    nibbles = np.clip(np.round(blocks * inverse[:, None]) + 8, 0, 15).astype(np.uint8)
    rows = np.empty((len(blocks), BLOCK_BYTES), np.uint8)
    rows[:, :2] = scales[:, None].view(np.uint8)
    rows[:, 2:] = nibbles[:, :16] | (nibbles[:, 16:] << 4)
    return Tensor(PACKED, weights.size, rows.tobytes())


def plain(weights: Floats) -> Tensor:
    """Keep weights as 32-bit floats."""
    return Tensor(PLAIN, weights.size, weights.astype("<f4").tobytes())


def for_chinese(file: WeightsFile, latin: int = LATIN_PIECES) -> WeightsFile:
    """Leave out pieces of other languages; kept are the special ones, single characters, Chinese, common Latin."""
    words = file.vocabulary
    ids = kept_pieces(words, latin)
    tensor = file.tensors["emb.word"]
    rows = np.frombuffer(tensor.raw, np.uint8).reshape(file.sizes[4], -1)[ids]  # a few rows have no piece
    tensors = dict(file.tensors) | {"emb.word": Tensor(PACKED, len(ids) * file.width, rows.tobytes())}
    fewer = replace(words, pieces=tuple(words.pieces[i] for i in ids), scores=words.scores[ids])
    sizes = (*file.sizes[:4], len(ids), *file.sizes[5:])
    return replace(file, vocabulary=fewer, tensors=tensors, sizes=sizes)


def kept_pieces(words: Vocabulary, latin: int) -> list[int]:
    """Choose the ids that stay; the special ones keep their numbers because they come first."""
    special = {words.bos, words.pad, words.eos, words.unknown}
    kept, ascii_ids = set(special), []
    for number, raw in enumerate(words.pieces):
        piece = raw.decode("utf-8", "ignore").lstrip(SPACE)
        if len(piece) <= 1 or (_CHINESE.search(piece) and not _OTHER_CJK.search(piece)):
            kept.add(number)
        elif _ASCII.fullmatch(piece):
            ascii_ids.append(number)
    kept |= set(sorted(ascii_ids, key=lambda i: -words.scores[i])[:latin])
    return sorted(kept)


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED
