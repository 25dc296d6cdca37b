"""Puts pre-review together; the OCR engine itself is built when the first file is read."""

from __future__ import annotations

from functools import partial

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
    accept = settings.accept_unverified
    db = Database(settings.previews_database, vault)
    return Previews(kb, vault, db, settings.preview, partial(build_engine, kb, accept_unverified=accept))


def build_engine(kb: KnowledgeBase, *, accept_unverified: bool = True) -> Engine:
    """Build the engine; its worker processes start with the first page.

    `accept_unverified` False: materials of unverified source never block.
    """
    from preview.page_reading import PageReader
    from preview.pipeline import Previewer

    return Previewer(kb, PageReader(), accept_unverified=accept_unverified)
