"""Tests of serving/api_openai.py: the official client talks to it over a real port."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai
import pytest
from fastapi.testclient import TestClient

from assistant.answers import Answer, AnswerStatus, Option, Sentence
from serving.chat_messages import ChatMessage, question_and_history, usage

Script = Callable[..., tuple[TestClient, Any]]
QUESTION = "居住证怎么办？"


@pytest.fixture
def client(live_url: str) -> openai.OpenAI:
    """The official client, pointed at us."""
    return openai.OpenAI(base_url=f"{live_url}/v1", api_key="none", max_retries=0)


def test_there_is_one_model(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["guanjia"]
    assert client.models.retrieve("guanjia").id == "guanjia"


def test_completion_holds_text_sources_usage_and_the_full_answer(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="guanjia",
        messages=[
            {"role": "system", "content": "你是一只猫，只会说喵。"},
            {"role": "user", "content": QUESTION},
        ],
        temperature=0.5,
    )
    (choice,) = reply.choices
    text = choice.message.content or ""
    answer = reply.model_extra["guanjia"] if reply.model_extra else {}
    assert choice.finish_reason == "stop"
    assert "喵" not in text
    assert text.startswith(answer["text"])
    assert "出处：" in text and answer["citations"][0]["source"] in text
    assert answer["ai_label"] in text
    assert reply.usage is not None
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens > 0


def test_stream_brings_the_same_text_in_pieces(client: openai.OpenAI) -> None:
    messages: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": QUESTION}]
    whole = client.chat.completions.create(model="guanjia", messages=messages)
    chunks = list(
        client.chat.completions.create(
            model="guanjia", messages=messages, stream=True, stream_options={"include_usage": True}
        )
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert len(pieces) > 3
    assert "".join(pieces) == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    last = chunks[-2]
    assert last.choices[0].finish_reason == "stop"
    assert last.model_extra is not None and last.model_extra["guanjia"]["status"] == "answered"
    assert len({chunk.id for chunk in chunks}) == 1


def test_earlier_messages_are_the_history(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="guanjia",
        messages=[
            {"role": "user", "content": "租房怎么提取公积金？"},
            {"role": "assistant", "content": "租房提取公积金，需要……"},
            {"role": "user", "content": [{"type": "text", "text": "要带什么材料？"}]},
        ],
    )
    assert reply.model_extra is not None
    assert "gjj-rent" in reply.model_extra["guanjia"]["item_ids"]


@pytest.mark.parametrize(
    ("model", "messages", "error", "code"),
    [
        ("gpt-4o", [{"role": "user", "content": "a"}], openai.NotFoundError, "model_not_found"),
        ("guanjia", [], openai.UnprocessableEntityError, "invalid_request"),
        ("guanjia", [{"role": "system", "content": "a"}], openai.UnprocessableEntityError, "no_question"),
        ("guanjia", [{"role": "user", "content": ""}], openai.UnprocessableEntityError, "empty_question"),
        ("guanjia", [{"role": "pirate", "content": "a"}], openai.UnprocessableEntityError, "invalid_request"),
        (
            "guanjia",
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}],
            openai.UnprocessableEntityError,
            "not_only_text",
        ),
    ],
    ids=["unknown model", "no messages", "only system", "empty question", "unknown role", "an image"],
)
def test_client_sees_typed_errors(
    client: openai.OpenAI, model: str, messages: list[object], error: type[openai.APIStatusError], code: str
) -> None:
    with pytest.raises(error) as caught:
        client.chat.completions.create(model=model, messages=messages)  # type: ignore[call-overload]
    assert caught.value.code == code


def test_fault_in_a_stream_reaches_the_client_as_an_error(scripted: Script) -> None:
    http_client, _ = scripted(Sentence("甲。"), RuntimeError("broken inside"))
    reply = http_client.post(
        "/v1/chat/completions",
        json={"model": "guanjia", "messages": [{"role": "user", "content": "你好"}], "stream": True},
    )
    lines = [line for line in reply.text.splitlines() if line.startswith("data: ")]
    assert '"error"' in lines[-2] and "broken" not in reply.text
    assert lines[-1] == "data: [DONE]"


def test_options_are_written_out_where_there_are_no_buttons(scripted: Script) -> None:
    options = (Option("居住证申领", "居住证怎么申领？"), Option("居住证签注", "居住证怎么签注？"))
    answer = Answer("a1", AnswerStatus.CLARIFICATION, "您想问哪一项？", options=options)
    client, _ = scripted(answer)
    body = {"model": "guanjia", "messages": [{"role": "user", "content": "居住证"}]}
    text = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"]
    assert text == "您想问哪一项？\n\n· 居住证怎么申领？\n· 居住证怎么签注？"


def test_messages_after_the_last_question_do_not_count() -> None:
    messages = [
        ChatMessage(role="user", content="甲"),
        ChatMessage(role="assistant", content=None),
        ChatMessage(role="user", content="乙"),
        ChatMessage(role="assistant", content="丙"),
    ]
    question, history = question_and_history(messages)
    assert question == "乙"
    assert [turn.content for turn in history] == ["甲"]


def test_usage_counts_han_characters_and_latin_words() -> None:
    counted = usage([ChatMessage(role="user", content="办 ETC，怎么办")], "去窗口。")
    assert counted == {"prompt_tokens": 6, "completion_tokens": 4, "total_tokens": 10}
