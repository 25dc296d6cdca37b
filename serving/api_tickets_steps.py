"""/v1/tickets/{ticket_id}/…: the steps of a ticket's life, and the draft of its reply."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter

from serving.api_tickets_models import (
    AnswerRequest,
    DispatchRequest,
    MergeRequest,
    ReturnRequest,
    StepRequest,
    TicketId,
    ticket_json,
)
from serving.tickets.build import TicketService


def add_steps(router: APIRouter, service: TicketService) -> None:
    """Add the routes that change where a ticket stands."""
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
