"""The search of one enquiry; a follow-up is searched with and without what went before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understand import Understanding
from knowledge_base.retrieval import Retrieved, Retriever

ABSENT = 3.0
"""How far below the last hit a record counts that one of the two searches did not find."""


def find(retriever: Retriever, understanding: Understanding, domains: Sequence[str] | None = None) -> Retrieved:
    """Search for the question; for a follow-up the scores of both readings are averaged.

    The whole conversation keeps the subject ("那要多少钱?"), the bare message can name a new one
    ("那办公司呢?").
    """
    whole = retriever.search(understanding.question, domains=domains, cues=understanding.cues)
    if not understanding.follow_up or not whole.hits:
        return whole
    bare = retriever.search(understanding.text, domains=domains, cues=understanding.cues)
    by_record = {hit.record_id: hit for hit in (*bare.hits, *whole.hits)}
    scores = [{hit.record_id: hit.score for hit in found.hits} for found in (whole, bare)]
    floors = [min(s.values(), default=0.0) - ABSENT for s in scores]
    hits = [
        replace(hit, score=sum(s.get(record_id, f) for s, f in zip(scores, floors, strict=True)) / 2)
        for record_id, hit in by_record.items()
    ]
    return replace(whole, hits=tuple(sorted(hits, key=lambda hit: -hit.score)))
