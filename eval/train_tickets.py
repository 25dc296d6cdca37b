"""Trains the shipped ticket model: `python -m eval.train_tickets` writes assistant/tickets/appeals.npz.

It learns from the invented tickets and phrases beside it and from the dev cases: a figure of the dev cases is
therefore none, only the test cases count. With `--merge FOLDER` new tickets are taken into
`appeals.jsonl` first: without near copies of one another or of any case.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.tickets.classify import MODEL
from assistant.tickets.exemplars import EXEMPLARS, phrases, shipped_tickets, signs
from assistant.tickets.learning import learn
from assistant.tickets.schema import TicketKind, Urgency
from assistant.tickets.training import Example
from assistant.tickets.versions import SHIPPED
from eval.near_copies import NearCopies
from eval.ticket_cases import SPLITS, load_ticket_cases, own_cases
from knowledge_base.content import load_content
from knowledge_base.embedding import E5Embedder, EmbeddingCache
from serving.cli_tickets_train import report_told
from serving.settings import Settings

KEYS = ("text", "kind", "category", "department", "tags")


def merged(
    rows: Iterable[dict[str, Any]], known: Sequence[str], forbidden: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Give the new rows that are sound and nearly equal to no known text, no forbidden one and none before them."""
    codes = {category.code for category in load_content().appeal_categories}
    copies = NearCopies([*known, *forbidden])
    for row in rows:
        if row.get("category") not in codes or row.get("kind") not in set(TicketKind) or not row["text"].strip():
            continue
        if not copies.has(row["text"]):
            copies.add(row["text"])
            yield {key: row.get(key) for key in KEYS} | ({"co": row["co"]} if row.get("co") else {})


def merge(folder: Path) -> int:
    """Take the tickets of a folder's JSONL files into the exemplars; gives how many were new."""
    known = [example.text for example in shipped_tickets()] if EXEMPLARS.exists() else []
    cases = [case.text for path in SPLITS.values() if path.exists() for case in load_ticket_cases(path)]
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    new = list(merged((json.loads(line) for line in lines if line.strip()), known, cases))
    with EXEMPLARS.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in new)
    shipped_tickets.cache_clear()
    return len(new)


def dev_cases() -> list[Example]:
    """Give the dev cases as tickets: they come nearest to real ones, so that confidence is calibrated on them."""
    cases = [case for case in own_cases("dev") if case.expect.category]
    return [
        Example(
            text=case.text,
            label=case.expect.category or "",
            department=case.expect.department,
            also=tuple(d for d in case.expect.departments if d),
            kind=case.expect.kind,
            alarm=case.expect.for_a_person,
            emergency=case.expect.urgency is Urgency.EMERGENCY,
            refusal=case.expect.reject_reason is not None or "not-accepted" in case.tags,
            routine=case.expect.auto_ok,
            calibrates=True,
        )
        for case in cases
    ]


def main() -> None:
    """Merge if asked, train, write the model file and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--merge", type=Path, help="folder of JSONL files with new invented tickets")
    given = parser.parse_args()
    if given.merge:
        print(f"新增 {merge(given.merge)} 条")
    kb = load_content()
    cache = EmbeddingCache(Settings().index_dir / "embeddings.sqlite", E5Embedder())
    try:
        taught = [*shipped_tickets(), *dev_cases(), *phrases(kb), *signs()]
        learnt = learn(taught, kb, cache.vectors, SHIPPED)
    finally:
        cache.close()
    learnt.model.save(MODEL)
    print(f"{report_told(learnt.report)}\n{MODEL.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
