"""The rules alone against many own wordings of each kind, the look-alikes, and every question of the content."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.rules import matching, rules
from knowledge_base.cantonese import to_standard
from knowledge_base.content import STARTER_CONTENT, YamlLoader
from knowledge_base.text import normalise

SENTENCES: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("guard_breadth.yaml").read_text(encoding="utf-8")
)
GROUPS = ("emergency", "refused", "handoff", "smalltalk", "ticket")
QUESTIONS = {"phrasings", "asks", "q", "similar"}


def ending(text: str) -> str | None:
    """Give the first group whose rules match, in the order of the gate."""
    read = to_standard(normalise(text))
    return next((group for group in GROUPS if matching(read, group)), None)


def questions(node: Any) -> Iterator[str]:
    """Every question that the content lists under a node."""
    if isinstance(node, list):
        for value in node:
            yield from questions(value)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in QUESTIONS:
                yield from (v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str))
            yield from questions(value)


@lru_cache(maxsize=1)
def content_endings() -> dict[str, str | None]:
    files = sorted((STARTER_CONTENT / "items").glob("*.yaml"))
    nodes = (yaml.load(file.read_text(encoding="utf-8"), Loader=YamlLoader) for file in files)
    return {text: ending(text) for node in nodes for text in questions(node)}


@pytest.mark.parametrize("kind", [kind for kind in SENTENCES if kind != "honest"])
def test_every_wording_of_a_kind_ends_at_the_gate(kind: str) -> None:
    group = kind.split(".", maxsplit=1)[0]
    assert [text for text in SENTENCES[kind] if ending(text) != group] == []


def test_honest_question_ends_nowhere() -> None:
    assert [(text, ending(text)) for text in SENTENCES["honest"] if ending(text)] == []


def test_no_question_of_the_content_is_turned_away() -> None:
    found = content_endings()
    assert len(found) > 5_000
    assert [(text, end) for text, end in found.items() if end not in (None, "ticket")] == []
    assert sum(end == "ticket" for end in found.values()) <= 0.005 * len(found)


@pytest.mark.parametrize("text", ["你说我的居住证" * 286, "帮我查他的假证明找人" * 200, "a " * 1_000, "1" * 2_000])
def test_rules_take_little_time_over_a_long_text(text: str) -> None:
    rules()

    def once() -> float:
        start = time.perf_counter()
        for rule in rules():
            rule.matches(text)
        return time.perf_counter() - start

    assert min(once() for _ in range(5)) < 0.02
