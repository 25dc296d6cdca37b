"""The agent console (/console/): the call on the left, the ticket that fills itself on the right."""

from __future__ import annotations

from fastapi import FastAPI

from serving.build import Product
from serving.pages.mounting import mount_page
from serving.pages.templating import fill
from serving.pages.ticket_data import STYLES, ticket_lists, ticket_words

SCRIPTS = ("preview_common.js", "tickets_common.js", "console.js")
TITLE = "坐席台 12345 工单"


def mount_console_page(app: FastAPI, product: Product, path: str = "/console", api: str = "../v1/") -> FastAPI:
    """Serve the console at `path`; tickets come from the API, which asks staff for their word."""
    markup = fill(
        "console.html",
        api=api,
        words=ticket_words(),
        lists=ticket_lists(product.index.kb),
        delivers="1" if product.settings.tickets.webhook_url else "",
        here="console",
        name="坐席台",
        seal="话",
    )
    return mount_page(app, path, TITLE, markup, SCRIPTS, STYLES)
