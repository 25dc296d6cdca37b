"""What the API says when it cannot do what was asked: one table from error to HTTP code and Chinese words.

Nothing that the caller sent is repeated, neither to the caller nor in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from knowledge_base.errors import KnowledgeBaseError
from serving.feedback import FeedbackNotSavedError
from serving.guides import UnknownItemError
from serving.previews.errors import PreviewCaseError
from serving.questions import QuestionError
from serving.tickets.errors import TicketError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ErrorReply:
    """One row of the table; an empty `message` means that the error's own words are meant for people."""

    status: int
    code: str
    message: str = ""


class UnknownModelError(LookupError):
    """A chat request names a model that is not ours."""


class NoQuestionError(ValueError):
    """A chat request has no message of the user."""


class NotOnlyTextError(ValueError):
    """A chat message carries an image or a file."""


class ConversationNotDeletedError(Exception):
    """The store did not delete a conversation; the caller has to be told."""


REPLIES: dict[type[Exception], ErrorReply] = {
    QuestionError: ErrorReply(422, "bad_question"),
    NoQuestionError: ErrorReply(422, "no_question", "messages 里没有 user 的消息，请把问题放在最后一条。"),
    NotOnlyTextError: ErrorReply(422, "not_only_text", "这里只能发文字，请去掉图片、语音或文件后再发。"),
    UnknownModelError: ErrorReply(404, "model_not_found", "没有这个模型，请把 model 填为 guanjia。"),
    UnknownItemError: ErrorReply(404, "item_not_found", "没有这个事项，请到 /v1/items 查看全部事项的编号。"),
    FeedbackNotSavedError: ErrorReply(503, "feedback_not_saved", "评价没有保存成功，请稍后再提交一次。"),
    ConversationNotDeletedError: ErrorReply(503, "conversation_not_deleted", "对话没有清除成功，请稍后再试一次。"),
    PreviewCaseError: ErrorReply(422, "bad_preview"),
    TicketError: ErrorReply(422, "bad_ticket"),
    KnowledgeBaseError: ErrorReply(503, "knowledge_base_error", "知识库暂时不能用，请稍后再试，或拨打 12345。"),
}
"""The first row whose class fits counts; what is not here is a fault of ours: INTERNAL."""

HTTP_REPLIES: dict[int, ErrorReply] = {
    400: ErrorReply(400, "invalid_json", "请求体不是正确的 JSON，请检查格式和编码，接口说明见 /docs。"),
    401: ErrorReply(401, "token_needed", "这里只供运维使用：请带上 Authorization: Bearer 和运维令牌。"),
    403: ErrorReply(403, "only_this_machine", "这里只答复本机；要从别处访问，请设置 GUANJIA_OPERATOR_TOKEN。"),
    404: ErrorReply(404, "not_found", "没有这个地址，接口说明见 /docs。"),
    405: ErrorReply(405, "method_not_allowed", "这个地址不支持这种请求方法，接口说明见 /docs。"),
    413: ErrorReply(413, "body_too_large", "请求内容太大，请缩短后再发。"),
    429: ErrorReply(429, "too_many_questions", "问得太快了，请过一会儿再问；急事请拨打 12345。"),
}
INTERNAL = ErrorReply(500, "internal_error", "服务出了点问题，已经记录。请稍后再试，急事请拨打 12345。")

_PROBLEMS: dict[str, str] = {
    "missing": "缺少字段 {field}",
    "extra_forbidden": "不认识的字段 {field}",
    "string_type": "{field} 应为文字",
    "string_unicode": "{field} 含有不完整的字符",
    "string_pattern_mismatch": "{field} 的格式不对",
    "string_too_short": "{field} 不能为空",
    "string_too_long": "{field} 太长，最多 {max_length} 字",
    "too_long": "{field} 太多，最多 {max_length} 项",
    "bool_type": "{field} 应为 true 或 false",
    "list_type": "{field} 应为数组",
    "literal_error": "{field} 只能是 {expected}",
    "value_error": "{field} {error}",
    "model_attributes_type": "{field} 应为 JSON 对象，并请带上 Content-Type: application/json",
}


def error_body(code: str, message: str) -> dict[str, Any]:
    """The body of every reply that is an error, in JSON and in an SSE `error` event."""
    return {"error": {"code": code, "message": message}}


def reply_for(error: Exception) -> ErrorReply:
    """Look the error up; one that the table does not know is logged and becomes INTERNAL."""
    for kind, row in REPLIES.items():
        if isinstance(error, kind):
            code, status = getattr(error, "code", row.code), getattr(error, "status", row.status)
            if status >= 500:
                logger.error("%s: %s", type(error).__name__, getattr(error, "problem", error))
            return ErrorReply(status, code, row.message or str(error))
    logger.error("unexpected error", exc_info=error)
    return INTERNAL


def error_response(row: ErrorReply, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Give the row as an HTTP reply."""
    return JSONResponse(error_body(row.code, row.message), row.status, headers=headers)


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of `app` leave as a row of the tables."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        return error_response(reply_for(error))

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return error_response(_validation_reply(error.errors()))

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        row = HTTP_REPLIES.get(error.status_code)
        row = row or ErrorReply(error.status_code, "http_error", "请求没有成功，接口说明见 /docs。")
        return error_response(row, error.headers)

    for kind in REPLIES:
        app.add_exception_handler(kind, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _validation_reply(errors: Sequence[Any]) -> ErrorReply:
    """Word the first problem that Pydantic found."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return HTTP_REPLIES[400]
    steps = [str(step) for step in first["loc"][1:]]  # the first one is body, path or query
    field = ".".join(steps).encode("utf-8", "replace").decode()[:60] or "请求体"
    if not steps and first["type"] == "missing":
        return ErrorReply(422, "invalid_request", "请求体是空的，应为 JSON 对象。接口说明见 /docs。")
    pattern = _PROBLEMS.get(first["type"], "{field} 的值不对")
    words = _fill(pattern, field, first.get("ctx", {}))
    return ErrorReply(422, "invalid_request", f"{words}。接口说明见 /docs。")


def _fill(pattern: str, field: str, context: Mapping[str, Any]) -> str:
    values = {key: str(value).replace(" or ", "、").replace("'", "") for key, value in context.items()}
    return pattern.format(**values | {"field": field})
