"""Which papers serve which material of the guide."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from knowledge_base.schema import DocumentAsked, DocumentHolder, DocumentNeed, Material, ServiceItem
from preview.docs import Doc, is_photo
from preview.fitting import Fit, fit
from preview.folding import fold
from preview.papers import ID_CARD, Paper
from preview.people import People, same
from preview.rules import rules
from preview.schema import DocumentType

_TITLE_LINES = 8
_WRITTEN = {DocumentType.APPLICATION_FORM, DocumentType.COMMITMENT_LETTER}
"""Papers that applicants write: a guide may ask for several, told apart by their titles."""


@dataclass(frozen=True)
class Served:
    """A need with the papers that serve it and those of the right kind that are somebody else's.

    `found`: how many papers of different persons there are; an agent's does not count for one of the parties.
    """

    need: DocumentNeed
    papers: tuple[Paper, ...] = ()
    strangers: tuple[Paper, ...] = ()
    found: int = 0

    @property
    def met(self) -> bool:
        """Whether enough is there."""
        return self.found >= self.need.count


@dataclass(frozen=True)
class Matching:
    """What serves what. `extra`: papers of a kind that no material calls for."""

    by_material: Mapping[str, tuple[Served, ...]]
    extra: tuple[Paper, ...]
    strangers: tuple[tuple[Paper, str], ...] = ()  # papers of somebody else, with the material they were meant for
    served_by: Mapping[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)

    def unmet(self, material_id: str, *, agent_used: bool) -> tuple[Served, ...]:
        """Give the needs of a material that are asked for and not met.

        More persons than there are parties: one of them acts for another, so that the letter is asked for.
        """
        served = self.by_material[material_id]
        crowded = any(s.need.holder is DocumentHolder.PARTIES and s.found > s.need.count for s in served)
        return tuple(s for s in served if not s.met and asked(s.need, agent_used=agent_used or crowded))

    def needs_of(self, paper: Paper) -> tuple[DocumentNeed, ...]:
        """Give all needs that a paper serves."""
        return tuple(s.need for served in self.by_material.values() for s in served if paper in s.papers)

    def materials_of(self, doc: Doc) -> tuple[str, ...]:
        """Give the materials that a document serves."""
        return self.served_by.get(doc.key, ())


def asked(need: DocumentNeed, *, agent_used: bool) -> bool:
    """Tell whether anybody is asked for this paper."""
    return need.asked is DocumentAsked.ALWAYS or (need.asked is DocumentAsked.WITH_AGENT and agent_used)


def match(item: ServiceItem, papers: Sequence[Paper], people: People, needless: Collection[str] = ()) -> Matching:
    """Find for each material the papers that serve it; one paper may serve several.

    `needless`: materials that the situation does not call for. A paper of somebody else does not become right by
    serving one of these alone.
    """
    titled = {paper.key: _best_titled(item, paper) for paper in papers if paper.kind == DocumentType.OTHER}
    titled |= {p.key: t for p in papers if p.kind in _WRITTEN and (t := _by_title(item, p))}
    nameless = [paper for paper in papers if paper.kind == ID_CARD and not paper.main.names]
    ordered = sorted(item.materials, key=lambda m: m.id in needless)
    by_material = {
        m.id: [
            _serve(n, [p for p in papers if p not in nameless and _is_kind(p, n, (m.id, place), titled)], people)
            for place, n in enumerate(m.documents)
        ]
        for m in ordered
    }
    for paper in nameless:
        _give_nameless(paper, by_material)
    served_by: dict[tuple[str, int], list[str]] = {}
    serving: set[tuple[str, int]] = set()
    strangers: dict[tuple[str, int], tuple[Paper, str]] = {}
    useful: set[tuple[str, int]] = set()
    for material in ordered:
        for served in by_material[material.id]:
            for paper in served.papers:
                serving.add(paper.key)
                if material.id not in needless:
                    useful.add(paper.key)
                for doc in paper.docs:
                    served_by.setdefault(doc.key, []).append(material.id)
            for paper in served.strangers if material.id not in needless else ():
                strangers.setdefault(paper.key, (paper, material.id))
    return Matching(
        by_material={material_id: tuple(rows) for material_id, rows in by_material.items()},
        extra=tuple(p for p in papers if p.key not in serving and p.key not in strangers),
        strangers=tuple(pair for key, pair in strangers.items() if key not in useful),
        served_by={key: tuple(dict.fromkeys(ids)) for key, ids in served_by.items()},
    )


def _give_nameless(paper: Paper, by_material: Mapping[str, list[Served]]) -> None:
    """Let a card of which only the side without a name is there serve one need: the first that still lacks a card."""
    places = [
        (rows, place)
        for rows in by_material.values()
        for place, served in enumerate(rows)
        if paper.kind in served.need.any_of
    ]
    if places:
        rows, place = next(((rows, place) for rows, place in places if not rows[place].met), places[0])
        served = rows[place]
        rows[place] = replace(served, papers=(*served.papers, paper), found=served.found + 1)


def _is_kind(
    paper: Paper, need: DocumentNeed, place: tuple[str, int], titled: Mapping[tuple[str, int], set[tuple[str, int]]]
) -> bool:
    if paper.kind == DocumentType.OTHER or (paper.key in titled and need.titles):
        return place in titled[paper.key]
    return paper.kind in need.any_of


def _by_title(item: ServiceItem, paper: Paper) -> set[tuple[str, int]]:
    """Find the needs for a form or letter whose words it carries; empty where words do not tell."""
    scores = {
        (material.id, place): _title_score(paper.main, need.titles)
        for material in item.materials
        for place, need in enumerate(material.documents)
        if paper.kind in need.any_of and need.titles
    }
    return {place for place, score in scores.items() if score > (1, 0)} if len(scores) > 1 else set()


def _best_titled(item: ServiceItem, paper: Paper) -> set[tuple[str, int]]:
    """Find the needs whose title words a paper of no known type carries best."""
    scores = {
        (material.id, place): _title_score(paper.main, need.titles)
        for material in item.materials
        for place, need in enumerate(material.documents)
        if DocumentType.OTHER in need.any_of
    }
    best = max(scores.values(), default=(0, 0))
    return {place for place, score in scores.items() if score == best} if best > (0, 0) else set()


def _title_score(doc: Doc, titles: Sequence[str]) -> tuple[int, int]:
    """Give how well the words fit: the place (3 title, 2 first lines, 1 file name) and the length of the longest."""
    if is_photo(doc):
        return (3, 9) if any(word in titles for word in rules().words.photo) else (0, 0)
    head = "".join(line.text for page in doc.pages[:1] for line in page.lines[:_TITLE_LINES])
    places = [(3, doc.part.title), (2, head), (1, "" if doc.part.title else doc.file.name)]
    for rank, place in places:
        longest = max((len(word) for word in titles if fold(word) in fold(place)), default=0)
        if longest:
            return rank, longest
    return 0, 0


def _serve(need: DocumentNeed, kin: Sequence[Paper], people: People) -> Served:
    fits = {paper.key: fit(paper, need, people) for paper in kin}
    takes = [paper for paper in kin if fits[paper.key] is not Fit.NO]
    others = [paper for paper in kin if fits[paper.key] is Fit.NO]
    if takes and others and all(paper.kind == DocumentType.HOUSEHOLD_REGISTER for paper in others):
        takes, others = list(kin), []  # further pages of the same book
    return Served(need, tuple(takes), tuple(others), _persons(need, takes, people))


def _persons(need: DocumentNeed, papers: Sequence[Paper], people: People) -> int:
    agent = people.agent.value if people.agent and people.agent_used else ""
    names: list[str] = []
    unnamed = 0
    for paper in papers:
        name = paper.subject.value if paper.subject else ""
        if need.holder is DocumentHolder.PARTIES and same(name, agent) and not same(name, people.applicant):
            continue
        if not name:
            unnamed += 1
        elif not any(same(name, known) for known in names):
            names.append(name)
    return len(names) + unnamed


def paper_names(material: Material, needs: Sequence[DocumentNeed]) -> str:
    """Name the papers that some needs of a material call for, in the guide's words where it asks for one paper."""
    from preview.wording import type_name

    if len(material.documents) <= 1 or len(needs) == len(material.documents):
        return material.name
    names = [
        "或".join(n.titles[:2] if n.any_of[0] == DocumentType.OTHER else [type_name(n.any_of[0])]) for n in needs
    ]
    return "、".join(names)
