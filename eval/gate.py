"""The gate: figures that a release must reach, kept in `gate.yaml`, and whether a run reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from eval.case_files import CaseError
from eval.labels import SUITES, figure_label
from eval.metrics import Figure, Measure
from eval.suite import Score

GATE_FILE = Path(__file__).parent / "gate.yaml"


class Threshold(BaseModel):
    """What a figure must keep now (`min` or `max`) and what it is to reach (`target`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | None = None
    max: float | None = None
    target: float | None = None

    @model_validator(mode="after")
    def one_bound(self) -> Threshold:
        """A threshold has one of the two bounds."""
        if (self.min is None) == (self.max is None):
            raise ValueError("give either min or max")
        return self

    def kept_by(self, value: float) -> bool:
        """Tell whether the value is good enough for now."""
        return value >= self.min if self.min is not None else value <= (self.max or 0.0)

    def reached_by(self, value: float) -> bool | None:
        """Tell whether the value is as good as it shall become; None where no target is set."""
        if self.target is None:
            return None
        return value >= self.target if self.min is not None else value <= self.target


class Gate(BaseModel):
    """`gate.yaml`. A suite is also held to its least number of cases and to few unscored ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_unscored: float
    min_cases: dict[str, int]
    thresholds: dict[str, dict[str, dict[str, Threshold]]] = Field(description="suite → figure → split")
    tickets: dict[str, Threshold] = Field({}, description="figure of `eval tickets --gate`")
    previews: dict[str, Threshold] = Field({}, description="group/figure of `eval previews --gate`")


@dataclass(frozen=True)
class Line:
    """One row of the gate's table; `value` is None where there is nothing to measure."""

    suite: str
    figure: str
    split: str
    value: Figure | None
    bound: str
    target: str
    met: bool
    on_target: bool | None


def load_gate(path: Path = GATE_FILE) -> Gate:
    """Read the thresholds.

    Raises:
        CaseError: the file is missing or breaks the format.
    """
    try:
        return Gate.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CaseError(f"{path}: {error}") from error


def check(scores: Mapping[str, Score], gate: Gate) -> list[Line]:
    """Hold the scores against the gate. What was not run, is empty or is mostly unscored does not pass."""
    lines = [line for name, least in gate.min_cases.items() for line in _size(scores.get(name), name, least, gate)]
    for suite, figures in gate.thresholds.items():
        for figure, splits in figures.items():
            for split, threshold in splits.items():
                score = scores.get(suite)
                value = score.figures.get(split, {}).get(figure) if score else None
                lines.append(_line(suite, figure, split, value if value and value.n else None, threshold))
    return lines


def hold(suite: str, split: str, figures: Mapping[str, Figure], thresholds: Mapping[str, Threshold]) -> list[Line]:
    """Hold the figures of a suite that runs by itself against its thresholds."""
    found = {name: figures.get(name) for name in thresholds}
    return [
        _line(suite, name, split, value if value and value.n else None, thresholds[name])
        for name, value in found.items()
    ]


def table(lines: list[Line]) -> str:
    """Write the gate's table."""
    rows = []
    for line in lines:
        mark = "达标" if line.met else "不达标"
        aim = {None: "", True: "已到目标", False: "未到目标"}[line.on_target]
        value = str(line.value).strip() if line.value else "没有可计分的用例"
        name = f"{SUITES.get(line.suite, line.suite)} {figure_label(line.figure)} {line.split}"
        rows.append(f"{mark:4s} {name}：{value}，要求 {line.bound}{f'，目标 {line.target} {aim}' if aim else ''}")
    missed = sum(not line.met for line in lines)
    return "\n".join([*rows, f"\n{len(lines)} 项，{missed} 项不达标" if missed else f"\n{len(lines)} 项全部达标"])


def _size(score: Score | None, name: str, least: int, gate: Gate) -> list[Line]:
    n = score.n if score else 0
    unscored = score.unscored / n if score and n else 1.0
    most = gate.max_unscored
    return [
        Line(name, "用例数", "all", Measure(n, n), f"≥ {least}", "", n >= least, None),
        Line(name, "未计分率", "all", Measure(unscored, n), f"≤ {most:g}", "", bool(n) and unscored <= most, None),
    ]


def _line(suite: str, figure: str, split: str, value: Figure | None, threshold: Threshold) -> Line:
    sign, bound = ("≥", threshold.min) if threshold.min is not None else ("≤", threshold.max)
    number = value.value if value else 0.0
    scale = "" if isinstance(value, Measure) or (bound or 0) > 1 else "%"
    return Line(
        suite=suite,
        figure=figure,
        split=split,
        value=value,
        bound=f"{sign} {_number(bound, scale)}",
        target=f"{sign} {_number(threshold.target, scale)}" if threshold.target is not None else "",
        met=value is not None and threshold.kept_by(number),
        on_target=threshold.reached_by(number) if value else None if threshold.target is None else False,
    )


def _number(value: float | None, scale: str) -> str:
    return f"{(value or 0) * 100:g}%" if scale else f"{value or 0:g}"
