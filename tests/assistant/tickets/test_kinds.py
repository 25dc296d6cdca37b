"""Tests of assistant/tickets/kinds.py."""

from __future__ import annotations

import pytest

from assistant.tickets.classify import Classification
from assistant.tickets.kinds import kind_of
from assistant.tickets.schema import TicketKind
from assistant.tickets.transcript import caller_words, parse


def seen(kind: TicketKind) -> Classification:
    return Classification(kinds={kind: 0.6}, categories={"0101": 1.0}, departments={})


@pytest.mark.parametrize(
    ("text", "model", "kind"),
    [
        ("我要投诉，隔壁工地半夜打桩，希望派人来", TicketKind.HELP, TicketKind.COMPLAINT),
        ("我想举报楼下黑作坊", TicketKind.HELP, TicketKind.REPORT),
        ("坐席：您好\n市民：投诉，路灯不亮", TicketKind.HELP, TicketKind.COMPLAINT),
        ("路灯坏了，请来修", TicketKind.HELP, TicketKind.HELP),
        ("我想投诉到哪里比较有用", TicketKind.HELP, TicketKind.HELP),
        ("我要投诉的话需要什么材料", TicketKind.ENQUIRY, TicketKind.ENQUIRY),
        ("上次我要投诉他们不理，谢谢你们帮忙", TicketKind.PRAISE, TicketKind.PRAISE),
    ],
)
def test_a_call_for_help_that_the_caller_calls_a_complaint_is_one(
    text: str, model: TicketKind, kind: TicketKind
) -> None:
    words = caller_words(parse(text))
    found = kind_of(words, seen(model))
    assert found.value is kind
    if found.evidence:
        assert words.text[slice(*found.evidence)].endswith(("投诉", "举报"))


def test_nothing_said_is_a_call_for_help_without_confidence() -> None:
    assert kind_of(caller_words(parse("")), None) == kind_of(caller_words(parse("喂")), None)
    assert kind_of(caller_words(parse("")), None).confidence == 0
