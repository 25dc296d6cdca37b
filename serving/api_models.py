"""Bodies of the API's own requests and replies, with examples for the interface document."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from assistant.answers import ActionKind, AnswerStatus, Tier
from serving.feedback import RATING_LABELS, Rating
from serving.questions import is_broken

MAX_REASONS = 10


def _unbroken(value: object) -> object:
    if isinstance(value, str) and is_broken(value):
        raise ValueError("含有不是文字的字符")
    return value


CleanStr = Annotated[str, BeforeValidator(_unbroken)]
ExternalId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Body(BaseModel):
    """Base of request bodies: a field we do not know is a mistake of the caller."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HistoryTurn(Body):
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: CleanStr


class EnquiryRequest(Body):
    """One question of a citizen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "居住证怎么续签？"},
                {
                    "question": "要带什么材料？",
                    "history": [
                        {"role": "user", "content": "我想办居住证"},
                        {"role": "assistant", "content": "您可以到窗口或用粤省事办理……"},
                    ],
                },
            ]
        }
    )

    question: str = Field(description="市民的问题，原话即可")
    conversation_id: ExternalId | None = Field(None, description="接着之前的对话问；不填则新建")
    history: list[HistoryTurn] = Field(default=[], description="由调用方保存对话时，之前的消息，从早到晚")
    stream: StrictBool = Field(False, description="true：以 SSE 逐句返回；也可用 Accept: text/event-stream")


class CitationModel(BaseModel):
    """See assistant.answers.Citation."""

    token: str
    item_id: str
    item_name: str
    facet: str
    quote: str
    source: str
    source_url: str | None
    verified: bool
    revision: str
    valid_to: dt.date | None


class SentenceModel(BaseModel):
    """See assistant.answers.Sentence."""

    text: str
    citations: list[str]


class OptionModel(BaseModel):
    """See assistant.answers.Option."""

    label: str
    question: str


class ActionModel(BaseModel):
    """See assistant.answers.Action."""

    kind: ActionKind
    label: str
    item_id: str | None
    summary: str | None
    number: str | None


class EnquiryReply(BaseModel):
    """An answer with its sources; the fields of assistant.answers.Answer and the conversation."""

    conversation_id: str
    answer_id: str
    status: AnswerStatus
    text: str
    sentences: list[SentenceModel]
    citations: list[CitationModel]
    item_ids: list[str]
    facet: str
    confidence: float
    tier: Tier
    options: list[OptionModel]
    actions: list[ActionModel]
    ai_label: str
    latency_ms: dict[str, float]


class ErrorDetail(BaseModel):
    """What went wrong: `code` for programs, `message` in Chinese with the way out."""

    code: str = Field(examples=["empty_question"])
    message: str = Field(examples=["请输入您想问的问题。"])


class ErrorReplyModel(BaseModel):
    """The body of every reply that is an error."""

    error: ErrorDetail


ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorReplyModel, "description": "请求有误"},
    "5XX": {"model": ErrorReplyModel, "description": "服务有误"},
}
"""For the `responses` of a router."""


def _rating(value: object) -> object:
    """Take a score from 1 to 5 or the words of the standard."""
    by_label: dict[Any, Rating] = {label: rating for rating, label in RATING_LABELS.items()}
    if isinstance(value, str) and value in by_label:
        return by_label[value]
    if type(value) is int and 1 <= value <= 5:
        return Rating(value)
    raise ValueError(f"应为 1 到 5 的整数，或{'、'.join(RATING_LABELS.values())}")


Reason = Annotated[CleanStr, Field(min_length=1, max_length=50)]


class FeedbackRequest(Body):
    """A citizen's rating of one answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answer_id": "3f2c81d07a5e",
                    "rating": "基本满意",
                    "reasons": ["没有说清费用"],
                    "comment": "希望写明工本费",
                }
            ]
        }
    )

    answer_id: ExternalId
    rating: Annotated[Rating, BeforeValidator(_rating, json_schema_input_type=int | str)] = Field(
        description="5 非常满意、4 满意、3 基本满意、2 不满意、1 非常不满意；数字或文字都可以"
    )
    reasons: list[Reason] = Field(default=[], max_length=MAX_REASONS)
    comment: Annotated[CleanStr, Field(max_length=1000)] = Field(
        "", description="可以不填；身份证号和电话号码会先遮盖再保存"
    )


class FeedbackReply(BaseModel):
    """The rating that was kept."""

    answer_id: str
    rating: int
    label: str
    rated_at: dt.datetime
