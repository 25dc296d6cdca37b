"""Tests of assistant/rules.py."""

from __future__ import annotations

import re

import pytest

from assistant.rules import Rule, matching, rules


@pytest.mark.parametrize(
    ("text", "matches"),
    [("着火了", True), ("火灾保险", False), ("居住证", False)],
    ids=["pattern", "exception", "neither"],
)
def test_pattern_holds_where_no_exception_speaks(text: str, matches: bool) -> None:
    rule = Rule("emergency", "fire", (re.compile("火"),), (re.compile("保险"),))
    assert rule.matches(text) is matches


def test_first_kind_in_the_order_of_the_file_is_given() -> None:
    order = [r.kind for r in rules() if r.group == "emergency"]
    assert order.index("suicide") < order.index("medical")
    assert matching("我不想活了，他叫不醒", "emergency") == "suicide"


def test_text_of_another_group_matches_nothing() -> None:
    assert matching("楼下着火了", "refused") is None


def test_every_rule_has_a_pattern() -> None:
    assert [r.kind for r in rules() if not r.patterns] == []
    assert {r.group for r in rules()} == {"emergency", "refused", "ticket"}
