"""The draft as JSON in the shape of the contract: every field `{value, confidence, evidence}`, dates as text."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from assistant.tickets.schema import Category, Field, TicketDraft

_FIELDS = (
    "kind", "category", "title", "demand", "caller_name", "phone", "address", "town", "occurred_at", "parties",
    "amount", "urgency", "weak_signals", "special_groups", "confidential", "attachments",
)  # fmt: skip


def draft_json(draft: TicketDraft) -> dict[str, Any]:
    """Give the draft as plain JSON values; `accept` says accept or reject, with reason and signpost."""
    advice = draft.acceptance
    result: dict[str, Any] = {name: _field(getattr(draft, name)) for name in _FIELDS}
    result["accept"] = {
        "value": str(advice.value),
        "confidence": round(advice.confidence, 4),
        "evidence": list(advice.evidence) if advice.evidence else None,
        "reason": advice.reason,
        "signpost": advice.signpost,
    }
    result |= {
        "matters": draft.matters,
        "dispatch": _plain(asdict(draft.dispatch)) if draft.dispatch else None,
        "duplicates": [_plain(asdict(duplicate)) for duplicate in draft.duplicates],
        "deadline": draft.deadline.isoformat() if draft.deadline else None,
        "reply_hint": _plain(asdict(draft.reply_hint)) if draft.reply_hint else None,
        "notes": list(draft.notes),
        "latency_ms": dict(draft.latency_ms),
    }
    return result


def _field(field: Field[Any]) -> dict[str, Any]:
    value = field.value
    return {
        "value": _plain(asdict(value)) if isinstance(value, Category) else _plain(value),
        "confidence": round(field.confidence, 4),
        "evidence": list(field.evidence) if field.evidence else None,
    }


def _plain(value: Any) -> Any:
    """Turn enums, dates, tuples and records into what JSON holds."""
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return _plain(asdict(value))
    return float(value) if isinstance(value, float) else value
