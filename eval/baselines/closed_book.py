"""The base model with no documents: what it believes it knows about Dongguan."""

from __future__ import annotations

import re

from langchain_core.language_models import BaseChatModel

from eval.case_files import EnquiryCase
from eval.enquiries import Prediction
from prompts import render

MAX_TOKENS = 220

_DECLINES = re.compile(
    r"^[^。！？\n]{0,30}(不知道|不清楚|无法(回答|提供|确定|查询)|不能(回答|提供)|没有(相关|提到|提供|找到|说明))"
)


class ClosedBook:
    """Asks the model as it is."""

    def __init__(self, model: BaseChatModel) -> None:
        self._model = model.bind(max_tokens=MAX_TOKENS)

    async def ask(self, case: EnquiryCase) -> Prediction:
        """Answer with what the model says; its first sentence tells whether it declines."""
        reply = await self._model.ainvoke(render("baselines/closed_book", question=asked(case)))
        return said(case.id, str(reply.text), [], "closed_book")


def asked(case: EnquiryCase) -> str:
    """Give the question with the conversation before it."""
    turns = [f"{'市民' if m.role == 'user' else '助手'}：{m.content}" for m in case.history]
    return "\n".join([*turns, case.question])


def said(case_id: str, text: str, items: list[str], tier: str) -> Prediction:
    """Read a model's reply: an answer, or a plain statement that it does not know."""
    status = "unanswerable" if not text.strip() or _DECLINES.search(text.strip()) else "answered"
    return Prediction(case_id, status, text, items, "", tier, 1.0, {})
