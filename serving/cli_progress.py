"""Progress of an index build: a bar on a terminal, a line for every tenth in a log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from knowledge_base.index import Progress

LINES = 10


@contextmanager
def build_progress() -> Iterator[Progress]:
    """Give the function that `build_index` reports to; shows nothing until it is called."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("  建立索引"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("剩余"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = None

        def advance(domain: str, done: int, total: int) -> None:
            nonlocal task
            if task is None:
                task = bar.add_task(domain, total=total)
            bar.update(task, completed=done)

        yield advance


class _Lines:
    """Writes one line for each tenth that is done."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, domain: str, done: int, total: int) -> None:
        tenth = done * LINES // total if total else LINES
        if tenth > self._told:
            self._told = tenth
            print(f"  建立索引 {done}/{total}", file=sys.stderr, flush=True)
