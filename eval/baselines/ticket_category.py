"""The base model alone as classifier of tickets: it is shown the names of the classes and has to name one."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.tickets.duties import Duties
from assistant.tickets.transcript import fold
from eval.metrics import Rate
from eval.ticket_cases import TicketCase
from knowledge_base.content import KnowledgeBase
from knowledge_base.masking import mask
from prompts import render

MAX_TOKENS = 60
TIMEOUT_S = 300.0
MOST_CHARS = 1500


@dataclass(frozen=True)
class ModelStanding:
    """How the base model did; `unscored` cases got no reply in the forced form and count nowhere else."""

    category: Rate
    department: Rate
    unscored: int

    def __str__(self) -> str:
        return f"二级分类 {self.category}，主办单位 {self.department}，未计分 {self.unscored}"


def sample(cases: Sequence[TicketCase], n: int) -> list[TicketCase]:
    """Take a fixed sample of cases: the same on every machine, whatever order they stand in."""
    return sorted(cases, key=lambda case: hashlib.sha256(case.id.encode()).hexdigest())[:n]


class ModelCategories:
    """Asks the base model for the class of a text; the reply is forced to be the name of one."""

    def __init__(self, model: BaseChatModel, kb: KnowledgeBase) -> None:
        self._codes = {category.name: category.code for category in kb.appeal_categories}
        names = list(self._codes)
        schema = {
            "type": "object",
            "properties": {"category": {"type": "string", "enum": names}},
            "required": ["category"],
            "additionalProperties": False,
        }
        form = {"type": "json_schema", "json_schema": {"name": "category", "schema": schema, "strict": True}}
        self._model = model.bind(response_format=form, max_tokens=MAX_TOKENS)
        self._rules = SystemMessage(render("baselines/ticket_category", categories="\n".join(names)))

    async def ask(self, text: str) -> str | None:
        """Give the code of the class; None when no class came in time."""
        asked = HumanMessage(f"【诉求】\n{mask(fold(text))[:MOST_CHARS]}\n【诉求结束】")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                reply = await self._model.ainvoke([self._rules, asked])
            return self._codes.get(str(json.loads(str(reply.text)).get("category")))
        except Exception:  # clients raise what they like; a reply that is not in the form is none
            return None


async def standing(
    cases: Sequence[TicketCase],
    model: BaseChatModel,
    kb: KnowledgeBase,
    progress: Callable[[], None] = lambda: None,
) -> ModelStanding:
    """Ask for every case; the department is the lead that the catalogue names for the class."""
    categories, duties = ModelCategories(model, kb), Duties(kb)
    right = sent = unscored = 0
    for case in cases:
        code = await categories.ask(case.text)
        progress()
        if code is None:
            unscored += 1
            continue
        right += code in {case.expect.category, *case.expect.acceptable_categories}
        sent += duties.lead(code) in case.expect.departments
    n = len(cases) - unscored
    return ModelStanding(Rate(right, n), Rate(sent, n), unscored)
