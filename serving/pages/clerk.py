"""The counter page of pre-review (/clerk/): papers in, findings beside the page they are on, decision out."""

from __future__ import annotations

from fastapi import FastAPI

from serving.build import Product
from serving.pages.mounting import mount_page
from serving.pages.preview_data import ACCEPT, page_items, page_limits, page_towns, page_words
from serving.pages.templating import fill
from serving.previews.words import word

SCRIPTS = ("preview_common.js", "clerk.js")


def mount_clerk_page(app: FastAPI, product: Product, path: str = "/clerk", api: str = "../v1/") -> FastAPI:
    """Serve the counter page at `path`; `api` is where the HTTP API is, seen from the page."""
    kb, settings = product.index.kb, product.settings.preview
    markup = fill(
        "clerk.html",
        api=api,
        words=page_words(),
        items=page_items(kb),
        towns=page_towns(kb),
        limits=page_limits(settings),
        accept=ACCEPT,
        kept=word("page.kept", days=f"{settings.keep_days:g}"),
        ai_label=word("page.ai_label"),
    )
    return mount_page(app, path, word("page.clerk_title"), markup, SCRIPTS)
