"""The real base model, from the .gguf file that GUANJIA_TEST_MODEL names. Nothing here is timed."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from serving.llama_child import LlamaOptions
from serving.model_client import EmbeddedModel
from serving.model_server import EmbeddedModelServer, Supervision
from serving.model_status import ModelState
from serving.settings import ModelSettings

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        not os.environ.get("GUANJIA_TEST_MODEL"), reason="GUANJIA_TEST_MODEL does not name a .gguf file"
    ),
]

MODEL = ModelSettings(name="test-model", timeout_s=300)
INSTRUCTIONS = "你是东莞12345热线的工单助手，把市民的话分类，并概括诉求。" * 20
TICKET = {
    "type": "json_schema",
    "json_schema": {
        "name": "ticket",
        "schema": {
            "type": "object",
            "properties": {"kind": {"enum": ["咨询", "投诉"]}, "demand": {"type": "string"}},
            "required": ["kind", "demand"],
            "additionalProperties": False,
        },
    },
}


class Running:
    """The server under test and its handle."""

    def __init__(self, log_path: Path) -> None:
        path = Path(os.environ["GUANJIA_TEST_MODEL"])
        self.server = EmbeddedModelServer(
            path, LlamaOptions(name=MODEL.name), log_path=log_path, supervision=Supervision(backoff_s=0.1)
        )
        self.handle = EmbeddedModel(MODEL, self.server)

    def chat(self) -> BaseChatModel:
        eventually(lambda: self.server.status().state in {ModelState.READY, ModelState.FAILED})
        chat = self.handle.chat()
        assert chat is not None, self.server.status().detail
        return chat


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    started = Running(tmp_path_factory.mktemp("logs") / "model.log")
    yield started
    started.handle.close()


def eventually(condition: Callable[[], bool], timeout_s: float = 300.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def ask(chat: BaseChatModel, question: str, **options: Any) -> AIMessage:
    reply = chat.bind(max_tokens=200, **options).invoke([("system", INSTRUCTIONS), ("human", question)])
    assert isinstance(reply, AIMessage)
    return reply


def test_reply_follows_the_json_schema(running: Running) -> None:
    reply = ask(running.chat(), "楼下工地半夜还在施工，吵得睡不着", response_format=TICKET)
    assert reply.response_metadata["finish_reason"] == "stop"
    ticket = json.loads(reply.text)
    assert set(ticket) == {"kind", "demand"}
    assert ticket["kind"] in {"咨询", "投诉"}


def test_second_question_reads_only_what_is_new_after_the_common_prefix(running: Running) -> None:
    chat = running.chat()
    ask(chat, "居住证怎么续签？", response_format=TICKET)
    usage = ask(chat, "社保卡丢了怎么办？", response_format=TICKET).usage_metadata
    assert usage is not None
    read = usage["input_tokens"] - usage["input_token_details"]["cache_read"]
    assert usage["input_tokens"] > 300
    assert read < 50


def test_reply_is_streamed_in_pieces(running: Running) -> None:
    pieces = [piece.text for piece in running.chat().bind(max_tokens=20).stream("从一数到十")]
    assert len([piece for piece in pieces if piece]) > 3


def test_key_is_needed_and_other_peoples_words_are_not_shown(running: Running) -> None:
    running.chat()
    url = running.server.base_url
    assert url is not None
    with httpx.Client(trust_env=False) as client:
        body = {"messages": [{"role": "user", "content": "你好"}]}
        assert client.post(f"{url}/chat/completions", json=body).status_code == 401
        key = {"Authorization": f"Bearer {running.server.api_key}"}
        assert client.get(url.removesuffix("/v1") + "/slots", headers=key).status_code != 200


def test_killed_child_is_restarted_and_answers_again(running: Running) -> None:
    before = ask(running.chat(), "你好", response_format=TICKET)
    process = running.server._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    eventually(lambda: running.server.status().state is not ModelState.READY)
    assert running.handle.chat() is None
    after = ask(running.chat(), "你好", response_format=TICKET)
    assert json.loads(after.text) == json.loads(before.text)
