"""/v1/tickets: drafts while a call runs, tickets and their steps, export, Open311, rules of automatic dispatch."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse
from pydantic import Field

from assistant.tickets.schema import Channel, TicketKind
from serving.access import Operators
from serving.api_models import ERROR_RESPONSES, Body, CleanStr, ExternalId
from serving.sse import PING, alive, event, event_response
from serving.tickets.brief import brief_docx, brief_markdown
from serving.tickets.build import TicketService
from serving.tickets.calls import MAX_CHARS
from serving.tickets.desk import Drafted
from serving.tickets.fields import TicketFields
from serving.tickets.insight import Findings
from serving.tickets.labelling import Label
from serving.tickets.life import Entry, Ticket
from serving.tickets.outbox import dead_letters as dead
from serving.tickets.outbox import requeue
from serving.tickets.photos import MOST_PHOTOS
from serving.tickets.store import CHINA, STATUS_NAMES

TicketId = Annotated[str, Path(pattern=r"^DG\d{14}$", description="工单编号", examples=["DG20261122000001"])]
CallId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{8,40}$", description="通话编号")]
Actor = Annotated[str, Field(min_length=1, max_length=64, description="经手人工号或姓名，记入留痕")]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DraftRequest(Body):
    """Words to make a ticket of."""

    text: CleanStr = Field(max_length=MAX_CHARS, description="通话转写（坐席：／市民：）或留言原文")
    channel: Channel = Channel.CALL
    now: dt.datetime | None = Field(None, description="受理时间，不填为现在")


class KeepRequest(DraftRequest):
    """A ticket to keep: the words, and what a person changed in the draft."""

    fields: TicketFields = Field(default=TicketFields(), description="人工改过的字段，按合同字段名")
    by: Actor
    dispatch_if_clear: bool = Field(False, description="没有任何疑点时直接派单")


class TurnRequest(Body):
    """A turn of a running call."""

    speaker: Literal["agent", "caller"]
    text: CleanStr = Field(max_length=MAX_CHARS)


class EditRequest(Body):
    """Fields to change."""

    fields: TicketFields
    by: Actor


class StepRequest(Body):
    """Who takes a step, and what is to be remembered of it."""

    by: Actor
    note: CleanStr = Field("", max_length=2000)


class CloseCallRequest(StepRequest):
    """The end of a call: who keeps its ticket, and what was changed in the draft."""

    fields: TicketFields = Field(default=TicketFields(), description="人工改过的字段，按合同字段名")


class DispatchRequest(StepRequest):
    """Where a ticket goes."""

    department: str = Field(pattern=r"^[a-z][a-z_]*$")
    co_departments: tuple[str, ...] = ()


class ReturnRequest(Body):
    """Why a department gives a ticket back, and who it thinks is right."""

    by: Actor
    reason: CleanStr = Field(min_length=1, max_length=2000)
    suggested: str | None = Field(None, pattern=r"^[a-z][a-z_]*$")


class AnswerRequest(Body):
    """The reply to the caller."""

    by: Actor
    reply: CleanStr = Field(min_length=1, max_length=10_000)


class MergeRequest(Body):
    """The earlier ticket of the same matter."""

    by: Actor
    into: str = Field(pattern=r"^DG\d{14}$")


class PolicyRequest(Body):
    """A change of the rules of automatic dispatch; who and why is kept."""

    by: Actor
    why: CleanStr = Field(min_length=1, max_length=500)
    kill_switch: bool | None = None
    default_bar: float | None = Field(None, gt=0, le=1)
    bars: dict[str, float] | None = None
    whitelist: Literal["all"] | list[str] | None = None
    blocked_departments: list[str] | None = None


class LabelRequest(Body):
    """What one person says a ticket is."""

    by: Actor
    category: str = Field(min_length=1, max_length=64)
    department: str | None = Field(None, pattern=r"^[a-z][a-z_]*$")
    kind: TicketKind


def ticket_router(service: TicketService, operators: Operators) -> APIRouter:
    """Build the routes for agents and operators."""
    router = APIRouter(tags=["12345 工单"], responses=ERROR_RESPONSES, dependencies=[Depends(operators.only)])
    _drafting(router, service)
    _tickets(router, service)
    _steps(router, service)
    _policy(router, service)
    _open311(router, service)
    _insight(router, service)
    _labelling(router, service)
    return router


def _drafting(router: APIRouter, service: TicketService) -> None:
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
            "trail": [_entry(e) for e in trail],
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


def _steps(router: APIRouter, service: TicketService) -> None:
    store = service.store

    @router.post("/v1/tickets/{ticket_id}/confirm", summary="确认")
    async def confirm(ticket_id: TicketId, body: StepRequest) -> dict[str, Any]:
        """坐席或市民确认字段无误。"""
        return ticket_json(await asyncio.to_thread(store.confirm, ticket_id, body.by))

    @router.post("/v1/tickets/{ticket_id}/dispatch", summary="派单")
    async def dispatch(ticket_id: TicketId, body: DispatchRequest) -> dict[str, Any]:
        """派给主办单位；设了 GUANJIA_TICKETS__WEBHOOK_URL 时同时送往热线平台。"""
        service.check_department(body.department, *body.co_departments)
        return ticket_json(
            await asyncio.to_thread(
                store.dispatch,
                ticket_id,
                body.department,
                body.by,
                co_departments=body.co_departments,
                reason=body.note,
            )
        )

    @router.post("/v1/tickets/{ticket_id}/return", summary="退单")
    async def give_back(ticket_id: TicketId, body: ReturnRequest) -> dict[str, Any]:
        """单位退回；理由和建议单位用于下次训练。"""
        if body.suggested:
            service.check_department(body.suggested)
        return ticket_json(await asyncio.to_thread(store.returned, ticket_id, body.by, body.reason, body.suggested))

    @router.post("/v1/tickets/{ticket_id}/answer", summary="答复")
    async def answer(ticket_id: TicketId, body: AnswerRequest) -> dict[str, Any]:
        """记下给诉求人的答复。"""
        return ticket_json(await asyncio.to_thread(store.answer, ticket_id, body.by, body.reply))

    @router.post("/v1/tickets/{ticket_id}/close", summary="办结")
    async def close(ticket_id: TicketId, body: StepRequest) -> dict[str, Any]:
        """办结归档。"""
        return ticket_json(await asyncio.to_thread(store.close, ticket_id, body.by, body.note))

    @router.post("/v1/tickets/{ticket_id}/discard", summary="作废草稿")
    async def discard(ticket_id: TicketId, body: StepRequest) -> dict[str, Any]:
        """草稿作废，仍可查看。"""
        return ticket_json(await asyncio.to_thread(store.discard, ticket_id, body.by, body.note))

    @router.post("/v1/tickets/{ticket_id}/merge", summary="并入另一张工单")
    async def merge(ticket_id: TicketId, body: MergeRequest) -> dict[str, Any]:
        """同一件事并单。"""
        return ticket_json(await asyncio.to_thread(store.merge, ticket_id, body.into, body.by))

    @router.get("/v1/tickets/{ticket_id}/reply-draft", summary="答复草稿")
    async def reply_draft(ticket_id: TicketId) -> dict[str, Any]:
        """用知识库里已有来源的内容起草答复；没有依据时如实说没有。"""
        ticket = await asyncio.to_thread(store.get, ticket_id)
        return await service.reply_draft(ticket)


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


def drafted_json(drafted: Drafted) -> dict[str, Any]:
    """Give a draft with the text that its spans point into."""
    return {**drafted.as_json(), "transcript": drafted.transcript.text}


def ticket_json(ticket: Ticket) -> dict[str, Any]:
    """Give a ticket without its transcript."""
    return {
        "ticket_id": ticket.ticket_id,
        "status": ticket.status.value,
        "status_name": STATUS_NAMES[ticket.status],
        "channel": ticket.channel,
        "received_at": ticket.received_at.isoformat(),
        "fields": ticket.fields,
        "department": ticket.department,
        "co_departments": list(ticket.co_departments),
        "mode": ticket.mode,
        "dispatches": ticket.dispatches,
        "deadline": ticket.deadline.isoformat() if ticket.deadline else None,
        "merged_into": ticket.merged_into,
        "reply": ticket.reply,
        "version": ticket.version,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "step": entry.step.value,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "note": entry.note,
        "changes": entry.changes,
    }
