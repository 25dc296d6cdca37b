"""/v1/tickets: the routes for agents and operators; here those of kept tickets, their photos, export and outbox."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import Response

from serving.access import Operators
from serving.api_models import ERROR_RESPONSES, ExternalId
from serving.api_tickets_calls import add_calls
from serving.api_tickets_models import EditRequest, KeepRequest, TicketId, entry_json, ticket_json
from serving.api_tickets_office import add_office
from serving.api_tickets_steps import add_steps
from serving.tickets.build import TicketService
from serving.tickets.outbox import dead_letters as dead
from serving.tickets.outbox import requeue
from serving.tickets.photos import MOST_PHOTOS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ticket_router(service: TicketService, operators: Operators) -> APIRouter:
    """Build the routes for agents and operators."""
    needed = [Depends(operators.only), Depends(service.ready)]
    router = APIRouter(tags=["12345 工单"], responses=ERROR_RESPONSES, dependencies=needed)
    add_calls(router, service)
    _tickets(router, service)
    add_steps(router, service)
    add_office(router, service)
    return router


def _tickets(router: APIRouter, service: TicketService) -> None:
    store = service.store

    @router.post("/v1/tickets", summary="保存工单", status_code=201)
    async def keep(
        body: KeepRequest, idempotency_key: Annotated[ExternalId | None, Header()] = None
    ) -> dict[str, Any]:
        """返回时已经落盘。重复提交请带同一个 Idempotency-Key，只存一张。"""
        changes = body.fields.values(service.kb)
        drafted = await service.desk.draft(body.text, body.channel, body.now)
        ticket = await service.desk.keep(drafted, by=body.by, changes=changes, idempotency_key=idempotency_key)
        if body.dispatch_if_clear and not changes:
            ticket = await service.desk.send_if_clear(ticket, drafted.draft)
        return ticket_json(ticket)

    @router.get("/v1/tickets", summary="工单列表")
    async def listing(
        status: Annotated[list[str], Query()] = [],  # noqa: B006  (FastAPI reads the default, nobody changes it)
        department: str | None = None,
        town: str | None = None,
        since: dt.datetime | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, Any]:
        """新的在前。"""
        found = await asyncio.to_thread(
            store.find, statuses=status, department=department, town=town, since=since, limit=limit
        )
        return {"tickets": [ticket_json(ticket) | {"due": service.due(ticket)} for ticket in found]}

    @router.get("/v1/tickets/outbox/dead", summary="没有送达的派单")
    async def dead_letters() -> dict[str, Any]:
        """热线平台没有收下的；查明原因后可以重发。"""
        letters = await asyncio.to_thread(dead, store)
        return {
            "delivers": service.delivers,
            "deliveries": [{**asdict(letter), "body": None} for letter in letters],
        }

    @router.post("/v1/tickets/outbox/{delivery_id}/retry", summary="重发一次", status_code=204)
    async def retry(delivery_id: Annotated[str, Path(pattern=r"^DG\d{14}-[a-z.]+-\d+$")]) -> Response:
        """放回发送队列。"""
        await asyncio.to_thread(requeue, store, delivery_id)
        return Response(status_code=204)

    @router.get("/v1/tickets/export", summary="导出工单")
    async def export(format: Literal["csv", "xlsx"] = "csv", since: dt.datetime | None = None) -> Response:
        """保密工单不带姓名和电话。"""
        tickets = await asyncio.to_thread(store.find, since=since, limit=100_000)
        writes = service.exporter.csv if format == "csv" else service.exporter.xlsx
        kind = "text/csv; charset=utf-8" if format == "csv" else XLSX
        headers = {"content-disposition": f'attachment; filename="tickets.{format}"'}
        return Response(await asyncio.to_thread(writes, tickets), media_type=kind, headers=headers)

    @router.get("/v1/tickets/{ticket_id}", summary="一张工单")
    async def one(ticket_id: TicketId) -> dict[str, Any]:
        """含全部字段、草稿和留痕。"""
        ticket, trail = await asyncio.to_thread(lambda: (store.get(ticket_id), store.trail(ticket_id)))
        return {
            **ticket_json(ticket),
            "due": service.due(ticket),
            "photos": await asyncio.to_thread(service.photos.count, ticket_id),
            "transcript": ticket.transcript,
            "draft": ticket.draft,
            "trail": [entry_json(e) for e in trail],
        }

    @router.get("/v1/tickets/{ticket_id}/photos/{no}.jpg", summary="一张照片", response_class=Response)
    async def photo(ticket_id: TicketId, no: Annotated[int, Path(ge=1, le=MOST_PHOTOS)]) -> Response:
        """市民随手拍的照片，已去掉拍摄地点和设备。"""
        data = await asyncio.to_thread(service.photos.get, ticket_id, no)
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})

    @router.patch("/v1/tickets/{ticket_id}", summary="修改字段")
    async def edit(
        ticket_id: TicketId, body: EditRequest, if_match: Annotated[int | None, Header()] = None
    ) -> dict[str, Any]:
        """旧值和新值都记入留痕；带 If-Match: 版本号 可防止覆盖别人的修改。"""
        changes = body.fields.values(service.kb)
        return ticket_json(
            await asyncio.to_thread(store.edit, ticket_id, changes, body.by, if_match, service.deadline_as)
        )
