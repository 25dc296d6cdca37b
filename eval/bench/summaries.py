"""Title and demand by the real base model: how long they take, how much of them holds, and whether they serve better.

Needs the model's file, as `eval.bench.composed` does. Calls of the dev split are drafted by rules, then the model
writes; what the caller did not say is dropped by the check and the extractive text stays.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from langchain_core.language_models import BaseChatModel

from assistant.tickets.classify import Classifier
from assistant.tickets.dispatch import Dispatcher
from assistant.tickets.draft import Drafter
from assistant.tickets.schema import Channel, TicketDraft
from assistant.tickets.transcript import parse
from eval.bench.composed import Recorder, with_model
from eval.bench.report import RUNS, Report
from eval.suites.tickets import holds
from eval.ticket_cases import TicketCase, own_cases
from serving.settings import Settings

TIMEOUT_S = 60.0
"""Longer than an agent waits, so that slow summaries are measured, not cut off."""


@dataclass(frozen=True)
class Written:
    """One call, drafted without the model and with it."""

    case: TicketCase
    extractive: TicketDraft
    refined: TicketDraft
    seconds: float
    recorder: Recorder

    @property
    def title(self) -> bool:
        """Whether the model's title held."""
        return self.refined.title != self.extractive.title

    @property
    def demand(self) -> bool:
        """Whether the model's demand held."""
        return self.refined.demand != self.extractive.demand

    def as_json(self) -> dict[str, Any]:
        """Give everything for the record."""
        texts = {
            name: {"title": draft.title.value, "demand": draft.demand.value}
            for name, draft in (("extractive", self.extractive), ("refined", self.refined))
        }
        return {"id": self.case.id, "text": self.case.text, "seconds": self.seconds} | texts | vars(self.recorder)


async def write(drafter: Drafter, case: TicketCase, recorder: Recorder) -> Written:
    """Draft one call without and with the model."""
    transcript = parse(case.text, case.channel, case.now)
    extractive = drafter.draft(transcript)
    started = time.monotonic()
    refined = await drafter.refine(extractive, transcript, TIMEOUT_S)
    return Written(case, extractive, refined, time.monotonic() - started, recorder)


def write_all(settings: Settings, cases: Sequence[TicketCase]) -> list[Written]:
    """Let one model write for all the cases."""
    product = with_model(settings)
    kb = product.index.kb
    classifier = Classifier(kb.appeal_categories, kb.towns, product.embedder)
    recorder = Recorder()

    def recorded() -> BaseChatModel | None:
        return recorder.listening(product.model.chat())

    drafter = Drafter(kb, classifier, Dispatcher.of(kb, classifier.model), recorded)
    written = []
    try:
        for case in cases:
            recorder = Recorder()
            written.append(asyncio.run(write(drafter, case, recorder)))
    finally:
        product.model.close()
    return written


def tell(report: Report, written: Sequence[Written]) -> None:
    """Put what was written into the report."""
    seconds = sorted(row.seconds for row in written)
    report.add("summary, median", median(seconds), "s")
    report.add("summary, slowest", seconds[-1], "s")
    report.add("prompt, longest", max(row.recorder.prompt_tokens for row in written), "tokens")
    report.add("titles kept", sum(row.title for row in written), f"of {len(written)}")
    report.add("demands kept", sum(row.demand for row in written), f"of {len(written)}")
    with_demand = [row for row in written if row.case.expect.demand_contains]
    for name, drafts in (("extractive", "extractive"), ("with the model", "refined")):
        right = sum(holds(getattr(row, drafts).demand.value, row.case.expect.demand_contains) for row in with_demand)
        report.add(f"demand has all it must, {name}", right, f"of {len(with_demand)}")
        lengths = [len(getattr(row, drafts).demand.value or "") for row in written]
        report.add(f"length of the demand, {name}", median(lengths), "characters")
    report.details["written"] = [row.as_json() for row in written]


def main(arguments: Sequence[str] | None = None) -> Report:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.summaries", description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=None, help="empty: GUANJIA_DATA_DIR or ~/.guanjia")
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--out", type=Path, default=RUNS)
    given = parser.parse_args(arguments)
    settings = Settings(data_dir=given.data_dir) if given.data_dir else Settings()
    calls = [case for case in own_cases("dev") if case.channel is Channel.CALL and case.expect.demand_contains]
    step = max(1, len(calls) // given.cases)
    report = Report("summaries", vars(given) | {"model": settings.model.name, "threads": settings.model.threads})
    tell(report, write_all(settings, calls[::step][: given.cases]))
    report.write(given.out)
    return report


if __name__ == "__main__":
    main()
