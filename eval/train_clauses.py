"""Trains what tells story, wish and rest apart: `python -m eval.train_clauses` writes assistant/tickets/clauses.npz.

`clauses.jsonl` holds invented talks with one letter for each clause: s story, w wish, x left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.tickets.clauses import MODEL, PART, Clause, Part, clauses, cut, marked
from assistant.tickets.linear import LinearModel
from assistant.tickets.training import Features, fit_head
from assistant.tickets.transcript import CallerWords, caller_words, parse
from eval.case_files import CaseError
from eval.metrics import Rate

LABELLED = Path(__file__).parent / "clauses.jsonl"
HELD_BACK = Path(__file__).parent / "cases" / "clauses.jsonl"
"""Talks of the cases that are only scored; nothing learns from them."""

LETTERS = {"s": Part.STORY, "w": Part.WISH, "x": Part.LEFT_OUT}
STRENGTH = 8.0
FOLDS = 5


@dataclass(frozen=True)
class Talk:
    """A labelled talk: the caller's words and what each clause of them is."""

    words: CallerWords
    parts: Sequence[Part]


def talks(path: Path = LABELLED) -> list[Talk]:
    """Read a file of labelled talks.

    Raises:
        CaseError: a line has not one letter for each clause.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        row = json.loads(line)
        words = caller_words(parse(row["text"]))
        if len(cut(words.text)) != len(row["labels"]) or set(row["labels"]) - set(LETTERS):
            raise CaseError(f"{path}:{number}: one of {'/'.join(LETTERS)} for each of {len(cut(words.text))} clauses")
        found.append(Talk(words, [LETTERS[letter] for letter in row["labels"]]))
    return found


def train(taught: Sequence[Talk]) -> tuple[LinearModel, Rate]:
    """Fit the model; gives it and how many clauses are right in talks that a fit had not seen."""
    texts = [read for talk in taught for read in marked(talk.words.text, cut(talk.words.text))]
    labels = [str(part) for talk in taught for part in talk.parts]
    fold_of = np.array([n % FOLDS for n, talk in enumerate(taught) for _ in talk.parts])
    features = Features.of(texts, None)
    head, logits = fit_head(features, labels, fold_of, STRENGTH)
    chosen = [head.labels[best] for best in logits.argmax(axis=1)]
    right = Rate(sum(c == label for c, label in zip(chosen, labels, strict=True)), len(labels))
    return LinearModel(features.terms, features.idf, features.centre, {PART: head}, {}), right


def measured(held: Sequence[Talk]) -> dict[str, Rate]:
    """Score the shipped model: clauses, wishes found and rightly so, and talks whose wishes are all right."""
    read = [(talk, clauses(talk.words)) for talk in held]
    pairs = [(wanted, got.part) for talk, found in read for wanted, got in zip(talk.parts, found, strict=True)]
    hits = sum(wanted is got is Part.WISH for wanted, got in pairs)

    def wishes(parts: Sequence[Part]) -> list[int]:
        return [n for n, part in enumerate(parts) if part is Part.WISH]

    def parts(found: Sequence[Clause]) -> list[Part]:
        return [clause.part for clause in found]

    return {
        "clauses right": Rate(sum(wanted is got for wanted, got in pairs), len(pairs)),
        "wishes found": Rate(hits, sum(wanted is Part.WISH for wanted, _ in pairs)),
        "wishes rightly so": Rate(hits, sum(got is Part.WISH for _, got in pairs)),
        "talks with all wishes right": Rate(
            sum(wishes(talk.parts) == wishes(parts(found)) for talk, found in read), len(read)
        ),
    }


def main() -> None:
    """Train, write the model file and print what was measured."""
    taught = talks()
    model, right = train(taught)
    model.save(MODEL)
    print(f"{len(taught)} 段话，留出的分句判对 {right}；{MODEL.stat().st_size / 1e3:.0f} KB")
    for name, rate in measured(talks(HELD_BACK)).items():
        print(f"没学过的 {name} {rate}")


if __name__ == "__main__":
    main()
