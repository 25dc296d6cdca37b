"""Tests of what is told from the places and the unknown words of a question, and of content that vouches for one."""

from __future__ import annotations

import pytest

from assistant.answers import AnswerStatus
from assistant.confidence import FOREIGN, STRANGE, THRESHOLD, THRESHOLD_STRANGE, is_enough
from assistant.guard import guard
from assistant.intents import Intent
from assistant.scope import outside

from .conftest import make_retrieved


@pytest.mark.parametrize(
    ("question", "city"),
    [
        ("贵州省电子税务局网址是什么?", "贵州"),
        ("宁夏规定手工报销怎么处理?", "宁夏"),
        ("请问兰州市粮食局怎么投放蔬菜?", "兰州"),
        ("新疆,医护人员什么情况算工伤?", "新疆"),
    ],
)
def test_a_question_about_another_place_is_outside(question: str, city: str) -> None:
    found = outside(question)
    assert found is not None
    assert (found.key, found.variables) == ("other_city", {"city": city})


@pytest.mark.parametrize(
    "question",
    [
        "湖南省的社保怎么转到这边",
        "广西户口的孩子能入学吗",
        "四川省驾驶证怎么换",
        "河南人在东莞办居住证要什么材料",
        "湖北省社保转过来要多久",
        "上海路附近的社区怎么领高龄津贴",
    ],
)
def test_coming_from_another_place_is_not(question: str) -> None:
    assert outside(question) is None


def test_kinds_that_are_not_declined_pass() -> None:
    assert outside("贵州省电子税务局网址是什么?", frozenset({"contact"})) is None


def test_a_question_of_unknown_words_needs_more_confidence() -> None:
    strange, foreign = make_retrieved(unknown_share=STRANGE + 0.01), make_retrieved(unknown_share=FOREIGN + 0.01)
    assert is_enough(THRESHOLD, make_retrieved(unknown_share=STRANGE))
    assert not is_enough(THRESHOLD_STRANGE - 0.01, strange)
    assert is_enough(THRESHOLD_STRANGE, strange)
    assert not is_enough(1.0, foreign)


@pytest.mark.parametrize(("probability", "ends"), [(0.6, False), (0.95, True)])
def test_content_vouches_against_a_suspicion_but_not_against_certainty(probability: float, ends: bool) -> None:
    intent = Intent({"harmful": probability, "enquiry": 1 - probability})
    assert guard("厨房怎样防虫", intent) is not None
    ending = guard("厨房怎样防虫", intent, vouched=lambda: True)
    assert (ending is not None) is ends
    assert ending is None or ending[0] is AnswerStatus.REFUSED
