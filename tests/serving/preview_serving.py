"""The API over an engine without OCR, and small files to hand in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from knowledge_base.content import KnowledgeBase, load_content
from knowledge_base.embedding import E5Embedder
from knowledge_base.index import Index
from serving.api import create_app
from serving.build import Product
from serving.model_client import NoModel
from serving.settings import PreviewSettings, Settings

from .preview_engine import PaperEngine, picture

HERE = ("127.0.0.1", 50000)
ELSEWHERE = ("10.1.2.3", 50000)


class NoAssistant:
    """Answers nothing; pre-review needs no assistant."""

    async def remember(self, *paths: object) -> None:
        """Keep nothing."""

    async def close(self) -> None:
        """Nothing is open."""


@lru_cache(maxsize=1)
def starter() -> KnowledgeBase:
    """The starter knowledge base, without its index."""
    return load_content()


def product_at(folder: Path, token: str | None = None, **preview: Any) -> Product:
    """A product that has only what pre-review needs."""
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        operator_token=SecretStr(token) if token else None,
        preview=PreviewSettings(**preview),
    )
    index = Index(starter(), {}, None, "none")  # type: ignore[arg-type]
    return Product(settings, index, NoAssistant(), NoModel(), E5Embedder())  # type: ignore[arg-type]


def app_at(folder: Path, engine: PaperEngine, token: str | None = None, **preview: Any) -> FastAPI:
    """The whole API over an engine that needs no OCR."""
    app = create_app(product_at(folder, token, **preview))
    app.state.previews._make_engine = lambda: engine
    return app


@contextmanager
def client_at(
    folder: Path, engine: PaperEngine | None = None, *, client: tuple[str, int] = HERE, **given: Any
) -> Iterator[TestClient]:
    """A client of such an API, whose worker runs."""
    app = app_at(folder, engine or PaperEngine(), **given)
    with TestClient(app, raise_server_exceptions=False, client=client) as one:
        yield one


def paper(name: str) -> tuple[str, tuple[str, bytes, str]]:
    """A file for an upload; the same name has the same content."""
    return ("files", (name, picture(name), "image/jpeg"))


def hand_in(client: TestClient, *names: str, headers: dict[str, str] | None = None, **form: str) -> dict[str, Any]:
    """Hand files in for 居住证申领 and give the reply."""
    sent = client.post(
        "/v1/previews", data={"item": "jz-apply", **form}, files=[paper(name) for name in names], headers=headers
    )
    assert sent.status_code == 202, sent.text
    return dict(sent.json())


def wait(client: TestClient, preview_id: str, *statuses: str, timeout_s: float = 15.0) -> dict[str, Any]:
    """Wait until a case has one of the statuses (default: done) and give it."""
    end = time.monotonic() + timeout_s
    while True:
        case = client.get(f"/v1/previews/{preview_id}").json()
        if case["status"] in (statuses or ("done",)):
            return dict(case)
        assert time.monotonic() < end, case["status"]
        time.sleep(0.03)
