"""Tests of serving/api_conversations.py: a conversation is gone once its citizen says so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.api import create_app
from serving.build import Product

from .conftest import with_data_dir

ASKED = {"question": "租房怎么提取公积金？", "conversation_id": "invented-1"}
FOLLOW_UP = {"question": "要带什么材料？", "conversation_id": "invented-1"}
ADDRESS = "/v1/conversations/invented-1"


def test_a_cleared_conversation_is_gone_from_the_disk_and_starts_anew(product: Product, tmp_path: Path) -> None:
    own = with_data_dir(product, tmp_path)
    with TestClient(create_app(own)) as client:
        client.post("/v1/enquiries", json=ASKED)
        client.post("/v1/enquiries", json=ASKED | {"conversation_id": "invented-2"})
        assert client.post("/v1/enquiries", json=FOLLOW_UP).json()["item_ids"] == ["gjj-rent"]
        assert threads(own.settings.conversations) == {"invented-1", "invented-2"}
        assert client.delete(ADDRESS).status_code == 204
        assert threads(own.settings.conversations) == {"invented-2"}
        again = client.delete(ADDRESS)
        assert (again.status_code, again.content) == (204, b"")
        assert client.post("/v1/enquiries", json=FOLLOW_UP).json()["item_ids"] != ["gjj-rent"]


def threads(path: Path) -> set[str]:
    db = sqlite3.connect(path)
    try:
        return {row[0] for table in ("checkpoints", "writes") for row in db.execute(f"SELECT thread_id FROM {table}")}
    finally:
        db.close()


@pytest.mark.parametrize("conversation_id", ["no spaces", "x" * 65, "..%2Fx"])
def test_an_id_that_cannot_be_one_is_refused(api: TestClient, conversation_id: str) -> None:
    assert api.delete(f"/v1/conversations/{conversation_id}").status_code in (404, 422)


def test_a_store_that_fails_is_admitted(product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = with_data_dir(product, tmp_path)

    async def fail(conversation_id: str) -> None:
        raise sqlite3.OperationalError("locked")

    monkeypatch.setattr(own.assistant, "forget", fail)
    reply = TestClient(create_app(own)).delete(ADDRESS)
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "conversation_not_deleted")


def test_the_interface_document_shows_an_example(api: TestClient) -> None:
    route = api.get("/openapi.json").json()["paths"]["/v1/conversations/{conversation_id}"]["delete"]
    (parameter,) = route["parameters"]
    assert parameter["schema"]["examples"]
    assert set(route["responses"]) >= {"204", "4XX"}
