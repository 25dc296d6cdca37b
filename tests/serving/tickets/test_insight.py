"""Tests of insight, brief and labelling: every figure is counted by hand here."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pytest

from knowledge_base.content import STARTER_CONTENT, KnowledgeBase, load_content
from serving.tickets.brief import brief_docx, brief_markdown
from serving.tickets.insight import Findings, Insight
from serving.tickets.labelling import Label, Labelling
from serving.tickets.store import TicketStore
from serving.tickets.times import CHINA

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return load_content(STARTER_CONTENT)


@pytest.fixture
def store(tmp_path: Path) -> TicketStore:
    return TicketStore(tmp_path / "tickets.sqlite")


def add(store: TicketStore, day: dt.date, *, hour: int = 9, words: str = "", **fields: object) -> str:
    values = {"kind": "投诉", "title": "标题", "demand": "诉求", "category": "0302", "town": "441900115", **fields}
    proposed = {"dispatch": {"department": "cgj", "mode": values.pop("mode", "suggest"), "confidence": 0.9}}
    at = dt.datetime.combine(day, dt.time(hour), CHINA)
    return store.create(values, proposed, words or f"{day}-{hour}", channel="call", received_at=at, by="a").ticket_id


def sent(store: TicketStore, ticket_id: str, department: str = "cgj", mode: str = "suggest") -> str:
    store.confirm(ticket_id, "a")
    store.dispatch(ticket_id, department, "a", mode=mode)
    return ticket_id


def found(store: TicketStore, kb: KnowledgeBase, days: int = 7) -> Findings:
    return Insight(store, kb).find(TODAY - dt.timedelta(days=days - 1), TODAY, TODAY)


def test_span_counts_by_chinese_days_and_compares_with_the_span_before(store: TicketStore, kb: KnowledgeBase) -> None:
    add(store, TODAY, hour=0)  # still the day before in UTC
    add(store, TODAY - dt.timedelta(days=6), hour=0)
    add(store, TODAY - dt.timedelta(days=7), hour=23)
    add(store, TODAY, category="0101")
    figures = found(store, kb)
    assert (figures.total.n, figures.total.before, figures.total.change) == (3, 1, 2.0)
    assert [(c.id, c.n, c.before) for c in figures.by_category] == [("0302", 2, 1), ("0101", 1, 0)]
    assert dict(figures.daily)[TODAY] == 2
    assert len(figures.daily) == 7


def test_rise_is_seen_against_the_same_weekday_and_steady_topics_are_not(
    store: TicketStore, kb: KnowledgeBase
) -> None:
    for week in range(5):
        for hour in range(4):
            add(store, TODAY - dt.timedelta(weeks=week), hour=hour, category="0101")
    for hour in range(5):
        add(store, TODAY, hour=hour, category="0302")
    [rise] = found(store, kb).rises
    assert (rise.day, rise.n, rise.usual, rise.town) == (TODAY, 5, 0.0, "清溪")


def test_repeated_caller_is_found_without_the_number(store: TicketStore, kb: KnowledgeBase) -> None:
    for hour in range(3):
        add(store, TODAY, hour=hour, phone="13800138000")
    add(store, TODAY, phone="13800138001")
    figures = found(store, kb)
    [caller] = figures.repeated
    assert caller.n == 3
    assert "13800138000" not in repr(figures)


def test_pace_counts_answers_waiting_and_overdue(store: TicketStore, kb: KnowledgeBase) -> None:
    answered, waiting = sent(store, add(store, TODAY)), sent(store, add(store, TODAY, hour=10))
    store.answer(answered, "cgj", "已处理。")
    with store.file.transaction() as db:
        db.execute("UPDATE tickets SET deadline = '2026-11-20' WHERE ticket_id = ?", (waiting,))
    [pace] = found(store, kb).paces
    assert (pace.id, pace.answered, pace.waiting, pace.overdue) == ("cgj", 1, 1, 1)


def test_what_dispatch_gets_wrong_is_counted(store: TicketStore, kb: KnowledgeBase) -> None:
    sent(store, add(store, TODAY), "zjj")
    back = sent(store, add(store, TODAY, hour=10), mode="auto")
    store.returned(back, "cgj", "不属本单位", "zjj")
    with store.file.transaction() as db:
        db.execute("UPDATE returns SET at = '2026-11-22T02:00:00.000000+00:00'")
    figures = found(store, kb)
    [confusion] = figures.confusions
    assert confusion.n == 1
    assert (figures.sent_by_machine, figures.returned, figures.returned_of_machine) == (1, 1, 1)


def test_brief_says_the_figures_and_nothing_when_there_are_none(store: TicketStore, kb: KnowledgeBase) -> None:
    empty = brief_markdown(found(store, kb))
    assert "本期共受理 0 件" in empty
    assert empty.count("本期没有。") == 6
    sent(store, add(store, TODAY), mode="auto")
    figures = found(store, kb)
    text = brief_markdown(figures)
    assert "本期共受理 1 件" in text
    assert "机器直接派单 1 件（100.0%）" in text
    from docx import Document

    document = Document(io.BytesIO(brief_docx(figures)))
    assert "机器直接派单 1 件（100.0%）" in "".join(p.text for p in document.paragraphs)
    assert len(document.tables) == 3


def test_queue_puts_what_teaches_most_first_and_two_people_suffice(store: TicketStore) -> None:
    sure = add(store, TODAY, words="一")
    with store.file.transaction() as db:
        db.execute("UPDATE tickets SET confidence = 0.99 WHERE ticket_id = ?", (sure,))
    unsure = add(store, TODAY, words="二")
    desk = Labelling(store)
    assert [t.ticket_id for t in desk.queue("甲")] == [unsure, sure]
    desk.label(Label(sure, "乙", "0302", "cgj", "投诉"))
    assert [t.ticket_id for t in desk.queue("甲")] == [sure, unsure]
    desk.label(Label(sure, "甲", "0302", "cgj", "投诉"))
    assert [t.ticket_id for t in desk.queue("甲")] == [unsure]
    assert [t.ticket_id for t in desk.queue("丙")] == [unsure]


def test_agreement_and_export_hold_what_two_people_say(store: TicketStore) -> None:
    desk = Labelling(store)
    tickets = [add(store, TODAY, hour=hour, words=f"我叫王小明，电话1380013800{hour}") for hour in range(4)]
    for ticket, one, other in zip(
        tickets, ("0302", "0101", "0302", "0101"), ("0302", "0101", "0101", "0101"), strict=True
    ):
        desk.label(Label(ticket, "甲", one, "cgj", "投诉"))
        desk.label(Label(ticket, "乙", other, "cgj", "投诉"))
    agreement = desk.agreement()
    assert (agreement.pairs, agreement.same, agreement.kappa, agreement.disputed) == (4, 3, 0.5, (tickets[2],))
    rows = [json.loads(line) for line in desk.export().splitlines()]
    assert [row["label"] for row in rows] == ["0302", "0101", "0101"]
    assert "138001380" not in desk.export()
    assert "小明" not in desk.export()
