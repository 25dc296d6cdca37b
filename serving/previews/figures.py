"""The monitor's figures with the names that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from knowledge_base.content import KnowledgeBase
from preview.wording import group
from serving.preview_models import CheckOut, RateOut, ShareOut, StatsOut
from serving.previews.stats import LINE, Group, Rate, Share, Stats
from serving.previews.words import word, words


def material_names(kb: KnowledgeBase) -> dict[str, str]:
    """Give the name of every material by item and id (`item/material`)."""
    return {f"{item.id}/{material.id}": material.name for item in kb.items.values() for material in item.materials}


def code_names() -> dict[str, str]:
    """Give the name of every finding code; `unknown` is a return without one."""
    return group("codes") | {"unknown": word("export.no_code")}


def stats_out(figures: Stats, kb: KnowledgeBase) -> StatsOut:
    """Write the figures for the wire."""
    codes, who = code_names(), words("responsibility")
    return StatsOut(
        since=figures.since,
        until=figures.until,
        line=LINE,
        overall=_rate(figures.rate),
        by_item=_groups(figures.by_item),
        by_town=_groups(figures.by_town),
        trend=_groups(figures.trend),
        by_material=_shares(figures.by_material, material_names(kb)),
        by_reason=_shares(figures.by_reason, codes),
        by_responsibility=_shares(figures.by_responsibility, who),
        checks=[
            CheckOut(
                code=check.code,
                name=codes.get(check.code, check.code),
                reported=check.reported,
                accepted=check.accepted,
                changed=check.changed,
                rejected=check.rejected,
                returns=check.returns,
                caught=check.caught,
                missed=check.missed,
            )
            for check in figures.checks
        ],
    )


def _groups(groups: Iterable[Group]) -> list[RateOut]:
    return [_rate(group.rate).model_copy(update={"id": group.id, "name": group.name}) for group in groups]


def _rate(rate: Rate) -> RateOut:
    low, high = rate.interval
    return RateOut(returned=rate.returned, decided=rate.decided, rate=rate.value, low=low, high=high)


def _shares(shares: Iterable[Share], names: Mapping[str, str]) -> list[ShareOut]:
    """Name the shares; those of one name, such as the identity card of several items, are counted together."""
    counts: dict[str, ShareOut] = {}
    for share in shares:
        name = names.get(share.id, share.id)
        same = counts.setdefault(name, ShareOut(id=share.id, name=name, returns=0))
        same.returns += share.returns
    return sorted(counts.values(), key=lambda share: -share.returns)
