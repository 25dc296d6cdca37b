"""Tickets over HTTP on empty and on full stores: how soon one is kept and dispatched, and how many a second.

A ticket is one `POST /v1/tickets` with `dispatch_if_clear`: fields, dispatch decision, earlier tickets of the matter,
kept on disk, and sent where nothing forbids it. Every store is a folder of its own under `DATA_DIR/bench-tickets`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import json
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eval.bench.report import RUNS, Report
from eval.bench.served import BenchError, Client, Served, served
from eval.bench.stored_tickets import fill, varied
from eval.metrics import percentile
from eval.ticket_cases import TicketCase, own_cases

MAX_P95_MS = 300.0
LEAST_PER_S = 20.0
MAX_RATIO = 1.5
"""A full store may make a ticket so much slower than an empty one."""

START_TIMEOUT_S = 600.0
KEPT = 201


@dataclass
class Kept:
    """What the agents of one phase saw; lists grow as they go and are safe to append to from threads."""

    total_ms: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    cpu_s: float = 0.0

    @property
    def failed(self) -> int:
        """Requests that kept no ticket."""
        return sum(n for outcome, n in self.outcomes.items() if outcome.startswith("failed"))


def requests(seed: int) -> Iterator[str]:
    """Give bodies of tickets to keep without end: own cases in random order, no text twice."""
    order = random.Random(seed)
    cases = own_cases()
    while True:
        case = order.choice(cases)
        words = varied(case.text, order)
        yield json.dumps({"text": words, "channel": case.channel, "by": "bench", "dispatch_if_clear": True})


def keep(client: Client, body: str, kept: Kept) -> None:
    """Send one ticket and note how it went."""
    started = time.perf_counter()
    try:
        status, reply = client.ask_for("POST", "/v1/tickets", body)
        outcome = json.loads(reply)["status"] if status == KEPT else f"failed: HTTP {status}"
    except (BenchError, OSError, ValueError, http.client.HTTPException) as error:
        outcome = f"failed: {type(error).__name__}"
    kept.outcomes[outcome] += 1
    if not outcome.startswith("failed"):
        kept.total_ms.append((time.perf_counter() - started) * 1000)


def first_draft(server: Served) -> float:
    """Give the milliseconds of the first draft of a process, which makes the desk and meets the store."""
    body = json.dumps({"text": next(requests(0)), "channel": "web"})
    started = time.perf_counter()
    status, _ = Client(server.port).ask_for("POST", "/v1/tickets/draft", body)
    if status != http.HTTPStatus.OK:
        raise BenchError(f"the first draft ended with HTTP {status}")
    return (time.perf_counter() - started) * 1000


def one_after_another(server: Served, n: int) -> Kept:
    """Keep tickets as a single agent without a break."""
    kept, client, bodies = Kept(), Client(server.port), requests(1)
    for _ in range(n):
        keep(client, next(bodies), kept)
    return kept


def sustained(server: Served, clients: int, seconds: float) -> Kept:
    """Keep tickets as several agents without a break for so many seconds."""
    kept, started, cpu_s = Kept(), time.monotonic(), server.cpu_s()

    def agent(seed: int) -> None:
        client, bodies = Client(server.port), requests(seed)
        while time.monotonic() - started < seconds:
            keep(client, next(bodies), kept)

    threads = [threading.Thread(target=agent, args=(seed,), daemon=True) for seed in range(2, 2 + clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept.seconds, kept.cpu_s = time.monotonic() - started, server.cpu_s() - cpu_s
    return kept


def store(data_dir: Path, cases: Sequence[TicketCase], tickets: int) -> Path:
    """Make a folder for a server whose store holds so many tickets; the index is that of `data_dir`."""
    folder = data_dir / "bench-tickets" / str(tickets)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    index = data_dir / "index"
    index.mkdir(exist_ok=True)  # a first run builds it there
    (folder / "index").symlink_to(index.resolve(), target_is_directory=True)
    fill(folder / "tickets.sqlite", cases, tickets, dt.datetime.now(dt.UTC))
    return folder


def main(arguments: Sequence[str] | None = None) -> Report:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.tickets", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--stores", type=int, nargs="+", default=[0, 2_000, 20_000], help="tickets kept before")
    parser.add_argument("--tickets", type=int, default=200, help="one after another, on each store")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60.0, help="of several clients at once, on each store")
    parser.add_argument("--cases", type=int, default=400, help="own cases that full stores are filled with")
    parser.add_argument("--out", type=Path, default=RUNS)
    given = parser.parse_args(arguments)
    report = Report("tickets", vars(given))
    cases = random.Random(0).sample(own_cases(), given.cases) if max(given.stores) else []
    usual: float | None = None
    for tickets in given.stores:
        folder = store(given.data_dir, cases, tickets)
        with served(folder, "--no-page") as server:
            server.until_answered(START_TIMEOUT_S)
            report.add(f"{tickets} tickets: first draft", first_draft(server), "ms")
            alone = one_after_another(server, given.tickets)
            median = percentile(alone.total_ms, 0.5)
            report.add(f"{tickets} tickets: p50", median, "ms")
            report.add(f"{tickets} tickets: p95", percentile(alone.total_ms, 0.95), "ms", below=MAX_P95_MS)
            if usual is None:
                usual = median
            else:
                report.add(f"{tickets} tickets: p50 to that of the first store", median / usual, "", below=MAX_RATIO)
            before = server.rss_mib()
            many = sustained(server, given.clients, given.seconds)
            tell(report, f"{tickets} tickets, {given.clients} clients", many, alone.failed, before, server.rss_mib())
        shutil.rmtree(folder)
    report.write(given.out)
    return report


def tell(report: Report, name: str, many: Kept, failed_alone: int, before: float, after: float) -> None:
    """Put the phase of several clients into the report."""
    report.add(f"{name}: throughput", len(many.total_ms) / many.seconds, "tickets/s", least=LEAST_PER_S)
    report.add(f"{name}: p50", percentile(many.total_ms, 0.5), "ms")
    report.add(f"{name}: p95", percentile(many.total_ms, 0.95), "ms")
    report.add(f"{name}: errors", many.failed + failed_alone, "", below=1)
    report.add(f"{name}: server CPU a ticket", many.cpu_s / max(1, len(many.total_ms)) * 1000, "ms")
    report.add(f"{name}: RSS before", before, "MiB")
    report.add(f"{name}: RSS after", after, "MiB")
    report.details[f"{name}: outcomes"] = dict(many.outcomes)


if __name__ == "__main__":
    main()
