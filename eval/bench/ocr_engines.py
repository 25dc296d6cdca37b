"""The OCR engines side by side on the same pages: time, memory, and how much of what was printed they read.

`python -m eval.bench.ocr_engines --paddle-python ENV/bin/python --paddle-models DIR` compares RapidOCR and PaddleOCR;
without those options only the default engine is measured. A field counts as read when its value stands in the text.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np

from eval.bench.report import RUNS, Report
from eval.papers import deals, makers
from eval.papers.cast import make_cast
from eval.papers.degrade import degrade
from eval.papers.sheets import draw
from knowledge_base.text import normalise
from preview.errors import OcrUnavailableError
from preview.ocr import Image, OcrEngine
from preview.ocr_paddle import PaddleEngine
from preview.ocr_rapid import RapidEngine

WAYS: tuple[tuple[str, ...], ...] = ((), ("blurred",), ("squeezed",), ("dark",), ("shadowed", "noisy"))


@dataclass(frozen=True)
class Sample:
    """A picture and what was printed on it."""

    name: str
    image: Image
    fields: dict[str, str]


@dataclass
class Score:
    """What an engine did."""

    seconds: list[float] = field(default_factory=list)
    read: int = 0
    printed: int = 0
    missed: collections.Counter[str] = field(default_factory=collections.Counter)


def samples(count: int, seed: int = 11) -> list[Sample]:
    """Draw upright pages of many kinds, in turn clean and degraded."""
    found: list[Sample] = []
    case = 0
    while len(found) < count:
        case += 1
        cast = make_cast(Random(seed * 1000 + case), dt.date(2026, 11, 20), (0, 1, 2))
        who = cast.applicant
        for paper in (
            *makers.id_card(cast, who),
            deals.licence(cast),
            deals.lease(cast, who),
            deals.deed(cast, who),
        ):
            for sheet in draw(paper, cast.rng):
                ways = WAYS[len(found) % len(WAYS)]
                rgb = np.asarray(degrade(sheet.image, ways, cast.rng).convert("RGB"))
                fields = {name: value for name, value in sheet.fields.items() if name != "seal_text"}
                name = f"{paper.kind} {'+'.join(ways) or 'clean'}"
                found.append(Sample(name, np.ascontiguousarray(rgb[:, :, ::-1]), fields))
    return found[:count]


def plain(text: str) -> str:
    """Fold widths and traditional forms, and leave only letters and figures."""
    return re.sub(r"[\W_]", "", normalise(text))


def printed_forms(value: str) -> list[str]:
    """Give the ways a value may be printed: dates in three."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return [plain(value)]
    year, month, day = value.split("-")
    long = [f"{year}年{month}月{day}日", f"{year}年{int(month)}月{int(day)}日", year + month + day]
    return [*long, "长期"] if year == "9999" else long


def measure(engine: OcrEngine, pages: Sequence[Sample]) -> Score:
    """Read all pages."""
    score = Score()
    engine.read(pages[0].image)
    for page in pages:
        started = time.perf_counter()
        lines = engine.read(page.image)
        score.seconds.append(time.perf_counter() - started)
        text = plain("".join(line.text for line in lines))
        for name, value in page.fields.items():
            score.printed += 1
            if any(form in text for form in printed_forms(value)):
                score.read += 1
            else:
                score.missed[name] += 1
    return score


def compare(report: Report, engines: Sequence[tuple[str, OcrEngine, float]], pages: Sequence[Sample]) -> None:
    """Measure each engine on the same pages."""
    for name, engine, start_s in engines:
        score = measure(engine, pages)
        report.add(f"{name}: start", start_s, "s")
        report.add(f"{name}: page, median of {len(pages)}", statistics.median(score.seconds), "s")
        report.add(f"{name}: page, longest", max(score.seconds), "s")
        report.add(f"{name}: fields read of {score.printed}", 100 * score.read / max(score.printed, 1), "%")
        report.details[name] = dict(score.missed)


def main(arguments: Sequence[str] | None = None) -> Report:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.ocr_engines", description=__doc__)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--paddle-python", default="", help="interpreter of the environment with paddleocr")
    parser.add_argument("--paddle-models", default="", help="folder with PP-OCRv6_small_det, PP-OCRv6_small_rec …")
    parser.add_argument("--paddle-sizes", nargs="+", default=["small"], choices=("medium", "small", "tiny"))
    parser.add_argument("--out", type=Path, default=RUNS)
    given = parser.parse_args(arguments)
    report = Report("ocr-engines", vars(given))
    started = time.perf_counter()
    engines: list[tuple[str, OcrEngine, float]] = [("rapid small", RapidEngine(given.threads), 0.0)]
    engines[0] = (*engines[0][:2], time.perf_counter() - started)
    for size in given.paddle_sizes if given.paddle_python else ():
        started = time.perf_counter()
        try:
            paddle = PaddleEngine(given.paddle_python, given.paddle_models, given.threads, size)
        except OcrUnavailableError as error:
            print(error)
            report.details[f"paddle {size}"] = str(error)
            continue
        engines.append((f"paddle {size}", paddle, time.perf_counter() - started))
    compare(report, engines, samples(given.pages))
    report.write(given.out)
    return report


if __name__ == "__main__":
    main()
