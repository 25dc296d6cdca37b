"""Trained ticket models by version, with the one in use, a way back and a record of every switch."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.tickets.classify import MODEL
from assistant.tickets.linear import LinearModel

SHIPPED = "shipped"
"""The version that comes with the product."""

_FILE, _REPORT, _CURRENT, _HISTORY = "appeals.npz", "report.json", "current", "history.jsonl"
_VERSION = re.compile(r"\w[\w.-]{0,60}")


class VersionError(AssistantError):
    """A version cannot be used; the message says why, in Chinese."""


@dataclass(frozen=True)
class Switch:
    """One change of the version in use."""

    at: str
    before: str
    after: str
    why: str


class ModelVersions:
    """The trained models in a folder. The one in use is named by a small file that is replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self) -> str:
        """Give the version in use."""
        try:
            return (self._folder / _CURRENT).read_text(encoding="utf-8").strip() or SHIPPED
        except FileNotFoundError:
            return SHIPPED

    def path(self, version: str | None = None) -> Path:
        """Give the model file of a version, of the one in use for None.

        Raises:
            VersionError: there is no such version.
        """
        version = version or self.current()
        if version == SHIPPED:
            return MODEL
        path = self._folder / version / _FILE
        if not _VERSION.fullmatch(version) or not path.is_file():
            raise VersionError(f"没有版本 {version}；现有：{'、'.join(self.known())}")
        return path

    def known(self) -> list[str]:
        """List the versions, the shipped one first, then as they were trained."""
        trained = sorted(path.parent.name for path in self._folder.glob(f"*/{_FILE}"))
        return [SHIPPED, *trained]

    def report(self, version: str) -> Mapping[str, Any]:
        """Give what was measured when a version was trained; empty for the shipped one."""
        path = self.path(version).parent / _REPORT
        report: dict[str, Any] = {} if version == SHIPPED else json.loads(path.read_text(encoding="utf-8"))
        return report

    def add(self, model: LinearModel, report: Mapping[str, Any], now: dt.datetime) -> str:
        """Keep a model as a new version, without using it yet; gives its name."""
        base = now.strftime("%Y%m%d-%H%M%S")
        names = (f"{base}-{n}" if n else base for n in range(100))
        version = next(name for name in names if not (self._folder / name).exists())
        draft = self._folder / f".{version}"
        draft.mkdir(parents=True)
        model.save(draft / _FILE)
        text = json.dumps(report, ensure_ascii=False, indent=1)
        (draft / _REPORT).write_text(text, encoding="utf-8")
        draft.rename(self._folder / version)
        return version

    def use(self, version: str, why: str, now: dt.datetime) -> Switch:
        """Put a version to use, after a look whether it can be read; the switch is recorded first.

        Raises:
            VersionError: there is no such version.
            ModelFileError: its file is damaged.
        """
        LinearModel.load(self.path(version))
        switch = Switch(now.isoformat(timespec="seconds"), self.current(), version, why)
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _HISTORY).open("a", encoding="utf-8") as history:
            history.write(json.dumps(vars(switch), ensure_ascii=False) + "\n")
        draft = self._folder / f"{_CURRENT}.new"
        draft.write_text(version, encoding="utf-8")
        draft.replace(self._folder / _CURRENT)
        return switch

    def history(self) -> list[Switch]:
        """List every switch, oldest first."""
        try:
            lines = (self._folder / _HISTORY).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [Switch(**json.loads(line)) for line in lines if line.strip()]

    def rollback(self, why: str, now: dt.datetime) -> Switch:
        """Go back to the version that was in use before this one.

        Raises:
            VersionError: there was none, or it is gone.
        """
        before = self._before(self.current())
        if before is None:
            raise VersionError("没有可以回退的版本：现在用的就是随产品发布的模型")
        return self.use(before, why, now)

    def _before(self, version: str) -> str | None:
        """Give what was in use before a version was first put to use, so that going back twice goes back further."""
        if version == SHIPPED:
            return None
        first = next((switch for switch in self.history() if switch.after == version), None)
        return first.before if first else SHIPPED
