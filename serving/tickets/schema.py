"""The tables of tickets. What belongs to a person stands in sealed columns; the rest is for queues and figures."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE tickets (
        ticket_id TEXT PRIMARY KEY,
        status TEXT NOT NULL,
        channel TEXT NOT NULL,
        received_at TEXT NOT NULL,
        kind TEXT, category TEXT, town TEXT, urgency TEXT, weak_signal INTEGER NOT NULL DEFAULT 0,
        department TEXT, proposed TEXT, co_departments TEXT NOT NULL DEFAULT '[]',
        mode TEXT NOT NULL DEFAULT 'manual', confidence REAL NOT NULL DEFAULT 0,
        deadline TEXT, dispatches INTEGER NOT NULL DEFAULT 0, dispatched_at TEXT, answered_at TEXT,
        merged_into TEXT, caller_key TEXT,
        fields BLOB NOT NULL, draft BLOB NOT NULL, transcript BLOB NOT NULL, reply BLOB,
        version INTEGER NOT NULL DEFAULT 1,
        idempotency_key TEXT, digest TEXT NOT NULL
    );;
    CREATE UNIQUE INDEX tickets_by_key ON tickets (idempotency_key) WHERE idempotency_key IS NOT NULL;;
    CREATE INDEX tickets_by_status ON tickets (status, received_at);;
    CREATE INDEX tickets_by_time ON tickets (received_at);;
    CREATE INDEX tickets_by_caller ON tickets (caller_key) WHERE caller_key IS NOT NULL;;

    CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        ticket_id TEXT NOT NULL REFERENCES tickets,
        step TEXT NOT NULL, actor TEXT NOT NULL, at TEXT NOT NULL, note TEXT NOT NULL, changes BLOB NOT NULL
    );;
    CREATE INDEX audit_by_ticket ON audit (ticket_id, number);;
    CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END;;
    CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END;;

    CREATE TABLE numbers (day TEXT PRIMARY KEY, last INTEGER NOT NULL);;

    CREATE TABLE returns (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        ticket_id TEXT NOT NULL REFERENCES tickets,
        department TEXT NOT NULL, suggested TEXT, reason TEXT NOT NULL, at TEXT NOT NULL
    );;

    CREATE TABLE labels (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        ticket_id TEXT NOT NULL REFERENCES tickets,
        actor TEXT NOT NULL, category TEXT NOT NULL, department TEXT, kind TEXT NOT NULL, at TEXT NOT NULL
    );;
    CREATE INDEX labels_by_ticket ON labels (ticket_id, actor);;

    CREATE TABLE outbox (
        delivery_id TEXT PRIMARY KEY,
        ticket_id TEXT NOT NULL REFERENCES tickets,
        event TEXT NOT NULL,
        body BLOB NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting',
        attempts INTEGER NOT NULL DEFAULT 0,
        next_at TEXT NOT NULL,
        problem TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL, sent_at TEXT
    );;
    CREATE INDEX outbox_by_state ON outbox (state, next_at)
    """,
    """
    ALTER TABLE tickets ADD COLUMN vector BLOB;;
    ALTER TABLE tickets ADD COLUMN embedder TEXT;;
    CREATE INDEX tickets_by_town ON tickets (town, received_at, status, ticket_id, version)
    """,
)
