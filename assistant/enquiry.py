"""The enquiry assistant: one graph, whose steps stand below in the order they run."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from assistant.answering import Answering
from assistant.answers import Answer, AnswerStatus, Sentence, Turn
from assistant.draft import Draft
from assistant.guard import guard
from assistant.intents import Intent, IntentModel
from assistant.memory import ConversationMemory
from assistant.reply import finish, fixed
from assistant.retrieve import find
from assistant.route import route
from assistant.state import EnquiryState
from assistant.understand import understand
from knowledge_base.cantonese import to_standard
from knowledge_base.embedding import Vectors
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.masking import mask
from knowledge_base.retrieval import Searcher
from knowledge_base.text import TypoRepair, normalise

logger = logging.getLogger(__name__)

_LABELS = {
    "prepare": "正在读您的问题",
    "guard": "正在判断问题类型",
    "understand": "正在理解您要办的事",
    "route": "正在查找所属领域",
    "retrieve": "正在查知识库",
    "answer": "正在整理答案",
    "ground": "正在核对出处",
    "reply": "马上就好",
}


@dataclass(frozen=True)
class Stage:
    """Progress of a running enquiry, in words for the citizen."""

    name: str
    label: str


class Assistant:
    """Answers enquiries over one knowledge base. Shared by all requests; conversations live in `memory`."""

    def __init__(
        self,
        retriever: Searcher,
        answerer: Answering,
        intents: IntentModel,
        typos: TypoRepair,
        *,
        embed: Callable[[str], Vectors | None] | None = None,
        kept_turns: int = 20,
    ) -> None:
        """`embed` embeds messages for `intents`; without it the retriever does, whose model may be another."""
        self.retriever = retriever
        self._embed = embed or retriever.embed
        self.answerer = answerer
        self._intents = intents
        self._typos = typos
        self._kept_turns = kept_turns
        self._memory: ConversationMemory | None = None
        self._graph = self._compiled(None)

    def _compiled(self, memory: ConversationMemory | None) -> Any:
        """Prepare → guard → understand → route → retrieve → answer → ground → reply."""
        graph = StateGraph(EnquiryState)
        steps = (
            self._prepare,
            self._guard,
            self._understand,
            self._route,
            self._retrieve,
            self._answer,
            self._ground,
            self._reply,
        )
        for step in steps:
            graph.add_node(step.__name__[1:], cast(Any, _timed(step)))
        graph.add_edge(START, "prepare")
        graph.add_edge("prepare", "guard")
        graph.add_conditional_edges("guard", _ended_or("understand"))
        graph.add_edge("understand", "route")
        graph.add_conditional_edges("route", _ended_or("retrieve"))
        graph.add_conditional_edges("retrieve", _ended_or("answer"))
        graph.add_edge("answer", "ground")
        graph.add_edge("ground", "reply")
        graph.add_edge("reply", END)
        return graph.compile(checkpointer=memory.saver if memory else None)

    async def remember(self, path: Path, keep_days: int) -> None:
        """Keep conversations in the SQLite file `path` from now on; without this every question stands alone."""
        await self.close()
        self._memory = await ConversationMemory.open(path, keep_days)
        self._graph = self._compiled(self._memory)

    async def forget(self, conversation_id: str) -> None:
        """Delete a stored conversation."""
        if self._memory:
            await self._memory.forget(conversation_id)

    async def close(self) -> None:
        """Close the conversation store."""
        if self._memory:
            await self._memory.close()
            self._memory = None
            self._graph = self._compiled(None)

    async def ask(self, question: str, *, conversation_id: str | None = None, history: Sequence[Turn] = ()) -> Answer:
        """Answer one question.

        `conversation_id` continues a stored conversation; `history` (oldest first) stands in for one where
        the caller keeps it. Every outcome is an Answer; only programming errors raise.
        """
        conversation_id = conversation_id or uuid.uuid4().hex
        given = self._input(question, history)
        try:
            state = await self._graph.ainvoke(given, self._config(conversation_id), **self._durably())
            await self._prune(conversation_id)
        except sqlite3.Error as error:
            logger.error("answered without the conversation, its store failed: %s", error)
            state = await self._compiled(None).ainvoke({"turns": [], **given})
        answer: Answer = state["answer"]
        return answer

    async def stream(
        self, question: str, *, conversation_id: str | None = None, history: Sequence[Turn] = ()
    ) -> AsyncIterator[Stage | Sentence | Answer]:
        """Answer one question step by step: stages, checked sentences in order, and at last the Answer."""
        conversation_id = conversation_id or uuid.uuid4().hex
        given = self._input(question, history)
        answer: Answer | None = None
        early: list[Sentence] = []
        yield Stage("prepare", _LABELS["prepare"])
        try:
            async for mode, event in self._graph.astream(
                given, self._config(conversation_id), stream_mode=["updates", "custom"], **self._durably()
            ):
                if mode == "custom":
                    early.append(event)
                    yield event
                    continue
                for name, update in event.items():
                    if name in _NEXT:
                        following = "reply" if "ending" in update else _NEXT[name]
                        yield Stage(following, _LABELS[following])
                    answer = (update or {}).get("answer", answer)
            await self._prune(conversation_id)
        except sqlite3.Error as error:
            logger.error("streamed without the conversation, its store failed: %s", error)
            if answer is None:
                answer = (await self._compiled(None).ainvoke({"turns": [], **given}))["answer"]
        if answer is None:
            raise RuntimeError("the graph ended without an answer")
        for sentence in answer.sentences:
            if sentence not in early:
                yield sentence
        yield answer

    def read(self, question: str) -> str:
        """Mask, normalise and repair a message: the form in which every later step sees it."""
        return to_standard(self._typos.repair(normalise(mask(question))))

    def intent(self, text: str) -> Intent:
        """Judge the kind of a message that was `read`; by its words alone when the embedder fails."""
        return self._intents.read(text, self._embed(text))

    def _input(self, question: str, history: Sequence[Turn]) -> dict[str, Any]:
        values: dict[str, Any] = {"question": question, "latency_ms": {}}
        if history or not self._memory:
            values["turns"] = [(turn.role, mask(turn.content)) for turn in history][-2 * self._kept_turns :]
        return values

    def _config(self, conversation_id: str) -> dict[str, Any]:
        return {"configurable": {"thread_id": conversation_id}}

    def _durably(self) -> dict[str, str]:
        """Write the conversation once, at the end of a question."""
        return {"durability": "exit"} if self._memory else {}

    async def _prune(self, conversation_id: str) -> None:
        if self._memory:
            await self._memory.prune(conversation_id)

    async def _prepare(self, state: EnquiryState) -> dict[str, Any]:
        return {"text": self.read(state["question"])}

    async def _guard(self, state: EnquiryState) -> dict[str, Any]:
        intent = await asyncio.to_thread(self.intent, state["text"])
        vouched = partial(self.answerer.vouches, state["text"])
        ending = guard(state["text"], intent, bool(state.get("turns")), vouched)
        return {"intent": intent, "ending": ending} if ending else {"intent": intent}

    async def _understand(self, state: EnquiryState) -> dict[str, Any]:
        turns = [Turn(role, content) for role, content in state.get("turns", [])]
        return {"understanding": understand(state["text"], turns, self.retriever.names_item)}

    async def _route(self, state: EnquiryState) -> dict[str, Any]:
        vector = await asyncio.to_thread(self.retriever.embed, state["understanding"].question)
        try:
            return {"domains": route(self.retriever, vector)}
        except _SEARCH_ERRORS as error:
            return _cannot_search(error)

    async def _retrieve(self, state: EnquiryState) -> dict[str, Any]:
        understanding = state["understanding"]
        try:
            found = await asyncio.to_thread(find, self.retriever, understanding, state["intent"], state["domains"])
        except _SEARCH_ERRORS as error:
            return _cannot_search(error)
        return {"retrieved": found}

    async def _answer(self, state: EnquiryState) -> dict[str, Any]:
        turns = [Turn(role, content) for role, content in state.get("turns", [])]
        draft = await self.answerer.draft(
            state["understanding"], state["retrieved"], state["intent"], turns, today(), _emit()
        )
        return {"draft": draft}

    async def _ground(self, state: EnquiryState) -> dict[str, Any]:
        return {"draft": self.answerer.grounded(state["draft"])}

    async def _reply(self, state: EnquiryState) -> dict[str, Any]:
        draft = state.get("draft") or _fixed(state)
        answer = replace(finish(draft), latency_ms=state["latency_ms"])
        turns = [*state.get("turns", []), ("user", state["text"]), ("assistant", answer.text)]
        return {"answer": answer, "turns": turns[-2 * self._kept_turns :]}


Step = Callable[[EnquiryState], Awaitable[dict[str, Any]]]

_ASKED_BEFORE = 3
_BARE_REQUEST_CHARS = 10
"""A request for a person that is no longer says nothing of the matter: 转人工, 我要找真人."""

_SEARCH_ERRORS = (KnowledgeBaseError, OSError, RuntimeError)

_ORDER = ("prepare", "guard", "understand", "route", "retrieve", "answer", "ground", "reply")
_NEXT = dict(pairwise(_ORDER))


def _cannot_search(error: Exception) -> dict[str, Any]:
    logger.error("retrieval failed: %s", error)
    return {"ending": (AnswerStatus.ERROR_RETRIEVAL, "error_retrieval.default")}


def _fixed(state: EnquiryState) -> Draft:
    """Make the fixed reply; who only asks for a person gets what was asked before, to read out on the phone."""
    (status, key), text = state["ending"], state["text"]
    if status is AnswerStatus.HANDOFF:
        asked = [content for role, content in state.get("turns", []) if role == "user"][-_ASKED_BEFORE:]
        text = "；".join([*asked, text] if len(text) > _BARE_REQUEST_CHARS else asked)
        key = key if text else "handoff.no_question"
    return fixed(status, key, text=text)


def _timed(step: Step) -> Step:
    name = step.__name__[1:]

    async def run(state: EnquiryState) -> dict[str, Any]:
        start = time.perf_counter()
        update = await step(state)
        spent = round((time.perf_counter() - start) * 1000, 2)
        latency = {**state.get("latency_ms", {}), name: spent}
        if "answer" in update:
            latency["total"] = round(sum(latency.values()), 2)
            update["answer"] = replace(update["answer"], latency_ms=latency)
        return {**update, "latency_ms": latency}

    return run


def _emit() -> Callable[[Sentence], None]:
    return cast(Callable[[Sentence], None], get_stream_writer())


def _ended_or(following: str) -> Callable[[EnquiryState], str]:
    def choose(state: EnquiryState) -> str:
        return "reply" if state.get("ending") else following

    return choose


def today() -> dt.date:
    """Give the date in China."""
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
