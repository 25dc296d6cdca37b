"""Puts the parts together once; the server, the command line and eval all build through here."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assistant.answer import Answerer
from assistant.answering import Answering
from assistant.compose import Composer, compose_messages
from assistant.compose_approved import ApprovedAnswers
from assistant.enquiry import Assistant
from assistant.intents import IntentModel
from assistant.passages import PassageAnswerer
from knowledge_base.content import STARTER_CONTENT, content_revision
from knowledge_base.documents import is_document_base
from knowledge_base.embedding import DocumentEmbedder, E5Embedder, Embedder
from knowledge_base.errors import IndexCorruptError, IndexNotBuiltError
from knowledge_base.index import Index, Progress, build_index, index_revision, load_index
from knowledge_base.passage_retrieval import PassageRetriever
from knowledge_base.retrieval import Retriever, Searcher, embedded
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
    embedder: Embedder


def content_dir(settings: Settings) -> Path:
    """The content in use: an imported knowledge base, the configured content or the starter set."""
    return settings.kb_dir or settings.content_dir or STARTER_CONTENT


def embedder_for(folder: Path, base: E5Embedder) -> Embedder:
    """Choose how a knowledge base is embedded: items by the fine-tuned model, documents by the general one."""
    return DocumentEmbedder(E5Embedder(weights=None)) if is_document_base(folder) else base


def ready_index(settings: Settings, embedder: Embedder, progress: Progress, say: Callable[[str], None]) -> Index:
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
    base = E5Embedder()
    embedder = embedder_for(content_dir(settings), base)
    index = ready_index(settings, embedder, progress, say)
    model = model_handle(settings)
    retriever, answerer = answering(settings, index, embedder, model)
    assistant = Assistant(
        retriever,
        answerer,
        IntentModel(),
        TypoRepair(typo_terms(index), word_frequency),
        embed=partial(embedded, base),
        kept_turns=settings.conversation_turns,
    )
    if settings.model.use is not ModelUse.NEVER:
        threading.Thread(target=warm_up, args=(model,), name="model-warm-up", daemon=True).start()
    return Product(settings, index, assistant, model, base)


def answering(settings: Settings, index: Index, embedder: Embedder, model: ModelHandle) -> tuple[Searcher, Answering]:
    """Make the search and the writer of answers for documents or for service items."""
    if index.kb.documents:
        passages = PassageRetriever(index, embedder)
        return passages, PassageAnswerer(passages)
    approved = ApprovedAnswers(index.kb, accept_unverified=settings.accept_unverified)
    eager = settings.model.use is ModelUse.ALWAYS
    composer = Composer(model.chat, eager, index.tokeniser.tokens, settings.model.timeout_s)
    return Retriever(index, embedder), Answerer(index.kb, approved, composer)


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
