"""How a ticket is written: a step in one transaction, with its line in the audit trail and its delivery."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from typing import Any

from serving.tickets.errors import VersionConflictError, WrongStepError
from serving.tickets.life import FOLLOWS, STATUS_NAMES, STEP_NAMES, Step, Ticket
from serving.tickets.ticket_file import TicketFile
from serving.tickets.times import CHINA, utc_now
from serving.tickets.vectors import Embedded

_PLAIN = ("kind", "category", "town", "urgency")


class TicketSteps(TicketFile):
    """Writes to the file what the steps of `TicketStore` are made of."""

    def _step(
        self,
        ticket_id: str,
        step: Step,
        by: str,
        note: str,
        write: Callable[[sqlite3.Connection, Ticket], dict[str, Any]],
        version: int | None = None,
    ) -> Ticket:
        """Take a step in one transaction: check, write, note."""
        allowed, leads_to = FOLLOWS[step]
        with self._transaction() as db:
            old = self._read(db, ticket_id)
            if old.status not in allowed:
                raise WrongStepError(STEP_NAMES[step], STATUS_NAMES[old.status])
            if version is not None and version != old.version:
                raise VersionConflictError
            changes = write(db, old)
            if step is Step.EDIT and not changes:
                return old
            self._set(db, ticket_id, {"status": leads_to or old.status, "version": old.version + 1})
            self._note(db, ticket_id, step, by, note, changes)
            return self._read(db, ticket_id)

    def _queue(self, db: sqlite3.Connection, ticket: Ticket, event: str, number: int, body: dict[str, Any]) -> None:
        now = utc_now()
        db.execute(
            "INSERT INTO outbox (delivery_id, ticket_id, event, body, next_at, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (f"{ticket.ticket_id}-{event}-{number}", ticket.ticket_id, event, self.seal.sealed(body), now, now),
        )

    def _columns(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Give what is written for the fields: the whole sealed, and apart what queues and figures ask for."""
        phone = fields.get("phone")
        return {
            **{name: fields.get(name) for name in _PLAIN},
            "weak_signal": int(bool(fields.get("weak_signals"))),
            "caller_key": self.caller_token(phone),
            "fields": self.seal.sealed(fields),
        }

    def _set(self, db: sqlite3.Connection, ticket_id: str, values: dict[str, Any]) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE tickets SET {names} WHERE ticket_id = ?", (*values.values(), ticket_id))

    def _note(
        self, db: sqlite3.Connection, ticket_id: str, step: Step, by: str, note: str, changes: dict[str, Any]
    ) -> None:
        db.execute(
            "INSERT INTO audit (ticket_id, step, actor, at, note, changes) VALUES (?, ?, ?, ?, ?, ?)",
            (ticket_id, step, by, utc_now(), note, self.seal.sealed(changes)),
        )

    def _vector_columns(self, vector: Embedded) -> dict[str, Any]:
        return {
            "vector": self.seal.sealed_bytes(vector.as_bytes()) if vector.values is not None else None,
            "embedder": vector.embedder,
        }


def next_number(db: sqlite3.Connection, received_at: dt.datetime) -> str:
    """Give the next number of a day: DG, the date in China, six digits."""
    day = received_at.astimezone(CHINA).strftime("%Y%m%d")
    row = db.execute(
        "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET last = last + 1 RETURNING last", (day,)
    ).fetchone()
    return f"DG{day}{row[0]:06d}"
