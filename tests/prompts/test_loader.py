"""Tests of prompts/loader.py and of the texts beside it."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

import pytest
import yaml

import prompts
from assistant.answers import AnswerStatus
from prompts import PromptError, prompt_hash, render, replies, reply

HERE = Path(prompts.__file__).parent
ROOMS = ("assistant", "serving", "eval", "knowledge_base")


def keys(tree: object, path: str = "") -> dict[str, str]:
    """Give every fixed reply by its dotted key."""
    if isinstance(tree, str):
        return {path: tree}
    assert isinstance(tree, dict)
    return {key: text for name, part in tree.items() for key, text in keys(part, f"{path}.{name}".strip(".")).items()}


REPLIES = keys(yaml.safe_load((HERE / "replies.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("status", AnswerStatus)
def test_every_status_has_its_wording(status: AnswerStatus) -> None:
    assert [text for key, text in REPLIES.items() if key.split(".")[0] == status and text.strip()]


@pytest.mark.parametrize("key", REPLIES)
def test_every_reply_can_be_filled_and_is_chinese(key: str) -> None:
    names = Template(REPLIES[key]).get_identifiers()
    text = reply(key, **dict.fromkeys(names, "某某"))
    assert "$" not in text
    assert text == text.strip()
    assert re.search(r"[\u4e00-\u9fff]", text)


def test_every_reply_that_the_code_names_exists() -> None:
    named: set[str] = set()
    for room in ROOMS:
        for path in (HERE.parent / room).rglob("*.py"):
            named.update(re.findall(r"""\brepl(?:y|ies)\(\s*["']([a-z_.]+)["']""", path.read_text(encoding="utf-8")))
    assert {"ai_label", "unanswerable.gap"} <= named
    groups = {key.rpartition(".")[0] for key in REPLIES}
    assert named - set(REPLIES) - groups == set()


@pytest.mark.parametrize("key", [key for key, text in REPLIES.items() if Template(text).get_identifiers()])
def test_reply_without_its_variable_raises(key: str) -> None:
    with pytest.raises(PromptError, match="variable"):
        reply(key)


@pytest.mark.parametrize("key", ["gone", "emergency", "emergency.flood", "ai_label.more", ""])
def test_unknown_reply_raises(key: str) -> None:
    with pytest.raises(PromptError, match=r"replies\.yaml"):
        reply(key)


def test_group_of_replies_keeps_its_order_and_a_single_text_is_no_group() -> None:
    assert list(replies("page.calls").items())[:2] == [("110", "报警"), ("119", "火警")]
    for key in ("page", "page.failed", "page.gone"):
        with pytest.raises(PromptError, match=r"replies\.yaml"):
            replies(key)


@pytest.mark.parametrize("name", [str(p.relative_to(HERE).with_suffix("")) for p in HERE.rglob("*.md")])
def test_every_prompt_can_be_rendered_and_keeps_its_braces(name: str) -> None:
    text = (HERE / f"{name}.md").read_text(encoding="utf-8")
    rendered = render(name, **dict.fromkeys(Template(text).get_identifiers(), "某某"))
    assert rendered.count("{") == text.count("{") - text.count("${")


def test_unknown_prompt_raises() -> None:
    with pytest.raises(PromptError, match="no prompt"):
        render("enquiry/gone")


def test_missing_variable_of_a_prompt_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "draft.md").write_text('回答$question，只输出 {"a": 1}', encoding="utf-8")
    monkeypatch.setattr("prompts.loader._HERE", tmp_path)
    with pytest.raises(PromptError, match="question"):
        render("draft")
    assert render("draft", question="$x {y}") == '回答$x {y}，只输出 {"a": 1}'


def test_hash_of_a_prompt_changes_with_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prompts.loader._HERE", tmp_path)
    for name, text in (("one", "甲"), ("two", "乙"), ("again", "甲")):
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    assert re.fullmatch(r"[0-9a-f]{12}", prompt_hash("one"))
    assert prompt_hash("one") == prompt_hash("again") != prompt_hash("two")


def test_emergency_wordings_name_only_known_numbers() -> None:
    numbers = {n for key, text in REPLIES.items() if key.startswith("emergency.") for n in re.findall(r"\d+", text)}
    assert numbers == {"110", "119", "120", "122", "12356"}
