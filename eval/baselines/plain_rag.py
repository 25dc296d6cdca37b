"""Plain llama-index: a VectorStoreIndex with its default settings, our embedder and the same base model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from llama_index.core import Document, PromptTemplate, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback

from eval.baselines.closed_book import MAX_TOKENS, asked, said
from eval.baselines.passages import Passage
from eval.case_files import EnquiryCase
from eval.enquiries import Prediction
from knowledge_base.embedding import Embedder
from prompts.loader import prompt_text


class PlainRag:
    """`VectorStoreIndex.from_documents(…).as_query_engine()` over the passages."""

    def __init__(self, passages: Sequence[Passage], embedder: Embedder, model: BaseChatModel) -> None:
        documents = [Document(text=p.text, metadata={"item_id": p.item_id}) for p in passages]
        for document in documents:  # the id is for scoring; neither the embedder nor the model shall see it
            document.excluded_embed_metadata_keys = document.excluded_llm_metadata_keys = ["item_id"]
        index = VectorStoreIndex.from_documents(documents, embed_model=Embedding(embedder=embedder))
        template = PromptTemplate(prompt_text("baselines/plain_rag"))
        self._engine = index.as_query_engine(llm=Model(base_model=model), text_qa_template=template)

    async def ask(self, case: EnquiryCase) -> Prediction:
        """Answer from the two nearest passages, as the library does by default."""
        reply = await asyncio.to_thread(self._engine.query, asked(case))
        items = list(dict.fromkeys(str(node.metadata["item_id"]) for node in reply.source_nodes))
        return said(case.id, str(reply), items, "plain_rag")


class Embedding(BaseEmbedding):
    """Our embedder as llama-index wants it."""

    embedder: Any

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.embedder.passages(texts).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self.embedder.query(query).tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class Model(CustomLLM):
    """Our base model as llama-index wants it."""

    base_model: Any

    @property
    def metadata(self) -> LLMMetadata:
        """What fits into the model."""
        return LLMMetadata(context_window=4096, num_output=MAX_TOKENS)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """Give the whole reply."""
        return CompletionResponse(text=str(self.base_model.bind(max_tokens=MAX_TOKENS).invoke(prompt).text))

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """Give the whole reply as one piece."""
        yield self.complete(prompt)
