"""The HTTP API of the product: routes validate, the assistant answers, errors leave as typed JSON."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from serving.access import Given, Operators, QuestionLimit
from serving.api_conversations import conversation_router
from serving.api_docs import docs_router
from serving.api_enquiries import enquiry_router
from serving.api_errors import install_error_handlers
from serving.api_middleware import BodyLimit, RequestRecord
from serving.api_models import ERROR_RESPONSES, FeedbackReply, FeedbackRequest
from serving.api_openai import openai_router
from serving.api_previews import UPLOAD_PATHS, UploadLimit, preview_router
from serving.api_tickets import ticket_router
from serving.api_tickets_citizen import CITIZEN_PATHS, citizen_ticket_router
from serving.asked import AskedStore
from serving.build import Product
from serving.feedback import FeedbackStore
from serving.guide_models import DomainList, ItemGuide, ItemList
from serving.guides import Guides
from serving.live import Live
from serving.metrics import Metrics
from serving.previews.build import build_previews
from serving.previews.desk import Previews
from serving.tickets.build import TicketService
from serving.version import product_version

logger = logging.getLogger(__name__)

QUESTION_PATHS = ("/v1/enquiries", "/v1/chat/completions")
OWN_LIMIT = re.compile(rf"{UPLOAD_PATHS.pattern}|^/v1/tickets(/|$)")
"""Addresses whose bodies have limits of their own."""

PHOTO_PATH = re.compile(r"^/v1/tickets/citizen/?$")
PHOTO_BYTES = 30 * 1024 * 1024
TICKET_BYTES = 1024 * 1024
"""Room for a transcript of 100 000 characters, also when its JSON is written in ASCII."""

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def create_app(product: Product) -> FastAPI:
    """Build the API over a product. Several apps may share one product; each has its own figures.

    Browsers of other sites get no access (no CORS headers); put such sites behind the same address.
    """
    app = FastAPI(
        title="莞家 AI",
        summary="东莞政务服务咨询接口：有出处的答复、办事指南、好差评",
        version=product_version(),
        docs_url=None,  # Swagger UI and ReDoc load scripts from elsewhere; /docs is a page of our own
        redoc_url=None,
        lifespan=lambda app: _running(product, app.state.live, app.state.previews, app.state.tickets),
    )
    feedback = FeedbackStore(product.settings.database)
    metrics = Metrics(product.index, feedback, product.model.status)
    asked = AskedStore(product.settings.database, product.settings.conversation_days)
    live = Live(metrics, asked, product.settings.grade_share)
    app.state.live = live  # for a page that is added: its answers count, too
    previews = build_previews(product.settings, product.index.kb)
    app.state.previews = previews
    install_error_handlers(app)
    app.include_router(enquiry_router(product, live))
    app.include_router(conversation_router(product))
    app.include_router(openai_router(product, live))
    app.include_router(_feedback_router(feedback))
    app.include_router(_guide_router(product))
    app.include_router(_operation_router(product, feedback, metrics))
    app.include_router(preview_router(previews, Operators(product.settings.operator_token)))
    tickets = TicketService(product)
    app.state.tickets = tickets
    app.include_router(citizen_ticket_router(tickets))
    app.include_router(ticket_router(tickets, Operators(product.settings.operator_token)))
    app.include_router(docs_router(app))
    app.add_middleware(BodyLimit, uploads=OWN_LIMIT)
    app.add_middleware(BodyLimit, prefix="/v1/tickets", limit_bytes=TICKET_BYTES, uploads=PHOTO_PATH)
    app.add_middleware(BodyLimit, prefix="/v1/tickets/citizen", limit_bytes=PHOTO_BYTES)
    app.add_middleware(UploadLimit, limit_mb=product.settings.preview.upload_mb)
    app.add_middleware(QuestionLimit, paths=("/v1/previews",), per_minute=product.settings.preview.per_minute)
    app.add_middleware(QuestionLimit, paths=CITIZEN_PATHS, per_minute=product.settings.tickets.per_minute)
    app.add_middleware(QuestionLimit, paths=QUESTION_PATHS, per_minute=product.settings.questions_per_minute)
    app.add_middleware(RequestRecord, metrics=metrics)  # added last: runs first
    return app


@asynccontextmanager
async def _running(product: Product, live: Live, previews: Previews, tickets: TicketService) -> AsyncIterator[None]:
    """While the app runs, read previews and keep gaps and conversations (if they can be written)."""
    settings = product.settings
    live.start()
    previews.worker.start()
    outbox = tickets.outbox()
    if outbox:
        outbox.start()
    try:
        await product.assistant.remember(settings.conversations, settings.conversation_days)
    except (OSError, sqlite3.Error) as error:
        logger.error("conversations are not kept: %s", error)
    try:
        yield
    finally:
        await product.assistant.close()
        await asyncio.to_thread(live.stop)
        await asyncio.to_thread(previews.close)
        if outbox:
            await asyncio.to_thread(outbox.stop)


def _feedback_router(store: FeedbackStore) -> APIRouter:
    router = APIRouter(tags=["好差评"], responses=ERROR_RESPONSES)

    @router.post("/v1/feedback", summary="评价一条答复")
    async def rate(body: FeedbackRequest) -> FeedbackReply:
        """五级好差评。同一条答复可以改评，以最后一次为准，之前的会留存；返回时已经落盘。"""
        kept = await asyncio.to_thread(store.save, body.answer_id, body.rating, body.reasons, body.comment)
        return FeedbackReply(
            answer_id=kept.answer_id, rating=kept.rating, label=kept.rating.label, rated_at=kept.rated_at
        )

    return router


def _guide_router(product: Product) -> APIRouter:
    router = APIRouter(tags=["办事指南"], responses=ERROR_RESPONSES)
    guides = Guides(product.index.kb, accept_unverified=product.settings.accept_unverified)

    @router.get("/v1/items", summary="事项列表")
    async def items(domain: str | None = None) -> ItemList:
        """全部事项，或一个业务领域（domain）的事项。"""
        return guides.items(domain)

    @router.get("/v1/items/{item_id}", summary="办事指南")
    async def item(item_id: str) -> ItemGuide:
        """一个事项的办事指南；每一条都有来源，未核实的有标注。"""
        return guides.guide(item_id)

    @router.get("/v1/domains", summary="业务领域")
    async def domains() -> DomainList:
        """全部业务领域，各有三个常见问法，可作首页快捷入口。"""
        return guides.domains()

    return router


def _operation_router(product: Product, feedback: FeedbackStore, metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["运维"])
    operators = Operators(product.settings.operator_token)

    @router.get("/healthz", summary="是否存活")
    async def healthz() -> dict[str, str]:
        """进程在运行。"""
        return {"status": "ok"}

    @router.get("/readyz", summary="能否服务")
    async def readyz(request: Request, given: Given) -> JSONResponse:
        """能答复、能保存评价时为 200，否则 503；模型状态仅供参考，没有模型也能服务。原因和细节只给运维看。"""
        problem = await asyncio.to_thread(feedback.problem)
        model = product.model.status()
        kb = product.index.kb
        ready = problem is None and bool(kb.items or kb.documents)
        detailed = operators.known(request, given)  # details may hold paths of this machine
        report = {
            "ready": ready,
            "index": {
                "revision": kb.revision,
                "items": len(kb.items) + len(kb.documents),
                "domains": len(product.index.domains),
            },
            "database": {"writable": problem is None} | ({"problem": problem} if detailed else {}),
            "model": {"state": model.state} | ({"detail": model.detail} if detailed else {}),
        }
        return JSONResponse(report, 200 if ready else 503)

    @router.get(
        "/metrics", summary="Prometheus 指标", response_class=Response, dependencies=[Depends(operators.only)]
    )
    async def figures() -> Response:
        """请求、答复、用时、评价、模型和知识库版本。只供运维：带 GUANJIA_OPERATOR_TOKEN，没有设置时只答复本机。"""
        return Response(await asyncio.to_thread(metrics.text), media_type=METRICS_TYPE)

    return router
