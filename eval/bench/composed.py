"""The composed tier with the real base model: how long until the first checked sentence, and what is dropped.

Needs the model's file: in the data folder (`guanjia model pull`) or named by GUANJIA_MODEL__NAME, a path ending
in .gguf allowed. Every question is asked twice: of a model that has just started, and of one that has read the
fixed part of the prompt before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from assistant.answer import Answerer
from assistant.answers import Answer, Sentence, Tier
from eval.bench.report import RUNS, Report
from eval.bench.served import BenchError
from serving.build import Product, build
from serving.settings import Settings

QUESTIONS = (
    "个体户注册和公司注册有什么不同",
    "租房提取公积金和购房提取公积金有什么区别",
    "新生儿入户和人才入户有什么区别",
    "门诊特定病种和门诊选点有什么不同",
    "结婚登记和离婚登记分别要什么材料",
)
WARMING = "积分入户和人才入户有什么区别"
MAX_FIRST_S = 12.0
MAX_PROMPT_TOKENS = 900
READY_TIMEOUT_S = 120.0


_TEXT = re.compile(r'"text"\s*:\s*"((?:[^"\\]|\\.)*)"')


class Recorder(BaseCallbackHandler):
    """Keeps what the model read and wrote; LangChain calls it."""

    def __init__(self) -> None:
        self.written = ""
        self.prompt_tokens = 0
        self.cached_tokens = 0
        self.written_tokens = 0

    @property
    def sentences(self) -> list[str]:
        """The complete sentences, whether or not the reply came to its end."""
        return [json.loads(f'"{text}"').strip() for text in _TEXT.findall(self.written)]

    def listening(self, model: BaseChatModel | None) -> BaseChatModel | None:
        """Give a model that is listened to; None where there is none."""
        return model.model_copy(update={"callbacks": [self]}) if model else None

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
        """Keep the next piece."""
        self.written += str(token)

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        """Read the usage; a reply that was cut off has none."""
        generation = response.generations[0][0]
        if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
            usage = generation.message.usage_metadata
            if usage:
                self.prompt_tokens, self.written_tokens = usage["input_tokens"], usage["output_tokens"]
                self.cached_tokens = usage.get("input_token_details", {}).get("cache_read", 0)


@dataclass
class Asked:
    """What one question cost; `first_s` is None when no sentence passed the check."""

    question: str
    tier: str = ""
    first_s: float | None = None
    full_s: float = 0.0
    passed: list[str] = field(default_factory=list)
    recorder: Recorder = field(default_factory=Recorder)

    def as_json(self) -> dict[str, Any]:
        """Give everything for the record."""
        return {name: value for name, value in vars(self).items() if name != "recorder"} | vars(self.recorder)


async def ask(product: Product, question: str) -> Asked:
    """Ask one question and time its sentences."""
    asked = Asked(question)
    assert isinstance(product.assistant.answerer, Answerer)
    composer = product.assistant.answerer.composer

    def recorded() -> BaseChatModel | None:
        return asked.recorder.listening(product.model.chat())

    answerer = replace(product.assistant.answerer, composer=replace(composer, model=recorded))
    product.assistant.answerer = answerer
    started = time.monotonic()
    early = []
    async for part in product.assistant.stream(question):
        if isinstance(part, Sentence):
            early.append((time.monotonic() - started, part.text))
        if isinstance(part, Answer):
            asked.tier = str(part.tier)
    asked.full_s = time.monotonic() - started
    if asked.tier == Tier.COMPOSED:
        own = [row for row in early if row[1] in asked.recorder.sentences]
        asked.first_s, asked.passed = own[0][0] if own else None, [text for _, text in own]
    return asked


def with_model(settings: Settings) -> Product:
    """Build the product and wait for its model; BenchError when it does not come up."""
    product = build(settings, say=print)
    end = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < end and not product.model.status().ready:
        time.sleep(0.1)
    status = product.model.status()
    if not status.ready:
        product.model.close()
        raise BenchError(f"the base model is not ready: {status.detail}")
    product.assistant.retriever.search(WARMING)
    return product


def cold(settings: Settings, questions: Sequence[str]) -> list[Asked]:
    """Ask each question of a model that has just started."""
    answers = []
    for question in questions:
        product = with_model(settings)
        try:
            answers.append(asyncio.run(ask(product, question)))
        finally:
            product.model.close()
    return answers


def cached(settings: Settings, questions: Sequence[str]) -> list[Asked]:
    """Ask all questions of one model, after another one."""

    async def all_questions(product: Product) -> list[Asked]:
        await ask(product, WARMING)
        return [await ask(product, question) for question in questions]

    product = with_model(settings)
    try:
        return asyncio.run(all_questions(product))
    finally:
        product.model.close()


def tell(report: Report, name: str, answers: Sequence[Asked]) -> None:
    """Put one pass into the report."""
    firsts = [asked.first_s for asked in answers if asked.first_s is not None]
    written = sum(len(asked.recorder.sentences) for asked in answers)
    passed = sum(len(asked.passed) for asked in answers)
    report.add(f"{name}: composed", len(firsts), f"of {len(answers)}")
    if firsts:
        report.add(f"{name}: first checked sentence, median", median(firsts), "s", below=MAX_FIRST_S)
        report.add(f"{name}: first checked sentence, slowest", max(firsts), "s")
    report.add(f"{name}: full answer, median", median(asked.full_s for asked in answers), "s")
    prompt_tokens = max(asked.recorder.prompt_tokens for asked in answers)
    report.add(f"{name}: prompt, longest", prompt_tokens, "tokens", below=MAX_PROMPT_TOKENS + 1)
    report.add(f"{name}: of it cached", median(asked.recorder.cached_tokens for asked in answers), "tokens")
    if written:
        report.add(f"{name}: sentences dropped by the check", 100 * (1 - passed / written), f"% of {written}")
    report.details[name] = [asked.as_json() for asked in answers]


def main(arguments: Sequence[str] | None = None) -> Report:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.composed", description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=None, help="empty: GUANJIA_DATA_DIR or ~/.guanjia")
    parser.add_argument("--questions", nargs="+", default=list(QUESTIONS))
    parser.add_argument("--no-cold", action="store_true")
    parser.add_argument("--out", type=Path, default=RUNS)
    given = parser.parse_args(arguments)
    settings = Settings(data_dir=given.data_dir) if given.data_dir else Settings()
    report = Report("composed", vars(given) | {"model": settings.model.name, "threads": settings.model.threads})
    if not given.no_cold:
        tell(report, "cold", cold(settings, given.questions))
    tell(report, "prefix cached", cached(settings, given.questions))
    report.write(given.out)
    return report


if __name__ == "__main__":
    main()
