"""The encoder of multilingual-e5-small in JAX, with the rounding of its 4-bit weights, so that it can be trained."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from eval.tuning.weights_file import packed, plain
from knowledge_base.e5_weights import BLOCK, WeightsFile

Layer = dict[str, Any]
"""Weights of one layer by the file's names: q k v ao fi fo with `.w` and `.b`, aln and oln (layer norms)."""

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
NORMS = ("aln", "oln")


def layers_of(file: WeightsFile) -> list[Layer]:
    """Give the weights of all layers, unpacked."""
    width, count, _, inner = file.sizes[:4]
    shapes = dict.fromkeys(MATRICES, (width, width)) | {"fi": (inner, width), "fo": (width, inner)}
    found = []
    for number in range(count):
        layer = {f"{m}.w": file.floats(f"l{number}.{m}.w", *shapes[m]) for m in MATRICES}
        layer |= {f"{m}.b": file.floats(f"l{number}.{m}.b", shapes[m][0]) for m in MATRICES}
        layer |= {f"{n}.{part}": file.floats(f"l{number}.{n}.{part}", width) for n in NORMS for part in "wb"}
        found.append(layer)
    return found


def with_layers(file: WeightsFile, first: int, layers: list[Layer]) -> WeightsFile:
    """Put trained layers back, from layer `first` on."""
    tensors = dict(file.tensors)
    for number, layer in enumerate(layers, first):
        for name, values in layer.items():
            weights = np.asarray(values, np.float32)
            tensors[f"l{number}.{name}"] = (
                packed(weights) if name.endswith(".w") and weights.ndim == 2 else plain(weights)
            )
    return replace(file, tensors=tensors)


def embedded(file: WeightsFile, ids: Any) -> Any:
    """Embed token ids, shape `(n, length)`, into `(n, length, width)`."""
    width, positions = file.sizes[0], file.sizes[5]
    words = file.floats("emb.word", file.sizes[4], width)
    place = file.floats("emb.pos", positions, width)[: ids.shape[1]]
    kind = file.floats("emb.type", file.sizes[6], width)[0]
    norm = file.floats("emb.ln.w", width), file.floats("emb.ln.b", width)
    return normed(words[ids] + place + kind, *norm, file.epsilon)


def encoded(x: Any, mask: Any, layer: Layer, heads: int, epsilon: float, *, rounded: bool) -> Any:
    """Run one layer over `(n, length, width)`; `rounded` runs it with the weights as they will be packed."""
    n, length, width = x.shape
    inner = width // heads

    def linear(values: Any, name: str) -> Any:
        weights = layer[f"{name}.w"]
        return values @ (as_packed(weights) if rounded else weights).T + layer[f"{name}.b"]

    def split(values: Any) -> Any:
        return values.reshape(n, length, heads, inner).transpose(0, 2, 1, 3)

    query, key, value = (split(linear(x, name)) for name in "qkv")
    scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(inner) + jnp.where(mask[:, None, None, :], 0.0, -1e9)
    context = (jax.nn.softmax(scores, -1) @ value).transpose(0, 2, 1, 3).reshape(n, length, width)
    x = normed(x + linear(context, "ao"), layer["aln.w"], layer["aln.b"], epsilon)
    forward = linear(jax.nn.gelu(linear(x, "fi"), approximate=False), "fo")
    return normed(x + forward, layer["oln.w"], layer["oln.b"], epsilon)


def pooled(x: Any, mask: Any) -> Any:
    """Average over the tokens and give unit length: `(n, width)`."""
    mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    return mean / jnp.linalg.norm(mean, axis=-1, keepdims=True)


def partners_apart(vectors: Any, belongs: Any, temperature: float, left_out: Any = False) -> Any:
    """Contrast the rows of `(n, width)`: the mean cross-entropy of each row's partners among all other rows.

    `belongs`: a number for each row, partners share it; rows without a partner only stand against the others.
    `left_out`: `(n, n)`, true where two rows are not to be held against one another.
    """
    itself = jnp.eye(len(belongs), dtype=bool)
    partner = (belongs[:, None] == belongs[None]) & ~itself
    scores = jnp.where(itself | left_out, -1e9, vectors @ vectors.T / temperature)
    likely = scores - jax.nn.logsumexp(scores, 1)[:, None]
    found = -jnp.where(partner, likely, 0).sum(1) / jnp.maximum(partner.sum(1), 1)
    return found.sum() / partner.any(1).sum()


def normed(x: Any, weights: Any, bias: Any, epsilon: float) -> Any:
    """Layer normalisation."""
    centred = x - x.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + epsilon) * weights + bias


def as_packed(weights: Any) -> Any:
    """Round as `weights_file.packed` does; the gradient passes as if nothing had been rounded."""
    blocks = weights.reshape(-1, BLOCK)
    largest = jnp.take_along_axis(blocks, jnp.abs(blocks).argmax(1)[:, None], 1)
    steps = (largest / -8).astype(jnp.float16).astype(jnp.float32)
    nibbles = jnp.clip(jnp.round(blocks / jnp.where(steps == 0, 1, steps)) + 8, 0, 15) - 8
    return weights + jax.lax.stop_gradient((nibbles * steps).reshape(weights.shape) - weights)
