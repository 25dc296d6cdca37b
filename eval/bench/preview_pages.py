"""How long a page of an applicant's papers takes, how much memory, and what damaged files do to it.

`python -m eval.bench.preview_pages --pages 40` reads generated papers, clean and degraded, through the worker
processes as the product does. `--fuzz 2000` sends damaged files instead.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from eval.bench.broken_files import damaged, traps
from eval.bench.report import RUNS, Report
from eval.papers import deals, makers
from eval.papers.cast import make_cast
from eval.papers.degrade import choose, degrade
from eval.papers.sheets import draw
from preview.page_reading import PageReader
from preview.schema import Upload

MEDIAN_S, P95_S, COLD_S, MEMORY_MIB = 2.5, 6.0, 4.0, 2048.0
MEMORY_AT = (50, 250, 500)
AS_OF = dt.date(2026, 11, 20)
TOLD_EVERY = 50


def papers(count: int, seed: int = 7) -> Iterator[Upload]:
    """Draw pages of many kinds with invented people; every second one degraded."""
    number, case = 0, 0
    while number < count:
        case += 1
        cast = make_cast(Random(seed * 1000 + case), AS_OF, (0, 1, 2))
        who = cast.applicant
        makes = [
            *makers.id_card(cast, who), deals.licence(cast), deals.lease(cast, who), makers.household(cast, who),
            deals.deed(cast, who), deals.attorney(cast, who, cast.agent, "办理居住证"), deals.diploma(cast, who),
            deals.insurance(cast, who), makers.social_card(cast, who),
        ]  # fmt: skip
        for paper in makes:
            for sheet in draw(paper, cast.rng):
                if number == count:
                    return
                number += 1
                ways = choose(cast.rng, may_be_copy=True) if number % 2 else ()
                out = io.BytesIO()
                degrade(sheet.image, ways, cast.rng).save(out, "JPEG", quality=88)
                yield Upload(f"p{number}", f"{paper.kind}.jpg", out.getvalue())


def measure_pages(report: Report, count: int, threads: int) -> None:
    """Read pages one after another, and once from a cold start."""
    from preview.workers import EngineOptions, WorkerOptions

    first = next(papers(1))
    code = (
        "import sys; from preview.page_reading import PageReader; from preview.schema import Upload;"
        "r = PageReader(); p = r.read(Upload('a', 'a.jpg', sys.stdin.buffer.read())); assert p.pages; r.close()"
    )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], input=first.data, check=True, timeout=120)
    report.add("cold start to the first page read", time.perf_counter() - started, "s", below=COLD_S)
    reader = PageReader(WorkerOptions(EngineOptions(threads=threads)))
    try:
        reader.warm()
        seconds: list[float] = []
        memory: list[float] = []
        for upload in papers(count):
            started = time.perf_counter()
            reader.read(upload)
            seconds.append(time.perf_counter() - started)
            memory.append(reader.workers.rss_mib())
            _tell(len(seconds), count, f"{memory[-1]:.0f} MiB, median {statistics.median(seconds):.2f} s")
    finally:
        reader.close()
    ordered = sorted(seconds)
    report.add(f"page, median of {count}", statistics.median(ordered), "s", below=MEDIAN_S)
    report.add("page, p95", ordered[min(int(count * 0.95), count - 1)], "s", below=P95_S)
    report.add("page, longest", ordered[-1], "s")
    report.add("worker memory, highest", max(memory), "MiB", below=MEMORY_MIB)
    for mark in (m for m in MEMORY_AT if m <= count):
        report.add(f"worker memory after {mark} pages", memory[mark - 1], "MiB")
    tail = memory[len(memory) // 2 :]
    report.add("worker memory, highest of the second half", max(tail), "MiB")
    report.add("workers replaced", reader.workers.replaced, "")


def measure_fuzz(report: Report, count: int) -> None:
    """Send damaged files and traps; every one must come back with pages or a typed problem."""
    reader = PageReader()
    told: collections.Counter[str] = collections.Counter()
    wrong: list[str] = []
    slowest = 0.0
    try:
        reader.warm()
        pids = set(reader.workers.pids())
        for number, file in enumerate(damaged(count)):
            started = time.perf_counter()
            read = reader.read(Upload(f"f{number}", file.name, file.data))
            slowest = max(slowest, time.perf_counter() - started)
            told[str(read.problem) if read.problem else "read"] += 1
            pids |= set(reader.workers.pids())
            _tell(number + 1, count, f"{dict(told)}, {len(pids)} workers, slowest {slowest:.1f} s")
        for file, expected in traps():
            problem = reader.read(Upload("t", file.name, file.data)).problem
            if problem is None or str(problem) not in expected:
                wrong.append(f"{file.name}: {problem}")
    finally:
        reader.close()
    report.add(f"of {count} damaged files crashed or timed out", told["crashed"] + told["timed_out"], "", below=1)
    report.add("traps told wrongly", len(wrong), "", below=1)
    report.add("slowest damaged file", slowest, "s", below=30)
    report.add("worker processes used", len(pids), "")
    report.details |= {"told": dict(told), "wrong": wrong}
    print(dict(told), wrong)


def _tell(done: int, count: int, what: str) -> None:
    """Tell how far a long run is: one that is broken off still has said something."""
    if done % TOLD_EVERY == 0:
        print(f"{done}/{count}: {what}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> Report:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.preview_pages", description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fuzz", type=int, default=0, metavar="FILES", help="send damaged files instead")
    parser.add_argument("--out", type=Path, default=RUNS)
    given = parser.parse_args(arguments)
    report = Report("preview-fuzz" if given.fuzz else "preview-pages", vars(given))
    if given.fuzz:
        measure_fuzz(report, given.fuzz)
    else:
        measure_pages(report, given.pages, given.threads)
    report.write(given.out)
    return report


if __name__ == "__main__":
    main()
