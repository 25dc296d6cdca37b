"""Hand-made cases and predictions."""

from __future__ import annotations

from typing import Any

from eval.case_files import EnquiryCase
from eval.enquiries import Prediction


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
