"""The return-rate monitor (/monitor/): the rate against the 10 % line, and what the returns are about."""

from __future__ import annotations

from fastapi import FastAPI

from serving.build import Product
from serving.pages.mounting import mount_page
from serving.pages.preview_data import page_words
from serving.pages.templating import fill
from serving.previews.words import word

SCRIPTS = ("preview_common.js", "monitor.js")


def mount_monitor_page(app: FastAPI, product: Product, path: str = "/monitor", api: str = "../v1/") -> FastAPI:
    """Serve the monitor at `path`; it holds no figures itself, the API gives them to operators."""
    del product  # mounted like its sisters; every figure comes from the API
    markup = fill("monitor.html", api=api, words=page_words(), none=word("browser.monitor_none"))
    return mount_page(app, path, word("page.monitor_title"), markup, SCRIPTS)
