"""What is measured must not stand in what is searched: cases against the knowledge base and the exemplars."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pytest

from assistant.intents import exemplars
from eval.cli_run import SUITES
from eval.near_copies import grams
from eval.suite import suite_of
from knowledge_base.chunking import ChunkKind, item_chunks
from knowledge_base.content import KnowledgeBase, load_content

NEAR_COPY = 0.8
"""Jaccard similarity of character 3-grams from which two questions count as copies."""


def searched_questions(kb: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Give place and text of every question that the knowledge base is searched by."""
    for item in kb.items.values():
        yield from (
            (c.record_id, c.text) for c in item_chunks(item) if c.kind not in (ChunkKind.TEXT, ChunkKind.NAME)
        )
    yield from ((f"note {note.id}", ask) for note in kb.notes for ask in note.asks)
    yield from ((f"intents.yaml {intent}", text) for intent, text in exemplars())


def near_copies(questions: Mapping[str, str], texts: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Give id and place of each question that is nearly one of the texts."""
    placed = [(place, grams(text)) for place, text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, (_, parts) in enumerate(placed):
        for gram in parts:
            holders[gram].append(number)
    found = set()
    for case_id, question in questions.items():
        wanted = grams(question)
        shared = Counter(number for gram in wanted for number in holders.get(gram, ()))
        for number, common in shared.items():
            place, parts = placed[number]
            if common >= NEAR_COPY * (len(wanted) + len(parts) - common):
                found.add((case_id, place))
    return found


def test_no_case_stands_in_the_knowledge_base_or_among_the_exemplars() -> None:
    questions = {case.id: case.question for suite in SUITES for case in suite_of(suite).cases(None)}
    assert sorted(near_copies(questions, searched_questions(load_content()))) == []


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("居住证签注要不要交钱？", True),
        ("居住證簽注要不要交錢", True),
        ("请问居住证签注要不要交钱呀", True),
        ("签注居住证交不交钱", False),
        ("护照多少钱", False),
    ],
)
def test_near_copy_is_noticed_and_a_rewording_is_not(question: str, found: bool) -> None:
    texts = [("here", "请问居住证签注要不要交钱"), ("here", "居住证签注要不要交钱")]
    assert bool(near_copies({"a": question}, texts)) is found
