"""Tests of the ticket store and its outbox: nothing is lost, nothing is sent twice, no trail is changed."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from serving.tickets import outbox as outbox_module
from serving.tickets.errors import (
    IncompleteTicketError,
    TicketKeyReusedError,
    TicketNotFoundError,
    VersionConflictError,
    WrongStepError,
)
from serving.tickets.life import Step, Ticket, TicketStatus
from serving.tickets.outbox import Outbox, signature
from serving.tickets.store import TicketStore

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
FIELDS = {
    "kind": "投诉",
    "title": "厚街夜间施工扰民",
    "demand": "起因：夜间施工。诉求：停工。",
    "phone": "13800138000",
}


@pytest.fixture
def store(tmp_path: Path) -> TicketStore:
    return TicketStore(tmp_path / "tickets.sqlite")


def kept(store: TicketStore, words: str = "厚街夜里施工", key: str | None = None, **fields: object) -> Ticket:
    draft = {"dispatch": {"department": "cgj", "mode": "suggest", "confidence": 0.9}}
    return store.create(
        {**FIELDS, **fields}, draft, words, channel="call", received_at=NOW, by="agent-1", idempotency_key=key
    )


def test_ticket_goes_its_whole_way_and_the_trail_tells_it(store: TicketStore) -> None:
    ticket = kept(store)
    assert (ticket.ticket_id, ticket.status) == ("DG20261122000001", TicketStatus.DRAFT)
    store.edit(ticket.ticket_id, {"title": "厚街工地夜间施工"}, "agent-1")
    store.confirm(ticket.ticket_id, "agent-1")
    store.dispatch(ticket.ticket_id, "cgj", "agent-1", reason="市容和施工噪声")
    store.returned(ticket.ticket_id, "cgj", "不属本部门", suggested="zjj")
    store.dispatch(ticket.ticket_id, "zjj", "agent-2")
    store.answer(ticket.ticket_id, "zjj", "已责令整改。")
    done = store.close(ticket.ticket_id, "agent-2")
    assert (done.status, done.department, done.dispatches, done.reply) == (
        TicketStatus.CLOSED,
        "zjj",
        2,
        "已责令整改。",
    )
    trail = store.trail(ticket.ticket_id)
    assert [entry.step for entry in trail] == [
        Step.CREATE,
        Step.EDIT,
        Step.CONFIRM,
        Step.DISPATCH,
        Step.RETURN,
        Step.DISPATCH,
        Step.ANSWER,
        Step.CLOSE,
    ]
    assert trail[1].changes == {"title": ["厚街夜间施工扰民", "厚街工地夜间施工"]}


def test_numbers_of_a_day_count_up(store: TicketStore) -> None:
    assert [kept(store, f"第{n}件").ticket_id[-6:] for n in range(3)] == ["000001", "000002", "000003"]


@pytest.mark.parametrize("statement", ["UPDATE audit SET note = 'x'", "DELETE FROM audit"])
def test_audit_trail_cannot_be_changed_even_in_the_database(store: TicketStore, statement: str) -> None:
    kept(store)
    with sqlite3.connect(store.file.path) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)


def test_same_key_gives_the_same_ticket_and_other_words_under_it_are_refused(store: TicketStore) -> None:
    first = kept(store, key="k1")
    assert kept(store, key="k1").ticket_id == first.ticket_id
    with pytest.raises(TicketKeyReusedError):
        kept(store, "别的事", key="k1")
    assert len(store.find()) == 1


def test_steps_out_of_order_are_refused_and_change_nothing(store: TicketStore) -> None:
    ticket = kept(store)
    with pytest.raises(WrongStepError):
        store.dispatch(ticket.ticket_id, "cgj", "agent-1")
    with pytest.raises(TicketNotFoundError):
        store.get("DG20261122009999")
    assert store.get(ticket.ticket_id) == ticket
    assert len(store.trail(ticket.ticket_id)) == 1


def test_ticket_without_title_is_not_confirmed(store: TicketStore) -> None:
    with pytest.raises(IncompleteTicketError, match="标题"):
        store.confirm(kept(store, title="").ticket_id, "agent-1")


def test_two_people_do_not_overwrite_one_another(store: TicketStore) -> None:
    ticket = kept(store)
    store.edit(ticket.ticket_id, {"title": "甲写的"}, "a", version=ticket.version)
    with pytest.raises(VersionConflictError):
        store.edit(ticket.ticket_id, {"title": "乙写的"}, "b", version=ticket.version)
    assert store.get(ticket.ticket_id).fields["title"] == "甲写的"


def test_merged_ticket_points_to_the_other_and_both_trails_say_so(store: TicketStore) -> None:
    first, second = kept(store), kept(store, "又来一单")
    merged = store.merge(second.ticket_id, first.ticket_id, "agent-1")
    assert (merged.status, merged.merged_into) == (TicketStatus.MERGED, first.ticket_id)
    assert second.ticket_id in store.trail(first.ticket_id)[-1].note
    with pytest.raises(WrongStepError):
        store.merge(first.ticket_id, first.ticket_id, "agent-1")


def test_caller_is_found_by_number_and_the_number_is_in_no_file_when_a_key_is_set(tmp_path: Path) -> None:
    store = TicketStore(tmp_path / "tickets.sqlite", Fernet.generate_key().decode())
    ticket = kept(store, "我的电话13800138000")
    assert store.find(caller="13800138000") == [ticket]
    assert store.find(caller="13800138001") == []
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"13800138000" not in files
    assert "夜间施工".encode() not in files


class Platform:
    """A hotline platform that honours idempotency keys; `answers` are the next status codes, then 200."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.requests: list[tuple[str, str, str, bytes]] = []
        self.taken: dict[str, dict[str, object]] = {}
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                key = self.headers["idempotency-key"]
                stamp, signed = self.headers["x-guanjia-timestamp"], self.headers["x-guanjia-signature"]
                platform.requests.append((key, stamp, signed, body))
                code = platform.answers.pop(0) if platform.answers else 200
                if code == 200:
                    platform.taken.setdefault(key, json.loads(body))
                self.send_response(code)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tickets"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.close()


