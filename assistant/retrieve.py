"""The search of one enquiry: a follow-up and a long story are read in several ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.confidence import confidence, evidence
from assistant.intents import Intent
from assistant.understand import Understanding
from knowledge_base.facets import facet_cues
from knowledge_base.retrieval import Retrieved, Searcher

FAR = 12.0
"""How far below the first hit of a search a record counts at most, also one that the search did not find."""


SURER = 0.2
"""By how much a follow-up must be surer alone than with its subject; chosen on conversations of the dev split."""

LONG_CHARS = 60
"""A message longer than this tells a story; its last question is searched on its own as well."""

BEHIND = 0.1
"""How far behind the best record of a message the records of its further parts are put."""

_PART_END = re.compile(r"[?,;。！!]")
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


def find(
    retriever: Searcher, understanding: Understanding, intent: Intent, domains: Sequence[str] | None = None
) -> Retrieved:
    """Search for the question in all its readings; their scores are averaged by weight.

    A follow-up that names no item may yet begin something new: where it is clearly surer alone, it stands alone.
    """
    weights = _readings(retriever, understanding)
    found = {q: retriever.search(q, domains=domains, cues=understanding.cues) for q in weights}
    first = found[understanding.question]
    if not first.hits:
        return first
    if len(found) == 1:
        return _with_every_part(retriever, understanding, first)
    blended = _blended([(retrieved, weights[question]) for question, retrieved in found.items()])
    if understanding.follow_up and not understanding.named and understanding.text in found:
        alone = found[understanding.text]
        if _sure(alone, intent) > _sure(blended, intent) + SURER:
            return alone
    return blended


def _with_every_part(retriever: Searcher, understanding: Understanding, found: Retrieved) -> Retrieved:
    """Where a message asks for several facets of one item, rank the best record of each part next."""
    best, parts = found.best, parts_of(understanding.text)
    name = retriever.name_of(best.item_id) if best else ""
    if best is None or not name or len(parts) < 2:
        return found
    only = frozenset({best.item_id})
    in_best = [retriever.search(f"{name} {part}", items=only).best for part in parts]
    lifted = {hit.record_id for hit in in_best if hit}
    behind = best.score - BEHIND
    ranked = [replace(h, score=max(h.score, behind)) if h.record_id in lifted else h for h in found.hits]
    return replace(found, hits=tuple(sorted(ranked, key=lambda hit: -hit.score)))


def parts_of(text: str) -> list[str]:
    """Give the parts of a short message that ask for facets; none where two of them ask for the same one."""
    if len(text) > LONG_CHARS:
        return []
    parts = [part for part in _PART_END.split(text) if facet_cues(part)]
    facets = [facet for part in parts for facet in facet_cues(part)]
    return parts if len(set(facets)) == len(facets) else []


def _readings(retriever: Searcher, understanding: Understanding) -> dict[str, int]:
    """Give the ways to read a message and their weights; the first one is the question that stands alone.

    A follow-up that names an item is read on its own as well ("那护照呢?"); one that names none goes on with the
    subject ("那要多少钱?"), with all its words or with the name of its item. A long story is read by its point too.
    """
    question, text = understanding.question, understanding.text
    if not understanding.follow_up:
        return dict.fromkeys((question, point_of(text)), 1)
    if understanding.named:
        return dict.fromkeys((question, text), 1)
    best = retriever.search(understanding.subject).best
    name = retriever.name_of(best.item_id) if best else ""
    return {question: 2, f"{name} {text}": 1, text: 1} if name else {question: 1}


def _blended(found: Sequence[tuple[Retrieved, int]]) -> Retrieved:
    """Average the scores of several searches by weight; each record keeps the evidence of the first that has it."""
    by_record = {hit.record_id: hit for retrieved, _ in reversed(found) for hit in retrieved.hits}
    total = dict.fromkeys(by_record, 0.0)
    weights = sum(weight for _, weight in found)
    for retrieved, weight in found:
        scores = {hit.record_id: hit.score for hit in retrieved.hits}
        floor = max(scores.values(), default=0.0) - FAR
        for record_id in total:
            total[record_id] += max(scores.get(record_id, floor), floor) * weight / weights
    hits = [replace(hit, score=total[record_id]) for record_id, hit in by_record.items()]
    return replace(found[0][0], hits=tuple(sorted(hits, key=lambda hit: -hit.score)))


def _sure(retrieved: Retrieved, intent: Intent) -> float:
    return confidence(evidence(retrieved, intent))
