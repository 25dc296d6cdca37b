"""The composed tier: the base model merges or compares quoted facts; only checked sentences get through."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.answers import Sentence
from assistant.errors import ModelReplyError, ModelUnavailableError
from assistant.grounding import unsupported
from prompts import render

logger = logging.getLogger(__name__)

MAX_FACTS = 8
MAX_FACT_CHARS = 300
MAX_QUESTION_CHARS = 120
"""Facts and (the end of) the question shown to the model, in characters: keeps the prompt under 900 tokens."""

MAX_TOKENS = 320

_SENTENCE = re.compile(r'\{\s*"text"\s*:\s*"((?:[^"\\]|\\.)*)"\s*,\s*"sources"\s*:\s*\[([^\]]*)\]\s*\}')
_NONE = re.compile(r'"completeness"\s*:\s*"none"')

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "maxItems": 5,
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "sources": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["text", "sources"],
                "additionalProperties": False,
            },
        },
        "completeness": {"type": "string", "enum": ["complete", "partial", "none"]},
    },
    "required": ["sentences", "completeness"],
    "additionalProperties": False,
}


def compose_messages(question: str, facts: dict[str, str]) -> list[SystemMessage | HumanMessage]:
    """Write the prompt: the unchanging rules first (their prefix stays cached), then facts, then the question."""
    shown: dict[str, list[str]] = {}
    used = 0
    for token, text in list(facts.items())[:MAX_FACTS]:
        if used + len(text) > MAX_FACT_CHARS and shown:
            break
        item, _, quote = text[:MAX_FACT_CHARS].partition("：")
        shown.setdefault(item, []).append(f"{token}：{quote}")
        used += len(text)
    rows = "\n".join(f"〔{item}〕\n" + "\n".join(quotes) for item, quotes in shown.items())
    body = f"【依据】\n{rows}\n【问题】{question[-MAX_QUESTION_CHARS:]}"
    return [SystemMessage(render("enquiry/compose")), HumanMessage(body)]


async def composed(
    model: BaseChatModel,
    question: str,
    facts: dict[str, str],
    tokens: Callable[[str], Iterable[str]],
    timeout_s: float,
) -> AsyncIterator[Sentence]:
    """Stream the checked sentences of one model call, each as soon as it is complete.

    Raises:
        ModelUnavailableError: the model is dead, its client failed, or it is slower than `timeout_s` in all.
        ModelReplyError: the reply is not in the forced form or was cut off before its first sentence.
    """
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}
    bound = model.bind(response_format=form, max_tokens=MAX_TOKENS)
    text, seen, yielded = "", 0, 0
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in bound.astream(compose_messages(question, facts)):
                text += str(chunk.text)
                while match := _SENTENCE.search(text, seen):
                    seen = match.end()
                    sentence = _checked(match, question, facts, tokens)
                    if sentence is not None:
                        yielded += 1
                        yield sentence
    except TimeoutError as error:
        raise ModelUnavailableError(f"no full reply within {timeout_s:.0f} s") from error
    except Exception as error:  # clients raise what they like: openai's and httpx's own, ValueError for no chunk
        raise ModelUnavailableError(type(error).__name__) from error
    if not yielded and not _NONE.search(text) and not seen:
        raise ModelReplyError(f"no sentence in a reply of {len(text)} characters")


def _checked(
    match: re.Match[str], question: str, facts: dict[str, str], tokens: Callable[[str], Iterable[str]]
) -> Sentence | None:
    """Give the sentence with its known tokens; None when it says more than they do.

    A sentence speaks of one item: facts of two in one sentence change owners too easily. And a word of the
    question that the sources do not have makes another subject of the same statement: 积分入户 for 人才入户.
    """
    try:
        text = str(json.loads(f'"{match[1]}"')).strip()
        cited = [str(token) for token in json.loads(f"[{match[2]}]")]
    except ValueError:
        return None
    known = [token for token in dict.fromkeys(cited) if token in facts]
    cited_facts = [facts[token] for token in known]
    beyond = unsupported(text, cited_facts, tokens) if text else ["空句"]
    beyond = beyond or [w for w in tokens(question) if len(w) > 1 and w in text and w not in "".join(cited_facts)]
    owners = {fact.partition("：")[0] for fact in cited_facts}
    others = {fact.partition("：")[0] for fact in facts.values()} - owners
    if len(owners) > 1 or any(item in text for item in others):
        beyond = ["另一事项"]
    if beyond:
        logger.info("sentence dropped: %d claims beyond its sources", len(beyond))
        return None
    return Sentence(text, tuple(known))


_COMPARING = re.compile(
    r"区别|不同|有什么不一样|比较|对比|哪个(更|好|快|划算)|还是.{1,12}(好|快|合适|划算)|分别|一回事|同时办|一起办|先.{1,16}(再|还是)"
)


def compares(question: str) -> bool:
    """Tell whether a question asks to compare or to combine."""
    return bool(_COMPARING.search(question))


@dataclass(frozen=True)
class Composer:
    """When the base model is asked, and with what.

    `model` gives the model while it is well, else None; `always` asks it for every answer, otherwise only
    where several items must be merged or compared.
    """

    model: Callable[[], BaseChatModel | None]
    always: bool
    tokens: Callable[[str], list[str]]
    timeout_s: float

    def model_for(self, merging: bool) -> BaseChatModel | None:
        """Give the model if this answer calls for it and it is there."""
        return self.model() if self.always or merging else None
