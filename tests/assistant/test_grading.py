"""Tests of assistant/grading.py: planted faults are found in an answer, and good ones pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answers import Answer, AnswerStatus, Citation, Sentence
from assistant.enquiry import Assistant
from assistant.grading import MAX_CHARS, Fault, Statement, faults, statements
from prompts import reply

MARK = f"（{reply('unverified_mark')}）"
QUOTE = Citation("S1", "jz-apply", "居住证申领", "fee", "15日内发放，不收费", "条例", None, True, "r", None)


def answer(text: str, cited: bool = True, citation: Citation = QUOTE) -> Answer:
    rows = (Sentence("【居住证申领·收费】"), Sentence(text, ("S1",) if cited else ()))
    return Answer("a", AnswerStatus.ANSWERED, "\n".join(row.text for row in rows), rows, (citation,) if cited else ())


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (answer("· 15日内发放，不收费"), set()),
        (answer("· 十五日内发放"), set()),
        (answer("· 30日内发放"), {Fault.UNSUPPORTED}),
        (answer("· 到东莞市公安局办理"), {Fault.UNSUPPORTED}),
        (answer("· 不收费", cited=False), {Fault.UNCITED}),
        (answer("· 15日内发放", cited=False), {Fault.UNCITED, Fault.UNSUPPORTED}),
        (answer("· 不收费", citation=replace(QUOTE, verified=False)), {Fault.UNMARKED}),
        (answer(f"· 不收费{MARK}", citation=replace(QUOTE, verified=False)), set()),
        (answer("· 不收费" * MAX_CHARS), {Fault.TOO_LONG}),
        (Answer("a", AnswerStatus.UNANSWERABLE, " "), {Fault.EMPTY}),
        (Answer("a", AnswerStatus.EMERGENCY, "请立即拨打 119！"), set()),
    ],
)
def test_faults_of_an_answer(given: Answer, found: set[Fault]) -> None:
    assert faults(given) == found


def test_heading_and_list_marks_state_nothing() -> None:
    rows = [("【满70周岁·收费】", ()), ("1. 办理", ()), (f"☐ 照片{MARK}", ("S1",))]
    assert statements(rows, {"S1": "照片"}) == [Statement("照片", f"☐ 照片{MARK}", True)]


@pytest.mark.parametrize("question", ["居住证签注要钱吗", "办护照要带什么", "结婚登记在哪里办", "你好", "月球怎么去"])
async def test_real_answers_have_no_fault(assistant: Assistant, question: str) -> None:
    assert faults(await assistant.ask(question)) == set()
