"""Which papers a complete set has, by item and situation: read off the guides by hand, not the product's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from eval.papers.cast import Cast
from eval.papers.paper import Paper


@dataclass(frozen=True)
class Supply:
    """The papers handed in for one material.

    `must`: leaving them out is a defect for certain (no electronic licence stands in, the guide's wording leaves no
    doubt). `may_expire`: an expired one is in order, as the old card is at a renewal. `agent_id`: it is the agent's.
    """

    material: str
    papers: tuple[Paper, ...]
    must: bool = True
    may_expire: bool = False
    agent_id: bool = False


@dataclass(frozen=True)
class Recipe:
    """A complete set for an item in a situation. `family`: papers of several persons are in order."""

    item: str
    situation: Mapping[str, str]
    build: Callable[[Cast], list[Supply]]
    family: bool = False
    applicant: str = "applicant"
    addresses: tuple[str, str] | None = field(default=None)  # materials whose addresses have to agree


def supply(
    material: str, *papers: Paper | list[Paper], must: bool = True, may_expire: bool = False, agent_id: bool = False
) -> Supply:
    """Gather papers for a material; lists are both sides of a card."""
    flat = [p for given in papers for p in (given if isinstance(given, list) else [given])]
    return Supply(material, tuple(flat), must, may_expire, agent_id)


def all_recipes() -> list[Recipe]:
    """List the recipes of every domain, in a fixed order."""
    from eval.papers import recipes_business, recipes_family, recipes_work

    return [*recipes_work.RECIPES, *recipes_family.RECIPES, *recipes_business.RECIPES]
