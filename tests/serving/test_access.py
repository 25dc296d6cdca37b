"""Tests of serving/access.py: operator endpoints, and how many questions a client may ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.answers import Answer, AnswerStatus
from serving.access import MAX_CLIENTS, QuestionLimit
from serving.api import create_app
from serving.build import Product
from serving.pages.citizen import mount_citizen_page

from .conftest import THIS_MACHINE, Scripted

ELSEWHERE = ("203.0.113.9", 50000)
TOKEN = "a-long-invented-token"
ANSWER = Answer("a1", AnswerStatus.SMALLTALK, "您好。")
QUESTION = {"question": "你好"}

Make = Callable[..., FastAPI]


@pytest.fixture
def app(product: Product, tmp_path: Path) -> Make:
    """Make an API with some settings over an assistant that always says hello."""

    def make(**settings: Any) -> FastAPI:
        own = product.settings.model_copy(update={"data_dir": tmp_path, **settings})
        return create_app(replace(product, settings=own, assistant=Scripted(ANSWER)))

    return make


@pytest.mark.parametrize(("client", "status"), [(THIS_MACHINE, 200), (("::1", 1), 200), (ELSEWHERE, 403)])
def test_without_a_token_figures_are_for_this_machine(app: Make, client: tuple[str, int], status: int) -> None:
    reply = TestClient(app(), client=client).get("/metrics")
    assert reply.status_code == status
    if status == 403:
        assert reply.json()["error"]["code"] == "only_this_machine"
        assert "GUANJIA_OPERATOR_TOKEN" in reply.json()["error"]["message"]


@pytest.mark.parametrize("client", [THIS_MACHINE, ELSEWHERE], ids=["here", "elsewhere"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Basic {TOKEN}"}, 401),
        ({"Authorization": "Bearer \u00e9"}, 401),
        ({"Authorization": f"Bearer {TOKEN}"}, 200),
    ],
    ids=["none", "wrong", "basic", "not-ascii", "right"],
)
def test_with_a_token_everybody_has_to_bear_it(
    app: Make, client: tuple[str, int], headers: dict[str, str], status: int
) -> None:
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    reply = TestClient(app(operator_token=SecretStr(TOKEN)), client=client).get("/metrics", headers=encoded)
    assert reply.status_code == status
    if status == 401:
        assert reply.headers["www-authenticate"] == "Bearer"
        assert reply.json()["error"]["code"] == "token_needed"
        assert TOKEN not in reply.text


def test_citizens_and_probes_need_no_token(app: Make) -> None:
    client = TestClient(app(operator_token=SecretStr(TOKEN)), client=ELSEWHERE)
    assert client.post("/v1/enquiries", json=QUESTION).status_code == 200
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "detail" not in ready.json()["model"]
    detailed = client.get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"})
    assert detailed.json()["model"]["detail"]


def test_too_many_questions_are_refused_in_chinese_with_the_time_to_wait(app: Make) -> None:
    limited = app(questions_per_minute=3)
    client = TestClient(limited, client=ELSEWHERE)
    replies = [client.post("/v1/enquiries", json=QUESTION) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429, 429]
    refused = replies[-1]
    assert refused.json()["error"]["code"] == "too_many_questions"
    assert "12345" in refused.json()["error"]["message"]
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    chat = {"messages": [{"role": "user", "content": "你好"}]}
    assert client.post("/v1/chat/completions", json=chat).status_code == 429  # one limit for both
    assert client.get("/v1/domains").status_code == 200
    other = TestClient(limited, client=("203.0.113.10", 1))
    assert other.post("/v1/enquiries", json=QUESTION).status_code == 200


@pytest.mark.parametrize(
    ("client", "per_minute"), [(THIS_MACHINE, 1), (ELSEWHERE, 0)], ids=["this machine", "switched off"]
)
def test_not_everybody_is_limited(app: Make, client: tuple[str, int], per_minute: int) -> None:
    api = TestClient(app(questions_per_minute=per_minute), client=client)
    assert {api.post("/v1/enquiries", json=QUESTION).status_code for _ in range(5)} == {200}


def test_the_page_is_limited_too(product: Product, tmp_path: Path) -> None:
    settings = product.settings.model_copy(update={"data_dir": tmp_path, "questions_per_minute": 2})
    own = replace(product, settings=settings, assistant=Scripted(ANSWER))
    with TestClient(mount_citizen_page(FastAPI(openapi_url=None), own), client=ELSEWHERE) as page:
        asked = QUESTION | {"conversation_id": "0123456789abcdef"}
        assert [page.post("/citizen/ask", json=asked).status_code for _ in range(3)] == [200, 200, 429]


def limit(per_minute: int) -> QuestionLimit:
    return QuestionLimit(FastAPI(), ["/"], per_minute)


def test_a_client_that_waits_as_told_is_let_in_again() -> None:
    gate, now = limit(6), 1000.0
    assert [gate.wait_s("203.0.113.9", now) for _ in range(6)] == [0.0] * 6
    wait_s = gate.wait_s("203.0.113.9", now)
    assert wait_s == pytest.approx(10)
    assert gate.wait_s("203.0.113.9", now + 9) > 0
    assert gate.wait_s("203.0.113.9", now + wait_s) == 0
    assert gate.wait_s("203.0.113.9", now + wait_s) > 0


def test_addresses_of_one_ipv6_home_count_together() -> None:
    gate = limit(1)
    assert gate.wait_s("2001:db8:1:2::a", 0) == 0
    assert gate.wait_s("2001:db8:1:2::b", 0) > 0
    assert gate.wait_s("2001:db8:1:3::a", 0) == 0


def test_clients_beyond_the_most_that_are_counted_are_forgotten_oldest_first() -> None:
    gate = limit(1)
    for number in range(MAX_CLIENTS + 1):
        gate.wait_s(f"client-{number}", 0)
    assert gate.wait_s("client-0", 0) == 0
    assert gate.wait_s(f"client-{MAX_CLIENTS}", 0) > 0
