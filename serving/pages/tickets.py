"""The supervisor page (/tickets/): queue, one ticket with its trail, rules of automatic dispatch, dead letters."""

from __future__ import annotations

from fastapi import FastAPI

from serving.build import Product
from serving.pages.mounting import mount_page
from serving.pages.templating import fill
from serving.pages.ticket_data import STYLES, ticket_lists, ticket_words

SCRIPTS = ("preview_common.js", "tickets_common.js", "tickets.js")
TITLE = "工单管理 12345 工单"


def mount_tickets_page(app: FastAPI, product: Product, path: str = "/tickets", api: str = "../v1/") -> FastAPI:
    """Serve the page at `path`; tickets come from the API, which asks staff for their word."""
    markup = fill(
        "tickets.html",
        api=api,
        words=ticket_words(),
        lists=ticket_lists(product.index.kb),
        here="tickets",
        name="工单管理",
        seal="单",
    )
    return mount_page(app, path, TITLE, markup, SCRIPTS, STYLES)
