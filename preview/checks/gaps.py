"""Materials that are wanted and not wholly there."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge_base.schema import DocumentHolder, DocumentNeed, ELicence, Material
from preview.checks.agents import agent_material
from preview.checks.case import Case
from preview.folding import fold
from preview.materials import Served
from preview.schema import DocumentType, FindingCode, Severity
from preview.situations import Standing
from preview.wording import type_name

WANTED = {Standing.REQUIRED, Standing.DEFERRABLE}


@dataclass
class Gap:
    """A material that is wanted and not wholly there."""

    material: Material
    lacking: tuple[Served, ...]
    explained_by: str = ""  # a reason of prompts/preview.yaml
    files: list[str] = field(default_factory=list)

    @property
    def needs(self) -> list[DocumentNeed]:
        """The papers that are lacking."""
        return [served.need for served in self.lacking]


def find_gaps(case: Case) -> list[Gap]:
    """List the materials asked for of which a paper is lacking."""
    found: list[Gap] = []
    by_agent_check = agent_material(case) if case.people.agent_used else None
    for material in case.item.materials:
        if case.standings[material.id] not in WANTED or material.e_licence is ELicence.ACCEPTED:
            continue
        lacking = case.matching.unmet(material.id, agent_used=case.people.agent_used)
        if material.id == by_agent_check:  # the check of agents asks for the agent's card
            lacking = tuple(s for s in lacking if s.need.holder is not DocumentHolder.AGENT)
        if lacking:
            found.append(Gap(material, lacking))
    return found


def is_named_like(file_name: str, gap: Gap) -> bool:
    name = fold(file_name)
    words = [gap.material.name]
    for need in gap.needs:
        words += [*need.titles, *(type_name(kind) for kind in need.any_of if kind != DocumentType.OTHER)]
        if "id_card" in need.any_of:
            words.append("身份证")
    return any(fold(word) in name for word in words)


def severity_of(case: Case, material: Material, code: FindingCode) -> Severity | None:
    if case.standings[material.id] is Standing.DEFERRABLE:
        return Severity.DEFER
    return case.rules.codes[code].severity
