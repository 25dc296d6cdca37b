"""Title and demand by the base model: personal data masked before the call, every claim checked after it.

The model writes only these two texts. A part that names a person, number, place or matter which the caller did not
speak of is dropped, and the extractive text stays in its place.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.errors import ModelReplyError, ModelUnavailableError
from assistant.grounding import in_digits, unsupported
from assistant.tickets.gazetteer import Gazetteer
from assistant.tickets.lexicon import content_words
from assistant.tickets.phones import spans
from assistant.tickets.schema import Field, Span, TicketDraft, Transcript
from assistant.tickets.summary import TITLE_CHARS
from assistant.tickets.transcript import CallerWords, fold
from knowledge_base.masking import mask
from prompts import render
from prompts.ticket_drafts import draft_text, draft_texts

MAX_CHARS = 1800
"""Of a longer transcript the model reads the first and last half of this."""

MAX_TOKENS = 420
WORDS_FROM_CALLER = 0.75
"""Share of a text's content words that must be the caller's."""

WORDS_KEPT = 0.6
"""Share of the content words of the extractive demand that the model's must hold, so that nothing said gets lost."""

REPEATED = 0.8
"""A course that holds so much of the cause's words tells nothing new."""

_STOCK = ("起因", "经过", "诉求人", "诉求", "反映", "要求", "希望", "市民")
_TOKEN = re.compile(r"【(?:电话|姓名)\d】")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("title", "cause", "course", "demand")},
    "required": ["title", "cause", "course", "demand"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class WrittenSummary:
    """What of the model's texts held; None: keep the extractive one."""

    title: Field[str] | None
    demand: Field[str] | None


async def write_summary(
    model: BaseChatModel,
    transcript: Transcript,
    words: CallerWords,
    draft: TicketDraft,
    gazetteer: Gazetteer,
    timeout_s: float,
) -> WrittenSummary:
    """Ask the model once for title and demand.

    Raises:
        ModelUnavailableError: the model is dead or slower than `timeout_s`.
        ModelReplyError: the reply is not in the forced form, or nothing of it is grounded.
    """
    shown, hidden = masked(transcript, words, draft)
    form = {"type": "json_schema", "json_schema": {"name": "summary", "schema": SCHEMA, "strict": True}}
    messages = [SystemMessage(render("tickets/summary")), HumanMessage(f"【通话】\n{shown}\n【通话结束】")]
    try:
        async with asyncio.timeout(timeout_s):
            reply = await model.bind(response_format=form, max_tokens=MAX_TOKENS).ainvoke(messages)
    except TimeoutError as error:
        raise ModelUnavailableError(f"no full reply within {timeout_s:.0f} s") from error
    except Exception as error:  # clients raise what they like
        raise ModelUnavailableError(type(error).__name__) from error
    parts = _parts(str(reply.text))
    held = {name: text for name, text in parts.items() if text and grounded(text, words, gazetteer)}
    title = held.get("title", "")
    title_field = Field(title, 0.85) if title and len(title) <= TITLE_CHARS and not _TOKEN.search(title) else None
    whole = "cause" in held and parts["demand"] in ("", held.get("demand", ""))
    demand_field = _demand(held, hidden) if whole else None
    if demand_field is not None and _share(draft.demand.value, demand_field.value) < WORDS_KEPT:
        demand_field = None
    if title_field is None and demand_field is None:
        raise ModelReplyError("nothing of the summary is grounded in the transcript")
    return WrittenSummary(title_field, demand_field)


def masked(transcript: Transcript, words: CallerWords, draft: TicketDraft) -> tuple[str, dict[str, str]]:
    """Give the transcript with the caller's names and all numbers as tokens, and what the tokens stand for."""
    places: list[tuple[Span, str]] = [(span, "电话") for span in spans(words)]
    name = draft.caller_name
    if name.value and name.evidence:
        places.append((name.evidence, "姓名"))
    text = transcript.text
    hidden: dict[str, str] = {}
    for count, ((start, end), kind) in enumerate(sorted(places, reverse=True), start=1):
        token = f"【{kind}{count}】"
        hidden[token] = transcript.text[start:end]
        text = text[:start] + token + text[end:]
    if len(text) > MAX_CHARS:
        text = f"{text[: MAX_CHARS // 2]}\n……\n{text[-MAX_CHARS // 2 :]}"
    return mask(text), hidden


def grounded(text: str, words: CallerWords, gazetteer: Gazetteer) -> bool:
    """Tell whether a text says nothing beyond the caller: no number, place, organisation or word of another matter.

    The agent's words count where the caller answers them (a number read back), not for what is claimed.
    """
    plain = fold(_TOKEN.sub("", text))
    for stock in (*draft_texts("closings"), *_STOCK):
        plain = plain.replace(stock, "")
    if not re.search(r"[\u4e00-\u9fffa-z0-9]", plain):
        return bool(text.strip())
    if not re.search(r"[\u4e00-\u9fffa-z]{2}", plain):
        return False
    caller = re.sub(r"\s+", " ", words.text)
    source = caller.replace(" ", "") + caller
    named = {mention.name for mention in gazetteer.mentions(plain)}
    if any(name not in source for name in named):
        return False
    if any(number not in in_digits(source) for number in re.findall(r"\d+(?:\.\d+)?", in_digits(plain))):
        return False
    tokens = [word for word in content_words(plain) if len(word) > 1]
    said = sum(word in source for word in tokens)
    if tokens and said < WORDS_FROM_CALLER * len(tokens):
        return False
    beyond = unsupported(plain, [source], content_words)
    return not [claim for claim in beyond if claim not in ("用词超出依据", "否定")]


def _share(one: str, other: str) -> float:
    """Give the share of one text's content words that another holds; 1 where it has none."""
    wanted = {word for word in content_words(fold(one)) if len(word) > 1 and word not in _STOCK}
    return sum(word in fold(other) for word in wanted) / len(wanted) if wanted else 1.0


def _demand(held: dict[str, str], hidden: dict[str, str]) -> Field[str]:
    course = held.get("course", "")
    if _share(course, held["cause"]) >= REPEATED:
        course = ""
    text = (
        f"起因：{held['cause']}。"
        + (f"经过：{course}。" if course else "")
        + f"诉求：{held.get('demand') or draft_text('closings', '投诉')}。"
    )
    text = text.replace("。。", "。")
    for token, said in hidden.items():
        text = text.replace(token, said)
    return Field(text, 0.8)


def _parts(reply: str) -> dict[str, str]:
    try:
        data = json.loads(reply[reply.index("{") : reply.rindex("}") + 1])
    except ValueError as error:
        raise ModelReplyError(f"no JSON in a reply of {len(reply)} characters") from error
    if not isinstance(data, dict):
        raise ModelReplyError("the reply is no object")
    return {name: str(data.get(name, "")).strip().rstrip("。") for name in SCHEMA["required"]}
