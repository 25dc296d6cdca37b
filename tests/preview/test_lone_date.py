"""Tests of a validity with one date: whose end it is depends on the label."""

from __future__ import annotations

import pytest

from preview.fields.common import _with_sure_end
from preview.values import Parsed


@pytest.mark.parametrize(
    ("label", "sure"),
    [("有效期限至", 0.97), ("有效期截止日期", 0.97), ("有效期限", 0.7)],
    ids=["until", "end", "span"],
)
def test_lone_date_is_trusted_as_an_end_only_behind_a_label_that_says_so(label: str, sure: float) -> None:
    assert _with_sure_end(label, Parsed("", 0.7, until="2026-07-28")).sure == sure


def test_span_keeps_its_trust() -> None:
    span = Parsed("2016-07-28", 0.9, until="2026-07-28")
    assert _with_sure_end("有效期至", span) == span
