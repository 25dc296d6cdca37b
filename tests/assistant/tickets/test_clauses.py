"""Tests of assistant/tickets/clauses.py, and of title and demand as summary.py makes them of clauses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from assistant.tickets.clauses import MOST, Part, clauses
from assistant.tickets.schema import TicketKind
from assistant.tickets.summary import DEMAND_CHARS, summarise
from assistant.tickets.transcript import caller_words, parse
from eval.case_files import CaseError
from eval.near_copies import NearCopies
from eval.train_clauses import HELD_BACK, measured, talks

NOW = dt.datetime(2026, 11, 5, 10, 0, tzinfo=dt.UTC)


def summary(text: str, kind: TicketKind = TicketKind.COMPLAINT) -> tuple[str, str]:
    call = parse(text, now=NOW)
    title, demand = summarise(call, caller_words(call), kind, [])
    return title.value, demand.value


def test_what_is_told_wished_for_and_said_by_the_way_is_told_apart() -> None:
    call = "坐席：您好请讲\n市民：喂你好 虎门博涌那个健身房关门了 我充了两千块 电话也打不通 你们帮我退钱 谢谢"
    parts = {clause.text: clause.part for clause in clauses(caller_words(parse(call, now=NOW)))}
    assert parts["虎门博涌那个健身房关门了"] is Part.STORY and parts["我充了两千块"] is Part.STORY
    assert parts["你们帮我退钱"] is Part.WISH
    assert parts["喂你好"] is parts["谢谢"] is Part.LEFT_OUT


def test_talks_that_were_not_learnt_from_are_read_well() -> None:
    held = talks(HELD_BACK)
    taught = NearCopies(talk.words.full for talk in talks())
    assert not [talk.words.full for talk in held if taught.has(talk.words.full)]
    rates = measured(held)
    assert rates["clauses right"].value >= 0.92
    assert rates["talks with all wishes right"].value >= 0.76


def test_the_answer_to_what_do_you_want_is_the_wish() -> None:
    _, demand = summary("市民：健身房关门了 充了两千块\n坐席：您的诉求是？\n市民：两千块钱 一分不少")
    assert "诉求：两千块钱" in demand


@pytest.mark.parametrize(
    ("said", "demand"),
    [
        ("请问居住证怎么办理，需要什么材料？", "诉求：居住证怎么办理，需要什么材料。"),
        ("我想问一下居住证怎么办 要带什么", "诉求：居住证怎么办，要带什么。"),
        ("路灯坏了，快来修", "起因：路灯坏了。诉求：快来修。"),
        ("停水", "起因：停水。诉求：请核实处理。"),
        ("你好", ""),
        ("", ""),
    ],
)
def test_nothing_is_made_up_where_little_is_said(said: str, demand: str) -> None:
    assert summary(said)[1] == demand


def test_how_a_name_is_written_stays_out() -> None:
    call = parse("市民：姓罗 四夕罗 樟木头路灯坏了 詹天佑的詹 快来修", now=NOW)
    name = (call.text.index("姓罗"), call.text.index("姓罗") + 2)
    title, demand = summarise(call, caller_words(call), TicketKind.COMPLAINT, [name])
    assert not {"罗", "詹"} & {*title.value, *demand.value}


def test_the_wish_at_the_end_of_a_very_long_talk_is_kept() -> None:
    story = "，".join(f"第{n}天晚上工地又在打桩吵得睡不着" for n in range(400))
    _, demand = summary(f"{story}，请你们让他们晚上停工")
    assert demand.endswith("诉求：请你们让他们晚上停工。") and len(demand) <= DEMAND_CHARS
    assert len(clauses(caller_words(parse(story, now=NOW)))) <= MOST


def test_a_file_of_talks_with_a_letter_missing_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "talks.jsonl"
    bad.write_text('{"text": "路灯坏了，快来修", "labels": "s"}\n', encoding="utf-8")
    with pytest.raises(CaseError, match=r"talks\.jsonl:1"):
        talks(bad)