def dispatched(store: TicketStore, words: str = "厚街夜里施工") -> str:
    ticket_id = kept(store, words).ticket_id
    store.confirm(ticket_id, "agent-1")
    store.dispatch(ticket_id, "cgj", "agent-1")
    return ticket_id


def test_dispatched_ticket_is_delivered_once_and_signed(store: TicketStore, platform: Platform) -> None:
    ticket_id = dispatched(store)
    outbox = Outbox(store, platform.url, "secret")
    assert (outbox.send_due(), outbox.send_due()) == (1, 0)
    [(key, stamp, signed, body)] = platform.requests
    assert key == f"{ticket_id}-ticket.dispatched-1"
    assert signed == signature(b"secret", stamp, body)
    assert json.loads(body)["fields"]["title"] == FIELDS["title"]


def test_reporter_in_confidence_is_not_sent(store: TicketStore, platform: Platform) -> None:
    ticket_id = kept(store, confidential=True, caller_name="王某某").ticket_id
    store.confirm(ticket_id, "agent-1")
    store.dispatch(ticket_id, "cgj", "agent-1")
    assert Outbox(store, platform.url, "secret").send_due() == 1
    fields = json.loads(platform.requests[0][3])["fields"]
    assert fields["title"] == FIELDS["title"]
    assert not {"caller_name", "phone"} & fields.keys()


def test_platform_that_is_down_gets_it_later_and_a_refusal_is_put_aside(
    store: TicketStore, platform: Platform
) -> None:
    dispatched(store)
    outbox = Outbox(store, platform.url, "secret", first_wait_s=0.0)
    platform.answers = [503, 429, 400]
    assert [outbox.send_due() for _ in range(4)] == [0, 0, 0, 0]
    [dead] = outbox.dead_letters()
    assert (dead.problem, dead.attempts, len(platform.requests)) == ("HTTP 400", 3, 3)
    outbox.retry(dead.delivery_id)
    assert (outbox.send_due(), outbox.dead_letters()) == (1, [])


def test_delivery_that_nobody_takes_becomes_a_dead_letter(
    store: TicketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "MOST_ATTEMPTS", 3)
    dispatched(store)
    outbox = Outbox(store, "http://127.0.0.1:1/", "secret", first_wait_s=0.0)
    for _ in range(3):
        outbox.send_due()
    assert [letter.attempts for letter in outbox.dead_letters()] == [3]


WORKER = """
import datetime as dt, sys
from pathlib import Path
from serving.tickets import outbox as module
from serving.tickets.outbox import Outbox
from serving.tickets.store import TicketStore
module.LEASE_S = 0.0
store = TicketStore(Path(sys.argv[1]))
outbox = Outbox(store, sys.argv[2], "secret", first_wait_s=0.0)
now = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.timezone.utc)
fields = {"kind": "投诉", "title": "标题", "demand": "诉求"}
print("ready", flush=True)
number = 0
while True:
    number += 1
    key = f"{sys.argv[3]}-{number}"
    ticket = store.create(fields, {}, key, channel="web", received_at=now, by="w", idempotency_key=key)
    store.confirm(ticket.ticket_id, "w")
    print("confirmed", ticket.ticket_id, flush=True)
    store.dispatch(ticket.ticket_id, "cgj", "w")
    print("dispatched", ticket.ticket_id, flush=True)
    outbox.send_due()
"""

KILLS = int(os.environ.get("GUANJIA_TEST_KILLS", "12"))


def test_killed_at_any_moment_no_confirmed_ticket_is_lost_and_none_is_taken_twice(
    store: TicketStore, platform: Platform
) -> None:
    """Set GUANJIA_TEST_KILLS=200 for the long run."""
    confirmed: set[str] = set()
    sent: set[str] = set()
    for number in range(KILLS):
        command = [sys.executable, "-c", WORKER, str(store.file.path), platform.url, f"run{number}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
            time.sleep(0.03 + (number * 37 % 100) / 400)  # another moment in every round
            worker.send_signal(signal.SIGKILL)
            said = [line.split() for line in worker.stdout.read().splitlines() if line.count(" ") == 1]
        confirmed |= {ticket for what, ticket in said if what == "confirmed" and len(ticket) == 16}
        sent |= {ticket for what, ticket in said if what == "dispatched" and len(ticket) == 16}
    Outbox(store, platform.url, "secret", first_wait_s=0.0).send_due()
    tickets = {ticket.ticket_id: ticket for ticket in store.find(limit=100_000)}
    assert confirmed and confirmed <= tickets.keys()
    assert all(tickets[t].status is not TicketStatus.DRAFT for t in confirmed)
    delivered = [str(body["ticket_id"]) for body in platform.taken.values()]
    assert len(delivered) == len(set(delivered))
    assert sent <= set(delivered)
    assert set(delivered) == {t for t, ticket in tickets.items() if ticket.status is TicketStatus.DISPATCHED}


def test_many_hands_at_once_neither_lose_nor_double_numbers(store: TicketStore) -> None:
    def write(number: int) -> Callable[[], None]:
        return lambda: [kept(store, f"{number}-{n}") and None for n in range(5)] and None

    threads = [threading.Thread(target=write(number)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [ticket.ticket_id for ticket in store.find()]
    assert len(numbers) == len(set(numbers)) == 20
