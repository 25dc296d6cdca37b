"""Citizens asking at the same time over HTTP: latency, throughput, errors and whether memory grows.

Each pause of --think is a phase of its own: 0 keeps every citizen asking without a break (how much the
machine can do), 1 is a second of reading between questions (what a citizen feels).
"""

from __future__ import annotations

import argparse
import http.client
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eval.bench.questions import Asked, citizens_questions
from eval.bench.report import RUNS, Report
from eval.bench.served import BenchError, Client, Served, served
from eval.metrics import percentile

MAX_P50_MS = 60.0
MAX_P95_MS = 150.0
MAX_RSS_MIB = 1.2 * 1024
MAX_SLOPE_KIB = 8.0
"""Growth a question that counts as none. The embedder remembers 2,048 questions of about 2 KiB each, so 1,000
questions show 3–5 KiB; with --questions 3300 --think 0 the second half stays below 2."""

RSS_EVERY_S = 0.5
SHOWN_FROM_MS = 1.0
"""Stages whose p95 is shorter are in the JSON only."""


@dataclass
class Seen:
    """What the citizens of one phase saw; lists grow as they go and are safe to append to from threads."""

    total_ms: list[float] = field(default_factory=list)
    stages: list[dict[str, float]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[int, float]] = field(default_factory=list)
    seconds: float = 0.0
    cpu_s: float = 0.0


def citizen(port: int, waiting: queue.SimpleQueue[Asked], think_s: float, seed: int, seen: Seen) -> None:
    """Ask until no question is left; pauses vary by half, so that citizens do not fall into step."""
    client, pauses = Client(port), random.Random(seed)
    time.sleep(think_s * pauses.random())
    while True:
        try:
            asked = waiting.get_nowait()
        except queue.Empty:
            return
        started = time.perf_counter()
        try:
            answer = client.ask(asked.question, asked.history)
        except (BenchError, OSError, ValueError, http.client.HTTPException) as error:
            seen.outcomes[f"failed: {error}"] += 1
            continue
        seen.total_ms.append((time.perf_counter() - started) * 1000)
        seen.stages.append(answer["latency_ms"])
        seen.outcomes[f"{answer['status']}/{answer['tier']}"] += 1
        time.sleep(think_s * pauses.uniform(0.5, 1.5))


def phase(server: Served, questions: Sequence[Asked], citizens: int, think_s: float) -> Seen:
    """Let the citizens ask all questions between them; memory is read all along."""
    seen, waiting = Seen(), queue.SimpleQueue[Asked]()
    for asked in questions:
        waiting.put(asked)
    threads = [
        threading.Thread(target=citizen, args=(server.port, waiting, think_s, seed, seen), daemon=True)
        for seed in range(citizens)
    ]
    started, cpu_s = time.monotonic(), server.cpu_s()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen.memory.append((len(seen.total_ms), server.rss_mib()))
        time.sleep(RSS_EVERY_S)
    seen.seconds, seen.cpu_s = time.monotonic() - started, server.cpu_s() - cpu_s
    seen.memory.append((len(seen.total_ms), server.rss_mib()))
    return seen


def slope_kib(memory: Sequence[tuple[int, float]], last: int) -> float:
    """Give the growth over the `last` questions, in KiB a question: the slope of a least-squares line."""
    done = np.array([n for n, _ in memory], dtype=float)
    mib = np.array([m for _, m in memory])
    chosen = done >= done[-1] - last
    if len(set(done[chosen].tolist())) < 2:
        return 0.0
    return float(np.polyfit(done[chosen], mib[chosen], 1)[0]) * 1024


def tell(report: Report, seen: Seen, think_s: float, last: int) -> None:
    """Put one phase into the report."""
    failed = sum(n for outcome, n in seen.outcomes.items() if outcome.startswith("failed"))
    at = f"think {think_s:g} s"
    for share, below in ((0.5, MAX_P50_MS), (0.95, MAX_P95_MS), (0.99, None)):
        report.add(f"{at}: total p{share * 100:.0f}", percentile(seen.total_ms, share), "ms", below=below)
    report.add(f"{at}: throughput", len(seen.total_ms) / seen.seconds, "questions/s")
    report.add(f"{at}: errors", failed, "", below=1)
    report.add(f"{at}: server CPU a question", seen.cpu_s / max(1, len(seen.total_ms)) * 1000, "ms")
    stages = {}
    for stage in dict.fromkeys(name for row in seen.stages for name in row):
        spent = [row[stage] for row in seen.stages if stage in row]
        stages[stage] = {"n": len(spent), "p50": percentile(spent, 0.5), "p95": percentile(spent, 0.95)}
        if stages[stage]["p95"] >= SHOWN_FROM_MS:
            report.add(f"{at}: stage {stage} p50", stages[stage]["p50"], "ms")
            report.add(f"{at}: stage {stage} p95", stages[stage]["p95"], "ms")
    report.add(f"{at}: RSS before", seen.memory[0][1], "MiB")
    report.add(f"{at}: RSS after", seen.memory[-1][1], "MiB", below=MAX_RSS_MIB)
    growth = slope_kib(seen.memory, last)
    report.add(f"{at}: growth over the last {last}", growth, "KiB/question", below=MAX_SLOPE_KIB)
    report.details[f"{at}: stages"] = stages
    report.details[f"{at}: outcomes"] = dict(seen.outcomes)
    report.details[f"{at}: memory"] = seen.memory


def main(arguments: Sequence[str] | None = None) -> Report:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.citizens", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--citizens", type=int, default=8)
    parser.add_argument("--questions", type=int, default=1000, help="in each phase")
    parser.add_argument("--think", type=float, nargs="+", default=[0.0, 1.0], help="seconds between questions")
    parser.add_argument("--out", type=Path, default=RUNS)
    given = parser.parse_args(arguments)
    report = Report("citizens", vars(given))
    with served(given.data_dir, "--no-page") as server:
        server.until_answered(600)
        questions = citizens_questions(given.questions * len(given.think))
        for number, think_s in enumerate(given.think):
            own = questions[number * given.questions :][: given.questions]
            seen = phase(server, own, given.citizens, think_s)
            tell(report, seen, think_s, last=given.questions // 2)
    report.write(given.out)
    return report


if __name__ == "__main__":
    main()
