"""Server-sent events: how they look on the wire, and a sign of life while the assistant thinks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from enum import Enum
from typing import TypeVar

from fastapi.sse import EventSourceResponse, format_sse_event

T = TypeVar("T")

PING_EVERY_S = 10.0
PING = b": ping\n\n"
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # nginx would hold the sentences back


class _End(Enum):
    END = "end"


def event(name: str | None, data: object) -> bytes:
    """Write one event with JSON data."""
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))


def event_response(events: AsyncIterator[bytes]) -> EventSourceResponse:
    """Send events as they come."""
    return EventSourceResponse(events, headers=_HEADERS)


async def alive(parts: AsyncIterator[T], ping_every_s: float = PING_EVERY_S) -> AsyncIterator[T | None]:
    """Pass `parts` on, with None whenever nothing came for a while (proxies close silent connections).

    What `parts` raises is raised here. When the reader goes away, `parts` is cancelled: it runs in one
    task of its own from first to last, since its context variables do not survive a change of task.
    """
    queue: asyncio.Queue[T | _End] = asyncio.Queue()

    async def read() -> None:
        try:
            async for part in parts:
                queue.put_nowait(part)
        finally:
            queue.put_nowait(_End.END)

    reader = asyncio.create_task(read())
    try:
        while True:
            try:
                async with asyncio.timeout(ping_every_s):
                    part = await queue.get()
            except TimeoutError:
                yield None
                continue
            if part is _End.END:
                break
            yield part
        await reader
    finally:
        reader.cancel()
