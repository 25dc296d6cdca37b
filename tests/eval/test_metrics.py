"""Tests of eval/metrics.py against published values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import Rate, percentile


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_interval_is_wilsons_as_published(right: int, n: int, low: float, high: float) -> None:
    assert Rate(right, n).interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_holds_the_share_and_stays_between_0_and_1(counts: tuple[int, int]) -> None:
    rate = Rate(*counts)
    low, high = rate.interval
    assert 0 <= low <= rate.value + 1e-12
    assert rate.value - 1e-12 <= high <= 1
    mirrored = Rate(rate.n - rate.right, rate.n).interval
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_empty_set_says_nothing() -> None:
    assert Rate(0, 0).value == 0
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_rate_is_written_with_its_number_and_interval() -> None:
    assert str(Rate(9, 10)) == " 90.0%  (n=10, 95% 59.6%–98.2%)"


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 3), (0.95, 5), (1.0, 5)])
def test_percentile_is_of_the_nearest_rank(share: float, value: float) -> None:
    assert percentile([5, 3, 1, 4, 2], share) == value


def test_percentile_of_nothing_is_0() -> None:
    assert percentile([], 0.5) == 0
