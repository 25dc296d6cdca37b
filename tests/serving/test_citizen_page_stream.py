"""What the citizens' page is served: the stream of an answer, ratings, the notice, the HTML around it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.answers import Answer, AnswerStatus, Sentence, Turn
from assistant.enquiry import Stage
from knowledge_base.content import load_content
from knowledge_base.embedding import E5Embedder
from knowledge_base.index import Index
from prompts import reply
from serving.build import Product
from serving.feedback import FeedbackStore
from serving.model_client import NoModel
from serving.model_status import ModelState, ModelStatus
from serving.pages.citizen import (
    CitizenQuestion,
    answer_events,
    keep_rating,
    model_notice,
    mount_citizen_page,
)
from serving.settings import Settings

CONVERSATION = "0123456789abcdef"
ANSWER = Answer("a1", AnswerStatus.ANSWERED, "120元。", (Sentence("【收费】"), Sentence("· 120元。", ("S1",))))


class OneAnswer:
    """Gives the same answer to everything; 崩溃 raises half-way, 半截 ends without an answer."""

    async def stream(
        self, question: str, *, conversation_id: str | None = None, history: Sequence[Turn] = ()
    ) -> AsyncIterator[Stage | Sentence | Answer]:
        """A stage, the sentences, the answer."""
        yield Stage("retrieve", "正在查知识库")
        await asyncio.sleep(0)
        yield ANSWER.sentences[0]
        if "崩溃" in question:
            raise RuntimeError("scripted")
        if "半截" not in question:
            yield ANSWER.sentences[1]
            yield ANSWER


async def events_of(question: str, told: list[Answer] | None = None) -> list[dict[str, str]]:
    """Run one question and give its events."""
    asked = CitizenQuestion(question=question, conversation_id=CONVERSATION)
    told = [] if told is None else told
    events = answer_events(
        OneAnswer(),  # type: ignore[arg-type]
        asked,
        100,
        lambda asked, answer: told.append(answer),
    )
    return [event async for event in events if event is not None]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """The page behind a test client."""
    index = Index(load_content(), {}, None, "none")  # type: ignore[arg-type]
    settings = Settings(_env_file=None, data_dir=tmp_path)
    product = Product(settings, index, OneAnswer(), NoModel(), E5Embedder())  # type: ignore[arg-type]
    with TestClient(mount_citizen_page(FastAPI(openapi_url=None), product)) as client:
        yield client


async def test_an_answer_grows_sentence_by_sentence_and_is_told_to_the_operator() -> None:
    told: list[Answer] = []
    events = await events_of("护照多少钱", told)
    assert [event["kind"] for event in events] == ["draft"] * 4 + ["answer"]
    assert "120元" not in events[-3]["html"]
    assert "120元" in events[-2]["html"]
    assert events[-1]["say"] == "收费。120元。"
    assert told == [ANSWER]


@pytest.mark.parametrize("question", ["崩溃", "半截"])
async def test_a_broken_enquiry_ends_in_a_failed_card(question: str) -> None:
    *_, last = await events_of(question)
    assert last["kind"] == "failed"
    assert "data-retry" in last["html"]
    assert "scripted" not in last["html"]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("  ", reply("input.empty")),
        ("长" * 101, reply("input.too_long", limit="100")),
        ("？！", reply("input.not_text")),
    ],
    ids=["empty", "long", "not-text"],
)
async def test_a_question_that_cannot_be_asked_is_rejected_with_the_reason(question: str, message: str) -> None:
    assert await events_of(question) == [{"kind": "rejected", "message": message}]


def test_the_stream_travels_as_server_sent_events(client: TestClient) -> None:
    response = client.post("/citizen/ask", json={"question": "护照多少钱", "conversation_id": CONVERSATION})
    assert response.headers["content-type"].startswith("text/event-stream")
    parts = [part for part in response.text.split("\n\n") if part]
    assert all(part.startswith("data: ") for part in parts)
    assert json.loads(parts[-1].removeprefix("data: "))["kind"] == "answer"


@pytest.mark.parametrize("conversation", ["short", "../../../../etc/passwd", "x" * 65])
def test_a_made_up_conversation_id_is_refused(client: TestClient, conversation: str) -> None:
    response = client.post("/citizen/ask", json={"question": "你好", "conversation_id": conversation})
    assert response.status_code == 422


def test_a_huge_body_is_refused(client: TestClient) -> None:
    body = {"question": "长" * 300_000, "conversation_id": CONVERSATION}
    assert client.post("/citizen/ask", json=body).status_code == 413


def test_the_page_is_in_chinese_and_names_no_other_host(client: TestClient) -> None:
    response = client.get("/")
    assert re.search(r"<html\s+lang=\"zh-CN\"", response.text)
    assert "<title>莞家 AI 东莞办事问答</title>" in response.text
    loads = re.findall(r"(?:src|href)=[\"'](https?:[^\"']+)", response.text)
    assert loads == []
    assert "connect-src 'self'" in response.headers["content-security-policy"]
    assert int(response.headers["content-length"]) == len(response.content)
    assert client.head("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/queue/join", "/config", "/login"]
)
def test_doors_of_gradio_that_the_page_does_not_use_are_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, files={"files": b"x"}).status_code == 404


@pytest.mark.parametrize(
    ("data", "saved"),
    [
        ({"answer_id": "a1", "rating": 5}, True),
        ({"answer_id": "a1", "rating": 1, "reasons": ["看不懂"], "comment": "字小"}, True),
        ({"answer_id": "a1", "rating": 6}, False),
        ({"answer_id": "", "rating": 5}, False),
        ({"answer_id": "a1", "rating": 5, "comment": "长" * 5000}, False),
        (None, False),
        ("5", False),
    ],
)
def test_only_well_formed_ratings_are_kept(tmp_path: Path, data: Any, saved: bool) -> None:
    store = FeedbackStore(tmp_path / "db.sqlite")
    told = keep_rating(store, data)
    assert told["saved"] is saved
    assert bool(store.history("a1")) is saved


def test_a_rating_that_cannot_be_written_is_admitted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = keep_rating(FeedbackStore(tmp_path / "file" / "db.sqlite"), {"answer_id": "a1", "rating": 5})
    assert told == {"saved": False, "message": "评价没有保存成功，请稍后再点一次。"}


@pytest.mark.parametrize("state", ModelState)
def test_the_notice_speaks_only_while_the_model_is_away(state: ModelState) -> None:
    assert bool(model_notice(ModelStatus(state, "细节"))) is (state is not ModelState.READY)
