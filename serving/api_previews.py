"""POST /v1/previews and what follows: pre-review as a background job, its pages and notice, decisions, figures."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Header, HTTPException, Query, Request, UploadFile
from fastapi.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access import Operators
from serving.api_errors import HTTP_REPLIES, error_response
from serving.api_models import ERROR_RESPONSES
from serving.dates import china_today
from serving.preview_models import (
    DecisionKept,
    FieldEdits,
    GivenDecision,
    PreviewCase,
    PreviewFile,
    PreviewTaken,
    RequestChange,
    StatsOut,
)
from serving.previews.desk import GivenFile, Previews
from serving.previews.errors import BadRequestError, UploadTooLargeError
from serving.previews.export import cases_csv, figures_xlsx
from serving.previews.figures import material_names, stats_out
from serving.previews.records import CaseStatus, Channel, Decision, Judgement, NewCase, ReturnReason
from serving.previews.requests import clean_day
from serving.previews.stats import stats
from serving.previews.view import case_view, progress_view
from serving.previews.words import word
from serving.sse import PING, alive, event, event_response

UPLOAD_PATHS = re.compile(r"^/v1/previews(/[^/]+/files)?/?$")
"""Addresses that take files and have a limit of their own."""

LOOK_EVERY_S = 0.25
ENDED = (CaseStatus.DONE, CaseStatus.FAILED, CaseStatus.CANCELLED)
PRIVATE = {"Cache-Control": "private, no-store"}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DEFAULT_SPAN = dt.timedelta(days=90)
MULTIPART_BYTES = 64 * 1024
"""Room for form fields and boundaries on top of the files."""

First = Annotated[dt.date | None, Query(description="第一天，默认 90 天前")]
Last = Annotated[dt.date | None, Query(description="最后一天，默认今天")]


def preview_router(previews: Previews, operators: Operators) -> APIRouter:
    """All addresses below /v1/previews. Whoever has a case's id may see and change it; figures are for operators."""
    router = APIRouter(prefix="/v1/previews", tags=["材料预审"], responses=ERROR_RESPONSES)
    _add_figures(router, previews, operators)
    _add_cases(router, previews)
    _add_changes(router, previews, operators)
    _add_papers(router, previews)
    return router


