"""Faces of the real product: an API in this process, an API behind a real port, data folders of their own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient

from assistant.answers import Answer, Sentence, Turn
from assistant.enquiry import Assistant, Stage
from serving.api import create_app
from serving.build import Product

THIS_MACHINE = ("127.0.0.1", 50000)
"""Where the tests' clients are; one elsewhere is limited and sees no operator endpoint."""


class Scripted(Assistant):
    """Does what a test says; stands in where the real assistant cannot be made to fail or to wait."""

    def __init__(self, *parts: Stage | Sentence | Answer | Exception) -> None:
        self._parts = parts
        self.asked: list[tuple[str, str | None, tuple[Turn, ...]]] = []

    async def ask(self, question: str, *, conversation_id: str | None = None, history: Sequence[Turn] = ()) -> Answer:
        async for part in self.stream(question, conversation_id=conversation_id, history=history):
            if isinstance(part, Answer):
                return part
        raise AssertionError("no answer in the script")

    async def stream(
        self, question: str, *, conversation_id: str | None = None, history: Sequence[Turn] = ()
    ) -> AsyncIterator[Stage | Sentence | Answer]:
        self.asked.append((question, conversation_id, tuple(history)))
        for part in self._parts:
            if isinstance(part, Exception):
                raise part
            yield part


@pytest.fixture(scope="session")
def served(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """The product with a data folder for this session alone; its index is in memory already."""
    return with_data_dir(product, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def api(served: Product) -> Iterator[TestClient]:
    """The API, called in this process."""
    with TestClient(create_app(served), raise_server_exceptions=False, client=THIS_MACHINE) as client:
        yield client


@pytest.fixture(scope="session")
def live_url(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API behind a free port of this machine, served by uvicorn."""
    app = create_app(with_data_dir(product, tmp_path_factory.mktemp("live")))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def with_data_dir(product: Product, folder: Path) -> Product:
    """The same product with an assistant of its own, keeping its records in `folder`."""
    settings = product.settings.model_copy(update={"data_dir": folder})
    return replace(product, settings=settings, assistant=copy(product.assistant))


@pytest.fixture
def scripted(product: Product) -> Callable[..., tuple[TestClient, Scripted]]:
    """Make an API over an assistant that does what its arguments say."""

    def make(*parts: Stage | Sentence | Answer | Exception) -> tuple[TestClient, Scripted]:
        assistant = Scripted(*parts)
        app = create_app(replace(product, assistant=assistant))
        return TestClient(app, raise_server_exceptions=False, client=THIS_MACHINE), assistant

    return make
