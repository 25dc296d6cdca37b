"""Delivers dispatched tickets to the hotline platform: signed, repeated until taken, put aside when refused.

Every delivery has an id of its own that never changes, sent as `Idempotency-Key`: a platform that honours it takes
each ticket once, whatever happens between its answer and our note of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
import threading
from dataclasses import dataclass
from typing import Any

import httpx

from serving.tickets.errors import TicketError
from serving.tickets.store import TicketStore

logger = logging.getLogger(__name__)

TIMEOUT_S = 10.0
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 3600.0
LEASE_S = 60.0
"""How long a process that sends keeps others off; one that died meanwhile delays its delivery by as much."""

MOST_ATTEMPTS = 12
"""About four hours of trying; after it the delivery is a dead letter and waits for a person."""

TRY_AGAIN = frozenset({408, 409, 425, 429})


@dataclass(frozen=True)
class Delivery:
    """One message to the platform."""

    delivery_id: str
    ticket_id: str
    event: str
    state: str
    attempts: int
    problem: str
    body: dict[str, Any]


class Outbox:
    """Sends what waits. Several processes may run it; the platform sees a delivery id more than once at worst."""

    def __init__(
        self,
        store: TicketStore,
        url: str,
        secret: str,
        client: httpx.Client | None = None,
        first_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        self._store, self._url, self._secret = store, url, secret.encode()
        self._client = client or httpx.Client(timeout=TIMEOUT_S)
        self._first_wait_s = first_wait_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, pause_s: float = 2.0) -> None:
        """Send in the background until `stop`."""
        self._thread = threading.Thread(target=self._run, args=(pause_s,), name="ticket-outbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background sending; what waits stays on disk."""
        self._stop.set()
        if self._thread:
            self._thread.join(TIMEOUT_S + 1)

    def send_due(self) -> int:
        """Try everything that is due, oldest first; gives how many were taken."""
        taken = 0
        begun = dt.datetime.now(dt.UTC)
        while (delivery := self._claim(begun)) is not None:
            taken += self._send(delivery)
        return taken

    def _claim(self, begun: dt.datetime) -> Delivery | None:
        """Reserve the next delivery that was due at `begun`, so that no other process sends it meanwhile."""
        lease = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=LEASE_S)).isoformat()
        due = "SELECT delivery_id FROM outbox WHERE state = 'waiting' AND next_at <= ? ORDER BY created_at LIMIT 1"
        with self._store.file.transaction() as db:
            statement = f"UPDATE outbox SET next_at = ? WHERE delivery_id = ({due}) RETURNING *"
            row = db.execute(statement, (lease, begun.isoformat())).fetchone()
        return _delivery(self._store, row) if row else None

    def dead_letters(self) -> list[Delivery]:
        """Give what the platform did not take."""
        return dead_letters(self._store)

    def retry(self, delivery_id: str) -> None:
        """Put a dead letter back in the queue."""
        requeue(self._store, delivery_id)

    def _run(self, pause_s: float) -> None:
        while not self._stop.wait(pause_s):
            try:
                self.send_due()
            except Exception:  # a database that is locked or full for a moment must not end the sending
                logger.exception("outbox")

    def _send(self, delivery: Delivery) -> bool:
        ticket = self._store.get(delivery.ticket_id)
        payload = json.dumps(
            {
                "event": delivery.event,
                "delivery_id": delivery.delivery_id,
                "ticket_id": ticket.ticket_id,
                "fields": _shown(ticket.fields),
                "deadline": ticket.deadline.isoformat() if ticket.deadline else None,
                **delivery.body,
            },
            ensure_ascii=False,
        ).encode()
        stamp = str(int(dt.datetime.now(dt.UTC).timestamp()))
        headers = {
            "content-type": "application/json",
            "idempotency-key": delivery.delivery_id,
            "x-guanjia-timestamp": stamp,
            "x-guanjia-signature": signature(self._secret, stamp, payload),
        }
        try:
            answer = self._client.post(self._url, content=payload, headers=headers)
        except httpx.HTTPError as error:
            return self._again(delivery, type(error).__name__)
        if answer.is_success:
            self._mark(delivery.delivery_id, "sent", delivery.attempts + 1, 0.0, "")
            return True
        problem = f"HTTP {answer.status_code}"
        if answer.is_server_error or answer.status_code in TRY_AGAIN:
            return self._again(delivery, problem)
        logger.error("delivery refused id=%s %s", delivery.delivery_id, problem)
        self._mark(delivery.delivery_id, "dead", delivery.attempts + 1, 0.0, problem)
        return False

    def _again(self, delivery: Delivery, problem: str) -> bool:
        attempts = delivery.attempts + 1
        state = "dead" if attempts >= MOST_ATTEMPTS else "waiting"
        wait_s = min(self._first_wait_s * 2**delivery.attempts, LONGEST_WAIT_S)
        logger.warning("delivery failed id=%s attempt=%d %s", delivery.delivery_id, attempts, problem)
        self._mark(delivery.delivery_id, state, attempts, wait_s, problem)
        return False

    def _mark(self, delivery_id: str, state: str, attempts: int, wait_s: float, problem: str) -> None:
        now = dt.datetime.now(dt.UTC)
        values = "state = ?, attempts = ?, next_at = ?, problem = ?, sent_at = ?"
        with self._store.file.transaction() as db:
            db.execute(
                f"UPDATE outbox SET {values} WHERE delivery_id = ?",
                (
                    state,
                    attempts,
                    (now + dt.timedelta(seconds=wait_s)).isoformat(),
                    problem,
                    now.isoformat() if state == "sent" else None,
                    delivery_id,
                ),
            )


class NoDeadLetterError(TicketError):
    """No dead letter has this number."""

    status = 404
    code = "delivery_not_found"

    def __init__(self) -> None:
        super().__init__("没有这条未送达的记录，可能已经重发。请刷新后再看。")


def dead_letters(store: TicketStore) -> list[Delivery]:
    """Give what the platform did not take, oldest first."""
    rows = store.file.rows("SELECT * FROM outbox WHERE state = 'dead' ORDER BY created_at")
    return [_delivery(store, row) for row in rows]


def requeue(store: TicketStore, delivery_id: str) -> None:
    """Put a dead letter back in the queue.

    Raises:
        NoDeadLetterError: there is none of this number; what was sent is never sent again.
    """
    now = dt.datetime.now(dt.UTC).isoformat()
    with store.file.transaction() as db:
        done = db.execute(
            "UPDATE outbox SET state = 'waiting', attempts = 0, next_at = ?, problem = '' "
            "WHERE delivery_id = ? AND state = 'dead'",
            (now, delivery_id),
        )
        if not done.rowcount:
            raise NoDeadLetterError


def _delivery(store: TicketStore, row: Any) -> Delivery:
    return Delivery(
        row["delivery_id"],
        row["ticket_id"],
        row["event"],
        row["state"],
        row["attempts"],
        row["problem"],
        store.opened(row["body"]),
    )


def _shown(fields: dict[str, Any]) -> dict[str, Any]:
    """Give the fields as others may see them: who reports in confidence stays with us (反映人保密), as do codes."""
    hidden = ("follow_code", "caller_name", "phone") if fields.get("confidential") else ("follow_code",)
    return {name: value for name, value in fields.items() if name not in hidden}


def signature(secret: bytes, stamp: str, payload: bytes) -> str:
    """Sign a message: HMAC-SHA256 over timestamp, a dot and the body, in hex.

    >>> signature(b"k", "1", b"{}")[:8]
    '3dd49b25'
    """
    return hmac.new(secret, stamp.encode() + b"." + payload, hashlib.sha256).hexdigest()
