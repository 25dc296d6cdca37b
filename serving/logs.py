"""Sets the log handlers up, once for each process."""

from __future__ import annotations

import logging

NOISY = {"bm25s", "faiss", "httpx", "jieba", "uvicorn"}  # report every call, or every start in English


def set_up_logging(level: str) -> None:
    """Log to standard error from `level` on, a name of the logging module."""
    handler = logging.StreamHandler()
    handler.addFilter(_worth_reading)  # at the handler: some of these set their own level when imported
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", handlers=[handler]
    )


def _worth_reading(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.split(".")[0] not in NOISY
