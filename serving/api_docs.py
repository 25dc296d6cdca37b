"""GET /docs: the interface document as one plain page; nothing is fetched from outside, unlike Swagger UI."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:16px/1.7 sans-serif;max-width:56em;margin:2em auto;padding:0 1em;color:#222}}
pre{{background:#f4f4f4;padding:.8em;overflow-x:auto}}code{{font-size:15px}}
h2{{border-top:1px solid #ccc;padding-top:.8em;margin-top:2em}}</style>
<h1>{title}</h1><p>{summary}。版本 {version}。机器可读的完整定义：<a href="openapi.json">openapi.json</a></p>
{routes}</html>"""


def docs_router(app: FastAPI) -> APIRouter:
    """Build the route; the page is written when it is asked for."""
    router = APIRouter()

    @router.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        """The page."""
        return HTMLResponse(docs_page(app.openapi()))

    return router


def docs_page(schema: dict[str, Any]) -> str:
    """Write an OpenAPI schema as HTML: each route with its description and example requests."""
    bodies = schema.get("components", {}).get("schemas", {})
    routes = [
        _route(method.upper(), path, route, bodies)
        for path, methods in schema["paths"].items()
        for method, route in methods.items()
    ]
    info = schema["info"]
    return _PAGE.format(
        title=escape(info["title"]),
        summary=escape(info.get("summary", "")),
        version=escape(info["version"]),
        routes="\n".join(routes),
    )


def _route(method: str, path: str, route: dict[str, Any], bodies: dict[str, Any]) -> str:
    parts = [f"<h2><code>{method} {escape(path)}</code> {escape(route.get('summary', ''))}</h2>"]
    parts.append(f"<p>{escape(route.get('description', ''))}</p>")
    content = route.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    for example in bodies.get(name, {}).get("examples", []):
        parts.append(f"<pre>{escape(json.dumps(example, ensure_ascii=False, indent=2))}</pre>")
    return "\n".join(parts)
