"""Tests of eval/baselines/ticket_category.py: the base model alone as classifier of tickets."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import BaseMessage

from eval.baselines.ticket_category import ModelCategories, sample, standing
from eval.metrics import Rate
from eval.ticket_cases import own_cases
from knowledge_base.content import load_content

from .test_tickets import make_case

KB = load_content()
NAMES = {category.code: category.name for category in KB.appeal_categories}


class Recording(FakeListChatModel):
    """Remembers what it was asked and under which form."""

    asked: list[Any] = []  # noqa: RUF012  (a field of a pydantic model)

    def _call(self, messages: list[BaseMessage], *given: Any, **form: Any) -> str:
        self.asked.append((messages, form))
        return super()._call(messages, *given)


def says(*codes: str) -> list[str]:
    return [json.dumps({"category": NAMES.get(code, code)}, ensure_ascii=False) for code in codes]


async def test_right_and_wrong_classes_are_counted_and_a_broken_reply_is_not_scored() -> None:
    cases = [make_case(str(n), acceptable_categories=["0103"]) for n in range(4)]
    model = FakeListChatModel(responses=[*says("0101", "0103", "0201"), "不知道"])
    found = await standing(cases, model, KB)
    assert (found.category, found.unscored) == (Rate(2, 3), 1)
    assert found.department == Rate(2, 3)  # 0103 has the same lead as 0101


async def test_the_model_is_shown_every_class_and_may_say_nothing_else() -> None:
    model = Recording(responses=says("0101"), asked=[])
    assert await ModelCategories(model, KB).ask("坐席：您好\n市民：工资拖了两个月，电话13800138000") == "0101"
    [(messages, form)] = model.asked
    assert all(name in str(messages[0].content) for name in NAMES.values())
    assert form["response_format"]["json_schema"]["schema"]["properties"]["category"]["enum"] == list(NAMES.values())
    assert "工资拖了两个月" in str(messages[1].content) and "13800138000" not in str(messages[1].content)


def test_the_sample_is_the_same_in_any_order() -> None:
    cases = own_cases("test")
    assert sample(cases, 40) == sample(list(reversed(cases)), 40)
    assert len({case.id for case in sample(cases, 40)}) == 40
