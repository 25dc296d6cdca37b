"""Drafts every case as the product would and writes the flat predictions of `guanjia eval tickets`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from assistant.tickets.schema import Acceptance, DispatchMode, TicketDraft
from assistant.tickets.transcript import parse
from eval.ticket_cases import TicketCase

Prediction = dict[str, Any]


class Drafts(Protocol):
    """What drafts tickets: the product's `Drafter`, or a baseline."""

    def draft(self, transcript: Any) -> TicketDraft:
        """Fill every field."""
        ...


FindDuplicate = Callable[[TicketCase, TicketDraft], str | None]
"""Gives the id of an earlier ticket of the same matter; it is asked in the order of the tickets' times."""


def predict(
    cases: Sequence[TicketCase],
    drafter: Drafts,
    find_duplicate: FindDuplicate | None = None,
    progress: Callable[[], None] = lambda: None,
) -> list[Prediction]:
    """Draft every case; predictions stand in the order of the cases, tickets are drafted in that of their times."""
    found: dict[str, Prediction] = {}
    for case in sorted(cases, key=lambda c: c.now):
        started = time.perf_counter()
        draft = drafter.draft(parse(case.text, case.channel, case.now))
        total_ms = (time.perf_counter() - started) * 1000
        duplicate = find_duplicate(case, draft) if find_duplicate else None
        found[case.id] = flat(case.id, draft, total_ms, duplicate, looked=find_duplicate is not None)
        progress()
    return [found[case.id] for case in cases]


def flat(case_id: str, draft: TicketDraft, total_ms: float, duplicate_of: str | None, *, looked: bool) -> Prediction:
    """Write a draft as one flat row."""
    dispatch, category = draft.dispatch, draft.category.value
    occurred = draft.occurred_at.value
    return {
        "id": case_id,
        "kind": str(draft.kind.value),
        "category": category.l2 if category else None,
        "department": dispatch.department if dispatch else None,
        "candidates": [c.department for c in dispatch.candidates] if dispatch else [],
        "town": draft.town.value,
        "urgency": str(draft.urgency.value),
        "weak_signal": bool(draft.weak_signals.value),
        "caller_name": draft.caller_name.value,
        "phone": draft.phone.value,
        "address": draft.address.value,
        "occurred_at": occurred.isoformat() if occurred else None,
        "title": draft.title.value,
        "demand": draft.demand.value,
        "auto": dispatch is not None and dispatch.mode is DispatchMode.AUTO,
        "duplicate_of": duplicate_of,
        # beyond the contract, for the figures
        "confidential": draft.confidential.value,
        "co_departments": list(dispatch.co_departments) if dispatch else [],
        "confidence": round(dispatch.confidence, 4) if dispatch else 0.0,
        "probabilities": [round(c.probability, 4) for c in dispatch.candidates] if dispatch else [],
        "obstacles": list(map(str, dispatch.obstacles)) if dispatch else [],
        "accepted": draft.acceptance.value is Acceptance.ACCEPT,
        "duplicates_looked_for": looked,
        "latency_ms": {stage: round(ms, 2) for stage, ms in draft.latency_ms.items()} | {"total": round(total_ms, 2)},
    }


def write(predictions: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write predictions as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in predictions)
    path.write_text(text, encoding="utf-8")
