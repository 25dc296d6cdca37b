"""Tests of assistant/tickets/bars.py."""

from __future__ import annotations

import pytest

from assistant.tickets.bars import Bars


def test_threshold_is_the_least_confidence_at_which_the_bar_holds() -> None:
    bars = Bars({"a": [(0.9, 1)] * 50 + [(0.6, 1)] * 10 + [(0.6, 0)] * 10})
    assert bars.threshold("a", 0.97, 0) == 0.9
    assert bars.threshold("a", 0.8, 0) == 0.6


def test_category_that_is_never_right_enough_has_no_threshold() -> None:
    assert Bars({"a": [(0.9, 1), (0.9, 0)]}).threshold("a", 0.97, 0) is None


def test_few_cases_borrow_the_precision_of_all() -> None:
    bars = Bars({"many": [(0.9, 1)] * 100, "few": [(0.9, 0)]})
    assert bars.precision("few", 0.5, 20) == pytest.approx((0 + 20 * 100 / 101) / 21)
    assert bars.threshold("few", 0.97, 20) is None
    assert bars.threshold("unseen", 0.97, 20) == 0.9


def test_nothing_held_back_gives_no_threshold() -> None:
    assert Bars({}).threshold("a", 0.5, 20) is None
