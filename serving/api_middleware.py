"""What every request passes: a size limit, one log line without any words of the citizen, a last catch."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api_errors import HTTP_REPLIES, INTERNAL, error_response
from serving.metrics import Metrics

logger = logging.getLogger(__name__)

BODY_LIMIT_BYTES = 256 * 1024


class BodyLimit:
    """Refuses bodies above the limit under `prefix`; the pages' uploads have limits of their own.

    The body is read before the route runs, so a caller that never says how much it sends is stopped
    as soon as it has sent too much.
    """

    def __init__(
        self,
        app: ASGIApp,
        prefix: str = "/v1/",
        limit_bytes: int = BODY_LIMIT_BYTES,
        uploads: re.Pattern[str] | None = None,
    ) -> None:
        """Args: uploads: paths that have a limit of their own, in `serving.api_previews`."""
        self._app = app
        self._uploads = uploads
        self._prefix = prefix
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body in one piece, or reply 413."""
        has_own_limit = self._uploads is not None and self._uploads.match(scope.get("path", ""))
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix) or has_own_limit:
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limit_bytes:
                await error_response(HTTP_REPLIES[413], {"Connection": "close"})(scope, receive, send)
                return
        await self._app(scope, _with_body(bytes(body), receive), send)


class RequestRecord:
    """Counts and logs every request, and turns what nobody caught into a typed reply."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request; a reply that has begun cannot be replaced, so its error only goes to the log."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex[:12]
        started = time.perf_counter()
        status = 0

        async def send_recorded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_recorded)
        except Exception:
            logger.exception("request failed id=%s route=%s", request_id, _route(scope))
            if status == 0:
                await error_response(INTERNAL)(scope, receive, send_recorded)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.request(_route(scope), scope["method"], status, seconds)
            level = logging.DEBUG if _route(scope) == "page" else logging.INFO
            line = "request id=%s method=%s route=%s status=%d ms=%.0f"
            logger.log(level, line, request_id, scope["method"], _route(scope), status, seconds * 1000)


def _route(scope: Scope) -> str:
    """The template of the route; a path may hold words of the citizen and stays out of logs and labels."""
    route = scope.get("route")
    if route is None or isinstance(route, Mount):
        return "page" if scope.get("root_path") or isinstance(route, Mount) else "unknown"
    return str(getattr(route, "path", "unknown"))


def _with_body(body: bytes, receive: Receive) -> Receive:
    """Give the body first and after it whatever else arrives (the client's leaving)."""
    given = False

    async def receive_body() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body
