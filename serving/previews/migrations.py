"""The tables of pre-review and how an older database becomes a newer one.

What belongs to a person (names, read values, the report) stands in sealed columns, which the retention rule empties;
codes, materials and decisions stay for the return-rate monitor.
"""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE IF NOT EXISTS previews (
        preview_id TEXT PRIMARY KEY,
        item_id TEXT NOT NULL,
        item_name TEXT NOT NULL,
        situation TEXT NOT NULL,
        as_of TEXT NOT NULL,
        applicant BLOB,
        town TEXT NOT NULL,
        channel TEXT NOT NULL,
        status TEXT NOT NULL,
        problem TEXT NOT NULL DEFAULT '',
        revision INTEGER NOT NULL DEFAULT 0,
        changes INTEGER NOT NULL DEFAULT 0,
        disposition TEXT NOT NULL DEFAULT '',
        report BLOB,
        current_file TEXT NOT NULL DEFAULT '',
        current_page INTEGER NOT NULL DEFAULT 0,
        idempotency_key TEXT,
        digest TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        deleted_at TEXT
    );;
    CREATE UNIQUE INDEX IF NOT EXISTS previews_by_key ON previews (idempotency_key)
        WHERE idempotency_key IS NOT NULL;;
    CREATE INDEX IF NOT EXISTS previews_by_status ON previews (status);;
    CREATE INDEX IF NOT EXISTS previews_by_digest ON previews (digest);;
    CREATE INDEX IF NOT EXISTS previews_by_expiry ON previews (expires_at) WHERE deleted_at IS NULL;;

    CREATE TABLE IF NOT EXISTS preview_files (
        preview_id TEXT NOT NULL REFERENCES previews,
        file_id TEXT NOT NULL,
        name BLOB NOT NULL,
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        pages_done INTEGER NOT NULL DEFAULT 0,
        pages_total INTEGER NOT NULL DEFAULT 0,
        reading BLOB,
        summary TEXT NOT NULL DEFAULT '{}',
        PRIMARY KEY (preview_id, file_id)
    );;

    CREATE TABLE IF NOT EXISTS preview_edits (
        preview_id TEXT NOT NULL REFERENCES previews,
        file_id TEXT NOT NULL,
        part INTEGER NOT NULL,
        field TEXT NOT NULL,
        value BLOB NOT NULL,
        edited_at TEXT NOT NULL,
        PRIMARY KEY (preview_id, file_id, part, field)
    );;

    CREATE TABLE IF NOT EXISTS preview_findings (
        preview_id TEXT NOT NULL REFERENCES previews,
        finding_id TEXT NOT NULL,
        code TEXT NOT NULL,
        severity TEXT NOT NULL,
        material_id TEXT,
        confidence REAL NOT NULL,
        PRIMARY KEY (preview_id, finding_id)
    );;

    CREATE TABLE IF NOT EXISTS preview_decisions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        preview_id TEXT NOT NULL REFERENCES previews,
        stage TEXT NOT NULL,
        outcome TEXT NOT NULL,
        officer TEXT NOT NULL,
        responsibility TEXT NOT NULL,
        reasons TEXT NOT NULL,
        note TEXT NOT NULL,
        decided_at TEXT NOT NULL
    );;
    CREATE INDEX IF NOT EXISTS preview_decisions_by_case ON preview_decisions (preview_id, stage, id);;
    CREATE INDEX IF NOT EXISTS preview_decisions_by_time ON preview_decisions (decided_at);;

    CREATE TABLE IF NOT EXISTS preview_judgements (
        decision_id INTEGER NOT NULL REFERENCES preview_decisions,
        finding_id TEXT NOT NULL,
        code TEXT NOT NULL,
        severity TEXT NOT NULL,
        material_id TEXT,
        verdict TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (decision_id, finding_id)
    );
    """,
)
"""Each brings the database one version further; only ever append."""
