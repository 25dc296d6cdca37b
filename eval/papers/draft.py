"""A case in the making: the files to be handed in, which defects change, and what is expected of the check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from eval.papers.cast import Cast
from eval.papers.paper import Paper
from eval.papers.recipes import Recipe, Supply
from preview.schema import DocumentType as T
from preview.schema import FindingCode as C

Target = tuple[str, str]
"""A finding's code and its target: a file (by its key until files have names) or a material."""

CARD_SIDES = (T.ID_CARD_FRONT, T.ID_CARD_BACK)


@dataclass(eq=False)
class Handed:
    """A file to be handed in: its papers, the material it is for (empty: none), how it is damaged and packed."""

    key: str
    papers: list[Paper]
    material: str
    damage: tuple[str, ...] = ()
    stacked: bool = False  # both sides on one page
    may_be_copy: bool = False
    plain: bool = False  # no damage at random: a defect needs it as it is
    like: Handed | None = None  # the same paper handed in once more
    planted: bool = False

    @property
    def kind(self) -> T:
        """The type of the first paper."""
        return self.papers[0].kind


@dataclass
class Draft:
    """Files and expectations of a case. `tolerated`: fair consequences, neither asked for nor counted as false."""

    recipe: Recipe
    cast: Cast
    supplies: list[Supply]
    files: list[Handed] = field(default_factory=list)
    expected: list[list[Target]] = field(default_factory=list)  # each: the wanted one first, then fair alternatives
    tolerated: list[Target] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    planted: list[str] = field(default_factory=list)  # for each of `expected`, the defect that brought it in

    @property
    def rng(self) -> Random:
        """The case's own source of chance."""
        return self.cast.rng

    def expect(self, code: C, handed: Handed | str, *others: tuple[C, Handed | str]) -> None:
        """Expect a finding; `others` would be as right."""
        self.expected.append([_target(code, handed), *(_target(c, h) for c, h in others)])

    def tolerate(self, handed: Handed | str, *codes: C) -> None:
        """Let findings of these codes pass at a file or material."""
        self.tolerated += [_target(code, handed) for code in codes]

    def untouched(self) -> Iterator[Handed]:
        """Give the files that no defect has changed."""
        return (h for h in self.files if not h.planted)

    def of_kind(self, *kinds: T) -> list[Handed]:
        """Find untouched files of the given types."""
        return [h for h in self.untouched() if h.kind in kinds]

    def shuffled(self, files: list[Handed]) -> list[Handed]:
        """Give files in the case's random order."""
        return self.rng.sample(files, len(files))

    def supply_of(self, handed: Handed) -> Supply | None:
        """Give the supply a file belongs to."""
        return next((s for s in self.supplies if s.material == handed.material), None)

    def of_material(self, material: str) -> list[Handed]:
        """Give the files of a material."""
        return [h for h in self.files if h.material == material]


def draft_of(recipe: Recipe, cast: Cast) -> Draft:
    """Lay out the complete set: both sides of a card as two pictures, one page or one document."""
    draft = Draft(recipe, cast, recipe.build(cast))
    rng = cast.rng
    for supply in draft.supplies:
        papers = list(supply.papers)
        while papers:
            paper = papers.pop(0)
            both = paper.kind is T.ID_CARD_FRONT and bool(papers) and papers[0].kind is T.ID_CARD_BACK
            chosen = rng.random()
            if both and chosen < 0.45:
                handed = Handed("", [paper, papers.pop(0)], supply.material, stacked=chosen < 0.28)
            else:
                handed = Handed("", [paper], supply.material)
            handed.key = f"f{len(draft.files)}"
            handed.may_be_copy = paper.kind in {*CARD_SIDES, T.HOUSEHOLD_REGISTER, T.SOCIAL_SECURITY_CARD, T.DIPLOMA}
            draft.files.append(handed)
    return draft


def _target(code: C, handed: Handed | str) -> Target:
    return str(code), handed if isinstance(handed, str) else f"@{handed.key}"
