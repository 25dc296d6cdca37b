"""Closes the addresses of Gradio that the citizens' page does not use: uploads, files, queue, API pages."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OPEN = ("assets", "static", "theme.css", "gradio_api/component_server", "gradio_api/app_id")


class ClosedDoors:
    """ASGI middleware inside Gradio's app; replies 404 to everything but the page and what it loads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "lifespan" or is_open(scope["path"].removeprefix(scope.get("root_path", ""))):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse("没有这个地址。", 404)(scope, receive, send)


def is_open(path: str) -> bool:
    """Tell whether the page needs the address; `path` is seen from where Gradio is mounted.

    >>> is_open("/"), is_open("/assets/index.js"), is_open("/gradio_api/upload"), is_open("/assets.zip")
    (True, True, False, False)
    """
    wanted = path.strip("/")
    return not wanted or any(wanted == door or wanted.startswith(f"{door}/") for door in OPEN)
