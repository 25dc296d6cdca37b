"""`guanjia ask`: one question on the command line."""

from __future__ import annotations

import asyncio
import json

import typer

from assistant.answers import AnswerStatus
from serving.build import build
from serving.cli_errors import FAILED
from serving.cli_progress import build_progress
from serving.cli_settings import check_data_dir
from serving.plain_text import plain_text
from serving.questions import clean_question
from serving.settings import ModelSettings, ModelUse, Settings


def ask_once(settings: Settings, question: str, *, as_json: bool) -> int:
    """Print the answer and give the exit code: 1 when the knowledge base could not be searched.

    The base model is not started for a single question: loading it takes longer than answering.

    Raises:
        QuestionError: the question is empty, too long or not text.
    """
    question = clean_question(question, settings.question_max_chars)
    check_data_dir(settings.data_dir)
    with build_progress() as progress:
        without_model = settings.model_copy(update={"model": ModelSettings(use=ModelUse.NEVER)})
        product = build(without_model, progress, lambda message: typer.echo(message, err=True))
    try:
        answer = asyncio.run(product.assistant.ask(question))
    finally:
        product.model.close()
    typer.echo(json.dumps(answer.as_json(), ensure_ascii=False, indent=2) if as_json else plain_text(answer))
    return FAILED if answer.status is AnswerStatus.ERROR_RETRIEVAL else 0
