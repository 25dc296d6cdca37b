"""Tests of serving/tickets/earlier.py: earlier tickets are found fast, after a restart, too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from cryptography.fernet import Fernet

from assistant.tickets.duplicates import DuplicateFinder, MatterEmbedder, rarity_of
from assistant.tickets.exemplars import shipped_tickets
from assistant.tickets.schema import Channel, Transcript
from assistant.tickets.transcript import parse
from assistant.tickets.wording import Wording
from knowledge_base.embedding import E5Embedder, Vectors
from serving.tickets.earlier import EarlierTickets
from serving.tickets.life import Ticket
from serving.tickets.store import TicketStore
from serving.tickets.times import CHINA
from serving.tickets.vectors import Embedded

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=CHINA)
QINGXI, HOUJIE = "441900115", "441900118"
FIRST = "清溪三星村路口晚上炒粉车十几档，油水直接泼下水道，走路一脚油，规范一下"
AGAIN = "清溪三星村口炒粉摊把人行道全占了，油污倒进雨水井，整条街滑溜溜，城管怎么不管"
FINDER = DuplicateFinder(rarity_of(example.text for example in shipped_tickets()))


class Counting(E5Embedder):
    """Remembers which texts it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def query(self, text: str) -> Vectors:
        self.asked.append(text)
        return super().query(text)


EMBEDDER = Counting()


def said(text: str, at: dt.datetime = NOW) -> Transcript:
    return parse(text, Channel.WEB, at)


def earlier(store: TicketStore) -> EarlierTickets:
    """The tickets as a process that was started just now sees them."""
    return EarlierTickets(store, FINDER, MatterEmbedder(EMBEDDER), Wording())


def kept(
    store: TicketStore, text: str = FIRST, town: str | None = QINGXI, *, embedded: bool = True, hours: int = 5
) -> Ticket:
    fields = {"kind": "投诉", "category": "0302", "town": town, "phone": "13800138000"}
    at = NOW - dt.timedelta(hours=hours)
    vector = earlier(store).vector(said(text)) if embedded else None
    return store.create(fields, {}, text, channel="web", received_at=at, by="x", vector=vector)


def found(desk: EarlierTickets, town: str | None = QINGXI, text: str = AGAIN) -> Sequence[tuple[str, str]]:
    new = desk.matter(said(text), {"kind": "投诉", "category": "0302", "town": town, "phone": "13800138000"})
    return [(same.ticket_id, same.merge) for same in desk.of_same_matter(new)]


@pytest.fixture(params=[None, Fernet.generate_key().decode()], ids=["plain", "sealed"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> TicketStore:
    return TicketStore(tmp_path / "tickets.sqlite", request.param)


def test_the_same_matter_is_found_after_a_restart_without_another_embedding(store: TicketStore) -> None:
    first = kept(store)
    EMBEDDER.asked.clear()
    assert found(earlier(store)) == [(first.ticket_id, "duplicate")]
    assert len(EMBEDDER.asked) == 1  # the new ticket's own


def test_words_are_read_of_those_alone_that_may_be_the_same(
    store: TicketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept(store)
    for text in (
        "厚街医院门口路灯坏了一周",
        "公积金提取要什么材料",
        "公交三路车司机态度恶劣",
        "小区半夜停水没有通知",
    ):
        kept(store, text)
    read: list[str] = []
    monkeypatch.setattr(store, "get", lambda ticket_id, get=store.get: read.append(ticket_id) or get(ticket_id))
    desk = earlier(store)
    assert found(desk) == found(desk) == [(first.ticket_id, "duplicate")]
    assert read == [first.ticket_id]  # and that once


def test_a_changed_ticket_is_read_again(store: TicketStore) -> None:
    first, desk = kept(store, town=None), earlier(store)
    assert found(desk)
    store.edit(first.ticket_id, {"town": HOUJIE}, "x")
    assert not found(desk)
    store.edit(first.ticket_id, {"town": QINGXI}, "x")
    store.discard(first.ticket_id, "x")
    assert not found(desk)


def test_other_towns_are_left_out_but_not_a_ticket_of_an_unknown_one(store: TicketStore) -> None:
    kept(store, town=HOUJIE)
    unknown = kept(store, town=None)
    assert [ticket_id for ticket_id, _ in found(earlier(store))] == [unknown.ticket_id]
    assert len(found(earlier(store), town=None)) == 2


def test_a_town_of_many_tickets_does_not_hide_those_of_another(
    store: TicketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.tickets.earlier.COMPARED", 3)
    first = kept(store)
    for hours in range(4):
        kept(store, "厚街路灯坏了", HOUJIE, hours=hours)
    assert [ticket_id for ticket_id, _ in found(earlier(store))] == [first.ticket_id]


def test_a_ticket_without_an_embedding_or_with_anothers_is_embedded_once_and_for_all(store: TicketStore) -> None:
    bare = kept(store, embedded=False)
    other = store.create(
        {"kind": "投诉", "category": "0302", "town": QINGXI},
        {},
        FIRST,
        channel="web",
        received_at=NOW - dt.timedelta(hours=1),
        by="x",
        vector=Embedded("another", np.ones(8, np.float32)),
    )
    both = {ticket_id for ticket_id, _ in found(earlier(store))}
    assert both == {bare.ticket_id, other.ticket_id}
    EMBEDDER.asked.clear()
    assert {ticket_id for ticket_id, _ in found(earlier(store))} == both
    assert len(EMBEDDER.asked) == 1
    assert store.get(bare.ticket_id).version == 1


def test_tickets_without_words_are_compared_with_nothing(store: TicketStore) -> None:
    kept(store, "🙂")
    kept(store, "")
    assert not found(earlier(store)) and not found(earlier(store), text="")


def test_an_embedding_is_kept_sealed_where_a_key_is_set(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    for store, first_byte in (
        (TicketStore(tmp_path / "plain.sqlite"), b"p"),
        (TicketStore(tmp_path / "sealed.sqlite", key), b"s"),
    ):
        kept(store)
        [row] = store.file.rows("SELECT vector FROM tickets")
        assert row["vector"][:1] == first_byte
