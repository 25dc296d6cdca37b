"""The gap list: what citizens asked in vain or were unhappy with, gathered by meaning, for the editor to fill."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from knowledge_base.embedding import Vectors
from knowledge_base.text import squeeze
from serving.asked import AskedRow

SAME = 0.66
"""Cosine from which two questions count as one: unrelated ones lie at about 0.4, rewordings above 0.7."""

_LOOSE = re.compile(r"\W+")


@dataclass(frozen=True)
class Cluster:
    """Questions that mean about the same; the first is the one most like all others.

    `nearest` is the item the search puts first and `facet` what seems to be asked of it; empty when nothing is near.
    """

    questions: tuple[str, ...]
    unanswered: int
    rated_badly: int
    latest: str
    nearest: str
    facet: str

    @property
    def n(self) -> int:
        """How often it was asked."""
        return self.unanswered + self.rated_badly


def clusters(
    gaps: Sequence[AskedRow],
    embed: Callable[[str], Vectors],
    nearest: Callable[[str], tuple[str, str]],
    same: float = SAME,
) -> list[Cluster]:
    """Gather gaps, the most frequent first.

    Args:
        gaps: the rows of the store.
        embed: gives the L2-normalised vector of a question.
        nearest: gives item id and facet that the search puts first.
        same: cosine from which a question joins the nearest cluster.
    """
    groups: list[list[tuple[AskedRow, Vectors]]] = []
    centres: list[Vectors] = []
    for gap in gaps:
        vector = embed(gap.question)
        likeness = np.array([vector @ centre for centre in centres])
        best = int(likeness.argmax()) if centres else -1
        if best < 0 or likeness[best] < same:
            groups.append([(gap, vector)])
            centres.append(vector)
            continue
        groups[best].append((gap, vector))
        total = np.sum([vector for _, vector in groups[best]], axis=0)
        centres[best] = total / np.linalg.norm(total)
    made = [_cluster(group, centre, nearest) for group, centre in zip(groups, centres, strict=True)]
    return sorted(made, key=lambda cluster: -cluster.n)


def told(found: Sequence[Cluster], names: dict[str, str]) -> str:
    """Write the list as text; `names` gives the name of each item id."""
    lines = []
    for number, cluster in enumerate(found, 1):
        name = names.get(cluster.nearest)
        near = f"相近事项 {name}（{cluster.nearest}）" if name else "没有相近的事项"
        counted = f"{cluster.n} 次（未答 {cluster.unanswered}、差评 {cluster.rated_badly}）"
        lines.append(f"{number}. {cluster.questions[0]}  {counted}，最近一次 {cluster.latest[:10]}，{near}")
        lines += [f"   · {question}" for question in cluster.questions[1:4]]
    return "\n".join(lines) or "没有未答或差评的问题。"


def snippet(found: Sequence[Cluster], names: dict[str, str]) -> str:
    """Write the list as YAML for the content files: per cluster a phrasing and a fact to fill in; one is deleted."""
    parts = [
        "# 每一处二选一：知识库已有这条事实，就把 phrasings 并入该事项；没有，就补全 facts 里的待补项，写明出处。"
    ]
    for cluster in found:
        asks = list(cluster.questions[:5])
        fact = {"facet": cluster.facet or "notes", "text": "待补", "source": "待补", "grade": "X", "asks": asks}
        entry = {"id": cluster.nearest or "待定", "phrasings": list(asks), "facts": [fact]}
        name = names.get(cluster.nearest, "没有相近的事项")
        parts.append(f"# {cluster.n} 次：未答 {cluster.unanswered}，差评 {cluster.rated_badly}；最近的事项：{name}")
        parts.append(yaml.safe_dump([entry], allow_unicode=True, sort_keys=False).rstrip())
    return "\n".join(parts) + "\n"


def _cluster(
    group: Sequence[tuple[AskedRow, Vectors]], centre: Vectors, nearest: Callable[[str], tuple[str, str]]
) -> Cluster:
    ordered = sorted(group, key=lambda pair: -float(pair[1] @ centre))
    rows = [gap for gap, _ in ordered]
    spoken = {_LOOSE.sub("", squeeze(row.question)): row.question for row in reversed(rows)}
    questions = list(dict.fromkeys(spoken[_LOOSE.sub("", squeeze(row.question))] for row in rows))
    near = Counter(nearest(question) for question in questions[:5]).most_common(1)[0][0]
    unanswered = sum(row.unanswered for row in rows)
    return Cluster(
        questions=tuple(questions),
        unanswered=unanswered,
        rated_badly=len(rows) - unanswered,
        latest=max(row.asked_at for row in rows),
        nearest=near[0],
        facet=near[1],
    )
