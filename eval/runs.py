"""A run on disk: `run.json`, the cases it asked and every prediction, written as it goes and resumable."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.case_files import EnquiryCase
from eval.enquiries import Prediction, Verdict, judge

RUNS = Path("runs")


class RunError(Exception):
    """A run cannot be read or continued; the message says why and what to do."""


@dataclass(frozen=True)
class Run:
    """A finished or broken-off run: its record, the cases of each suite and the predictions by case id."""

    folder: Path
    record: dict[str, Any]
    cases: dict[str, list[EnquiryCase]]
    predictions: dict[str, Prediction]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    def verdicts(self, suite: str) -> list[Verdict]:
        """Judge what one suite asked; a case without prediction (the run broke off) is unscored."""
        return [judge(case, self.predictions.get(case.id) or _never_asked(case.id)) for case in self.cases[suite]]


class RunWriter:
    """Writes a run: each prediction is on disk before the next case is asked."""

    def __init__(self, folder: Path, record: Mapping[str, Any], cases: Mapping[str, Sequence[EnquiryCase]]) -> None:
        """Begin a run in a new folder; see `resume` for one that exists.

        Raises:
            RunError: the folder holds a run already.
        """
        if (folder / "run.json").exists():
            raise RunError(f"{folder} 里已经有一次评测，续跑请加 --resume，重跑请换个 --run 名字")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.record = dict(record)
        self.done: dict[str, Prediction] = {}
        suites: dict[str, list[str]] = {}
        by_id: dict[str, EnquiryCase] = {}
        for suite, asked in cases.items():
            for case in asked:
                by_id.setdefault(case.id, case)
                suites.setdefault(case.id, []).append(suite)
        self.cases = list(by_id.values())
        rows = [{"suites": suites[case.id], **case.model_dump(mode="json")} for case in self.cases]
        (folder / "cases.jsonl").write_text("".join(_line(row) for row in rows), encoding="utf-8")
        self._write_record()

    @classmethod
    def resume(cls, folder: Path, record: Mapping[str, Any]) -> RunWriter:
        """Go on with a run that broke off; what was unscored is asked again.

        Raises:
            RunError: there is no run, or it was made by another version of the product.
        """
        run = load_run(folder)
        changed = [k for k in ("commit", "kb_revision", "prompts", "model") if run.record.get(k) != record.get(k)]
        if changed:
            raise RunError(f"{folder} 是另一个版本跑的（{'、'.join(changed)} 变了），不能续跑，请新开一次")
        writer = cls.__new__(cls)
        writer.folder = folder
        writer.record = run.record
        writer.cases = list({case.id: case for asked in run.cases.values() for case in asked}.values())
        writer.done = {case_id: p for case_id, p in run.predictions.items() if not p.unscored}
        rows = "".join(_line(asdict(prediction)) for prediction in writer.done.values())
        (folder / "predictions.jsonl").write_text(rows, encoding="utf-8")
        return writer

    def add(self, prediction: Prediction) -> None:
        """Keep one prediction."""
        self.done[prediction.id] = prediction
        with (self.folder / "predictions.jsonl").open("a", encoding="utf-8") as file:
            file.write(_line(asdict(prediction)))

    def finish(self, **more: Any) -> Run:
        """Complete the record and give the run."""
        self.record |= more
        self._write_record()
        return load_run(self.folder)

    def _write_record(self) -> None:
        text = json.dumps(self.record, ensure_ascii=False, indent=1)
        (self.folder / "run.json").write_text(text, encoding="utf-8")


def load_run(folder: Path) -> Run:
    """Read a run; a last line that was cut off by a kill is left out.

    Raises:
        RunError: there is no run in the folder, or a file is damaged.
    """
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        cases: dict[str, list[EnquiryCase]] = {suite: [] for suite in record["suites"]}
        for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            suites = row.pop("suites")
            case = EnquiryCase.model_validate(row)
            for suite in suites:
                cases[suite].append(case)
        return Run(folder, record, cases, _predictions(folder / "predictions.jsonl"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{folder} 里没有可读的评测结果：{error}") from error


def add_to_record(folder: Path, **more: Any) -> None:
    """Add to the record of a finished run."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(record | more, ensure_ascii=False, indent=1), encoding="utf-8")


def _predictions(path: Path) -> dict[str, Prediction]:
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    found: dict[str, Prediction] = {}
    for line in lines[:-1]:  # the piece after the last newline is empty, or was being written at a kill
        prediction = Prediction(**json.loads(line))
        found[prediction.id] = prediction
    return found


def new_folder(name: str, suite: str) -> Path:
    """Give the folder of a run: `runs/<name>` (or the path `name`), or one by suite and time that nobody else has."""
    if name:
        return Path(name) if "/" in name else RUNS / name
    stamp = f"{suite}-{dt.datetime.now():%Y%m%d-%H%M%S}"
    for number in itertools.count():
        folder = RUNS / (f"{stamp}-{number}" if number else stamp)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("count() ends never")


def latest_runs(suite: str = "enquiries") -> list[Path]:
    """List the finished runs below `runs/` of all own cases of the suite, newest first."""
    found = []
    for path in RUNS.glob("*/run.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        whole = record.get("cases") == "own" and not record.get("split")
        if suite in record.get("suites", []) and record.get("finished") and whole:
            found.append((record["finished"], path.parent))
    return [folder for _, folder in sorted(found, reverse=True)]


def _never_asked(case_id: str) -> Prediction:
    return Prediction(case_id, "", "", [], "", "", 0.0, {}, unscored="not asked")


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
