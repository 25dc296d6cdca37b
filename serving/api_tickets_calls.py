"""/v1/tickets/draft and /v1/tickets/calls: drafts of words, and of calls while they run."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse

from serving.api_tickets_models import (
    CallId,
    CloseCallRequest,
    DraftRequest,
    TurnRequest,
    drafted_json,
    ticket_json,
)
from serving.sse import PING, alive, event, event_response
from serving.tickets.build import TicketService
from serving.tickets.times import CHINA


def add_calls(router: APIRouter, service: TicketService) -> None:
    """Add the routes of drafts that are not kept yet."""

    @router.post("/v1/tickets/draft", summary="生成工单草稿", response_model=None)
    async def draft(body: DraftRequest, request: Request) -> dict[str, Any] | EventSourceResponse:
        """不保存。`Accept: text/event-stream` 时先给规则填好的草稿，再给模型改写的标题和诉求。"""
        drafted = await service.desk.draft(body.text, body.channel, body.now)
        if "text/event-stream" not in request.headers.get("accept", ""):
            return drafted_json(drafted)

        async def events() -> AsyncIterator[bytes]:
            yield event("draft", drafted_json(drafted))
            refined = await service.desk.refined(drafted)
            yield event("refined", drafted_json(refined))
            yield event("done", {})

        return event_response(events())

    @router.post("/v1/tickets/calls", summary="开始一通电话", status_code=201)
    async def open_call() -> dict[str, str]:
        """之后逐句送来，草稿随说随填。"""
        return {"call_id": service.calls.open(dt.datetime.now(CHINA))}

    @router.post("/v1/tickets/calls/{call_id}/turns", summary="送来一句话")
    async def add_turn(call_id: CallId, body: TurnRequest) -> dict[str, Any]:
        """返回最新草稿，也推给正在听的页面。"""
        return drafted_json(await service.calls.add(call_id, body.speaker, body.text))

    @router.get("/v1/tickets/calls/{call_id}/events", summary="听一通电话的草稿", response_model=None)
    async def listen(call_id: CallId) -> EventSourceResponse:
        """每次有新内容推送一个 draft 事件，直到电话结束。"""

        service.calls.check(call_id)

        async def events() -> AsyncIterator[bytes]:
            async for drafted in alive(service.calls.drafts(call_id)):
                yield PING if drafted is None else event("draft", drafted_json(drafted))
            yield event("end", {})

        return event_response(events())

    @router.post("/v1/tickets/calls/{call_id}/close", summary="电话结束，保存工单", status_code=201)
    async def close_call(call_id: CallId, body: CloseCallRequest) -> dict[str, Any]:
        """把这通电话的草稿存成工单；存好了才结束，重复提交得到同一张。"""
        key = f"call-{call_id}"
        ticket = await asyncio.to_thread(service.store.kept_with, key)
        if ticket is None:
            changes = body.fields.values(service.kb)
            drafted = service.calls.last(call_id)
            ticket = await service.desk.keep(drafted, by=body.by, changes=changes, idempotency_key=key)
            await service.calls.end(call_id)
        return ticket_json(ticket)
