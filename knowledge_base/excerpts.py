"""What of a document is quoted, word for word: the lines a question asks for, or the passage and what follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge_base.documents import Document
from knowledge_base.fields import asks_for_fields, fields_of, is_guide, is_near_miss, matching_fields
from knowledge_base.passages import cut, sentences, title_of

QUOTE_CHARS = 500
"""A text up to this long is quoted whole."""

LIST_CHARS = 900
"""A list is finished even if the quote grows to this."""

_LIST_ITEM = re.compile(
    r"^\s*([（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]|第[一二三四五六七八九十\d]+[步项]|[·•●☐\-*])|[；;：:]\s*$"
)


@dataclass(frozen=True)
class Excerpt:
    """A quote: `text` stands in the document as it is, apart from breaks between its lines."""

    heading: str
    text: str


def excerpt(document: Document, number: int, question: str, words: Callable[[str], Sequence[str]]) -> Excerpt | None:
    """Choose what to quote of a document whose passage `number` was found.

    Of a guide written as `label：value` the fields that are asked for; None when it lacks them or is the guide of
    another item. `words` cuts normalised text.
    """
    fields = fields_of(document.text)
    if is_guide(fields):
        title = title_of(document)
        matching = matching_fields(fields, question, title)
        if is_near_miss(question, title, words):
            return None
        if matching:
            return Excerpt("", "\n".join(field.text for field in matching))
        if asks_for_fields(question, title):
            return None
    passages = cut(document)
    passage = passages[number]
    if len(document.text) <= QUOTE_CHARS and len(document.sections) == 1:
        return Excerpt(passage.heading, document.text.removeprefix(f"{passage.heading}\n"))
    same = [p for p in passages if p.heading == passage.heading]
    here = same.index(passage)
    before = "".join(p.text for p in same[:here])
    after = "".join(p.text for p in same[here + 1 :])
    return Excerpt(passage.heading, _widened(before, passage.text, after).strip())


def _widened(before: str, text: str, after: str) -> str:
    """Add whole sentences around a passage: first what follows, then what leads to it; a list to its end."""
    for sentence in sentences(after):
        in_list = _LIST_ITEM.search(sentence) or _LIST_ITEM.search(text.rstrip().splitlines()[-1])
        if len(text) + len(sentence) > (LIST_CHARS if in_list else QUOTE_CHARS):
            break
        text += sentence
    for sentence in reversed(sentences(before)):
        starts_inside = _LIST_ITEM.match(text.lstrip())
        if len(text) + len(sentence) > (LIST_CHARS if starts_inside else QUOTE_CHARS):
            break
        text = sentence + text
    return text
