"""The citizens' page (市民咨询页): a Gradio app around our own cards, and the stream that feeds them."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import BaseModel, Field, ValidationError
from starlette.middleware import Middleware

from assistant.answers import Answer, Sentence
from assistant.enquiry import Assistant, Stage
from prompts import replies, reply
from serving.access import QuestionLimit
from serving.api_middleware import BodyLimit
from serving.api_models import FeedbackRequest
from serving.build import Product
from serving.dates import china_today
from serving.feedback import FeedbackNotSavedError, FeedbackStore
from serving.guides import Guides, UnknownItemError
from serving.model_status import ModelState, ModelStatus
from serving.pages.cards import card_html, card_of, draft_html, failed_html, spoken_text
from serving.pages.chinese_page import ChinesePage
from serving.pages.closed_doors import ClosedDoors
from serving.pages.guide import guide_html
from serving.pages.templating import SITE, fill
from serving.pages.ticket_data import citizen_ticket_data
from serving.pages.topics import topics_of
from serving.questions import QuestionError, clean_question
from serving.sse import PING, alive, event, event_response

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
SCRIPTS = ("citizen.js", "citizen_ticket.js")
FONTS = ("PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")


class CitizenQuestion(BaseModel):
    """What the page sends; the conversation id is made by the browser and lasts as long as its tab."""

    question: str
    conversation_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{16,64}$")]


def mount_citizen_page(
    app: FastAPI,
    product: Product,
    path: str = "/",
    *,
    check_path: str = "",
    on_answer: Callable[[str, Answer], None] = lambda question, answer: None,
) -> FastAPI:
    """Serve the page at `path` of `app`. At "/" it takes every address without a route yet: mount it last.

    `check_path` is where citizens check their papers, seen from the page; without it nothing leads there.
    `on_answer` is told of every question and its answer, for the figures of the operator.
    """
    base = path.rstrip("/")
    max_chars = product.settings.question_max_chars

    @app.post(f"{base}/citizen/ask", include_in_schema=False)
    async def ask(asked: CitizenQuestion) -> Response:
        return event_response(_on_the_wire(answer_events(product.assistant, asked, max_chars, on_answer)))

    app.add_middleware(BodyLimit, prefix=f"{base}/citizen/")
    asking = f"{base}/citizen/ask"
    app.add_middleware(QuestionLimit, paths=[asking], per_minute=product.settings.questions_per_minute)
    mounted = gr.mount_gradio_app(
        app,
        citizen_blocks(product, api="../" * base.count("/") + "v1/", check_path=check_path),
        path=path,
        theme=gr.themes.Base(font=FONTS, font_mono=FONTS),  # no web fonts
        footer_links=[],
        run_history=False,  # would keep questions in the browser
        ssr_mode=False,
        show_error=False,
        app_kwargs={
            "middleware": [
                Middleware(ClosedDoors),
                Middleware(BodyLimit, prefix=""),
                Middleware(ChinesePage, head=page_head()),
            ]
        },
    )
    return cast(FastAPI, mounted)


def citizen_blocks(product: Product, api: str = "v1/", check_path: str = "") -> gr.Blocks:
    """Lay the page out: one component of our own markup, whose script calls the functions below.

    `api` is where the HTTP API is, seen from the page.
    """
    settings, kb = product.settings, product.index.kb
    guides = Guides(kb, accept_unverified=settings.accept_unverified)
    feedback = FeedbackStore(settings.database)
    starter_notice = reply("starter_notice") if settings.on_starter_set else ""

    def open_guide(item_id: object) -> str:
        """Give the service guide of an item as HTML."""
        today = china_today()
        try:
            return guide_html(guides.guide(str(item_id), today), today, starter_notice)
        except UnknownItemError:
            return failed_html(reply("page.guide_missing"))

    def rate(data: object) -> dict[str, Any]:
        """Keep a rating."""
        return keep_rating(feedback, data)

    def notice(_: object = None) -> str:
        """Say that the base model is not there; empty when it is."""
        return model_notice(product.model.status())

    page = fill(
        "page.html",
        topics=topics_of(kb),
        limit=settings.question_max_chars,
        too_long=reply("input.too_long", limit=str(settings.question_max_chars)),
        empty=reply("input.empty"),
        ai_label=reply("ai_label"),
        starter_notice=starter_notice,
        api=api,
        check_path=check_path,
        words=json.dumps(replies("page.browser"), ensure_ascii=False),
        tickets=citizen_ticket_data(kb),
    )
    with gr.Blocks(title=SITE, analytics_enabled=False) as blocks:
        gr.HTML(
            page,
            js_on_load="\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS),
            apply_default_css=False,
            server_functions=[open_guide, rate, notice],
        )
    return blocks


async def answer_events(
    assistant: Assistant, asked: CitizenQuestion, max_chars: int, on_answer: Callable[[str, Answer], None]
) -> AsyncIterator[dict[str, str] | None]:
    """Give what the page shows, step by step: `draft` while it grows, then one `answer` or `failed`.

    Each event holds the whole card so far as `html`, and in `say` what a screen reader should read out.
    None is a sign of life. A question that cannot be asked gives one `rejected` with the reason.
    """
    try:
        question = clean_question(asked.question, max_chars)
    except QuestionError as error:
        yield {"kind": "rejected", "message": str(error)}
        return
    stage, sentences = reply("page.waiting"), list[Sentence]()
    yield {"kind": "draft", "html": draft_html(sentences, stage), "say": stage}
    try:
        async for part in alive(assistant.stream(question, conversation_id=asked.conversation_id)):
            match part:
                case None:
                    yield None
                case Stage():
                    stage = part.label
                    yield {"kind": "draft", "html": draft_html(sentences, stage), "say": stage}
                case Sentence():
                    sentences.append(part)
                    yield {"kind": "draft", "html": draft_html(sentences, stage), "say": ""}
                case Answer():
                    on_answer(question, part)
                    card = card_of(part, question, china_today())
                    yield {"kind": "answer", "html": card_html(card), "say": spoken_text(card)}
                    return
    except Exception as error:
        logger.exception("enquiry failed on the citizens' page error=%s", type(error).__name__)
    failed = reply("page.failed")
    yield {"kind": "failed", "html": failed_html(failed), "say": failed}


def keep_rating(feedback: FeedbackStore, data: object) -> dict[str, Any]:
    """Save a rating; `saved` says whether it is on disk, `message` says so to the citizen."""
    try:
        given = FeedbackRequest.model_validate(data)
        feedback.save(given.answer_id, given.rating, given.reasons, given.comment)
    except ValidationError:
        return {"saved": False, "message": reply("page.rating_wrong")}
    except FeedbackNotSavedError as error:
        logger.error("rating not saved: %s", error)
        return {"saved": False, "message": reply("page.rating_not_kept")}
    return {"saved": True, "message": reply("page.rating_kept", label=given.rating.label)}


def model_notice(status: ModelStatus) -> str:
    """Word the state of the base model for citizens; empty when there is nothing to say."""
    if status.state in (ModelState.OFF, ModelState.ABSENT, ModelState.FAILED):
        return reply("page.no_model")
    return "" if status.ready else reply("page.model_starts")


def page_head() -> str:
    """Give what our page adds to the head: title, icon, styles."""
    styles = (HERE / "citizen.css").read_text(encoding="utf-8")
    return fill("head.html", title=SITE).replace("/*styles*/", styles)


async def _on_the_wire(events: AsyncIterator[dict[str, str] | None]) -> AsyncIterator[bytes]:
    async for data in events:
        yield PING if data is None else event(None, data)
