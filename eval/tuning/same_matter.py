"""Learns which tickets are of one matter: `python -m eval.tuning.same_matter` (extra `tuning`).

`same_matter.jsonl` holds groups of five invented tickets: three callers report one matter, two report something of
the same place or kind that is another (`same` false). A matrix is learnt that turns embeddings so that the three lie
together and the others apart, and written to assistant/tickets/same_matter.npz. Afterwards
`python -m eval.ticket_duplicates` fits how much that counts.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from assistant.tickets.duplicates import SAME_MATTER, embedded_words
from assistant.tickets.transcript import caller_words, parse
from assistant.tickets.wording import Wording
from eval.tuning.network import partners_apart
from knowledge_base.content import load_content
from knowledge_base.embedding import E5Embedder, Embedder, Vectors

GROUPS = Path(__file__).parent / "same_matter.jsonl"

STEPS = 600
GROUPS_OF_STEP = 40
RATE = 1e-3
TEMPERATURE = 0.07
STAY = 1e-3
"""How much the squared distance from leaving the embeddings as they are counts."""

SEED = 1


@dataclass(frozen=True)
class Reports:
    """Tickets as they are embedded. `matters`: one number for each text, look-alikes have their own."""

    texts: Sequence[str]
    matters: Sequence[int]
    groups: Sequence[Sequence[int]]


def reports(path: Path = GROUPS) -> Reports:
    """Read the groups of a file; each line has `matter`, `same` and `text`."""
    wording = Wording(load_content().towns)
    texts: list[str] = []
    matters: list[int] = []
    groups: dict[int, list[int]] = defaultdict(list)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        texts.append(embedded_words(caller_words(parse(row["text"])), wording))
        matters.append(row["matter"] if row["same"] else -number)
        groups[row["matter"]].append(number)
    return Reports(texts, matters, list(groups.values()))


def learn(vectors: Vectors, matters: Sequence[int], groups: Sequence[Sequence[int]], steps: int = STEPS) -> Vectors:
    """Give the matrix, shape `(dim, dim)`: `vector @ matrix` is the turned vector.

    Every step takes some groups; each report shall be nearer to those of its matter than to all others of the step.
    """
    numbers = np.asarray(matters)
    start = turned = jnp.eye(vectors.shape[1])
    optimiser = optax.adam(RATE)
    state = optimiser.init(turned)
    pick = random.Random(SEED)
    size = GROUPS_OF_STEP * min(map(len, groups))

    def loss(matrix: Any, read: Any, of: Any) -> Any:
        placed = read @ matrix
        placed = placed / jnp.linalg.norm(placed, axis=-1, keepdims=True)
        return partners_apart(placed, of, TEMPERATURE) + STAY * ((matrix - start) ** 2).sum()

    def step(matrix: Any, state: Any, read: Any, of: Any) -> tuple[Any, Any]:
        change, state = optimiser.update(jax.grad(loss)(matrix, read, of), state, matrix)
        return optax.apply_updates(matrix, change), state

    compiled = jax.jit(step)
    for _ in range(steps):
        chosen = [number for group in pick.sample(groups, GROUPS_OF_STEP) for number in group][:size]
        turned, state = compiled(turned, state, vectors[chosen], numbers[chosen])
    return np.asarray(turned)


def nearer(vectors: Vectors, reports: Reports) -> float:
    """Give how often a report is nearer to another one of its matter than to a look-alike of its group."""
    placed = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    right = []
    for group in reports.groups:
        close = placed[group] @ placed[group].T
        same = np.equal.outer(*[np.asarray(reports.matters)[group]] * 2)
        for row, mine in zip(close, same, strict=True):
            right += [a > b for a in row[mine & (row < row.max())] for b in row[~mine]]
    return float(np.mean(right))


def main(embedder: Embedder | None = None) -> None:
    """Learn, say how well groups left out are told apart, and write the matrix."""
    embedder = embedder or E5Embedder()
    read = reports()
    vectors = np.stack([embedder.query(text) for text in read.texts])
    left_out = read.groups[::5]
    taught = [group for n, group in enumerate(read.groups) if n % 5]
    tried = vectors @ learn(vectors, read.matters, taught)
    apart = Reports(read.texts, read.matters, left_out)
    print(f"{len(read.groups)} 组；没学过的 {len(left_out)} 组里，同一件事更近：", end="")
    print(f"{nearer(vectors, apart):.3f} → {nearer(tried, apart):.3f}")
    matrix = learn(vectors, read.matters, read.groups).astype(np.float16)
    np.savez_compressed(SAME_MATTER, matrix=matrix, embedder=np.array(embedder.name))
    print(f"{SAME_MATTER.stat().st_size / 1e3:.0f} KB")


if __name__ == "__main__":
    main()
