"""Tickets in SQLite: every accepted change is on disk before the reply leaves, with its line in the audit trail.

A dispatch and its delivery to the hotline platform are written in one transaction (transactional outbox), so that
a crash at any moment neither loses a dispatched ticket nor sends one that was not dispatched.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from serving.tickets.errors import IncompleteTicketError, TicketKeyReusedError, WrongStepError
from serving.tickets.life import STATUS_NAMES, STEP_NAMES, Step, Ticket, TicketStatus
from serving.tickets.sealing import plain_json
from serving.tickets.ticket_file import row_by_key
from serving.tickets.ticket_steps import TicketSteps, next_number
from serving.tickets.times import utc, utc_now
from serving.tickets.vectors import Embedded

NEEDED = {"title": "标题", "demand": "诉求内容", "kind": "诉求类型"}
"""Without these a ticket is not confirmed."""


class TicketStore(TicketSteps):
    """The tickets of one SQLite file. `key`: a Fernet key that encrypts what belongs to persons; None: plain."""

    def create(
        self,
        fields: dict[str, Any],
        draft: dict[str, Any],
        transcript: str,
        *,
        channel: str,
        received_at: dt.datetime,
        by: str,
        deadline: dt.date | None = None,
        idempotency_key: str | None = None,
        vector: Embedded | None = None,
    ) -> Ticket:
        """Keep a new draft and give it a number (DG + date + six digits).

        The same idempotency key with the same words gives the ticket that was kept. `vector`: the embedding of the
        words, for later tickets of the same matter.

        Raises:
            TicketKeyReusedError: the key came with other words before.
            TicketsNotSavedError: nothing was kept.
        """
        digest = hashlib.sha256(f"{channel}\n{transcript}".encode("utf-8", "replace")).hexdigest()
        with self._transaction() as db:
            if idempotency_key and (kept := row_by_key(db, idempotency_key)):
                if kept["digest"] != digest:
                    raise TicketKeyReusedError
                return self._ticket(kept)
            ticket_id = next_number(db, received_at)
            dispatch = draft.get("dispatch") or {}
            values = {
                "ticket_id": ticket_id,
                "status": TicketStatus.DRAFT,
                "channel": channel,
                "received_at": utc(received_at),
                "department": dispatch.get("department"),
                "proposed": dispatch.get("department"),
                "co_departments": plain_json(dispatch.get("co_departments") or []),
                "mode": dispatch.get("mode") or "manual",
                "confidence": float(dispatch.get("confidence") or 0.0),
                "deadline": deadline.isoformat() if deadline else None,
                "draft": self.seal.sealed(draft),
                "transcript": self.seal.sealed(transcript),
                "idempotency_key": idempotency_key,
                "digest": digest,
                **(self._vector_columns(vector) if vector else {}),
                **self._columns(fields),
            }
            marks = ", ".join("?" * len(values))
            db.execute(f"INSERT INTO tickets ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
            self._note(db, ticket_id, Step.CREATE, by, "", {"channel": channel})
            return self._read(db, ticket_id)

    def edit(
        self,
        ticket_id: str,
        changes: dict[str, Any],
        by: str,
        version: int | None = None,
        deadline_of: Callable[[Ticket, str], dt.date | None] | None = None,
    ) -> Ticket:
        """Change fields; the audit trail keeps the old and the new values.

        `deadline_of` gives the deadline of a ticket that becomes another kind.

        Raises:
            WrongStepError, VersionConflictError, TicketNotFoundError
        """

        def write(db: sqlite3.Connection, old: Ticket) -> dict[str, Any]:
            changed = {k: [old.fields.get(k), v] for k, v in changes.items() if old.fields.get(k) != v}
            if changed:
                self._set(db, ticket_id, self._columns({**old.fields, **changes}))
            if deadline_of and changes.get("kind") and "kind" in changed:
                deadline = deadline_of(old, changes["kind"])
                self._set(db, ticket_id, {"deadline": deadline.isoformat() if deadline else None})
            return changed

        return self._step(ticket_id, Step.EDIT, by, "", write, version)

    def confirm(self, ticket_id: str, by: str, version: int | None = None) -> Ticket:
        """Have an agent or the citizen vouch for the fields.

        Raises:
            IncompleteTicketError: title, demand or kind is missing.
        """

        def write(db: sqlite3.Connection, old: Ticket) -> dict[str, Any]:
            missing = tuple(name for name in NEEDED if not old.fields.get(name))
            if missing:
                names = "、".join(NEEDED[name] for name in missing)
                raise IncompleteTicketError(missing, f"还缺：{names}，补上再确认。")
            return {}

        return self._step(ticket_id, Step.CONFIRM, by, "", write, version)

    def dispatch(
        self,
        ticket_id: str,
        department: str,
        by: str,
        *,
        co_departments: Sequence[str] = (),
        mode: str = "suggest",
        reason: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Send a ticket to a department, and queue its delivery to the hotline platform in the same transaction."""

        def write(db: sqlite3.Connection, old: Ticket) -> dict[str, Any]:
            now, number = utc_now(), old.dispatches + 1
            values = {
                "department": department,
                "co_departments": plain_json(list(co_departments)),
                "mode": mode,
                "dispatches": number,
                "dispatched_at": now,
            }
            self._set(db, ticket_id, values)
            body = {"department": department, "co_departments": list(co_departments), "mode": mode, "by": by}
            self._queue(db, old, "ticket.dispatched", number, body)
            return {"department": [old.department, department], "mode": mode, "dispatch_no": number}

        return self._step(ticket_id, Step.DISPATCH, by, reason, write, version)

    def returned(self, ticket_id: str, by: str, reason: str, suggested: str | None = None) -> Ticket:
        """Take a ticket back from a department; reason and suggestion are what training learns from.

        Raises:
            IncompleteTicketError: no reason is given.
        """
        if not reason.strip():
            raise IncompleteTicketError(("reason",), "请写明退单理由。")

        def write(db: sqlite3.Connection, old: Ticket) -> dict[str, Any]:
            db.execute(
                "INSERT INTO returns (ticket_id, department, suggested, reason, at) VALUES (?, ?, ?, ?, ?)",
                (ticket_id, old.department or "", suggested, reason, utc_now()),
            )
            return {"department": old.department, "suggested": suggested}

        return self._step(ticket_id, Step.RETURN, by, reason, write)

    def answer(self, ticket_id: str, by: str, reply: str) -> Ticket:
        """Keep the reply to the caller."""
        if not reply.strip():
            raise IncompleteTicketError(("reply",), "请填写答复内容。")

        def write(db: sqlite3.Connection, old: Ticket) -> dict[str, Any]:
            self._set(db, ticket_id, {"reply": self.seal.sealed(reply), "answered_at": utc_now()})
            self._queue(db, old, "ticket.answered", old.dispatches, {"reply": reply, "by": by})
            return {}

        return self._step(ticket_id, Step.ANSWER, by, "", write)

    def close(self, ticket_id: str, by: str, note: str = "") -> Ticket:
        """End a ticket."""
        return self._step(ticket_id, Step.CLOSE, by, note, lambda db, old: {})

    def discard(self, ticket_id: str, by: str, note: str = "") -> Ticket:
        """Throw a draft away; it stays readable."""
        return self._step(ticket_id, Step.DISCARD, by, note, lambda db, old: {})

    def merge(self, ticket_id: str, into: str, by: str) -> Ticket:
        """Join a ticket to an earlier one of the same matter; both trails say so.

        Raises:
            WrongStepError: it is the same ticket, or the other one was merged or discarded itself.
        """

        def write(db: sqlite3.Connection, old: Ticket) -> dict[str, Any]:
            target = self._read(db, into)
            if into == ticket_id or target.status in (TicketStatus.MERGED, TicketStatus.DISCARDED):
                raise WrongStepError(STEP_NAMES[Step.MERGE], STATUS_NAMES[target.status])
            self._set(db, ticket_id, {"merged_into": into})
            self._note(db, into, Step.NOTE, by, f"并入工单 {ticket_id}", {"merged": ticket_id})
            return {"into": into}

        return self._step(ticket_id, Step.MERGE, by, "", write)

    def keep_vector(self, ticket_id: str, vector: Embedded) -> None:
        """Keep the embedding of a ticket; this is no change of the ticket and leaves no trail."""
        with self._transaction() as db:
            self._set(db, ticket_id, self._vector_columns(vector))
