"""Messages of the OpenAI chat interface, read as a question with its history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from assistant.answers import Turn
from serving.api_errors import NoQuestionError, NotOnlyTextError
from serving.api_models import CleanStr

MODEL_NAME = "guanjia"

_TOKEN = re.compile(r"[\u3400-\u9fff]|[A-Za-z0-9]+|[^\s]")


class ContentPart(BaseModel):
    """One part of a message in parts; only `type` text is understood."""

    type: str
    text: CleanStr = ""


class ChatMessage(BaseModel):
    """One message; roles other than user and assistant are read over."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: CleanStr | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """The words of the message.

        Raises:
            NotOnlyTextError: a part is not text.
        """
        if isinstance(self.content, list):
            if any(part.type != "text" for part in self.content):
                raise NotOnlyTextError
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream should bring besides the text."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A chat request; sampling options and tools are accepted and have no effect."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": MODEL_NAME, "messages": [{"role": "user", "content": "居住证怎么续签？"}]}]
        }
    )

    model: str = MODEL_NAME
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with the usage numbers."""
        return self.stream_options is not None and self.stream_options.include_usage


def question_and_history(messages: Sequence[ChatMessage]) -> tuple[str, tuple[Turn, ...]]:
    """Give the last message of the user and the messages before it.

    Raises:
        NoQuestionError: no message is the user's.
        NotOnlyTextError: the question holds something other than text.
    """
    talk = [message for message in messages if message.role in ("user", "assistant")]
    while talk and talk[-1].role != "user":
        talk.pop()
    if not talk:
        raise NoQuestionError
    *before, last = talk
    return last.text, tuple(Turn(message.role, message.text) for message in before if message.content)


def usage(messages: Sequence[ChatMessage], text: str) -> dict[str, int]:
    """Count tokens: one for each Han character, Latin word and mark; no model's own count."""
    prompt = sum(len(_TOKEN.findall(message.text)) for message in messages)
    completion = len(_TOKEN.findall(text))
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
