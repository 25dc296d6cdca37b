"""Puts pre-review together; the OCR engine itself is built when the first file is read."""

from __future__ import annotations

from knowledge_base.content import KnowledgeBase
from serving.previews.checking import Engine
from serving.previews.database import Database
from serving.previews.desk import Previews
from serving.previews.vault import Vault
from serving.settings import Settings


def build_previews(settings: Settings, kb: KnowledgeBase) -> Previews:
    """Make the counter of pre-review over a knowledge base; reads and writes nothing yet."""
    key = settings.preview.key
    vault = Vault(settings.previews_dir, key.get_secret_value() if key else None)
    db = Database(settings.previews_database, vault)
    return Previews(kb, vault, db, settings.preview, lambda: build_engine(kb))


def build_engine(kb: KnowledgeBase) -> Engine:
    """Build the engine; its worker processes start with the first page."""
    from preview.page_reading import PageReader
    from preview.pipeline import Previewer

    return Previewer(kb, PageReader())
