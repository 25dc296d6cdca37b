"""The search of one enquiry: a follow-up that names an item and a long story are read in two ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.understand import Understanding
from knowledge_base.retrieval import Retrieved, Searcher

ABSENT = 8.0
"""How far below the last hit a record counts that one of the two searches did not find."""


LONG_CHARS = 60
"""A message longer than this tells a story; its last question is searched on its own as well."""

_SENTENCE_END = re.compile(r"(?<=[。!?;！？；])")


def point_of(text: str) -> str:
    """Give what a long message comes down to: its last sentences, at least a few words; short ones whole."""
    if len(text) <= LONG_CHARS:
        return text
    point = ""
    for sentence in reversed([s for s in _SENTENCE_END.split(text) if s.strip()]):
        if len(point) + len(sentence) > LONG_CHARS and len(point) >= LONG_CHARS // 4:
            break
        point = sentence + point
    return point or text


def find(retriever: Searcher, understanding: Understanding, domains: Sequence[str] | None = None) -> Retrieved:
    """Search for the question; where a second reading says more, the scores of both are averaged.

    A follow-up that names an item is read on its own as well ("那护照呢?"); one that names none keeps to the
    subject ("那要多少钱?"). A long story is read by its point as well.
    """
    whole = retriever.search(understanding.question, domains=domains, cues=understanding.cues)
    second = _second_reading(retriever, understanding)
    if second == understanding.question or not whole.hits:
        return whole
    bare = retriever.search(second, domains=domains, cues=understanding.cues)
    by_record = {hit.record_id: hit for hit in (*bare.hits, *whole.hits)}
    scores = [{hit.record_id: hit.score for hit in found.hits} for found in (whole, bare)]
    floors = [min(s.values(), default=0.0) - ABSENT for s in scores]
    hits = [
        replace(hit, score=sum(s.get(record_id, f) for s, f in zip(scores, floors, strict=True)) / 2)
        for record_id, hit in by_record.items()
    ]
    return replace(whole, hits=tuple(sorted(hits, key=lambda hit: -hit.score)))


def _second_reading(retriever: Searcher, understanding: Understanding) -> str:
    if not understanding.follow_up:
        return point_of(understanding.text)
    return understanding.text if retriever.names_item(understanding.text) else understanding.question
