"""Tests of assistant/reply.py and assistant/answers.py."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from assistant.answers import ActionKind, AnswerStatus, Citation, Sentence, Tier
from assistant.draft import Draft
from assistant.reply import finish, fixed
from prompts import reply

KINDS = ("fire", "gas", "crime", "medical", "traffic", "suicide", "trapped")


@pytest.mark.parametrize("kind", KINDS)
def test_emergency_offers_to_call_every_number_that_its_wording_names(kind: str) -> None:
    draft = fixed(AnswerStatus.EMERGENCY, f"emergency.{kind}", text="救命")
    numbers = [action.number or "none" for action in draft.actions if action.kind is ActionKind.CALL]
    assert numbers
    assert [number for number in numbers if number not in draft.sentences[0].text] == []


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (AnswerStatus.TICKET, "ticket.default"),
        (AnswerStatus.HANDOFF, "handoff.default"),
        (AnswerStatus.ERROR_RETRIEVAL, "error_retrieval.default"),
    ],
)
def test_person_gets_a_masked_summary_and_the_hotline_is_offered(status: AnswerStatus, key: str) -> None:
    draft = fixed(status, key, text="我叫王小明，电话13812345678，路灯坏了" + "很久" * 300)
    summary = next(action.summary for action in draft.actions if action.summary)
    assert "13812345678" not in summary
    assert "路灯坏了" in summary
    assert len(summary) <= 300
    assert any(action.number == "12345" for action in draft.actions)


def test_fixed_reply_is_sure_and_cites_nothing() -> None:
    draft = fixed(AnswerStatus.SMALLTALK, "smalltalk.greeting", text="你好")
    assert (draft.confidence, draft.tier, draft.actions, draft.citations) == (1.0, Tier.FIXED, (), ())


def test_finished_answer_has_an_id_its_lines_and_the_label_of_ai_text() -> None:
    draft = Draft(AnswerStatus.ANSWERED, (Sentence("【收费】"), Sentence("· 不收费。", ("S1",))), confidence=0.123456)
    one, other = finish(draft), finish(draft)
    assert one.answer_id != other.answer_id
    assert one.text == "【收费】\n· 不收费。"
    assert one.confidence == 0.1235
    assert one.ai_label == reply("ai_label")


def test_answer_goes_to_json_with_dates_as_text() -> None:
    cited = Citation("S1", "a", "甲", "fee", "不收费。", "《条例》", None, True, "r1", dt.date(2027, 1, 31))
    answer = finish(Draft(AnswerStatus.ANSWERED, (Sentence("· 不收费。", ("S1",)),), citations=(cited,)))
    data = json.loads(json.dumps(answer.as_json(), ensure_ascii=False))
    assert data["citations"][0]["valid_to"] == "2027-01-31"
    assert data["status"] == "answered"
    assert set(data) == {
        "answer_id", "status", "text", "sentences", "citations", "item_ids", "facet", "confidence",
        "tier", "options", "actions", "ai_label", "latency_ms",
    }  # fmt: skip
