"""The handle to the base model: ready or None, for each runtime, and what goes over the wire."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from serving.model_client import EmbeddedModel, NoModel, ServedModel, chat_model, model_handle, probe
from serving.model_errors import UnknownModelError
from serving.model_server import EmbeddedModelServer
from serving.model_status import ModelState, ModelStatus
from serving.settings import ModelRuntime, ModelSettings, ModelUse, Settings

CHUNKS = [
    {"choices": [{"index": 0, "delta": {"role": "assistant", "content": '{"ok":'}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {"content": " true}"}, "finish_reason": "stop"}]},
    {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}},
]


@dataclass
class ModelService:
    """An OpenAI-compatible service on loopback that keeps what it was asked."""

    models: Any = field(default_factory=lambda: {"data": [{"id": "m"}]})
    status: int = 200
    delay_s: float = 0.0
    port: int = 0
    probes: int = 0
    keys: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def settings(self, **changes: Any) -> ModelSettings:
        values = {"runtime": ModelRuntime.OPENAI, "name": "m", "url": self.url, "api_key": "secret"} | changes
        return ModelSettings(**values)


@pytest.fixture
def service() -> Iterator[ModelService]:
    state = ModelService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.probes += 1
            state.keys.append(self.headers["Authorization"])
            time.sleep(state.delay_s)
            self.reply(json.dumps(state.models).encode(), "application/json")

        def do_POST(self) -> None:
            state.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            lines = [f"data: {json.dumps(head | chunk)}\n\n" for chunk in CHUNKS]
            self.reply("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")

        def reply(self, body: bytes, kind: str) -> None:
            self.send_response(state.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def dead_url() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/v1"


def eventually(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


# the wire


def test_request_is_streamed_at_temperature_zero_with_the_schema_it_was_given(service: ModelService) -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
    reply = chat_model(service.settings(), service.url, "secret").bind(response_format=schema).invoke("你好")
    assert reply.text == '{"ok": true}'
    body = service.bodies[0]
    assert (body["model"], body["temperature"], body["stream"]) == ("m", 0, True)
    assert body["response_format"]["json_schema"]["name"] == "answer"
    assert body["stream_options"] == {"include_usage": True}


async def test_async_streaming_gives_the_pieces_as_they_come(service: ModelService) -> None:
    chat = chat_model(service.settings(), service.url, "secret")
    assert [piece.text async for piece in chat.astream("你好") if piece.text] == ['{"ok":', " true}"]


def test_proxy_of_the_environment_is_not_used_on_loopback(
    service: ModelService, dead_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, dead_url.removesuffix("/v1"))
    assert probe(service.settings()).ready
    assert chat_model(service.settings(), service.url, "secret").invoke("你好").text == '{"ok": true}'


# a served model


def test_served_model_is_ready_when_its_name_is_listed(service: ModelService) -> None:
    handle = ServedModel(service.settings())
    assert handle.status() == ModelStatus(ModelState.READY)
    assert isinstance(handle.chat(), BaseChatModel)
    assert service.keys[0] == "Bearer secret"
    handle.close()


@pytest.mark.parametrize(
    ("status", "models", "hint"),
    [
        pytest.param(200, {"data": [{"id": "other"}]}, "没有名为 m 的模型，有：other", id="another model"),
        pytest.param(401, {}, "GUANJIA_MODEL__API_KEY", id="wrong key"),
        pytest.param(500, {}, "HTTP 500", id="server error"),
        pytest.param(200, ["not", "OpenAI"], "不是 OpenAI 接口格式", id="another service"),
    ],
)
def test_probe_says_what_is_wrong(service: ModelService, status: int, models: Any, hint: str) -> None:
    service.status, service.models = status, models
    found = probe(service.settings())
    assert found.state is ModelState.FAILED
    assert hint in found.detail


@pytest.mark.parametrize(("status", "models"), [(404, {}), (200, {"data": []})])
def test_service_that_does_not_list_models_is_trusted(service: ModelService, status: int, models: Any) -> None:
    service.status, service.models = status, models
    assert probe(service.settings()).ready


def test_dead_address_gives_no_model_and_says_what_to_check(dead_url: str) -> None:
    handle = ServedModel(ModelSettings(runtime=ModelRuntime.OPENAI, name="m", url=dead_url))
    assert handle.chat() is None
    assert "连不上" in handle.status().detail
    handle.close()


def test_silent_address_costs_two_seconds_once_and_not_per_request(service: ModelService) -> None:
    service.delay_s = 6
    handle = ServedModel(service.settings())
    assert handle.chat() is None
    eventually(lambda: handle.status().state is ModelState.FAILED)
    probes = service.probes
    assert [handle.chat() for _ in range(50)] == [None] * 50
    assert service.probes == probes
    handle.close()


def test_model_that_comes_back_is_used_again(service: ModelService) -> None:
    service.status = 503
    handle = ServedModel(service.settings(), probe_every_s=0.05)
    assert handle.chat() is None
    service.status = 200
    eventually(lambda: handle.chat() is not None)
    service.status = 503
    eventually(lambda: handle.chat() is None)
    handle.close()


def test_missing_address_names_the_setting() -> None:
    handle = ServedModel(ModelSettings(runtime=ModelRuntime.OPENAI))
    assert handle.chat() is None
    assert "GUANJIA_MODEL__URL" in handle.status().detail
    handle.close()


# an embedded model


class StandIn(EmbeddedModelServer):
    """A server whose state the test sets."""

    def __init__(self) -> None:
        super().__init__(Path("none.gguf"))
        self.now = ModelStatus(ModelState.STARTING)
        self.url: str | None = None
        self.running = False

    @property
    def base_url(self) -> str | None:
        return self.url

    def status(self) -> ModelStatus:
        return self.now

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False


def test_embedded_model_is_none_until_its_server_is_ready(service: ModelService) -> None:
    server = StandIn()
    handle = EmbeddedModel(service.settings(), server)
    assert server.running
    assert handle.chat() is None
    server.now, server.url = ModelStatus(ModelState.READY), service.url
    chat = handle.chat()
    assert chat is not None
    assert chat is handle.chat()
    assert chat.invoke("你好").text == '{"ok": true}'
    server.now = ModelStatus(ModelState.RESTARTING)
    assert handle.chat() is None
    handle.close()
    assert not server.running


def test_restart_on_another_port_gives_a_client_for_that_port(service: ModelService, dead_url: str) -> None:
    server = StandIn()
    server.now, server.url = ModelStatus(ModelState.READY), dead_url
    handle = EmbeddedModel(service.settings(), server)
    before = handle.chat()
    server.url = service.url
    after = handle.chat()
    assert after is not None
    assert after is not before
    assert after.invoke("你好").text == '{"ok": true}'


# the factory


def settings(tmp_path: Path, **model: Any) -> Settings:
    return Settings(data_dir=tmp_path, model=ModelSettings(**model))


def test_never_gives_a_handle_that_is_off(tmp_path: Path) -> None:
    handle = model_handle(settings(tmp_path, use=ModelUse.NEVER, name="no such model"))
    assert isinstance(handle, NoModel)
    assert handle.chat() is None
    assert handle.status().state is ModelState.OFF
    handle.close()


def test_embedded_model_without_its_file_is_absent_and_names_the_command(tmp_path: Path) -> None:
    handle = model_handle(settings(tmp_path))
    eventually(lambda: handle.status().state is ModelState.ABSENT)
    assert "guanjia model pull" in handle.status().detail
    assert handle.chat() is None
    handle.close()
    assert handle.status().state is ModelState.OFF


def test_unknown_embedded_model_is_told_at_start_up(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        model_handle(settings(tmp_path, name="no such model"))


def test_openai_runtime_gives_a_served_model(tmp_path: Path, service: ModelService) -> None:
    handle = model_handle(settings(tmp_path, runtime=ModelRuntime.OPENAI, name="m", url=service.url))
    assert isinstance(handle, ServedModel)
    assert handle.chat() is not None
    handle.close()
