"""Mounts a page of ours in a Gradio app: in Chinese, nothing from outside, unused addresses closed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.middleware import Middleware

from serving.api_middleware import BodyLimit
from serving.pages.chinese_page import ChinesePage
from serving.pages.closed_doors import ClosedDoors
from serving.pages.templating import fill

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr

HERE = Path(__file__).parent
FONTS = ("PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
STYLES = ("citizen.css", "preview.css")


def mount_page(
    app: FastAPI, path: str, title: str, markup: str, scripts: Sequence[str], sheets: Sequence[str] = STYLES
) -> FastAPI:
    """Serve `markup` with its scripts (files of this folder, run one after another) at `path`, with a slash behind.

    Mount before the page at "/", which takes every address that is left.
    """

    async def with_slash() -> RedirectResponse:
        return RedirectResponse(f"{path.rsplit('/', 1)[1]}/")

    app.add_api_route(path, with_slash, include_in_schema=False)
    with gr.Blocks(title=title, analytics_enabled=False) as blocks:
        gr.HTML(markup, js_on_load="\n".join(_text(name) for name in scripts), apply_default_css=False)
    styles = "\n".join(_text(name) for name in sheets)
    head = fill("preview_head.html", title=title).replace("/*styles*/", styles)
    mounted = gr.mount_gradio_app(
        app,
        blocks,
        path=path,
        theme=gr.themes.Base(font=FONTS, font_mono=FONTS),  # no web fonts
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
        app_kwargs={
            "middleware": [
                Middleware(ClosedDoors),
                Middleware(BodyLimit, prefix=""),
                Middleware(ChinesePage, head=head),
            ]
        },
    )
    return cast(FastAPI, mounted)


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
