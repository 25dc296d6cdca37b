"""What a benchmark found: figures beside their targets, as a Markdown table and as JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RUNS = Path("runs")


@dataclass(frozen=True)
class Figure:
    """One measured value; `below` or `least` is its target, both None where there is none."""

    name: str
    value: float
    unit: str
    below: float | None = None
    least: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty without one."""
        if self.below is None and self.least is None:
            return ""
        missed = self.below is not None and self.value >= self.below
        return "MISSED" if missed or (self.least is not None and self.value < self.least) else "met"

    @property
    def target(self) -> str:
        """The target in signs; empty without one."""
        if self.least is not None:
            return f"≥ {self.least:g}"
        return "" if self.below is None else f"< {self.below:g}"


@dataclass
class Report:
    """The figures of one benchmark and the machine they come from.

    `load` is the machine's load average (1 min) at the start: with more than a waiting process a core,
    seconds say little and CPU seconds count.
    """

    bench: str
    options: Mapping[str, Any] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def add(
        self, name: str, value: float, unit: str, *, below: float | None = None, least: float | None = None
    ) -> None:
        """Take a figure in."""
        self.figures.append(Figure(name, round(value, 4), unit, below, least))

    def markdown(self) -> str:
        """Write the table."""
        rows = [f"| {f.name} | {f.value:,.4g} {f.unit} | {f.target} | {f.verdict} |" for f in self.figures]
        machine = f"{os.cpu_count()} cores, load {self.load:.1f} → {os.getloadavg()[0]:.1f}"
        head = [f"### {self.bench} ({machine})", "", "| figure | value | target | |", "| --- | ---: | ---: | --- |"]
        return "\n".join([*head, *rows])

    def write(self, folder: Path = RUNS) -> Path:
        """Print the table and write everything to `folder`/bench-NAME.json."""
        print(self.markdown(), flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"bench-{self.bench}.json"
        record = {
            "bench": self.bench,
            "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load_1m": [round(self.load, 2), round(os.getloadavg()[0], 2)],
            "options": {name: _plain(value) for name, value in self.options.items()},
            "figures": [asdict(figure) | {"verdict": figure.verdict} for figure in self.figures],
            "details": self.details,
        }
        path.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        return path


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
