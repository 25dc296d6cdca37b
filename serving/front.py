"""One address for API and page: the API answers at once, the page joins when it is ready."""

from __future__ import annotations

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

API_PATHS = ("/v1/", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json")

_WAIT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta http-equiv="refresh" content="{seconds}"><title>莞家 AI</title>
<meta name="viewport" content="width=device-width">
<body style="font:20px/1.8 sans-serif;padding:2em;max-width:30em;margin:auto"><p>{text}</p></body></html>"""


class Front:
    """Sends API addresses to the API and everything else to the page, or to a notice while there is none."""

    def __init__(self, api: ASGIApp) -> None:
        self._api = api
        self._page: ASGIApp = notice("页面正在准备，几秒后会自动打开……", refresh_s=2)

    def show(self, page: ASGIApp) -> None:
        """From now on, send everything but the API to `page`."""
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        is_api = scope["type"] == "lifespan" or scope["path"].startswith(API_PATHS)
        await (self._api if is_api else self._page)(scope, receive, send)


def notice(text: str, refresh_s: int) -> ASGIApp:
    """A page that only says `text` and asks again after a while."""
    html = _WAIT.format(text=text, seconds=refresh_s)
    return HTMLResponse(html, status_code=503, headers={"Retry-After": str(refresh_s)})
