"""Tickets in SQLite: every accepted change is on disk before the reply leaves, with its line in the audit trail.

A dispatch and its delivery to the hotline platform are written in one transaction (transactional outbox), so that
a crash at any moment neither loses a dispatched ticket nor sends one that was not dispatched.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet

from serving.sqlite_file import SqliteFile
from serving.tickets.errors import (
    IncompleteTicketError,
    TicketKeyReusedError,
    TicketNotFoundError,
    TicketsNotSavedError,
    VersionConflictError,
    WrongStepError,
)
from serving.tickets.life import FOLLOWS, Entry, Step, Ticket, TicketStatus
from serving.tickets.schema import MIGRATIONS

CHINA = ZoneInfo("Asia/Shanghai")

NEEDED = {"title": "标题", "demand": "诉求内容", "kind": "诉求类型"}
"""Without these a ticket is not confirmed."""

_PLAIN = ("kind", "category", "town", "urgency")
STATUS_NAMES = {
    TicketStatus.DRAFT: "草稿",
    TicketStatus.CONFIRMED: "已确认",
    TicketStatus.DISPATCHED: "已派单",
    TicketStatus.RETURNED: "被退回",
    TicketStatus.ANSWERED: "已答复",
    TicketStatus.CLOSED: "已办结",
    TicketStatus.MERGED: "已合并",
    TicketStatus.DISCARDED: "已作废",
}
STEP_NAMES = {
    Step.EDIT: "修改",
    Step.CONFIRM: "确认",
    Step.DISPATCH: "派单",
    Step.RETURN: "退单",
    Step.ANSWER: "答复",
    Step.CLOSE: "办结",
    Step.MERGE: "合并",
    Step.DISCARD: "作废",
    Step.NOTE: "备注",
}


class TicketStore:
    """The tickets of one SQLite file. `key`: a Fernet key that encrypts what belongs to persons; None: plain."""

    def __init__(self, path: Path, key: str | None = None) -> None:
        self.file = SqliteFile(path, MIGRATIONS)
        self._cipher = Fernet(key) if key else None
        self._caller_key = hashlib.sha256(b"caller" + (key or str(path)).encode()).digest()

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
    ) -> Ticket:
        """Keep a new draft and give it a number (DG + date + six digits).

        The same idempotency key with the same words gives the ticket that was kept.

        Raises:
            TicketKeyReusedError: the key came with other words before.
            TicketsNotSavedError: nothing was kept.
        """
        digest = hashlib.sha256(f"{channel}\n{transcript}".encode("utf-8", "replace")).hexdigest()
        with self._transaction() as db:
            if idempotency_key and (kept := _by_key(db, idempotency_key)):
                if kept["digest"] != digest:
                    raise TicketKeyReusedError
                return self._ticket(kept)
            ticket_id = _next_number(db, received_at)
            dispatch = draft.get("dispatch") or {}
            values = {
                "ticket_id": ticket_id,
                "status": TicketStatus.DRAFT,
                "channel": channel,
                "received_at": utc(received_at),
                "department": dispatch.get("department"),
                "proposed": dispatch.get("department"),
                "co_departments": _json(dispatch.get("co_departments") or []),
                "mode": dispatch.get("mode") or "manual",
                "confidence": float(dispatch.get("confidence") or 0.0),
                "deadline": deadline.isoformat() if deadline else None,
                "draft": self._sealed(draft),
                "transcript": self._sealed(transcript),
                "idempotency_key": idempotency_key,
                "digest": digest,
                **self._columns(fields),
            }
            marks = ", ".join("?" * len(values))
            db.execute(f"INSERT INTO tickets ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
            self._note(db, ticket_id, Step.CREATE, by, "", {"channel": channel})
            return self._read(db, ticket_id)

    def kept_with(self, key: str) -> Ticket | None:
        """Give the ticket that was kept with an idempotency key."""
        with self._connection() as db:
            row = _by_key(db, key)
            return self._ticket(row) if row else None

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
            now, number = _now(), old.dispatches + 1
            values = {
                "department": department,
                "co_departments": _json(list(co_departments)),
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
                (ticket_id, old.department or "", suggested, reason, _now()),
            )
            return {"department": old.department, "suggested": suggested}

        return self._step(ticket_id, Step.RETURN, by, reason, write)

    def answer(self, ticket_id: str, by: str, reply: str) -> Ticket:
        """Keep the reply to the caller."""
        if not reply.strip():
            raise IncompleteTicketError(("reply",), "请填写答复内容。")

        def write(db: sqlite3.Connection, old: Ticket) -> dict[str, Any]:
            self._set(db, ticket_id, {"reply": self._sealed(reply), "answered_at": _now()})
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

    def get(self, ticket_id: str) -> Ticket:
        """Give a ticket. Raises TicketNotFoundError."""
        with self._connection() as db:
            return self._read(db, ticket_id)

    def trail(self, ticket_id: str) -> list[Entry]:
        """Give the audit trail of a ticket, oldest first."""
        with self._connection() as db:
            rows = db.execute("SELECT * FROM audit WHERE ticket_id = ? ORDER BY number", (ticket_id,)).fetchall()
        return [self._entry(row) for row in rows]

    def find(
        self,
        *,
        statuses: Sequence[str] = (),
        department: str | None = None,
        town: str | None = None,
        since: dt.datetime | None = None,
        caller: str | None = None,
        limit: int = 200,
    ) -> list[Ticket]:
        """Give tickets, latest first."""
        tests, values = ["1"], list[Any]()
        if statuses:
            tests.append(f"status IN ({', '.join('?' * len(statuses))})")
            values += list(statuses)
        wanted = {"department": department, "town": town, "caller_key": self.caller_token(caller)}
        for column, value in wanted.items():
            if value is not None:
                tests.append(f"{column} = ?")
                values.append(value)
        if since:
            tests.append("received_at >= ?")
            values.append(utc(since))
        query = f"SELECT * FROM tickets WHERE {' AND '.join(tests)} ORDER BY received_at DESC, ticket_id DESC LIMIT ?"
        with self._connection() as db:
            return [self._ticket(row) for row in db.execute(query, (*values, limit))]

    def recent(self, since: dt.datetime, limit: int) -> list[tuple[str, int]]:
        """Give number and version of the tickets since then that stand for themselves, latest first."""
        query = (
            "SELECT ticket_id, version FROM tickets WHERE received_at >= ? AND status NOT IN (?, ?) "
            "ORDER BY received_at DESC LIMIT ?"
        )
        gone = (TicketStatus.DISCARDED, TicketStatus.MERGED)
        with self._connection() as db:
            return [(row[0], row[1]) for row in db.execute(query, (utc(since), *gone, limit))]

    def caller_token(self, phone: str | None) -> str | None:
        """Give what stands for a caller in queries: a keyed hash of the number, not the number."""
        return hmac.new(self._caller_key, phone.encode(), hashlib.sha256).hexdigest()[:24] if phone else None

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
        now = _now()
        db.execute(
            "INSERT INTO outbox (delivery_id, ticket_id, event, body, next_at, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (f"{ticket.ticket_id}-{event}-{number}", ticket.ticket_id, event, self._sealed(body), now, now),
        )

    def _columns(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Give what is written for the fields: the whole sealed, and apart what queues and figures ask for."""
        phone = fields.get("phone")
        return {
            **{name: fields.get(name) for name in _PLAIN},
            "weak_signal": int(bool(fields.get("weak_signals"))),
            "caller_key": self.caller_token(phone),
            "fields": self._sealed(fields),
        }

    def _set(self, db: sqlite3.Connection, ticket_id: str, values: dict[str, Any]) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE tickets SET {names} WHERE ticket_id = ?", (*values.values(), ticket_id))

    def _note(
        self, db: sqlite3.Connection, ticket_id: str, step: Step, by: str, note: str, changes: dict[str, Any]
    ) -> None:
        db.execute(
            "INSERT INTO audit (ticket_id, step, actor, at, note, changes) VALUES (?, ?, ?, ?, ?, ?)",
            (ticket_id, step, by, _now(), note, self._sealed(changes)),
        )

    def _read(self, db: sqlite3.Connection, ticket_id: str) -> Ticket:
        row = db.execute("SELECT * FROM tickets WHERE ticket_id = ?", (ticket_id,)).fetchone()
        if row is None:
            raise TicketNotFoundError(ticket_id)
        return self._ticket(row)

    def _ticket(self, row: sqlite3.Row) -> Ticket:
        return Ticket(
            ticket_id=row["ticket_id"],
            status=TicketStatus(row["status"]),
            channel=row["channel"],
            received_at=dt.datetime.fromisoformat(row["received_at"]),
            fields=self.opened(row["fields"]),
            draft=self.opened(row["draft"]),
            transcript=self.opened(row["transcript"]),
            department=row["department"],
            co_departments=tuple(json.loads(row["co_departments"])),
            mode=row["mode"],
            deadline=dt.date.fromisoformat(row["deadline"]) if row["deadline"] else None,
            version=row["version"],
            dispatches=row["dispatches"],
            merged_into=row["merged_into"],
            reply=self.opened(row["reply"]) if row["reply"] else "",
        )

    def _entry(self, row: sqlite3.Row) -> Entry:
        at = dt.datetime.fromisoformat(row["at"])
        step = Step(row["step"])
        return Entry(
            row["number"], row["ticket_id"], step, row["actor"], at, row["note"], self.opened(row["changes"])
        )

    def _sealed(self, value: Any) -> bytes:
        data = _json(value).encode("utf-8", "replace")
        return b"s" + self._cipher.encrypt(data) if self._cipher else b"p" + data

    def opened(self, data: bytes) -> Any:
        """Read a sealed column, also one that was kept before a key was set."""
        if data[:1] == b"p":
            return json.loads(data[1:])
        if self._cipher is None:
            raise TicketsNotSavedError("tickets are encrypted and GUANJIA_TICKETS__KEY is not set")
        return json.loads(self._cipher.decrypt(data[1:]))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self.file.transaction() as db:
                yield db
        except (sqlite3.Error, OSError) as error:
            raise TicketsNotSavedError(str(error)) from error

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with self.file.connection() as db:
                yield db
        except (sqlite3.Error, OSError) as error:
            raise TicketsNotSavedError(str(error)) from error


def _next_number(db: sqlite3.Connection, received_at: dt.datetime) -> str:
    day = received_at.astimezone(CHINA).strftime("%Y%m%d")
    row = db.execute(
        "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET last = last + 1 RETURNING last", (day,)
    ).fetchone()
    return f"DG{day}{row[0]:06d}"


def _by_key(db: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM tickets WHERE idempotency_key = ?", (key,)).fetchone()
    return row


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def utc(at: dt.datetime) -> str:
    """Write a time as it is kept: in UTC, so that text order is time order; a time without zone is China's."""
    aware = at if at.tzinfo else at.replace(tzinfo=CHINA)
    return aware.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _now() -> str:
    return utc(dt.datetime.now(dt.UTC))
