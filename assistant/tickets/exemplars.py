"""What the shipped model learns from: invented tickets (`appeals.jsonl`), phrases of each class (`phrases.yaml`)."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import yaml

from assistant.tickets.training import Example
from knowledge_base.content import KnowledgeBase

EXEMPLARS = Path(__file__).parent / "appeals.jsonl"
PHRASES = Path(__file__).parent / "phrases.yaml"
ITEM_CATEGORIES = Path(__file__).parent / "item_categories.yaml"

ALARMS = Path(__file__).parent / "alarms.yaml"
REFUSALS = Path(__file__).parent / "refusals.yaml"

PHRASINGS = 8
"""Questions taken from each service item."""

EMERGENCY_TAG = "emergency"
ALARM_TAGS = frozenset({"weak", EMERGENCY_TAG})
REJECTED_TAG = "not-accepted"
NOT_ROUTINE = ALARM_TAGS | {REJECTED_TAG, "multi"}


@lru_cache(maxsize=1)
def shipped_tickets() -> tuple[Example, ...]:
    """Read the invented tickets in the order of the file; what the hotline would not take goes to nobody."""
    rows = (json.loads(line) for line in EXEMPLARS.read_text(encoding="utf-8").splitlines() if line.strip())
    return tuple(
        Example(
            text=row["text"],
            label=row["category"],
            department=None if REJECTED_TAG in row["tags"] else row["department"],
            kind=row["kind"],
            alarm=bool(ALARM_TAGS & set(row["tags"])),
            emergency=EMERGENCY_TAG in row["tags"],
            refusal=REJECTED_TAG in row["tags"] or row["department"] is None,
            routine=not NOT_ROUTINE & set(row["tags"]),
        )
        for row in rows
    )


def phrases(kb: KnowledgeBase) -> list[Example]:
    """List what teaches the classes of the shipped catalogue but is no ticket and is never held back.

    These are the names, topics and phrases of each class, and how citizens ask for the service items of a class.
    """
    written = _read(PHRASES)
    found = []
    for category in kb.appeal_categories:
        said = (category.name, *category.topics, *written.get(category.code, "").split())
        found += [(category.code, text) for text in said]
    for item_id, code in _read(ITEM_CATEGORIES).items():
        if item_id in kb.items:
            found += [(code, text) for text in kb.items[item_id].phrasings[:PHRASINGS]]
    return [Example(text=text, label=code, measured=False) for code, text in dict.fromkeys(found)]


def signs() -> list[Example]:
    """List sentences that show danger or distress or what a hotline refuses, and such as only sound like it."""
    dangers, refusals = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ALARMS, REFUSALS))
    return [
        *(Example(text, "", alarm=name == "danger", measured=False) for name in dangers for text in dangers[name]),
        *(
            Example(text, "", refusal=name == "refused", measured=False)
            for name in refusals
            for text in refusals[name]
        ),
    ]


@lru_cache(maxsize=2)
def _read(path: Path) -> dict[str, str]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
