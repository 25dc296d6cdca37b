"""Tests of assistant/rules.py."""

from __future__ import annotations

import re

import pytest

from assistant.rules import Rule, excepted, matching, rules


def rule(*, patterns: str = "火", unless: str = "保险", always: str = "正在") -> Rule:
    return Rule("emergency", "fire", (re.compile(patterns),), (re.compile(unless),), (re.compile(always),))


@pytest.mark.parametrize(
    ("text", "matches"),
    [("着火了", True), ("火灾保险", False), ("正在火灾保险", True), ("居住证", False)],
    ids=["pattern", "exception", "outweighs-the-exception", "neither"],
)
def test_exception_holds_unless_a_stronger_pattern_is_there(text: str, matches: bool) -> None:
    assert rule().matches(text) is matches


def test_first_kind_in_the_order_of_the_file_is_given() -> None:
    order = [r.kind for r in rules() if r.group == "emergency"]
    assert order.index("suicide") < order.index("medical")
    assert matching("吃了安眠药，昏迷了", "emergency") == "suicide"


def test_text_of_another_group_matches_nothing() -> None:
    assert matching("着火了", "refused") is None


def test_exceptions_of_an_unknown_kind_never_speak() -> None:
    assert excepted("举报造假", "refused", "forgery")
    assert not excepted("举报造假", "refused", "no-such-kind")


def test_every_rule_has_a_pattern() -> None:
    assert [r.kind for r in rules() if not r.patterns] == []
    assert {r.group for r in rules()} == {"emergency", "refused", "handoff", "smalltalk", "ticket"}
