"""An answer as plain text, for a terminal or somebody else's chat window."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.answers import Answer, Citation
from prompts.loader import reply


def plain_text(answer: Answer) -> str:
    """Give the whole answer: words, options, sources, AI label."""
    return answer.text + after_text(answer)


def after_text(answer: Answer) -> str:
    """Give what follows the words of the answer; begins with an empty line, empty when nothing follows."""
    blocks = []
    if answer.options:
        blocks.append("\n".join(f"· {option.question}" for option in answer.options))
    if answer.citations:
        blocks.append("\n".join(["出处：", *_source_lines(answer.citations)]))
    if answer.ai_label:
        blocks.append(answer.ai_label)
    return "".join(f"\n\n{block}" for block in blocks)


def _source_lines(citations: Iterable[Citation]) -> list[str]:
    """One line for each source, with all the tokens it stands behind."""
    tokens: dict[str, list[str]] = {}
    for citation in citations:
        doubt = "" if citation.verified else f"（{reply('unverified_mark')}）"
        address = f" {citation.source_url}" if citation.source_url else ""
        line = f"{citation.item_name}：{citation.source}{doubt}{address}"
        tokens.setdefault(line, []).append(f"[{citation.token}]")
    return [f"{''.join(numbers)} {line}" for line, numbers in tokens.items()]
