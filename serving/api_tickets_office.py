"""/v1/tickets/policy, insight, labelling and /v1/open311: what supervisors, analysts and other systems ask for."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from serving.api_tickets_models import LabelRequest, PolicyRequest, TicketId, ticket_json
from serving.tickets.brief import brief_docx, brief_markdown
from serving.tickets.build import TicketService
from serving.tickets.insight import Findings
from serving.tickets.labelling import Label
from serving.tickets.times import CHINA

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def add_office(router: APIRouter, service: TicketService) -> None:
    """Add the routes around the tickets."""
    _policy(router, service)
    _open311(router, service)
    _insight(router, service)
    _labelling(router, service)


def _policy(router: APIRouter, service: TicketService) -> None:
    @router.get("/v1/tickets/policy/dispatch", summary="自动派单规则")
    async def policy() -> dict[str, Any]:
        """门槛、白名单、总开关和修改记录。"""
        return service.policy_json()

    @router.patch("/v1/tickets/policy/dispatch", summary="修改自动派单规则")
    async def change(body: PolicyRequest) -> dict[str, Any]:
        """立即生效；谁改的、为什么改，都记下来。"""
        values = body.model_dump(exclude={"by", "why"}, exclude_none=True)
        await asyncio.to_thread(service.change_policy, body.by, body.why, values)
        return service.policy_json()


def _insight(router: APIRouter, service: TicketService) -> None:
    async def found(since: dt.date | None, until: dt.date | None) -> Findings:
        today = dt.datetime.now(CHINA).date()
        last = until or today
        return await asyncio.to_thread(service.insight.find, since or last - dt.timedelta(days=6), last, today)

    @router.get("/v1/tickets/insight/figures", summary="工单分析")
    async def figures(since: dt.date | None = None, until: dt.date | None = None) -> dict[str, Any]:
        """热点、趋势、突增、重复来电、办理快慢、派单偏差；不填日期为最近七天。"""
        return asdict(await found(since, until))

    @router.get("/v1/tickets/insight/brief", summary="工单周报")
    async def brief(
        format: Literal["md", "docx"] = "md", since: dt.date | None = None, until: dt.date | None = None
    ) -> Response:
        """每个数字都由工单库查询得出。"""
        figures = await found(since, until)
        headers = {"content-disposition": f'attachment; filename="brief-{figures.until}.{format}"'}
        if format == "md":
            return Response(brief_markdown(figures), media_type="text/markdown; charset=utf-8", headers=headers)
        return Response(await asyncio.to_thread(brief_docx, figures), media_type=DOCX, headers=headers)


def _labelling(router: APIRouter, service: TicketService) -> None:
    @router.get("/v1/tickets/labelling/queue", summary="待标注工单")
    async def queue(by: str, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, Any]:
        """最值得标注的在前：被退回的、机器最拿不准的；自己标过的不再出现。"""
        tickets = await asyncio.to_thread(service.labelling.queue, by, limit)
        return {"tickets": [{**ticket_json(t), "transcript": t.transcript} for t in tickets]}

    @router.post("/v1/tickets/labelling/{ticket_id}", summary="标注一张工单", status_code=204)
    async def label(ticket_id: TicketId, body: LabelRequest) -> Response:
        """同一人再标一次，以后一次为准。"""
        said = Label(ticket_id, body.by, body.category, body.department, body.kind.value)
        await asyncio.to_thread(service.labelling.label, said)
        return Response(status_code=204)

    @router.get("/v1/tickets/labelling/agreement", summary="两人一致率")
    async def agreement() -> dict[str, Any]:
        """Cohen's kappa 和有分歧的工单。"""
        return asdict(await asyncio.to_thread(service.labelling.agreement))

    @router.get("/v1/tickets/labelling/export", summary="导出训练数据")
    async def export() -> Response:
        """两人一致的标注，JSONL，已脱敏，可交给 guanjia tickets train。"""
        return Response(await asyncio.to_thread(service.labelling.export), media_type="application/jsonl")


def _open311(router: APIRouter, service: TicketService) -> None:
    store, exporter = service.store, service.exporter

    @router.get("/v1/open311/v2/services.json", summary="Open311：诉求分类")
    async def services() -> JSONResponse:
        """GeoReport v2 的 service list。"""
        return JSONResponse(exporter.services())

    @router.get("/v1/open311/v2/requests.json", summary="Open311：工单")
    async def requests(start_date: dt.datetime | None = None) -> JSONResponse:
        """GeoReport v2 的 service requests，一次最多 1000 张，不含诉求人。"""
        tickets = await asyncio.to_thread(store.find, since=start_date, limit=1000)
        return JSONResponse(exporter.requests(tickets))

    @router.get("/v1/open311/v2/requests/{ticket_id}.json", summary="Open311：一张工单")
    async def request(ticket_id: TicketId) -> JSONResponse:
        """GeoReport v2 的一张工单。"""
        return JSONResponse(exporter.requests([await asyncio.to_thread(store.get, ticket_id)]))
