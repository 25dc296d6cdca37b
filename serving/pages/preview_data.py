"""What the pages of pre-review are given: items to search, words, towns, limits."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from knowledge_base.content import KnowledgeBase
from preview.schema import IntakeProblem, QualityProblem
from preview.wording import group
from prompts.preview_files import Advice, intake_advice, quality_advice
from serving.previews.figures import code_names
from serving.previews.words import words
from serving.settings import PreviewSettings

ACCEPT = "image/*,.heic,.heif,.pdf,.docx,.tif,.tiff"


def page_words() -> str:
    """Give every text and name the scripts need, as JSON."""
    names: dict[str, Any] = {
        "types": group("types"),
        "fields": group("fields"),
        "codes": code_names(),
        "severities": group("severities"),
        "presences": group("presences"),
        "dispositions": group("dispositions"),
        "intake": {problem: _both(intake_advice(problem)) for problem in IntakeProblem},
        "quality": {problem: quality_advice(problem).what.rstrip("。") for problem in QualityProblem},
    }
    own = ("browser", "status", "outcome", "verdict", "reasons", "responsibility")
    return _json(names | {name: words(name) for name in own})


def page_items(kb: KnowledgeBase) -> str:
    """Give the items with what they can be found by, initials of their pinyin included, as JSON."""
    return _json(
        [
            {
                "id": item.id,
                "name": item.name,
                "aliases": list(item.aliases),
                "domain": part.domain.name,
                "initials": sorted({initials(name) for name in (item.name, *item.aliases)}),
            }
            for part in kb.domains
            for item in part.items
        ]
    )


def page_towns(kb: KnowledgeBase) -> str:
    """Give the short names of the towns as JSON."""
    return _json([town.short for town in kb.towns])


def page_limits(settings: PreviewSettings) -> str:
    """Give what one upload may hold, as JSON."""
    return _json({"files": settings.max_files, "mb": settings.upload_mb, "accept": ACCEPT})


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Give the first letters of a name's pinyin, the way clerks type.

    >>> initials("居住证签注")
    'jzzqz'
    """
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="ignore")).lower()


def _both(advice: Advice) -> str:
    return f"{advice.what}{advice.fix}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
