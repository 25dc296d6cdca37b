"""The OpenAI chat interface, so that existing chat clients can be pointed at the product as they are."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from assistant.answers import Answer, Sentence
from serving.api_errors import UnknownModelError, error_body, reply_for
from serving.api_models import ERROR_RESPONSES
from serving.build import Product
from serving.chat_messages import MODEL_NAME, ChatRequest, question_and_history, usage
from serving.live import Live
from serving.plain_text import after_text, plain_text
from serving.questions import clean_question
from serving.sse import PING, alive, event, event_response

_DONE = b"data: [DONE]\n\n"


def openai_router(product: Product, live: Live) -> APIRouter:
    """Build the routes."""
    router = APIRouter(tags=["OpenAI 兼容接口"], responses=ERROR_RESPONSES)
    card = {"id": MODEL_NAME, "object": "model", "created": int(time.time()), "owned_by": MODEL_NAME}

    @router.get("/v1/models", summary="模型列表")
    async def models() -> dict[str, Any]:
        """只有一个模型：guanjia。"""
        return {"object": "list", "data": [card]}

    @router.get("/v1/models/{model}", summary="模型")
    async def model(model: str) -> dict[str, Any]:
        """查看一个模型。"""
        if model != MODEL_NAME:
            raise UnknownModelError
        return card

    @router.post("/v1/chat/completions", summary="对话", response_model=None)
    async def complete(body: ChatRequest) -> Response:
        """最后一条 user 消息是问题，之前的是对话；system 消息不起作用。完整答复在 guanjia 字段里。"""
        if body.model != MODEL_NAME:
            raise UnknownModelError
        question, history = question_and_history(body.messages)
        question = clean_question(question, product.settings.question_max_chars)
        history = history[-2 * product.settings.conversation_turns :]
        chat = _Chat(body, partial(live.answered, question))
        if body.stream:
            return event_response(chat.chunks(product.assistant.stream(question, history=history)))
        return JSONResponse(chat.completion(await product.assistant.ask(question, history=history)))

    return router


class _Chat:
    """One chat request: gives its answer in one piece or in chunks."""

    def __init__(self, request: ChatRequest, note: Callable[[Answer], None]) -> None:
        self._request = request
        self._note = note
        self._created = int(time.time())

    def completion(self, answer: Answer) -> dict[str, Any]:
        """The answer as one `chat.completion`."""
        self._note(answer)
        text = plain_text(answer)
        message = {"role": "assistant", "content": text, "refusal": None}
        return {
            "id": f"chatcmpl-{answer.answer_id}",
            "object": "chat.completion",
            "created": self._created,
            "model": MODEL_NAME,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
            "usage": usage(self._request.messages, text),
            "guanjia": answer.as_json(),
        }

    async def chunks(self, parts: AsyncIterator[object]) -> AsyncIterator[bytes]:
        """The answer as `chat.completion.chunk` events: a sentence each, then the sources."""
        sent = ""
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            async for part in alive(parts):
                if part is None:
                    yield PING
                elif isinstance(part, Sentence):
                    piece = f"\n{part.text}" if sent else part.text
                    sent += piece
                    yield self._chunk({"content": piece})
                elif isinstance(part, Answer):
                    self._note(part)
                    rest = _rest(part.text, sent) + after_text(part)
                    yield self._chunk({"content": rest})
                    yield self._chunk({}, finish_reason="stop", guanjia=part.as_json())
                    if self._request.wants_usage:
                        yield self._chunk(None, usage=usage(self._request.messages, sent + rest))
        except Exception as error:  # the reply has begun: the error has to travel in it
            row = reply_for(error)
            yield event(None, error_body(row.code, row.message))
        yield _DONE

    def _chunk(self, delta: dict[str, str] | None, finish_reason: str | None = None, **extra: object) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return event(
            None,
            {
                "id": f"chatcmpl-{self._created:x}{id(self):x}",
                "object": "chat.completion.chunk",
                "created": self._created,
                "model": MODEL_NAME,
                "choices": [] if delta is None else [choice],
                **extra,
            },
        )


def _rest(text: str, sent: str) -> str:
    """What of the whole text no sentence has brought."""
    return text if not sent else text.removeprefix(sent) if text.startswith(sent) else ""
