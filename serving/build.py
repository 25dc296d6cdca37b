"""Puts the parts together once; the server, the command line and eval all build through here."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.answer import Answerer
from assistant.compose import Composer, compose_messages
from assistant.compose_approved import ApprovedAnswers
from assistant.enquiry import Assistant
from assistant.intents import IntentVoter, exemplars
from knowledge_base.content import STARTER_CONTENT, content_revision
from knowledge_base.embedding import STARTER_VECTORS, E5Embedder, EmbeddingCache
from knowledge_base.errors import IndexCorruptError, IndexNotBuiltError
from knowledge_base.index import Index, Progress, build_index, index_revision, load_index
from knowledge_base.retrieval import Retriever
from knowledge_base.terms import typo_terms
from knowledge_base.text import TypoRepair
from knowledge_base.tokens import word_frequency
from serving.model_client import ModelHandle, model_handle
from serving.model_status import ModelState
from serving.settings import ModelUse, Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Product:
    """Everything a face needs."""

    settings: Settings
    index: Index
    assistant: Assistant
    model: ModelHandle


def content_dir(settings: Settings) -> Path:
    """The content in use: the configured one or the starter set."""
    return settings.content_dir or STARTER_CONTENT


def ready_index(settings: Settings, embedder: E5Embedder, progress: Progress, say: Callable[[str], None]) -> Index:
    """Load the index of the current content; build it when it is missing, outdated or damaged."""
    wanted = content_revision(content_dir(settings))
    if index_revision(settings.index_dir) == wanted:
        try:
            index = load_index(settings.index_dir)
            if index.built_with == embedder.name:
                return index
            say("向量模型有变化，正在重建索引……")
        except (IndexCorruptError, IndexNotBuiltError) as error:
            logger.warning("index is built again: %s", error)
            say("索引文件损坏，正在重建……")
    else:
        say("首次启动或知识库有更新，正在建立索引……")
    return build_index(content_dir(settings), settings.index_dir, embedder, progress)


def build(
    settings: Settings,
    progress: Progress = lambda domain, done, total: None,
    say: Callable[[str], None] = lambda message: None,
) -> Product:
    """Build the product.

    Raises:
        KnowledgeBaseError: the content is bad or the embedder failed.
        OSError: the data folder cannot be written or the disk is full.
    """
    embedder = E5Embedder()
    index = ready_index(settings, embedder, progress, say)
    model = model_handle(settings)
    retriever = Retriever(index, embedder)
    assistant = Assistant(
        retriever,
        Answerer(
            index.kb,
            ApprovedAnswers(index.kb, accept_unverified=settings.accept_unverified),
            Composer(
                model.chat,
                settings.model.use is ModelUse.ALWAYS,
                index.tokeniser.tokens,
                settings.model.timeout_s,
            ),
        ),
        intent_voter(settings, embedder, retriever),
        TypoRepair(typo_terms(index), word_frequency),
        kept_turns=settings.conversation_turns,
    )
    if settings.model.use is not ModelUse.NEVER:
        threading.Thread(target=warm_up, args=(model,), name="model-warm-up", daemon=True).start()
    return Product(settings, index, assistant, model)


def warm_up(model: ModelHandle, wait_s: float = 300.0) -> None:
    """Once the base model is there, let it read the rules of every composed answer, which it then keeps cached."""
    end = time.monotonic() + wait_s
    while model.chat() is None:
        if time.monotonic() > end or model.status().state in (ModelState.OFF, ModelState.FAILED):
            return
        time.sleep(1.0)
    chat = model.chat()
    if chat is None:
        return
    try:
        chat.bind(max_tokens=1).invoke(compose_messages("你好", {}))
    except Exception as error:  # the client library's errors share no base; the first answer is only slower
        logger.info("the base model was not warmed up: %s", type(error).__name__)


def intent_voter(settings: Settings, embedder: E5Embedder, retriever: Retriever) -> IntentVoter:
    """Embed the intent exemplars; after the first start they come from the cache."""
    cache = EmbeddingCache(settings.index_dir / "embeddings.sqlite", embedder, STARTER_VECTORS)
    try:
        return IntentVoter(cache.vectors([text for _, text in exemplars()]), retriever.question_vectors())
    finally:
        cache.close()
