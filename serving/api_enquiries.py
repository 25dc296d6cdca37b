"""POST /v1/enquiries: one question, answered as JSON or sentence by sentence as server-sent events."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from assistant.answers import Answer, Sentence, Turn
from assistant.enquiry import Stage
from serving.api_errors import error_body, reply_for
from serving.api_models import ERROR_RESPONSES, EnquiryReply, EnquiryRequest, HistoryTurn
from serving.build import Product
from serving.live import Live
from serving.questions import clean_question
from serving.sse import PING, alive, event, event_response

_EVENTS = "`stage` {name, label} · `sentence` {text, citations} · `answer` 与 JSON 相同 · `error` {error}"
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": EnquiryReply,
        "description": "答复；要求 SSE 时逐个事件返回",
        "content": {"text/event-stream": {"schema": {"type": "string", "description": _EVENTS}}},
    },
}


def enquiry_router(product: Product, live: Live) -> APIRouter:
    """Build the route."""
    router = APIRouter(tags=["咨询"])
    limits = product.settings

    @router.post("/v1/enquiries", summary="提问", responses=_RESPONSES | ERROR_RESPONSES)
    async def enquire(body: EnquiryRequest, request: Request) -> Response:
        """回答一个问题。每句话都注明出处；知识库里没有的如实说明，并给出转人工的办法。"""
        question = clean_question(body.question, limits.question_max_chars)
        conversation_id = body.conversation_id or str(uuid.uuid4())
        turns = latest_turns(body.history, limits.conversation_turns)
        if body.stream or _wants_events(request):
            parts = product.assistant.stream(question, conversation_id=conversation_id, history=turns)
            return event_response(_events(parts, conversation_id, partial(live.answered, question)))
        answer = await product.assistant.ask(question, conversation_id=conversation_id, history=turns)
        live.answered(question, answer)
        return JSONResponse(_reply(answer, conversation_id))

    return router


def latest_turns(history: Sequence[HistoryTurn], turns: int) -> tuple[Turn, ...]:
    """Give the last `turns` questions and answers of a conversation, oldest first."""
    return tuple(Turn(message.role, message.content) for message in history[-2 * turns :])


async def _events(
    parts: AsyncIterator[Stage | Sentence | Answer], conversation_id: str, note: Callable[[Answer], None]
) -> AsyncIterator[bytes]:
    try:
        async for part in alive(parts):
            match part:
                case None:
                    yield PING
                case Stage(name, label):
                    yield event("stage", {"name": name, "label": label})
                case Sentence(text, citations):
                    yield event("sentence", {"text": text, "citations": citations})
                case Answer():
                    note(part)
                    yield event("answer", _reply(part, conversation_id))
    except Exception as error:  # the reply has begun: the error has to travel in it
        row = reply_for(error)
        yield event("error", error_body(row.code, row.message))


def _wants_events(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


def _reply(answer: Answer, conversation_id: str) -> dict[str, Any]:
    return {"conversation_id": conversation_id} | answer.as_json()
