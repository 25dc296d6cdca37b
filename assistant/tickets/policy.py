"""The rules of automatic dispatch, kept as data: bars, whitelist, kill switch. A change leaves an audit note."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import AssistantError

SHIPPED = Path(__file__).parent / "dispatch.yaml"

CHANGEABLE = ("kill_switch", "default_bar", "bars", "whitelist", "blocked_departments")
"""What people change while the service runs; the rest belongs to the release."""


class PolicyError(AssistantError):
    """A policy file is not what it should be."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path


class Change(BaseModel):
    """An audit note: who changed what, when and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str
    by: str = Field(min_length=1)
    why: str = Field(min_length=1)
    changed: dict[str, Any]


class _PolicyFile(BaseModel):
    """The form of a policy file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kill_switch: bool
    default_bar: float = Field(gt=0, le=1)
    bars: dict[str, float] = {}
    whitelist: Literal["all"] | tuple[str, ...]
    blocked_departments: tuple[str, ...] = ()
    least_confidence: float = Field(ge=0, le=1)
    least_auto: float = Field(ge=0, le=1)
    alarm: float = Field(ge=0, le=1)
    refusal_doubt: float = Field(ge=0, le=1)
    refusal_sure: float = Field(ge=0, le=1)
    few_cases: int = Field(ge=0)
    place_free: tuple[str, ...] = ()
    place_free_kinds: tuple[str, ...] = ()
    co_sent: dict[str, tuple[str, ...]] = {}
    disputed: tuple[str, ...] = ()
    vulnerable: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Policy:
    """What `dispatch.yaml` says; `changes` are the audit notes, oldest first."""

    kill_switch: bool
    default_bar: float
    bars: Mapping[str, float]
    whitelist: Literal["all"] | tuple[str, ...]
    blocked_departments: tuple[str, ...]
    least_confidence: float
    least_auto: float
    alarm: float
    refusal_doubt: float
    refusal_sure: float
    few_cases: int
    place_free: tuple[str, ...]
    place_free_kinds: tuple[str, ...]
    co_sent: Mapping[str, tuple[str, ...]]
    disputed: tuple[str, ...]
    vulnerable: tuple[str, ...]
    several: tuple[str, ...]
    changes: tuple[Change, ...] = field(default=())

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Policy:
        """Read a policy file: the shipped one, or what `changed` has saved over it.

        Raises:
            PolicyError: the file is missing or breaks the form. Nothing is assumed then, so that nothing is sent.
        """
        try:
            shipped = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
            data = shipped | (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path != SHIPPED else shipped
            read = _PolicyFile.model_validate(data)
            for pattern in (*read.disputed, *read.vulnerable, *read.several):
                re.compile(pattern)
        except (OSError, yaml.YAMLError, ValidationError, re.error, TypeError) as error:
            raise PolicyError(path, str(error)) from error
        return cls(**{part.name: getattr(read, part.name) for part in fields(cls)})

    def changed(self, by: str, why: str, at: dt.datetime, **values: Any) -> Policy:
        """Give the policy with other values and an audit note of the change.

        Raises:
            ValueError: a value may not be changed, nothing is said about why, or a bar is no share.
        """
        unknown = sorted(set(values) - set(CHANGEABLE))
        if unknown:
            raise ValueError(f"cannot be changed: {', '.join(unknown)}")
        if not by.strip() or not why.strip():
            raise ValueError("who changes the policy and why has to be said")
        note = Change(at=at.isoformat(timespec="seconds"), by=by.strip(), why=why.strip(), changed=values)
        new = replace(self, **values, changes=(*self.changes, note))
        if not all(0 < bar <= 1 for bar in (new.default_bar, *new.bars.values())):
            raise ValueError("a bar is a share between 0 and 1")
        return new

    def save(self, path: Path) -> None:
        """Write what people may change and the audit notes; a reader sees the old file or the new one."""
        kept = {name: _plain(getattr(self, name)) for name in CHANGEABLE}
        kept["changes"] = [change.model_dump(mode="json") for change in self.changes]
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), encoding="utf-8")
        draft.replace(path)

    def bar(self, category: str) -> float:
        """Give the precision that automatic dispatch of a category has to reach."""
        return self.bars.get(category, self.default_bar)

    def allows(self, category: str) -> bool:
        """Tell whether the whitelist lets a category be dispatched automatically."""
        return self.whitelist == "all" or category in self.whitelist

    def says(self, text: str, patterns: tuple[str, ...]) -> bool:
        """Tell whether one of the patterns `disputed`, `vulnerable` or `several` is in the text."""
        return any(re.search(pattern, text) for pattern in patterns)  # re keeps what it has compiled


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
