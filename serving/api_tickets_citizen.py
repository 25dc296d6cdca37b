"""/v1/tickets/citizen: a citizen's own ticket, from the chat; and following it by number and four digits."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Header, Path, Query, UploadFile
from pydantic import Field

from serving.api_models import ERROR_RESPONSES, Body, CleanStr, ExternalId
from serving.tickets.build import TicketService
from serving.tickets.citizens import Given
from serving.tickets.errors import IncompleteTicketError
from serving.tickets.fields import TicketFields

CITIZEN_PATHS = ("/v1/tickets/citizen", "/v1/tickets/citizen/draft")
"""Addresses that are open to everybody and limited per client."""

WORDS_MAX = 4000


class CitizenDraftRequest(Body):
    """The citizen's words."""

    words: CleanStr = Field(min_length=1, max_length=WORDS_MAX, description="市民的原话")


def citizen_ticket_router(service: TicketService) -> APIRouter:
    """Build the routes for citizens; they need no token and show no data of others."""
    router = APIRouter(tags=["12345 工单"], responses=ERROR_RESPONSES, dependencies=[Depends(service.ready)])

    @router.post("/v1/tickets/citizen/draft", summary="市民：预填诉求表")
    async def draft(body: CitizenDraftRequest) -> dict[str, Any]:
        """不保存；说明还缺什么、是不是紧急情况。"""
        return await service.citizens.draft(body.words)

    @router.post("/v1/tickets/citizen", summary="市民：提交诉求", status_code=201)
    async def keep(
        words: Annotated[CleanStr, Form(max_length=WORDS_MAX)],
        place: Annotated[CleanStr, Form(max_length=300)] = "",
        town: Annotated[str, Form(max_length=20)] = "",
        name: Annotated[CleanStr, Form(max_length=60)] = "",
        phone: Annotated[str, Form(max_length=24)] = "",
        anonymous: Annotated[bool, Form()] = False,
        confidential: Annotated[bool, Form()] = False,
        photos: list[UploadFile] = [],  # noqa: B006  (FastAPI reads the default, nobody changes it)
        idempotency_key: Annotated[ExternalId | None, Header()] = None,
    ) -> dict[str, Any]:
        """返回时已经落盘，由市民本人确认。电话和匿名二选一；照片重新编码，不留拍摄地点和设备。"""
        if not phone.strip() and not anonymous:
            raise IncompleteTicketError(("phone",), "请留一个电话，方便回复您；不想留就勾选“匿名”。")
        if phone.strip() and not anonymous and not _is_phone(phone.strip()):
            raise IncompleteTicketError(("phone",), "电话号码不对，请核对，例如 13800138000 或 0769-22220000。")
        TicketFields(town=town or None).values(service.kb)
        given = Given(
            words,
            place,
            town or None,
            "" if anonymous else name,
            None if anonymous else phone.strip(),
            confidential,
        )
        return await service.citizens.keep(given, [await photo.read() for photo in photos], idempotency_key)

    @router.get("/v1/tickets/{ticket_id}/progress", summary="市民查进度")
    async def progress(
        ticket_id: Annotated[str, Path(pattern=r"^DG\d{14}$", description="工单编号")],
        phone: Annotated[str, Query(pattern=r"^\d{4}$", description="预留电话后四位，或匿名时给的查询码")],
    ) -> dict[str, Any]:
        """编号和后四位都对才答复；只给进度，不给个人信息。"""
        return await asyncio.to_thread(service.citizens.progress, ticket_id, phone)

    return router


def _is_phone(text: str) -> bool:
    digits = [c for c in text if c.isdigit()]
    return 7 <= len(digits) <= 15 and all(c.isdigit() or c in "+-() " for c in text)