class UploadLimit:
    """ASGI middleware that refuses uploads above the limit while they come in, without holding them in memory."""

    def __init__(self, app: ASGIApp, limit_mb: int) -> None:
        self._app = app
        self._limit_mb = limit_mb
        self._limit_bytes = limit_mb * 1024 * 1024 + MULTIPART_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or reply 413."""
        if scope["type"] != "http" or not UPLOAD_PATHS.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not told.isdigit() or int(told) > self._limit_bytes:
            row = UploadTooLargeError(word("errors.too_large", limit=str(self._limit_mb)))
            body = HTTP_REPLIES[413].__class__(413, row.code, str(row))
            await error_response(body, {"Connection": "close"})(scope, receive, send)
            return
        seen = 0

        async def receive_some() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit_bytes:
                raise HTTPException(413, headers={"Connection": "close"})
            return message

        await self._app(scope, receive_some, send)


def _add_figures(router: APIRouter, previews: Previews, operators: Operators) -> None:
    only = [Depends(operators.only)]

    def span(since: dt.date | None, until: dt.date | None) -> tuple[dt.date, dt.date]:
        last = until or china_today()
        return since or last - DEFAULT_SPAN, last

    @router.get("/stats", summary="退件率监测", dependencies=only)
    async def figures(since: First = None, until: Last = None) -> StatsOut:
        """按事项、镇街、材料、原因和责任统计的退件率，趋势，以及哪项检查本可发现。只供运维。"""
        found = await asyncio.to_thread(stats, previews.db, *span(since, until))
        return stats_out(found, previews.kb)

    @router.get("/stats.csv", summary="退件明细（CSV）", response_class=Response, dependencies=only)
    async def as_csv(since: First = None, until: Last = None) -> Response:
        """一行一件已决定的预审，不含个人信息。只供运维。"""
        found = await asyncio.to_thread(stats, previews.db, *span(since, until))
        data = cases_csv(found, material_names(previews.kb))
        return _download(data, "text/csv; charset=utf-8", "previews.csv")

    @router.get("/stats.xlsx", summary="退件统计（XLSX）", response_class=Response, dependencies=only)
    async def as_xlsx(since: First = None, until: Last = None) -> Response:
        """概况、按事项、按镇街、趋势、原因和责任、各项检查、明细，各一张表。只供运维。"""
        found = await asyncio.to_thread(stats, previews.db, *span(since, until))
        data = await asyncio.to_thread(figures_xlsx, found, material_names(previews.kb))
        return _download(data, XLSX, "previews.xlsx")

    @router.get("/recent", summary="最近的窗口预审", dependencies=only)
    async def recent(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[dict[str, Any]]:
        """还保留着文件的窗口预审，新的在前，不含姓名。只供运维。"""
        cases = await asyncio.to_thread(previews.cases.recent, limit)
        return [
            {
                "preview_id": case.preview_id,
                "item_name": case.new.item_name,
                "status": case.status,
                "created_at": case.created_at,
            }
            for case in cases
        ]


def _add_cases(router: APIRouter, previews: Previews) -> None:
    @router.post("", summary="交材料预审", status_code=202)
    async def take(
        request: Request,
        response: Response,
        files: list[UploadFile],
        item: Annotated[str, Form(description="事项编号", min_length=1, max_length=120)],
        situation: Annotated[str, Form(description='情形答案，JSON 对象：{"情形编号": "选项编号"}')] = "{}",
        applicant: Annotated[str | None, Form(description="申请人姓名或名称，可不填")] = None,
        as_of: Annotated[str | None, Form(description="按哪一天核对，默认今天")] = None,
        town: Annotated[str, Form(description="窗口所在镇街，只用于统计", max_length=40)] = "",
        channel: Annotated[Channel, Form(description="来源，决定文件保存多久")] = Channel.API,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> PreviewTaken:
        """文件落盘后返回 202；结果到 status_url 查，进度也可从 events_url 收。

        带 Idempotency-Key（或十分钟内交同样的内容）重复提交，返回原来那一份。
        """
        new = NewCase(
            item_id=item,
            item_name="",
            situation=_situation(situation),
            as_of=clean_day(as_of, china_today()),
            applicant=applicant,
            town=town.strip(),
            channel=channel,
        )
        given = await _given(files)
        preview_id, is_new = await asyncio.to_thread(previews.take, new, given, idempotency_key or None)
        case = await asyncio.to_thread(previews.cases.case, preview_id)
        url = f"{request.url.path.rstrip('/')}/{preview_id}"
        response.headers["Location"] = url
        return PreviewTaken(
            preview_id=preview_id, status=case.status, status_url=url, events_url=f"{url}/events", is_new=is_new
        )

    @router.get("/{preview_id}", summary="预审进度和结果")
    async def show(preview_id: str, response: Response) -> PreviewCase:
        """状态、每个文件读到第几页；做完后有报告（report）、意见编号和读出的字段。"""
        response.headers.update(PRIVATE)
        return PreviewCase.model_validate(await asyncio.to_thread(case_view, previews, preview_id))

    @router.get("/{preview_id}/events", summary="预审进度（SSE）", response_class=Response)
    async def events(preview_id: str) -> Response:
        """每有进展发一个 progress 事件，结束时发 end 事件。"""
        await asyncio.to_thread(previews.cases.case, preview_id)  # an unknown id is a 404, not a stream
        return event_response(_on_the_wire(_progress(previews, preview_id)))

    @router.delete("/{preview_id}", summary="撤销并删除", status_code=204)
    async def delete(preview_id: str) -> None:
        """停止识别，删除全部文件和识别结果；已作的决定只留不含个人信息的记录。"""
        await asyncio.to_thread(previews.delete, preview_id)


def _add_changes(router: APIRouter, previews: Previews, operators: Operators) -> None:
    @router.post("/{preview_id}/files", summary="补交文件", status_code=202)
    async def add(preview_id: str, files: list[UploadFile]) -> list[PreviewFile]:
        """把文件加进这份预审，已有的同样文件不会再加；读完后自动重新核对。"""
        await asyncio.to_thread(previews.add_files, preview_id, await _given(files))
        view = await asyncio.to_thread(case_view, previews, preview_id)
        return [PreviewFile.model_validate(file) for file in view["files"]]

    @router.delete("/{preview_id}/files/{file_id}", summary="去掉一个文件")
    async def drop(preview_id: str, file_id: str) -> PreviewCase:
        """删除这个文件，其余的马上重新核对。"""
        await asyncio.to_thread(previews.drop_file, preview_id, file_id)
        return PreviewCase.model_validate(await asyncio.to_thread(case_view, previews, preview_id))

    @router.patch("/{preview_id}/fields", summary="改识别出的字段")
    async def edit(preview_id: str, body: FieldEdits) -> PreviewCase:
        """改字段后马上重新核对，不再识别图片；value 为 null 时恢复识别的值。"""
        changes = [(e.file_id, e.part, e.field.value, e.value) for e in body.edits]
        await asyncio.to_thread(previews.edit, preview_id, changes)
        return PreviewCase.model_validate(await asyncio.to_thread(case_view, previews, preview_id))

    @router.patch("/{preview_id}/request", summary="改情形、申请人或日期")
    async def change(preview_id: str, body: RequestChange) -> PreviewCase:
        """改情形、申请人、核对日期或镇街，马上重新核对。"""
        await asyncio.to_thread(
            previews.change_request,
            preview_id,
            situation=body.situation,
            applicant=body.applicant,
            as_of=body.as_of,
            town=body.town,
        )
        return PreviewCase.model_validate(await asyncio.to_thread(case_view, previews, preview_id))

    @router.post("/{preview_id}/decision", summary="记录窗口决定", dependencies=[Depends(operators.only)])
    async def decide(preview_id: str, body: GivenDecision) -> DecisionKept:
        """工作人员的决定（收件或退回）和对每条意见的判断；最终结果用 stage=final。返回时已落盘。只供工作人员。"""
        decision = Decision(
            stage=body.stage,
            outcome=body.outcome,
            officer=body.officer.strip(),
            responsibility=body.responsibility,
            reasons=tuple(ReturnReason(r.code or "", r.material_id) for r in body.reasons),
            judgements=tuple(Judgement(f.finding_id, f.verdict, f.reason) for f in body.findings),
            note=body.note,
        )
        at = await asyncio.to_thread(previews.decide, preview_id, decision)
        return DecisionKept(preview_id=preview_id, stage=body.stage, outcome=body.outcome, decided_at=at)


def _add_papers(router: APIRouter, previews: Previews) -> None:
    @router.get("/{preview_id}/notice.pdf", summary="补正告知书（PDF）", response_class=Response)
    async def notice_pdf(preview_id: str) -> Response:
        """一次性补正告知书，可打印；工作人员认定为误报的意见不写进去。"""
        from serving.previews.papers import notice_as_pdf

        data = await asyncio.to_thread(notice_as_pdf, previews, preview_id)
        return _download(data, "application/pdf", "notice.pdf", inline=True)

    @router.get("/{preview_id}/notice.docx", summary="补正告知书（DOCX）", response_class=Response)
    async def notice_docx(preview_id: str) -> Response:
        """一次性补正告知书，可再编辑。"""
        from serving.previews.papers import notice_as_docx

        return _download(await asyncio.to_thread(notice_as_docx, previews, preview_id), DOCX, "notice.docx")

    @router.get("/{preview_id}/files/{file_id}/pages/{page_no}.jpg", summary="页面图片", response_class=Response)
    async def page(preview_id: str, file_id: str, page_no: int, boxes: bool = False) -> Response:
        """摆正后的页面；boxes=1 时画上编号的框。"""
        if not boxes:
            data, _ = await asyncio.to_thread(previews.page_image, preview_id, file_id, page_no)
        else:
            from serving.previews.papers import annotated_page

            data = await asyncio.to_thread(annotated_page, previews, preview_id, file_id, page_no)
        return Response(data, media_type="image/jpeg", headers=PRIVATE)


async def _progress(previews: Previews, preview_id: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Give the state whenever it changes, at last as `end`."""
    last: dict[str, Any] | None = None
    while True:
        state = await asyncio.to_thread(_state, previews, preview_id)
        ended = state["status"] in ENDED
        if state != last or ended:
            last = state
            yield ("end" if ended else "progress"), state
        if ended:
            return
        await asyncio.sleep(LOOK_EVERY_S)


def _state(previews: Previews, preview_id: str) -> dict[str, Any]:
    case = previews.cases.case(preview_id)
    return progress_view(case, [] if case.is_gone else previews.readings.files(preview_id))


async def _on_the_wire(states: AsyncIterator[tuple[str, dict[str, Any]]]) -> AsyncIterator[bytes]:
    async for state in alive(states):
        yield PING if state is None else event(*state)


async def _given(files: Sequence[UploadFile]) -> list[GivenFile]:
    return [GivenFile(file.filename or "", await file.read()) for file in files]


def _situation(text: str) -> dict[str, str]:
    try:
        given = json.loads(text or "{}")
    except ValueError as error:
        raise BadRequestError(word("errors.bad_situation")) from error
    if not isinstance(given, dict) or not all(isinstance(value, str | None) for value in given.values()):
        raise BadRequestError(word("errors.bad_situation"))
    return {key: value for key, value in given.items() if value}


def _download(data: bytes, media_type: str, name: str, *, inline: bool = False) -> Response:
    kind = "inline" if inline else "attachment"
    return Response(
        data, media_type=media_type, headers=PRIVATE | {"Content-Disposition": f"{kind}; filename={name}"}
    )
