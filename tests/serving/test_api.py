"""Tests of serving/api.py and of what it is put together from."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answers import Action, Answer, AnswerStatus, Citation, Option, Sentence, Tier, Turn
from assistant.enquiry import Stage
from serving.api import create_app
from serving.api_middleware import BODY_LIMIT_BYTES
from serving.api_models import ActionModel, CitationModel, EnquiryReply, OptionModel, SentenceModel
from serving.build import Product
from serving.sse import alive

from .conftest import THIS_MACHINE

Script = Callable[..., tuple[TestClient, Any]]
QUESTION = "居住证怎么办？"
ANSWER_FIELDS = {
    *("answer_id", "status", "text", "sentences", "citations", "item_ids", "facet"),
    *("confidence", "tier", "options", "actions", "ai_label", "latency_ms"),
}
CITATION_FIELDS = {
    *("token", "item_id", "item_name", "facet", "quote"),
    *("source", "source_url", "verified", "revision", "valid_to"),
}
JSON_TYPE = {"Content-Type": "application/json"}


ANSWER = Answer("a1", AnswerStatus.SMALLTALK, "您好。", (Sentence("您好。"),), tier=Tier.FIXED)


def events_of(text: str) -> list[tuple[str, Any]]:
    """Read server-sent events; comments are left out."""
    blocks = [block for block in text.strip().split("\n\n") if not block.startswith(":")]
    pairs = [re.fullmatch(r"event: (.+)\ndata: (.+)", block) for block in blocks]
    return [(match[1], json.loads(match[2])) for match in pairs if match]


def test_answer_has_exactly_the_fields_of_the_design(api: TestClient) -> None:
    reply = api.post("/v1/enquiries", json={"question": QUESTION})
    answer = reply.json()
    assert reply.status_code == 200
    assert set(answer) == {"conversation_id", *ANSWER_FIELDS}
    assert answer["status"] == "answered"
    assert "jz-apply" in answer["item_ids"]
    assert answer["citations"]
    assert all(set(citation) == CITATION_FIELDS for citation in answer["citations"])
    assert all(set(sentence) == {"text", "citations"} for sentence in answer["sentences"])
    tokens = {citation["token"] for citation in answer["citations"]}
    assert {token for sentence in answer["sentences"] for token in sentence["citations"]} <= tokens


@pytest.mark.parametrize(
    ("model", "record"),
    [
        (EnquiryReply, Answer),
        (CitationModel, Citation),
        (SentenceModel, Sentence),
        (OptionModel, Option),
        (ActionModel, Action),
    ],
)
def test_interface_document_names_the_fields_that_are_sent(model: Any, record: Any) -> None:
    sent = {field.name for field in fields(record)}
    assert set(model.model_fields) - {"conversation_id"} == sent


def test_every_route_of_the_interface_is_documented(api: TestClient) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    assert {path for path in paths if not path.startswith(("/v1/previews", "/v1/tickets", "/v1/open311"))} == {
        "/v1/enquiries",
        "/v1/conversations/{conversation_id}",
        "/v1/chat/completions",
        "/v1/models",
        "/v1/models/{model}",
        "/v1/feedback",
        "/v1/items",
        "/v1/items/{item_id}",
        "/v1/domains",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    page = api.get("/docs").text
    assert "居住证怎么续签" in page
    assert "http://" not in page and "https://" not in page


def test_conversation_id_is_made_when_absent_and_kept_when_given(api: TestClient) -> None:
    made = api.post("/v1/enquiries", json={"question": QUESTION}).json()["conversation_id"]
    assert re.fullmatch(r"[0-9a-f-]{36}", made)
    kept = api.post("/v1/enquiries", json={"question": QUESTION, "conversation_id": made}).json()
    assert kept["conversation_id"] == made


def test_conversation_goes_on_where_it_stopped(live_url: str) -> None:
    first = httpx.post(f"{live_url}/v1/enquiries", json={"question": "租房怎么提取公积金？"}, timeout=60).json()
    body = {"question": "要带什么材料？", "conversation_id": first["conversation_id"]}
    second = httpx.post(f"{live_url}/v1/enquiries", json=body, timeout=60).json()
    assert second["item_ids"] == ["gjj-rent"]


def test_conversations_that_cannot_be_written_leave_questions_alone(
    product: Product, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "conversations.sqlite"
    blocked.mkdir()
    settings = product.settings.model_copy(update={"data_dir": tmp_path})
    own = replace(product, settings=settings, assistant=copy(product.assistant))
    with TestClient(create_app(own)) as client:
        assert client.post("/v1/enquiries", json={"question": QUESTION}).json()["status"] == "answered"
    assert "conversations are not kept" in caplog.text


def test_history_reaches_the_assistant_shortened_to_the_kept_turns(scripted: Script, product: Product) -> None:
    client, assistant = scripted(ANSWER)
    history = [{"role": "user", "content": f"第{n}句"} for n in range(100)]
    client.post("/v1/enquiries", json={"question": QUESTION, "history": history})
    ((_, conversation_id, turns),) = assistant.asked
    assert conversation_id
    assert len(turns) == 2 * product.settings.conversation_turns
    assert turns[-1] == Turn("user", "第99句")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"question": QUESTION, "stream": True}, {}),
        ({"question": QUESTION}, {"Accept": "text/event-stream"}),
    ],
    ids=["asked for in the body", "asked for in the Accept header"],
)
def test_stream_gives_stages_then_sentences_then_the_answer(
    api: TestClient, body: dict[str, Any], headers: dict[str, str]
) -> None:
    reply = api.post("/v1/enquiries", json=body, headers=headers)
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = events_of(reply.text)
    names = [name for name, _ in events]
    assert names[0] == "stage" and names[-1] == "answer"
    assert set(names) == {"stage", "sentence", "answer"}
    assert all(set(data) == {"name", "label"} for name, data in events if name == "stage")
    answer = events[-1][1]
    assert set(answer) == {"conversation_id", *ANSWER_FIELDS}
    assert [data for name, data in events if name == "sentence"] == answer["sentences"]


BAD_BODIES: dict[str, tuple[bytes, int, str]] = {
    "no body": (b"", 422, "invalid_request"),
    "broken JSON": (b"{", 400, "invalid_json"),
    "not UTF-8": (b'{"question": "\xff"}', 400, "invalid_json"),
    "nested too deeply": (b"[" * 100_000, 400, "invalid_json"),
    "number too long": (b'{"question": ' + b"1" * 5000 + b"}", 400, "invalid_json"),
    "an array": (b"[]", 422, "invalid_request"),
    "null": (b"null", 422, "invalid_request"),
    "no question": (b"{}", 422, "invalid_request"),
    "question is a number": (b'{"question": 1}', 422, "invalid_request"),
    "unknown field": (b'{"question": "a", "hisotry": []}', 422, "invalid_request"),
    "unknown field with half a character": (b'{"question": "a", "\\ud800": 1}', 422, "invalid_request"),
    "empty": (b'{"question": ""}', 422, "empty_question"),
    "only space": ('{"question": " \\t\\n　"}'.encode(), 422, "empty_question"),
    "only control characters": (b'{"question": "\\u0001\\u0007\\u001b"}', 422, "empty_question"),
    "too long": (json.dumps({"question": "长" * 2001}).encode(), 422, "question_too_long"),
    "emoji only": (json.dumps({"question": "😀👍🏽❤️"}).encode(), 422, "question_not_text"),
    "punctuation only": (json.dumps({"question": "？？！……"}).encode(), 422, "question_not_text"),
    "null byte": (b'{"question": "a\\u0000b"}', 422, "question_not_text"),
    "lone surrogate": (b'{"question": "\\ud83d"}', 422, "question_not_text"),
    "unknown role": (
        b'{"question": "a", "history": [{"role": "tool", "content": "b"}]}',
        422,
        "invalid_request",
    ),
    "history without content": (b'{"question": "a", "history": [{"role": "user"}]}', 422, "invalid_request"),
    "history with a null byte": (
        b'{"question": "a", "history": [{"role": "user", "content": "\\u0000"}]}',
        422,
        "invalid_request",
    ),
    "history is an object": (b'{"question": "a", "history": {}}', 422, "invalid_request"),
    "stream is a word": (b'{"question": "a", "stream": "yes"}', 422, "invalid_request"),
    "strange conversation id": (b'{"question": "a", "conversation_id": "../../x"}', 422, "invalid_request"),
    "too large": (b" " * (BODY_LIMIT_BYTES + 1), 413, "body_too_large"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bad_input_is_refused_in_chinese(api: TestClient, name: str) -> None:
    body, status, code = BAD_BODIES[name]
    reply = api.post("/v1/enquiries", content=body, headers=JSON_TYPE)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert set(reply.json()) == {"error"} and set(reply.json()["error"]) == {"code", "message"}
    assert re.search(r"[\u4e00-\u9fff]", reply.json()["error"]["message"])


def test_body_without_a_length_is_stopped_at_the_limit(api: TestClient) -> None:
    reply = api.post("/v1/enquiries", content=(b" " * 65536 for _ in range(10)), headers=JSON_TYPE)
    assert reply.status_code == 413


def test_body_that_is_not_declared_as_json_is_refused_with_the_way_out(api: TestClient) -> None:
    reply = api.post("/v1/enquiries", content=b'{"question": "a"}', headers={"Content-Type": "text/plain"})
    assert reply.status_code == 422
    assert "application/json" in reply.json()["error"]["message"]


TEXT = st.text(st.characters(codec=None), max_size=60)  # surrogates included
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=80)
@given(question=TEXT)
def test_no_text_makes_the_server_fail(api: TestClient, question: str) -> None:
    reply = api.post("/v1/enquiries", content=json.dumps({"question": question}), headers=JSON_TYPE)
    assert reply.status_code in (200, 422)


@settings(deadline=None, max_examples=150)
@given(
    path=st.sampled_from(["/v1/enquiries", "/v1/feedback", "/v1/chat/completions"]),
    body=JSON_VALUES
    | st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("question", "history", "stream", "messages", "answer_id", "rating", "reasons", "comment"),
            JSON_VALUES,
        ),
    ),
)
def test_no_json_makes_the_server_fail(api: TestClient, path: str, body: Any) -> None:
    reply = api.post(path, content=json.dumps(body), headers=JSON_TYPE)
    assert reply.status_code < 500


def test_words_of_a_refused_question_stay_out_of_the_log(api: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "张三的身份证"
    bodies: list[dict[str, Any]] = [
        {"question": secret * 400},
        {"question": f"{secret}\x00"},
        {"question": secret, "history": [{"role": secret, "content": secret}]},
        {"question": secret, secret: secret},
    ]
    for body in bodies:
        reply = api.post("/v1/enquiries", json=body)
        assert 400 <= reply.status_code < 500
    api.get(f"/v1/items/{secret}", params={"domain": secret})
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("serving")]
    assert any("route=/v1/items/{item_id}" in line for line in ours)
    assert not any(secret in line for line in ours)


def test_fault_of_ours_gives_500_without_a_traceback_and_is_logged(
    scripted: Script, caplog: pytest.LogCaptureFixture
) -> None:
    client, _ = scripted(RuntimeError("broken inside"))
    reply = client.post("/v1/enquiries", json={"question": QUESTION})
    assert reply.status_code == 500
    assert reply.json()["error"]["code"] == "internal_error"
    assert "broken" not in reply.text and "Traceback" not in reply.text
    assert "broken inside" in caplog.text
    assert reply.headers["x-request-id"] in caplog.text


def test_fault_in_a_stream_ends_it_with_an_error_event(scripted: Script) -> None:
    client, _ = scripted(Stage("route", "正在查"), RuntimeError("broken inside"))
    events = events_of(client.post("/v1/enquiries", json={"question": QUESTION, "stream": True}).text)
    assert [name for name, _ in events] == ["stage", "error"]
    assert events[-1][1]["error"]["code"] == "internal_error"


async def test_silence_is_broken_by_pings_and_errors_come_through() -> None:
    async def slow() -> AsyncIterator[int]:
        yield 1
        await asyncio.sleep(0.05)
        raise ValueError("late")

    got: list[int | None] = []
    with pytest.raises(ValueError, match="late"):
        async for part in alive(slow(), ping_every_s=0.02):
            got.append(part)
    assert got[0] == 1 and None in got


async def test_reader_that_leaves_cancels_the_work() -> None:
    cancelled = asyncio.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0.01)
        finally:
            cancelled.set()

    parts = alive(endless())
    await anext(parts)
    await parts.aclose()  # type: ignore[attr-defined]
    await asyncio.wait_for(cancelled.wait(), timeout=1)


def test_eight_questions_at_once_each_get_their_own_answer(live_url: str) -> None:
    asked = {
        "居住证怎么办？": "jz-apply",
        "租房怎么提取公积金？": "gjj-rent",
        "高龄津贴怎么申请？": "mz-elder-allowance",
        "异地就医备案怎么办？": "yb-remote",
    }

    def ask(question: str) -> list[str]:
        reply = httpx.post(f"{live_url}/v1/enquiries", json={"question": question}, timeout=60)
        assert reply.status_code == 200
        return list(reply.json()["item_ids"])

    questions = [*asked, *asked]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, questions))
    alone = [ask(question) for question in questions]
    assert answers == alone


def test_item_list_can_be_limited_to_a_domain(api: TestClient, product: Product) -> None:
    everything = api.get("/v1/items").json()
    assert len(everything["items"]) == len(product.index.kb.items)
    some = api.get("/v1/items", params={"domain": "juzhuzheng"}).json()["items"]
    assert some and {item["domain"]["id"] for item in some} == {"juzhuzheng"}


def test_guide_marks_what_is_unverified_in_every_row(api: TestClient) -> None:
    guide = api.get("/v1/items/jz-register").json()
    rows = guide["fee"] + guide["materials"]
    assert rows
    for row in rows:
        assert row["source"]
        assert row["verified"] == ("待核实" not in row["mark"])
    assert {"id", "name", "form", "copies", "necessity", "acceptance_points"} <= set(guide["materials"][0])


def test_guide_leaves_unverified_rows_out_where_they_are_not_accepted(product: Product) -> None:
    strict = replace(product, settings=product.settings.model_copy(update={"accept_unverified": False}))
    guide = TestClient(create_app(strict)).get("/v1/items/jz-register").json()
    rows = [row for value in guide.values() if isinstance(value, list) for row in value]
    verified = [row["verified"] for row in rows if isinstance(row, dict) and "verified" in row]
    assert verified and all(verified)


def test_every_guide_of_the_knowledge_base_can_be_read(api: TestClient, product: Product) -> None:
    for item_id in product.index.kb.items:
        assert api.get(f"/v1/items/{item_id}").status_code == 200


def test_unknown_item_is_404_in_chinese(api: TestClient) -> None:
    reply = api.get("/v1/items/no-such-item")
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "item_not_found"
    assert "没有这个事项" in reply.json()["error"]["message"]


def test_domains_come_with_three_examples(api: TestClient) -> None:
    domains = api.get("/v1/domains").json()["domains"]
    assert len(domains) == 17
    assert all(len(set(domain["examples"])) == 3 for domain in domains)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/enquiries", 405, "method_not_allowed"),
        ("DELETE", "/v1/feedback", 405, "method_not_allowed"),
    ],
)
def test_wrong_address_or_method_is_typed(api: TestClient, method: str, path: str, status: int, code: str) -> None:
    reply = api.request(method, path)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_other_sites_get_no_access_from_a_browser(api: TestClient) -> None:
    reply = api.get("/v1/domains", headers={"Origin": "https://example.com"})
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_ready_says_what_is_loaded(api: TestClient, product: Product) -> None:
    assert api.get("/healthz").json() == {"status": "ok"}
    reply = api.get("/readyz")
    assert reply.status_code == 200
    assert reply.json()["index"]["revision"] == product.index.kb.revision
    assert reply.json()["database"]["writable"] is True


def test_not_ready_while_nothing_can_be_written(product: Product, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    settings = product.settings.model_copy(update={"data_dir": blocked})
    client = TestClient(create_app(replace(product, settings=settings)), client=THIS_MACHINE)
    assert client.get("/readyz").status_code == 503
    reply = client.post("/v1/feedback", json={"answer_id": "a1", "rating": 5})
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "feedback_not_saved")
    assert client.post("/v1/enquiries", json={"question": QUESTION}).status_code == 200
    assert client.get("/metrics").status_code == 200


def test_metrics_count_by_route_status_and_stage(scripted: Script, product: Product) -> None:
    answer = replace(ANSWER, latency_ms={"retrieve": 12.0})
    client, _ = scripted(answer)
    client.post("/v1/enquiries", json={"question": QUESTION})
    client.post("/v1/enquiries", json={"question": QUESTION, "stream": True})
    client.post("/v1/enquiries", json={"question": ""})
    client.get("/v1/items/whatever")
    text = client.get("/metrics").text
    for line in (
        'guanjia_http_requests_total{method="POST",route="/v1/enquiries",status="200"} 2.0',
        'guanjia_http_requests_total{method="POST",route="/v1/enquiries",status="422"} 1.0',
        'guanjia_http_requests_total{method="GET",route="/v1/items/{item_id}",status="404"} 1.0',
        'guanjia_answers_total{status="smalltalk",tier="fixed"} 2.0',
        'guanjia_stage_seconds_count{stage="retrieve"} 2.0',
        f'revision="{product.index.kb.revision}"',
        "guanjia_model_state{",
    ):
        assert line in text
