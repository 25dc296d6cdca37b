"""Officers' decisions on cases: nothing is overwritten, the last one of a stage counts."""

from __future__ import annotations

import datetime as dt

from knowledge_base.masking import mask
from serving.previews.database import Database, as_json
from serving.previews.records import Decision


class DecisionStore:
    """The tables of decisions and of judgements on findings."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def decide(self, preview_id: str, decision: Decision) -> dt.datetime:
        """Keep a decision; returns when it is on disk. Notes are masked."""
        now = dt.datetime.now(dt.UTC)
        with self._db.transaction() as db:
            decision_id = db.execute(
                "INSERT INTO preview_decisions (preview_id, stage, outcome, officer, responsibility, reasons, note,"
                " decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    preview_id,
                    decision.stage,
                    decision.outcome,
                    decision.officer,
                    decision.responsibility or "",
                    as_json([[r.code, r.material_id] for r in decision.reasons]),
                    mask(decision.note),
                    now.isoformat(),
                ),
            ).lastrowid
            db.executemany(
                "INSERT OR REPLACE INTO preview_judgements VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (decision_id, j.finding_id, j.code, j.severity, j.material_id, j.verdict, j.reason or "")
                    for j in decision.judgements
                ],
            )
        return now

    def decided(self, preview_id: str) -> dict[str, dict[str, str]]:
        """Give the decision that counts at each stage: outcome, officer, decided_at."""
        rows = self._db.rows(
            "SELECT stage, outcome, officer, decided_at FROM preview_decisions WHERE preview_id = ? ORDER BY id",
            (preview_id,),
        )
        return {stage: {"outcome": o, "officer": officer, "decided_at": at} for stage, o, officer, at in rows}

    def rejected(self, preview_id: str) -> set[str]:
        """Give the findings that the decision that counts at a stage rejected."""
        rows = self._db.rows(
            "SELECT finding_id FROM preview_judgements WHERE verdict = 'reject' AND decision_id IN"
            " (SELECT max(id) FROM preview_decisions WHERE preview_id = ? GROUP BY stage)",
            (preview_id,),
        )
        return {row[0] for row in rows}
