"""Hand-made cases and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.case_files import EnquiryCase
from eval.enquiries import Prediction
from eval.runs import Run, RunWriter


def make_case(case_id: str = "c", status: str = "answered", **fields: Any) -> EnquiryCase:
    """Make a case; `tags`, `history`, `split` and `question` belong to it, the rest to its expectation."""
    own = {name: fields.pop(name) for name in ("tags", "history", "split", "question") if name in fields}
    return EnquiryCase.model_validate(
        {"id": case_id, "question": "居住证要钱吗", "expect": {"status": status, **fields}, **own}
    )


def make_prediction(
    status: str = "answered", text: str = "", items: tuple[str, ...] = (), case_id: str = "c"
) -> Prediction:
    """Make a prediction of the approved tier."""
    return Prediction(case_id, status, text, list(items), "fee", "approved", 0.9, {"total": 12.0})


def make_run(
    folder: Path, rows: Sequence[tuple[EnquiryCase, Prediction]], suite: str = "enquiries", **record: Any
) -> Run:
    """Write a finished run of one suite; predictions take the ids of their cases."""
    kept: dict[str, Any] = {
        "suites": {suite: len(rows)},
        "cases": "own",
        "split": "",
        "commit": "abc1234",
        "changed": False,
        "kb_revision": "kb1",
        "prompts": {"enquiry/compose": "p1"},
        "model": {"use": "never", "name": "", "state": "off"},
        "threshold": 0.4,
        "machine": {"cores": 2, "asked_at_once": 2},
        "domains": {"jz-endorse": "居住证"},
    }
    writer = RunWriter(folder, kept | record, {suite: [case for case, _ in rows]})
    for case, prediction in rows:
        writer.add(replace(prediction, id=case.id))
    unscored = sum(bool(prediction.unscored) for _, prediction in rows)
    return writer.finish(seconds=1.0, n=len(rows), unscored=unscored, finished="2026-06-01T00:00:00+00:00")
