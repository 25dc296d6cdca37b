"""Fills a ticket store for benchmarks: own cases, drafted once and kept many times in other words."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.tickets.draft_json import draft_json
from assistant.tickets.duplicates import embedding_of
from assistant.tickets.transcript import caller_words, parse
from eval.ticket_build import Drafting, drafting
from eval.ticket_cases import TicketCase
from serving.tickets.desk import field_values
from serving.tickets.store import TicketStore
from serving.tickets.vectors import Embedded

SPREAD = dt.timedelta(days=6)
"""The stored tickets came evenly over the last days, all of them within the window of duplicates."""

STREETS = "和平长青金沙丰泽莲花松山桂园东宝南田新丰华南龙湖银杏竹溪梅岭"


def varied(text: str, order: random.Random) -> str:
    """Name another house in a text, so that neither the embedder nor the store has met it."""
    street = "".join(order.sample(STREETS, 2))
    place = f"{street}路{order.randint(1, 999)}号这里，"
    before, mark, after = text.partition("市民：")
    return f"{before}{mark}{place}{after}" if mark else place + text


def fill(database: Path, cases: Sequence[TicketCase], tickets: int, now: dt.datetime) -> None:
    """Keep so many tickets, made of the cases in turn."""
    if not tickets:
        return
    made, store, order = drafting(), TicketStore(database), random.Random(1)
    drafts = [made.drafter.draft(parse(case.text, case.channel, case.now)) for case in cases]
    vectors = [_embedded(case, made) for case in cases]
    noise = np.random.default_rng(1)
    for number in range(tickets):
        case, draft = cases[number % len(cases)], drafts[number % len(cases)]
        store.create(
            field_values(draft),
            draft_json(draft),
            varied(case.text, order),
            channel=case.channel.value,
            received_at=now - SPREAD * (1 - number / tickets),
            by="bench",
            vector=_shifted(vectors[number % len(cases)], noise),
        )


def _embedded(case: TicketCase, made: Drafting) -> Embedded:
    words = caller_words(parse(case.text, case.channel, case.now))
    return Embedded(made.embedder.name, embedding_of(words, made.wording, made.embedder))


def _shifted(vector: Embedded, noise: np.random.Generator) -> Embedded:
    """Move an embedding as other words would: two of one case are 0.9 alike."""
    if vector.values is None:
        return vector
    moved = vector.values + noise.normal(0, 0.33 / np.sqrt(len(vector.values)), len(vector.values))
    return Embedded(vector.embedder, (moved / np.linalg.norm(moved)).astype(np.float32))
