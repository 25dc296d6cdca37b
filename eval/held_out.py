"""Questions taken out of the knowledge base, to fit ranking and confidence on wordings the index does not hold.

Of every record one question is held back; of every item two known gaps wholly (near misses nobody thought of) and
one question of each other gap.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.chunking import numbered_facts
from knowledge_base.content import load_content
from knowledge_base.schema import ServiceItem

SEED = 7
GAPS_HELD = 2
LEAST_KEPT = 2
"""A record with fewer questions than this left keeps all of them."""


@dataclass(frozen=True)
class HeldQuestion:
    """A question the index does not hold; `record_id` answers it, or nothing does (None)."""

    text: str
    item_id: str
    record_id: str | None
    gap_known: bool = False


def hold_out(content_dir: Path, target: Path, seed: int = SEED) -> list[HeldQuestion]:
    """Copy `content_dir` to `target` without the questions it returns."""
    rng = random.Random(seed)
    kb = load_content(content_dir)
    (target / "items").mkdir(parents=True)
    for path in content_dir.glob("*.yaml"):
        shutil.copy(path, target)
    held: list[HeldQuestion] = []
    for part in kb.domains:
        items = [_held_back(item, rng, held) for item in part.items]
        data = {"domain": part.domain.model_dump(mode="json"), "items": [i.model_dump(mode="json") for i in items]}
        (target / "items" / f"{part.domain.id}.yaml").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return held


def _held_back(item: ServiceItem, rng: random.Random, held: list[HeldQuestion]) -> ServiceItem:
    def without_one(texts: Sequence[str], record_id: str | None, known: bool = False) -> tuple[str, ...]:
        if len(texts) <= LEAST_KEPT:
            return tuple(texts)
        out = rng.randrange(len(texts))
        held.append(HeldQuestion(texts[out], item.id, record_id, known))
        return tuple(text for n, text in enumerate(texts) if n != out)

    facts = [
        fact.model_copy(update={"asks": without_one(fact.asks, record_id)})
        for record_id, fact in numbered_facts(item)
    ]
    faqs = [
        faq.model_copy(update={"similar": without_one(faq.similar, f"{item.id}/faq/{number}")})
        for number, faq in enumerate(item.faqs, 1)
    ]
    unknown = set(rng.sample(range(len(item.gaps)), min(GAPS_HELD, len(item.gaps))))
    gaps = []
    for number, gap in enumerate(item.gaps):
        if number in unknown:
            held += [HeldQuestion(ask, item.id, None) for ask in gap.asks]
        else:
            gaps.append(gap.model_copy(update={"asks": without_one(gap.asks, None, known=True)}))
    phrasings = without_one(item.phrasings, f"{item.id}/overview")
    kept = {"facts": tuple(facts), "faqs": tuple(faqs), "gaps": tuple(gaps), "phrasings": phrasings}
    return item.model_copy(update=kept)
