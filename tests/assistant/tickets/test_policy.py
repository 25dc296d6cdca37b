"""Tests of assistant/tickets/policy.py."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from assistant.tickets.policy import Policy, PolicyError

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)


def test_change_is_kept_with_who_when_and_why(tmp_path: Path) -> None:
    path = tmp_path / "dispatch.yaml"
    Policy.load().changed("班长", "节日值守", NOW, kill_switch=True, bars={"0101": 0.99}).save(path)
    kept = Policy.load(path)
    assert kept.kill_switch
    assert kept.bar("0101") == 0.99
    assert kept.bar("0102") == Policy.load().default_bar
    assert (kept.changes[0].by, kept.changes[0].why, kept.changes[0].changed["kill_switch"]) == (
        "班长",
        "节日值守",
        True,
    )


def test_changes_add_up(tmp_path: Path) -> None:
    policy = Policy.load().changed("甲", "停", NOW, kill_switch=True).changed("乙", "恢复", NOW, kill_switch=False)
    policy.save(tmp_path / "p.yaml")
    assert [note.by for note in Policy.load(tmp_path / "p.yaml").changes] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("by", "why", "values"),
    [
        ("", "理由", {"kill_switch": True}),
        ("甲", " ", {"kill_switch": True}),
        ("甲", "理由", {"alarm": 0.9}),
        ("甲", "理由", {"default_bar": 1.2}),
        ("甲", "理由", {"bars": {"0101": 0.0}}),
    ],
    ids=["nobody", "no reason", "not changeable", "bar above 1", "bar of 0"],
)
def test_change_without_a_note_or_beyond_bounds_is_refused(by: str, why: str, values: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Policy.load().changed(by, why, NOW, **values)


@pytest.mark.parametrize("text", ["kill_switch: maybe", "bars: [1]", "- a", "surprise: 1", "disputed: ['(']"])
def test_broken_policy_file_is_refused_instead_of_guessed(text: str, tmp_path: Path) -> None:
    path = tmp_path / "dispatch.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError):
        Policy.load(path)


@pytest.mark.parametrize(
    ("text", "disputed"),
    [
        ("城管说不归他们管，叫我找环保", True),
        ("两个部门互相踢皮球", True),
        ("物业不管，邻居也不听", False),
        ("城管来过一次，没有用", False),
    ],
)
def test_dispute_between_departments_is_heard(text: str, disputed: bool) -> None:
    policy = Policy.load()
    assert policy.says(text, policy.disputed) is disputed
