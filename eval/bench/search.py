"""The search alone: over the starter set with and without the embedding, and over about 100,000 chunks.

The large set is made up from the starter set (`eval.bench.synthetic`) and searched through the same
Retriever. "routed" is what one enquiry costs: choosing the domains, then searching those.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.route import route
from eval.bench.questions import citizens_questions
from eval.bench.report import RUNS, Report
from eval.bench.synthetic import KnownVectors, enlarged
from eval.metrics import percentile
from knowledge_base.embedding import E5Embedder
from knowledge_base.retrieval import Retriever
from knowledge_base.text import normalise
from serving.build import ready_index
from serving.cli_progress import build_progress
from serving.settings import ModelSettings, ModelUse, Settings

MAX_P95_MS = 30.0
MAX_LARGE_P95_MS = 120.0
PROFILED = 60
PROFILE_ROWS = 14


def measure(
    report: Report,
    name: str,
    questions: Sequence[str],
    search: Callable[[str], object],
    below: float | None = None,
) -> None:
    """Search for every question and report p50 and p95; the CPU time is that of all threads together."""
    for question in questions[:3]:
        search(question)  # warms up
    wall_ms, cpu_ms = [], []
    for question in questions:
        started, cpu = time.perf_counter(), time.process_time()
        search(question)
        wall_ms.append((time.perf_counter() - started) * 1000)
        cpu_ms.append((time.process_time() - cpu) * 1000)
    report.add(f"{name}: p50", percentile(wall_ms, 0.5), "ms")
    report.add(f"{name}: p95", percentile(wall_ms, 0.95), "ms", below=below)
    report.add(f"{name}: CPU p50", percentile(cpu_ms, 0.5), "ms")


def routed(retriever: Retriever) -> Callable[[str], object]:
    """Search as an enquiry does."""

    def search(question: str) -> object:
        return retriever.search(question, domains=route(retriever, retriever.embed(question)))

    return search


def profile(questions: Sequence[str], search: Callable[[str], object]) -> list[dict[str, float | str]]:
    """Give the functions with the most time of their own, in milliseconds a search."""
    profiler = cProfile.Profile()
    profiler.enable()
    for question in questions:
        search(question)
    profiler.disable()
    rows = pstats.Stats(profiler).get_stats_profile().func_profiles.items()
    slowest = sorted(rows, key=lambda row: -row[1].tottime)[:PROFILE_ROWS]
    return [
        {
            "function": f"{Path(row.file_name).name}:{row.line_number} {name}",
            "own_ms": round(row.tottime / len(questions) * 1000, 3),
            "with_callees_ms": round(row.cumtime / len(questions) * 1000, 3),
        }
        for name, row in slowest
    ]


def rss_mib() -> float:
    """Give the resident memory of this process (Linux: /proc)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def main(arguments: Sequence[str] | None = None) -> Report:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.search", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--chunks", type=int, default=100_000, help="size of the large set; 0 leaves it out")
    parser.add_argument("--out", type=Path, default=RUNS)
    given = parser.parse_args(arguments)
    report = Report("search", vars(given))
    settings = Settings(data_dir=given.data_dir, model=ModelSettings(use=ModelUse.NEVER))
    questions = [asked.question for asked in citizens_questions(given.questions)]
    embedder = E5Embedder()
    with build_progress() as progress:
        index = ready_index(settings, embedder, progress, print)
    retriever = Retriever(index, E5Embedder(remembered=0))
    measure(report, "starter set, with embedding", questions, retriever.search, MAX_P95_MS)
    vectors = {normalise(question): embedder.query(normalise(question)) for question in questions}
    known = KnownVectors(vectors, embedder.dim)
    retriever = Retriever(index, known)
    measure(report, "starter set, without embedding", questions, retriever.search)
    measure(report, "starter set, without embedding, routed", questions, routed(retriever))
    report.details["profile, starter set"] = profile(questions[:PROFILED], retriever.search)
    if given.chunks:
        before = rss_mib()
        started = time.monotonic()
        with build_progress() as progress:
            large = enlarged(index, given.chunks, progress)
        report.add("large set: stores and BM25 built", time.monotonic() - started, "s")
        report.add("large set: chunks", sum(len(d.chunks) for d in large.domains.values()), "")
        started = time.monotonic()
        retriever = Retriever(large, known)
        report.add("large set: Retriever built", time.monotonic() - started, "s")
        report.add("large set: memory", rss_mib() - before, "MiB")
        measure(report, "large set, all domains", questions, retriever.search, MAX_LARGE_P95_MS)
        measure(report, "large set, routed", questions, routed(retriever), MAX_LARGE_P95_MS)
        report.details["profile, large set"] = profile(questions[:PROFILED], retriever.search)
    report.write(given.out)
    return report


if __name__ == "__main__":
    main()
