"""Every setting of the product: one class, read from GUANJIA_* variables or a .env file."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict


class ModelUse(StrEnum):
    """How eagerly the base model is used."""

    NEVER = "never"
    WHEN_NEEDED = "when_needed"
    ALWAYS = "always"


class ModelRuntime(StrEnum):
    """Where the base model runs."""

    EMBEDDED = "embedded"  # llama.cpp as a child process of this server
    OPENAI = "openai"  # any OpenAI-compatible address, vLLM included


class ModelSettings(BaseModel):
    """The base model; `GUANJIA_MODEL__USE` and so on."""

    use: ModelUse = ModelUse.WHEN_NEEDED
    runtime: ModelRuntime = ModelRuntime.EMBEDDED
    name: str = Field("qwen2.5-coder-1.5b", description="catalogue name (embedded) or served name (openai)")
    url: str | None = Field(None, description="base URL of an OpenAI-compatible API, ends in /v1")
    api_key: SecretStr = SecretStr("none")
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    context_tokens: Annotated[int, Field(ge=1024)] = 4096
    threads: int | None = Field(None, description="llama.cpp threads; empty: cores - 1, at least 1")


class JudgeSettings(BaseModel):
    """A model that grades answers in `guanjia eval --judge`; it has to be another one than the base model."""

    url: str | None = Field(None, description="base URL of an OpenAI-compatible API, ends in /v1")
    name: str = Field("", description="the exact model, so that runs can be compared")
    api_key: SecretStr = SecretStr("none")
    timeout_s: Annotated[float, Field(gt=0)] = 60.0


def _checked_key(key: SecretStr) -> SecretStr:
    try:
        size = len(urlsafe_b64decode(key.get_secret_value().encode()))
    except ValueError:
        size = 0
    if size != 32:
        raise PydanticCustomError("encryption_key", "not a Fernet key: 32 bytes in url-safe base64")
    return key


FernetKey = Annotated[SecretStr, AfterValidator(_checked_key)]
"""A key that encrypts; a wrong one is told at the start and not when the first file comes."""


class PreviewSettings(BaseModel):
    """材料预审; `GUANJIA_PREVIEW__KEY` and so on."""

    key: FernetKey | None = Field(
        None, description="Fernet key (32 bytes, url-safe base64) that encrypts files and readings; empty: plain"
    )
    keep_days: Annotated[float, Field(gt=0)] = Field(30, description="days after which files of a window are deleted")
    citizen_hours: Annotated[float, Field(gt=0)] = Field(
        24, description="hours after which files that a citizen checked are deleted"
    )
    upload_mb: Annotated[int, Field(ge=1)] = Field(200, description="megabytes that one upload may carry")
    max_files: Annotated[int, Field(ge=1)] = Field(30, description="files of one case")
    max_waiting: Annotated[int, Field(ge=1)] = Field(200, description="cases that may wait to be read")
    per_minute: Annotated[int, Field(ge=0)] = Field(
        30, description="cases that one client elsewhere may open in a minute; 0: any number"
    )


class TicketSettings(BaseModel):
    """12345 tickets; `GUANJIA_TICKETS__WEBHOOK_URL` and so on."""

    key: FernetKey | None = Field(
        None, description="Fernet key (32 bytes, url-safe base64) that encrypts what belongs to callers; empty: plain"
    )
    webhook_url: str = Field("", description="where dispatched tickets are sent to; empty: nowhere")
    webhook_secret: SecretStr = Field(SecretStr(""), description="secret that signs deliveries (HMAC-SHA256)")
    per_minute: Annotated[int, Field(ge=0)] = Field(
        10, description="tickets that one client elsewhere may draft or send in a minute; 0: any number"
    )


class Settings(BaseSettings):
    """The whole configuration; every value has a default that works on one machine."""

    model_config = SettingsConfigDict(
        env_prefix="GUANJIA_", env_nested_delimiter="__", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".guanjia",
        description="indexes, models, conversations and feedback live here",
    )
    content_dir: Path | None = Field(None, description="knowledge base content; empty: the starter set")
    kb_dir: Path | None = Field(None, description="folder of an imported knowledge base; used instead of content_dir")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    accept_unverified: bool = Field(
        True, description="answer from unverified facts, marked 待核实; production sets this to false"
    )
    conversation_turns: Annotated[int, Field(ge=1)] = Field(20, description="turns kept per conversation")
    conversation_days: Annotated[int, Field(ge=1)] = Field(30, description="days a silent conversation is kept")
    question_max_chars: Annotated[int, Field(ge=100)] = 2000
    grade_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.2, description="share of live answers that are graded by rules, for /metrics and the report"
    )
    operator_token: SecretStr | None = Field(
        None, description="Bearer token of /metrics and the like; empty: they answer to this machine only"
    )
    questions_per_minute: Annotated[int, Field(ge=0)] = Field(
        60, description="questions that one client elsewhere may ask in a minute; 0: any number"
    )
    log_level: str = "INFO"
    model: ModelSettings = ModelSettings()
    judge: JudgeSettings = JudgeSettings()
    preview: PreviewSettings = PreviewSettings()
    tickets: TicketSettings = TicketSettings()

    @property
    def on_starter_set(self) -> bool:
        """Whether the starter knowledge base is in use."""
        return self.kb_dir is None and self.content_dir is None

    @property
    def index_dir(self) -> Path:
        """Where the indexes live: an imported knowledge base keeps its own."""
        return self.kb_dir / "index" if self.kb_dir else self.data_dir / "index"

    @property
    def models_dir(self) -> Path:
        """Where downloaded base models live."""
        return self.data_dir / "models"

    @property
    def database(self) -> Path:
        """SQLite file with the feedback."""
        return self.data_dir / "guanjia.sqlite"

    @property
    def conversations(self) -> Path:
        """SQLite file with the conversations."""
        return self.data_dir / "conversations.sqlite"

    @property
    def previews_dir(self) -> Path:
        """Where the files of pre-review live, one folder per case."""
        return self.data_dir / "previews"

    @property
    def previews_database(self) -> Path:
        """SQLite file with the cases of pre-review."""
        return self.data_dir / "previews.sqlite"

    @property
    def tickets_database(self) -> Path:
        """SQLite file with the tickets."""
        return self.data_dir / "tickets.sqlite"
