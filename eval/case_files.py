"""Case files: one JSON object a line, validated; a bad line is refused with its number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class CaseError(Exception):
    """A case file cannot be read; the message names the file and line."""


class Message(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    content: str


class Expectation(BaseModel):
    """What a right answer must be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str
    items: tuple[str, ...] = ()
    facet: str = "overview"
    facts: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()


class Case(BaseModel):
    """What every kind of case has."""

    model_config = ConfigDict(frozen=True)

    id: str


C = TypeVar("C", bound=Case)


class EnquiryCase(Case):
    """One enquiry and its expectation; `accept:<status>` tags name further fair statuses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    history: tuple[Message, ...] = ()
    expect: Expectation
    tags: tuple[str, ...] = ()
    split: str = Field(default="dev", pattern="^(dev|test)$")

    @property
    def statuses(self) -> frozenset[str]:
        """The statuses that count as right."""
        accepted = {tag.removeprefix("accept:") for tag in self.tags if tag.startswith("accept:")}
        return frozenset({self.expect.status} | accepted)

    def tagged(self, prefix: str, default: str = "") -> str:
        """Give what stands behind `prefix:` among the tags, the first of several; `default` when none does."""
        return next((tag.partition(":")[2] for tag in self.tags if tag.startswith(f"{prefix}:")), default)


def load_cases(path: Path) -> list[EnquiryCase]:
    """Read a file of enquiry cases; see `read_cases`."""
    return read_cases(path, EnquiryCase)


def read_cases(path: Path, kind: type[C], **defaults: str) -> list[C]:
    """Read a JSONL file of cases in the order of its lines; empty lines are skipped, `defaults` fill what lines lack.

    Raises:
        CaseError: the file is missing, a line is not a case, or two cases share an id.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{path}: {error}") from error
    cases: dict[str, C] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = kind.model_validate(defaults | json.loads(line))
        except (ValueError, ValidationError, TypeError) as error:
            raise CaseError(f"{path}:{number}: {error}") from error
        if case.id in cases:
            raise CaseError(f"{path}:{number}: id {case.id!r} stands twice")
        cases[case.id] = case
    return list(cases.values())
