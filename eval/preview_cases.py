"""Pre-review cases: a folder each, with the files and a `case.json` that says what a right check finds."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.case_files import CaseError

Place = tuple[str, str]
"""A finding's code and the file or material it is about."""


class PreviewExpectation(BaseModel):
    """What stands in the files and what is wrong with them; beyond the contract everything may be absent.

    `alternatives`: for each finding, the codes and places that are as right, itself first. `planted`: for each
    finding, the name of the defect behind it (one code may come of several). `tolerated`: fair
    consequences of a planted defect, neither asked for nor counted as false. `hidden`: fields of files that are too
    damaged to be read: nothing has to be found there, but a value that is given must not be wrong.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    types: dict[str, str] = {}
    fields: dict[str, dict[str, str]] = {}
    findings: tuple[Place, ...] = ()
    clean: bool = False
    alternatives: tuple[tuple[Place, ...], ...] = ()
    planted: tuple[str, ...] = ()
    tolerated: tuple[Place, ...] = ()
    hidden: dict[str, dict[str, str]] = {}

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> PreviewExpectation:
        if self.clean == bool(self.findings):
            raise ValueError("a case is clean exactly when it expects no findings")
        if self.alternatives and [group[0] for group in self.alternatives] != list(self.findings):
            raise ValueError("alternatives do not begin with the findings")
        return self

    @property
    def wanted(self) -> tuple[tuple[Place, ...], ...]:
        """Each expected finding with what would be as right."""
        return self.alternatives or tuple((finding,) for finding in self.findings)

    @property
    def causes(self) -> tuple[str, ...]:
        """The name of the defect behind each finding; its code where no name is given."""
        return self.planted or tuple(code for code, _ in self.findings)


class PreviewCase(BaseModel):
    """One set of papers. `degraded`: file → what was done to it; `materials`: file → the material it is meant for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    item: str
    situation: dict[str, str] = {}
    files: tuple[str, ...]
    as_of: dt.date
    applicant: str | None = None
    expect: PreviewExpectation
    split: str = Field(default="dev", pattern="^(dev|test)$")
    defects: tuple[str, ...] = ()
    degraded: dict[str, str] = {}
    materials: dict[str, str] = {}


def load_preview_cases(folder: Path, split: str = "") -> list[tuple[Path, PreviewCase]]:
    """Read every `case.json` below a folder, by name; `split` keeps one split.

    Raises:
        CaseError: there is no case, one cannot be read, names a file that is not there, or shares its id.
    """
    found: dict[str, tuple[Path, PreviewCase]] = {}
    for path in sorted(folder.glob("*/case.json")):
        try:
            case = PreviewCase.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, ValidationError) as error:
            raise CaseError(f"{path}: {error}") from error
        absent = [name for name in case.files if not (path.parent / name).is_file()]
        if absent:
            raise CaseError(f"{path}: no file {absent[0]!r}")
        if case.id in found:
            raise CaseError(f"{path}: id {case.id!r} stands twice")
        if split in ("", case.split):
            found[case.id] = path.parent, case
    if not found:
        raise CaseError(f"{folder}: no case.json below it; make cases with python -m eval.papers --out {folder}")
    return list(found.values())
