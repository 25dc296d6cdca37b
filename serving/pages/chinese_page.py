"""Makes the page that Gradio serves ours: in Chinese, with our head, and with nothing from outside."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # Gradio compiles its templates in the browser, hence 'unsafe-eval'; nothing may come from another host.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
_FOREIGN_META = re.compile(r"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>\s*")
_MANIFEST = re.compile(r"<link rel=\"manifest\"[^>]*>\s*")


def in_chinese(html: str, head: str) -> str:
    """Rewrite Gradio's page: language, `head` in place of its link previews and of its manifest."""
    html = _MANIFEST.sub("", _FOREIGN_META.sub("", html))
    html = re.sub(r"<html(\s+)lang=\"en\"", r'<html\1lang="zh-CN"', html, count=1)
    return html.replace("</head>", f"{head}\n</head>", 1)


class ChinesePage:
    """ASGI middleware that passes HTML pages through `in_chinese`; all else goes by untouched."""

    def __init__(self, app: ASGIApp, head: str) -> None:
        self._app = app
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        start: Message | None = None
        body = bytearray()

        async def send_rewritten(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    page = in_chinese(body.decode(), self._head).encode() if body else b""
                    headers = MutableHeaders(scope=start)
                    headers.update(HEADERS)
                    if page:
                        headers["Content-Length"] = str(len(page))
                    await send(start)
                    await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, send_rewritten)


def _is_html(message: Message) -> bool:
    return MutableHeaders(raw=list(message["headers"])).get("content-type", "").startswith("text/html")
