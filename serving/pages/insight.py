"""The page of figures (/insight/): topics, trend, rises, slow departments; the weekly brief; labelling."""

from __future__ import annotations

from fastapi import FastAPI

from serving.build import Product
from serving.pages.mounting import mount_page
from serving.pages.templating import fill
from serving.pages.ticket_data import STYLES, ticket_lists, ticket_words

SCRIPTS = ("preview_common.js", "tickets_common.js", "insight.js")
TITLE = "工单分析 12345 工单"


def mount_insight_page(app: FastAPI, product: Product, path: str = "/insight", api: str = "../v1/") -> FastAPI:
    """Serve the page at `path`; tickets come from the API, which asks staff for their word."""
    markup = fill(
        "insight.html",
        api=api,
        words=ticket_words(),
        lists=ticket_lists(product.index.kb),
        here="insight",
        name="分析标注",
        seal="析",
    )
    return mount_page(app, path, TITLE, markup, SCRIPTS, STYLES)
