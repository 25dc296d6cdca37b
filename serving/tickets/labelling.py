"""Labelling (智能数据标注): which tickets to label next, what two people said, how well they agree, training data."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from knowledge_base.masking import mask
from serving.tickets.life import Ticket
from serving.tickets.store import TicketStore
from serving.tickets.times import utc

PEOPLE = 2
"""Labels of different people that a ticket needs."""


@dataclass(frozen=True)
class Label:
    """What one person says a ticket is."""

    ticket_id: str
    by: str
    category: str
    department: str | None
    kind: str


@dataclass(frozen=True)
class Agreement:
    """How two or more people agree over the tickets that several of them labelled; `kappa` None: too few."""

    pairs: int
    same: int
    kappa: float | None
    disputed: tuple[str, ...]


class Labelling:
    """Keeps labels beside the tickets."""

    def __init__(self, store: TicketStore) -> None:
        self._store = store

    def queue(self, by: str, limit: int = 20) -> list[Ticket]:
        """Give the tickets whose label would teach most and that `by` has not labelled: returned ones first, then the
        ones whose proposal was least sure; tickets that already have a first label come before untouched ones."""
        query = """
            SELECT t.ticket_id, t.confidence,
                   (SELECT count(DISTINCT actor) FROM labels l WHERE l.ticket_id = t.ticket_id) AS labelled,
                   EXISTS (SELECT 1 FROM returns r WHERE r.ticket_id = t.ticket_id) AS returned
            FROM tickets t
            WHERE t.status != 'discarded'
              AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.ticket_id = t.ticket_id AND l.actor = ?)
              AND labelled < ?
            ORDER BY labelled DESC, returned DESC, t.confidence, t.received_at DESC LIMIT ?
        """
        rows = self._store.file.rows(query, (by, PEOPLE, limit))
        return [self._store.get(row["ticket_id"]) for row in rows]

    def label(self, label: Label) -> None:
        """Keep what one person says; said again, the later counts.

        Raises:
            TicketNotFoundError: there is no such ticket.
        """
        self._store.get(label.ticket_id)
        values = (
            label.ticket_id,
            label.by,
            label.category,
            label.department,
            label.kind,
            utc(dt.datetime.now(dt.UTC)),
        )
        with self._store.file.transaction() as db:
            db.execute(
                "INSERT INTO labels (ticket_id, actor, category, department, kind, at) VALUES (?,?,?,?,?,?)", values
            )

    def labels(self) -> list[Label]:
        """Give every person's last label of every ticket."""
        query = "SELECT * FROM labels WHERE id IN (SELECT max(id) FROM labels GROUP BY ticket_id, actor) ORDER BY id"
        rows = self._store.file.rows(query)
        return [Label(r["ticket_id"], r["actor"], r["category"], r["department"], r["kind"]) for r in rows]

    def agreement(self) -> Agreement:
        """Tell how the first two people agree on the category of each ticket (Cohen's kappa over those pairs)."""
        pairs = [
            (ticket, own[0].category, own[1].category) for ticket, own in self._by_ticket().items() if len(own) > 1
        ]
        same = sum(one == other for _, one, other in pairs)
        disputed = tuple(ticket for ticket, one, other in pairs if one != other)
        return Agreement(len(pairs), same, cohen_kappa([(one, other) for _, one, other in pairs]), disputed)

    def export(self) -> str:
        """Write what two people agree on as JSONL for `guanjia tickets train`; personal data is masked."""
        lines = []
        for ticket_id, own in self._by_ticket().items():
            agreed = len(own) >= PEOPLE and len({(o.category, o.department) for o in own}) == 1
            if agreed:
                row: dict[str, Any] = {
                    "text": mask(self._store.get(ticket_id).transcript),
                    "label": own[0].category,
                    "department": own[0].department,
                    "kind": own[0].kind,
                }
                lines.append(json.dumps(row, ensure_ascii=False))
        return "".join(f"{line}\n" for line in lines)

    def _by_ticket(self) -> dict[str, list[Label]]:
        found: dict[str, list[Label]] = defaultdict(list)
        for label in self.labels():
            found[label.ticket_id].append(label)
        return found


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Give agreement beyond chance, 1 at best; None without pairs or where chance alone explains all.

    >>> cohen_kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")])
    0.5
    """
    n = len(pairs)
    if not n:
        return None
    seen = sum(one == other for one, other in pairs) / n
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(ones[key] * others[key] for key in ones) / n**2
    return None if chance == 1 else (seen - chance) / (1 - chance)
