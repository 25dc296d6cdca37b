"""The version of the installed product."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def product_version() -> str:
    """Give the version of the distribution; "0+source" when it runs from a folder without being installed."""
    try:
        return version("guanjia-ai")
    except PackageNotFoundError:
        return "0+source"
