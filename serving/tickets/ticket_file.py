"""Reading tickets out of their SQLite file: one by one, their trails, and lists for queues and figures."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from serving.sqlite_file import SqliteFile
from serving.tickets.errors import TicketNotFoundError, TicketsNotSavedError
from serving.tickets.life import Entry, Step, Ticket, TicketStatus
from serving.tickets.schema import MIGRATIONS
from serving.tickets.sealing import Seal
from serving.tickets.times import utc
from serving.tickets.vectors import Embedded

ROWS_AT_ONCE = 500


class TicketFile:
    """The tickets of one SQLite file. `key`: a Fernet key that encrypts what belongs to persons; None: plain."""

    def __init__(self, path: Path, key: str | None = None) -> None:
        self.file = SqliteFile(path, MIGRATIONS, busy=True)
        self.seal = Seal(path, key)

    def get(self, ticket_id: str) -> Ticket:
        """Give a ticket. Raises TicketNotFoundError."""
        with self._connection() as db:
            return self._read(db, ticket_id)

    def kept_with(self, key: str) -> Ticket | None:
        """Give the ticket that was kept with an idempotency key."""
        with self._connection() as db:
            row = row_by_key(db, key)
            return self._ticket(row) if row else None

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

    def recent(self, since: dt.datetime, town: str | None, limit: int) -> list[tuple[str, int]]:
        """Give number and version of the tickets since then that stand for themselves, latest first.

        `town`: leaves out those of other towns, but not those of an unknown one; None: every town.
        """
        of_town = "AND (town = ? OR town IS NULL) " if town else ""
        query = (
            f"SELECT ticket_id, version FROM tickets WHERE received_at >= ? {of_town}AND status NOT IN (?, ?) "
            "ORDER BY received_at DESC LIMIT ?"
        )
        gone = (TicketStatus.DISCARDED, TicketStatus.MERGED)
        places = (town,) if town else ()
        with self._connection() as db:
            return [(row[0], row[1]) for row in db.execute(query, (utc(since), *places, *gone, limit))]

    def vectors(self, ticket_ids: Sequence[str], embedder: str) -> Iterator[tuple[sqlite3.Row, Embedded | None]]:
        """Give what of tickets tells their matter without their words; None: not embedded by this embedder yet."""
        columns = "ticket_id, version, received_at, town, category, kind, caller_key, embedder, vector"
        for some in (ticket_ids[n : n + ROWS_AT_ONCE] for n in range(0, len(ticket_ids), ROWS_AT_ONCE)):
            marks = ", ".join("?" * len(some))
            for row in self.file.rows(f"SELECT {columns} FROM tickets WHERE ticket_id IN ({marks})", some):
                data = self.seal.opened_bytes(row["vector"]) if row["vector"] else b""
                yield row, Embedded.from_bytes(embedder, data) if row["embedder"] == embedder else None

    def caller_token(self, phone: str | None) -> str | None:
        """Give what stands for a caller in queries."""
        return self.seal.token(phone)

    def opened(self, data: bytes) -> Any:
        """Read a sealed column, also one that was kept before a key was set."""
        return self.seal.opened(data)

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
            fields=self.seal.opened(row["fields"]),
            draft=self.seal.opened(row["draft"]),
            transcript=self.seal.opened(row["transcript"]),
            department=row["department"],
            co_departments=tuple(json.loads(row["co_departments"])),
            mode=row["mode"],
            deadline=dt.date.fromisoformat(row["deadline"]) if row["deadline"] else None,
            version=row["version"],
            dispatches=row["dispatches"],
            merged_into=row["merged_into"],
            reply=self.seal.opened(row["reply"]) if row["reply"] else "",
        )

    def _entry(self, row: sqlite3.Row) -> Entry:
        at = dt.datetime.fromisoformat(row["at"])
        step = Step(row["step"])
        return Entry(
            row["number"], row["ticket_id"], step, row["actor"], at, row["note"], self.seal.opened(row["changes"])
        )

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


def row_by_key(db: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    """Give the row that was kept with an idempotency key."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM tickets WHERE idempotency_key = ?", (key,)).fetchone()
    return row
