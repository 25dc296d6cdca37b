"""What stands under 出处: the quoted words, where they are from, and whether that was checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from assistant.answers import Citation
from serving.dates import chinese_date
from serving.guide_models import Row as GuideRow
from serving.pages.layout import is_past


@dataclass(frozen=True)
class Source:
    """One row; `valid_to` is written in Chinese and empty when open, `dated` says that it is over."""

    quote: str
    item_name: str
    source: str
    url: str | None
    verified: bool
    revision: str
    valid_to: str
    dated: bool


@dataclass(frozen=True)
class SourceGroup:
    """Neighbouring sources of one item in one revision."""

    item_name: str
    revision: str
    sources: list[Source]


def grouped(sources: Iterable[Source]) -> list[SourceGroup]:
    """Put neighbours of the same item together, so that its name is written once."""
    groups = groupby(sources, key=lambda source: (source.item_name, source.revision))
    return [SourceGroup(name, revision, list(members)) for (name, revision), members in groups]


def source_of(citation: Citation, today: dt.date) -> Source:
    """Prepare one citation of an answer."""
    return Source(
        quote=citation.quote,
        item_name=citation.item_name,
        source=citation.source,
        url=_web_address(citation.source_url),
        verified=citation.verified,
        revision=citation.revision,
        valid_to=chinese_date(citation.valid_to) if citation.valid_to else "",
        dated=is_past(citation.valid_to, today),
    )


def source_of_row(row: GuideRow, item_name: str, revision: str, today: dt.date) -> Source:
    """Prepare one row of a service guide."""
    return Source(
        quote=row.text,
        item_name=item_name,
        source=row.source,
        url=_web_address(row.source_url),
        verified=row.verified,
        revision=revision,
        valid_to=chinese_date(row.valid_to) if row.valid_to else "",
        dated=is_past(row.valid_to, today),
    )


def _web_address(url: str | None) -> str | None:
    """Let only http(s) addresses become links: a javascript: address in a bad knowledge base stays text."""
    return url if url and url.startswith(("https://", "http://")) else None
