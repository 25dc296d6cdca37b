"""The product and the baselines on the same cases with the same scorer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.baselines.bm25 import TopPassage
from eval.baselines.passages import passages
from eval.case_files import EnquiryCase
from eval.channels import Way
from eval.enquiries import Verdict, judge, rates
from eval.metrics import Rate
from eval.runs import Run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from serving.build import Product

TIMEOUT_S = 300.0
SAMPLE = 40
PRODUCT = "product"
NAMES = {
    PRODUCT: "莞家 AI",
    "bm25": "BM25 首段",
    "closed_book": "只有基座模型",
    "plain_rag": "llama-index 默认检索 + 同一模型",
}


@dataclass(frozen=True)
class Standing:
    """How one system did; `facts_only` forgives that it cites no item."""

    name: str
    accuracy: Rate
    answerable: Rate
    facts_only: Rate
    answer_rate: Rate
    wrong_answer_rate: Rate
    abstention: Rate
    unscored: int


def sample(cases: Sequence[EnquiryCase], n: int) -> list[EnquiryCase]:
    """Take a fixed sample of the development cases: the same on every machine, whatever order they stand in."""
    dev = [case for case in cases if case.split == "dev"]
    return sorted(dev, key=lambda case: hashlib.sha256(case.id.encode()).hexdigest())[:n]


def cases_by_system(cases: Sequence[EnquiryCase], slow: Sequence[EnquiryCase]) -> dict[str, list[EnquiryCase]]:
    """Ask `cases` of the product and BM25, and `slow` of all systems that wait for the model (none: leave out)."""
    asked = {PRODUCT: list(cases), "bm25": _for("bm25", cases)}
    return asked | {name: _for(name, slow) for name in ("closed_book", "plain_rag") if slow}


def ways(product: Product, model: BaseChatModel | None) -> dict[str, Way]:
    """Build the baselines over the knowledge base of the product; those that need a model only with one."""
    texts = passages(product.index.kb)
    found: dict[str, Way] = {"bm25": TopPassage(texts, product.index.tokeniser.tokens).ask}
    if model is not None:
        from eval.baselines.closed_book import ClosedBook
        from eval.baselines.plain_rag import PlainRag
        from knowledge_base.embedding import E5Embedder

        found["closed_book"] = ClosedBook(model).ask
        found["plain_rag"] = PlainRag(texts, E5Embedder(), model).ask
    return found


def standings(run: Run, only: Sequence[str] | None = None) -> list[Standing]:
    """Score every system of a run; `only` keeps these case ids, for comparing on a sample."""
    found = []
    for name in run.cases:
        verdicts = [v for v in run.verdicts(name) if only is None or v.case.id.rpartition("/")[2] in only]
        found.append(_standing(name, verdicts))
    return found


def told(found: Sequence[Standing]) -> str:
    """Write the standings as a Markdown table."""
    head = "| 系统 | n | 未计分 | 准确率 | 可答题准确率 | 同左，不看引用 | 应答率 | 错答率 | 不可答题弃答率 |"
    rows = []
    for s in found:
        rates_told = (s.accuracy, s.answerable, s.facts_only, s.answer_rate, s.wrong_answer_rate, s.abstention)
        cells = [NAMES.get(s.name, s.name), str(s.accuracy.n), str(s.unscored), *map(_cell, rates_told)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join([head, "| --- | ---: | ---: " + "| --- " * 6 + "|", *rows])


def _for(name: str, cases: Sequence[EnquiryCase]) -> list[EnquiryCase]:
    return [
        case.model_copy(update={"id": f"{name}/{case.id}", "tags": (*case.tags, f"channel:{name}")}) for case in cases
    ]


def _standing(name: str, verdicts: Sequence[Verdict]) -> Standing:
    scored = [v for v in verdicts if not v.prediction.unscored]
    found: Mapping[str, Rate] = rates(scored)
    answerable = [v for v in scored if v.case.expect.status == "answered"]
    lenient = [judge(_without_items(v.case), v.prediction) for v in answerable]
    return Standing(
        name=name,
        accuracy=found["accuracy"],
        answerable=found["answerable_accuracy"],
        facts_only=Rate(sum(v.right for v in lenient), len(lenient)),
        answer_rate=found["answer_rate"],
        wrong_answer_rate=found["wrong_answer_rate"],
        abstention=found["abstention_on_unanswerable"],
        unscored=len(verdicts) - len(scored),
    )


def _without_items(case: EnquiryCase) -> EnquiryCase:
    return case.model_copy(update={"expect": case.expect.model_copy(update={"items": ()})})


def _cell(rate: Rate) -> str:
    low, high = rate.interval
    return f"{rate.value:.1%}（{low * 100:.1f}–{high * 100:.1f}，n={rate.n}）" if rate.n else "—"
