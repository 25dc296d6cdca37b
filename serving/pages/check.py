"""先查材料 (/check/): citizens photograph their papers and learn what is still to bring and to change."""

from __future__ import annotations

from fastapi import FastAPI

from serving.build import Product
from serving.pages.mounting import mount_page
from serving.pages.preview_data import ACCEPT, page_items, page_limits, page_words
from serving.pages.templating import fill
from serving.previews.words import word

SCRIPTS = ("preview_common.js", "check.js")


def mount_check_page(app: FastAPI, product: Product, path: str = "/check", api: str = "../v1/") -> FastAPI:
    """Serve the citizens' check at `path`; `api` is where the HTTP API is, seen from the page."""
    kb, settings = product.index.kb, product.settings.preview
    markup = fill(
        "check.html",
        api=api,
        words=page_words(),
        items=page_items(kb),
        limits=page_limits(settings),
        accept=ACCEPT,
        kept=word("page.check_kept", hours=f"{settings.citizen_hours:g}"),
        consent=word("page.check_consent"),
        sure=word("browser.check_sure"),
        ai_label=word("page.check_ai"),
    )
    return mount_page(app, path, word("page.check_title"), markup, SCRIPTS)
