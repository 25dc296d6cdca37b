"""How long until it answers: import, index build, start of the server; and how much memory it takes.

`python -m eval.bench.startup --data-dir DIR` starts with the index in DIR, which it builds first; the two timed
builds happen in a folder of their own. --no-build leaves all building out. Nothing here uses a base model.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.questions import citizens_questions
from eval.bench.report import RUNS, Report
from eval.bench.served import FIRST_QUESTION, BenchError, Client, command, environment, served
from knowledge_base.embedding import E5Embedder

BUILD_TIMEOUT_S = 1800.0
MAX_IMPORT_S = 0.5
MAX_START_S = 8.0
MAX_BUILD_S = 60.0
MAX_RSS_MIB = 1.2 * 1024


@dataclass(frozen=True)
class Spent:
    """Seconds on the clock and of the CPU."""

    wall_s: float
    cpu_s: float


def run(arguments: Sequence[str], data_dir: Path, timeout_s: float) -> Spent:
    """Run a process to its end and time it; BenchError when it fails or takes longer than `timeout_s`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    try:
        subprocess.run(
            arguments, env=environment(data_dir), check=True, capture_output=True, text=True, timeout=timeout_s
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{arguments[-1]} took longer than {timeout_s:.0f} s") from error
    except subprocess.CalledProcessError as error:
        raise BenchError(f"{arguments[-1]} failed: {error.stderr[-500:]}") from error
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(time.monotonic() - started, cpu_s)


def measure_import(report: Report, data_dir: Path, times: int) -> None:
    """Time `import serving.cli` and, beside it, Python alone."""
    for name, code, below in (("python alone", "", None), ("CLI import", "import serving.cli", MAX_IMPORT_S)):
        spent = [run([sys.executable, "-c", code], data_dir, 60) for _ in range(times)]
        report.add(f"{name}, median of {times}", statistics.median(s.wall_s for s in spent), "s", below=below)
        report.add(f"{name}, CPU", statistics.median(s.cpu_s for s in spent), "s")


def measure_build(report: Report, options: Sequence[str]) -> None:
    """Time the index build from nothing, then again with every embedding remembered."""
    with tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder:
        data_dir = Path(folder)
        for name, below in (("cold", MAX_BUILD_S), ("warm cache", None)):
            spent = run(command("kb", "build", *options), data_dir, BUILD_TIMEOUT_S)
            report.add(f"index build, {name}", spent.wall_s, "s", below=below)
            report.add(f"index build, {name}, CPU", spent.cpu_s, "s")
            for path in (data_dir / "index").iterdir():
                if path.is_dir():
                    shutil.rmtree(path)


def measure_embedding(report: Report, texts: int) -> None:
    """Time the embedding of new texts: what content costs that the shipped vectors do not hold."""
    embedder = E5Embedder()
    asked = [question.question for question in citizens_questions(texts)]
    embedder.passages(asked[:2])
    started, cpu_s = time.perf_counter(), time.process_time()
    embedder.passages(asked)
    report.add("embedding, a text", (time.perf_counter() - started) / texts * 1000, "ms")
    report.add("embedding, a text, CPU", (time.process_time() - cpu_s) / texts * 1000, "ms")


def measure_start(report: Report, data_dir: Path, options: Sequence[str], face: str) -> None:
    """Time the start with the index built: the first answer and, where there is one, the page."""
    own = ["--no-page"] if face == "api" else []
    with served(data_dir, *own, *options) as server:
        report.add(f"first answer, {face}", server.until_answered(120), "s", below=MAX_START_S)
        report.add(f"first answer, {face}, CPU", server.cpu_s(), "s")
        if face == "page":
            report.add("page there", server.until_page(120), "s")
        report.add(f"RSS after start, {face}", server.rss_mib(), "MiB", below=MAX_RSS_MIB)
        questions = citizens_questions(report.options["questions"])
        client = Client(server.port)
        for asked in questions:
            client.ask(asked.question, asked.history)
        report.add(f"RSS after {len(questions)} questions, {face}", server.rss_mib(), "MiB", below=MAX_RSS_MIB)


def main(arguments: Sequence[str] | None = None) -> Report:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.startup", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--content-dir", type=Path, default=None)
    parser.add_argument("--imports", type=int, default=5)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--texts", type=int, default=128, help="embedded for the rate")
    parser.add_argument("--faces", nargs="+", choices=("api", "page"), default=["api", "page"])
    parser.add_argument("--no-build", action="store_true", help="the index in DIR is built")
    parser.add_argument("--out", type=Path, default=RUNS)
    given = parser.parse_args(arguments)
    given.data_dir.mkdir(parents=True, exist_ok=True)
    options = ["--content-dir", str(given.content_dir)] if given.content_dir else []
    report = Report("startup", vars(given))
    measure_import(report, given.data_dir, given.imports)
    measure_embedding(report, given.texts)
    if not given.no_build:
        measure_build(report, options)
        run(command("ask", *options, FIRST_QUESTION), given.data_dir, BUILD_TIMEOUT_S)  # builds what is missing
    for face in given.faces:
        measure_start(report, given.data_dir, options, face)
    report.write(given.out)
    return report


if __name__ == "__main__":
    main()
