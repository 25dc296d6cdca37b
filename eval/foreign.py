"""Knowledge bases that are not ours: `python -m eval.foreign DATASET_DIR…` imports, asks and prints the figures.

A folder with `kb.jsonl` and `questions.jsonl` is imported as a user would and asked; one with `questions.jsonl` alone
is asked of the starter knowledge base, which must abstain. Rules only, no grader model: what is printed as a proxy
(numbers, ROUGE-L) is one.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answers import Answer
from assistant.enquiry import Assistant
from eval.metrics import Rate
from eval.overlap import common_subsequence, numbers_held, rouge_l
from knowledge_base.importers.jsonl_file import read_jsonl
from knowledge_base.importing import take_in
from knowledge_base.text import squeeze
from serving.build import build
from serving.settings import ModelSettings, ModelUse, Settings

WORK = Path("runs") / "foreign"
_DAYS = re.compile(r"(\d+)个?工作日")

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One question, the documents found (best first) and the answer."""

    row: Row
    found: list[str]
    answer: Answer

    @property
    def answered(self) -> bool:
        """Whether something was answered."""
        return self.answer.status == "answered"

    @property
    def rank(self) -> int | None:
        """The place of the first right document, from 1; None if it was not found."""
        return next((n for n, doc_id in enumerate(self.found, 1) if doc_id in self.row["doc_ids"]), None)


def rows_of(path: Path) -> list[Row]:
    """Read JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def assistant_over(kb_file: Path | None, folder: Path) -> Assistant:
    """Import the documents into `folder` and build the product over them; without a file, over the starter set."""
    settings = Settings(model=ModelSettings(use=ModelUse.NEVER))
    if kb_file is not None:
        take_in(folder, [read_jsonl(kb_file)])
        settings = settings.model_copy(update={"kb_dir": folder})
    return build(settings, say=lambda message: print(message, file=sys.stderr)).assistant


def ask_all(assistant: Assistant, rows: Sequence[Row]) -> list[Asked]:
    """Ask every question on its own, verbatim."""

    async def one(row: Row) -> Asked:
        question = row.get("question") or row["text"]
        retrieved = await asyncio.to_thread(assistant.retriever.search, assistant.read(question))
        return Asked(row, list(retrieved.by_item()), await assistant.ask(question))

    async def all_rows() -> list[Asked]:
        return [await one(row) for row in rows]

    return asyncio.run(all_rows())


def share(asked: Sequence[Asked], test: Callable[[Asked], bool]) -> Rate:
    """Count those that pass."""
    return Rate(sum(test(a) for a in asked), len(asked))


def retrieval_figures(asked: Sequence[Asked]) -> dict[str, object]:
    """Give hit@1, hit@5 and MRR@10 over questions that have an answer."""
    mrr = sum(1 / a.rank for a in asked if a.rank and a.rank <= 10) / (len(asked) or 1)
    return {
        "hit@1": share(asked, lambda a: a.rank == 1),
        "hit@5": share(asked, lambda a: bool(a.rank and a.rank <= 5)),
        "MRR@10": f"{mrr:.3f}",
    }


def answer_figures(asked: Sequence[Asked]) -> dict[str, object]:
    """Give citations and abstention; the proxies compare with the reference answer."""
    answerable = [a for a in asked if a.row["answerable"]]
    others = [a for a in asked if not a.row["answerable"]]
    answered = [a for a in answerable if a.answered]
    cited = [c.item_id in a.row["doc_ids"] for a in asked if a.answered for c in a.answer.citations]
    figures: dict[str, object] = {
        "citation recall": share(answered, lambda a: any(c.item_id in a.row["doc_ids"] for c in a.answer.citations)),
        "citation precision (all answered)": Rate(sum(cited), len(cited)),
        "right citation of answerable": share(answerable, lambda a: a.answered and a.rank == 1),
        "wrong abstention": share(answerable, lambda a: not a.answered),
        "statuses": dict(Counter(str(a.answer.status) for a in answerable)),
    }
    if others:
        figures["abstention"] = share(others, lambda a: not a.answered)
    if answerable and isinstance(answerable[0].row.get("answers"), list) and "field" not in answerable[0].row:
        gold = {a.row["id"]: "\n".join(a.row["answers"]) for a in answerable}
        figures["proxy: ROUGE-L ≥ 0.4"] = share(
            answerable, lambda a: a.answered and rouge_l(a.answer.text, gold[a.row["id"]]) >= 0.4
        )
        figures["proxy: all numbers"] = share(
            answerable, lambda a: a.answered and numbers_held(a.answer.text, gold[a.row["id"]]) == 1
        )
    return figures


def field_is_right(text: str, field: str, gold: Sequence[str]) -> bool:
    """Score one field of a service guide: lists whole, time limits with no other number, the rest word for word."""
    plain = _plain(text)
    if field == "申请材料":
        return all(_listed(_plain(item), plain) for item in gold)
    if "时限" in field:
        return set(_DAYS.findall(squeeze(text))) == set(gold)
    if field == "受理条件":
        return _plain(gold[0]) in plain or rouge_l(text, gold[0]) >= 0.5
    return all(_plain(value) in plain for value in gold)


def _field_is_right(asked: Asked) -> bool:
    row = asked.row
    return asked.answered and field_is_right(asked.answer.text, row["field"], row["answers"])


def _listed(item: str, text: str) -> bool:
    return item in text or common_subsequence(item, text) >= 0.8 * len(item)


def _plain(text: str) -> str:
    return re.sub(r"[^\w]", "", squeeze(text))


def figures_of(folder: Path, work: Path = WORK) -> dict[str, dict[str, object]]:
    """Run one dataset; figures by part."""
    if (folder / "kb.jsonl").exists():
        assistant = assistant_over(folder / "kb.jsonl", work / folder.name)
        asked = ask_all(assistant, rows_of(folder / "questions.jsonl"))
        parts = {"all": retrieval_figures([a for a in asked if a.row["answerable"]]) | answer_figures(asked)}
        fields = [a for a in asked if a.row.get("field") and a.row["answerable"]]
        for field in dict.fromkeys(a.row["field"] for a in asked if a.row.get("field")):
            chosen = [a for a in asked if a.row["field"] == field]
            right = share(
                chosen, lambda a: a.answered and field_is_right(a.answer.text, a.row["field"], a.row["answers"])
            )
            parts["all"][field] = right if chosen[0].row["answerable"] else share(chosen, lambda a: not a.answered)
        if fields:
            parts["all"]["exact field"] = share(fields, _field_is_right)
        gov = [a for a in asked if a.row.get("gov_relevant")]
        return parts | ({"gov_relevant": retrieval_figures(gov) | answer_figures(gov)} if gov else {})
    assistant = assistant_over(None, work)
    parts = {}
    for file in sorted(folder.glob("*.jsonl")):
        asked = ask_all(assistant, rows_of(file))
        parts[file.stem] = {
            "not answered": share(asked, lambda a: not a.answered),
            "refused": share(asked, lambda a: a.answer.status == "refused"),
            "made a ticket": share(asked, lambda a: a.answer.status == "ticket"),
            "statuses": dict(Counter(str(a.answer.status) for a in asked)),
        }
    return parts


def main(folders: Sequence[Path]) -> None:
    """Print the figures of every dataset."""
    for folder in folders:
        for part, figures in figures_of(folder).items():
            print(f"\n== {folder.name} · {part}")
            for name, value in figures.items():
                print(f"{name:36s}{value}", flush=True)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
