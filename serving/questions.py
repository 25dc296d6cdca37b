"""Checks the words a citizen typed before they go any further; every face of the product uses it."""

from __future__ import annotations

import unicodedata

from prompts.loader import reply


class QuestionError(ValueError):
    """A question that cannot be asked; `code` for programs, the message in Chinese for people."""

    code = "bad_question"


class EmptyQuestionError(QuestionError):
    """Nothing but space."""

    code = "empty_question"

    def __init__(self) -> None:
        super().__init__(reply("input.empty"))


class LongQuestionError(QuestionError):
    """More characters than the settings allow."""

    code = "question_too_long"

    def __init__(self, max_chars: int) -> None:
        super().__init__(reply("input.too_long", limit=str(max_chars)))
        self.max_chars = max_chars


class NotTextError(QuestionError):
    """No letter or digit at all, or bytes that are not text: emoji, punctuation, NUL, half characters."""

    code = "question_not_text"

    def __init__(self) -> None:
        super().__init__(reply("input.not_text"))


def clean_question(text: str, max_chars: int) -> str:
    """Give the question without control characters and outer space.

    >>> clean_question("  居住证\\x1b怎么办？\\n", max_chars=100)
    '居住证 怎么办？'

    Raises:
        QuestionError: it is empty, longer than `max_chars` characters, or not text.
    """
    if is_broken(text):
        raise NotTextError
    text = "".join(" " if _is_control(char) else char for char in text).strip()
    if not text:
        raise EmptyQuestionError
    if len(text) > max_chars:
        raise LongQuestionError(max_chars)
    if not any(unicodedata.category(char)[0] in "LN" for char in text):
        raise NotTextError
    return text


def is_broken(text: str) -> bool:
    """Tell whether the text holds a NUL or half a surrogate pair: binary data, not something typed.

    >>> is_broken("居住证"), is_broken("居住证\\x00"), is_broken("\\ud83d")
    (False, True, True)
    """
    return "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc" and char not in "\n\t"
