"""Materials: there, missing, handed in wrongly, not needed, somebody else's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge_base.schema import ELicence, Material
from preview.checks.case import Case
from preview.checks.gaps import WANTED, Gap, find_gaps, severity_of
from preview.checks.stand_ins import accepted_anyway, is_beside, let_spoiled_stand_in, others_papers, stands_for_gap
from preview.materials import asked, paper_names
from preview.papers import Paper
from preview.schema import Finding, FindingCode, MaterialState, Presence
from preview.situations import Standing
from preview.wording import text, type_name


@dataclass(frozen=True)
class Outcome:
    """What the presence check found. `unused_spoiled`: unreadable pages that stand for no missing material."""

    findings: tuple[Finding, ...]
    states: tuple[MaterialState, ...]
    unused_spoiled: int  # at most as many sides of cards may lie on these


def check(case: Case) -> Outcome:
    """Tell for each material of the guide how it stands; a defect is told once, where it is."""
    findings: list[Finding] = []
    gaps = find_gaps(case)
    findings += others_papers(case, gaps)
    left = let_spoiled_stand_in(case, gaps)
    extra = [p for p in case.matching.extra if not accepted_anyway(case, p) and not is_beside(case, p)]
    for paper in list(extra):
        finding = stands_for_gap(case, paper, gaps, extra)
        if finding is not None:
            findings.append(finding)
            extra.remove(paper)
    findings += [f for gap in gaps if not gap.explained_by for f in _missing(case, gap)]
    findings += [_extra(case, paper) for paper in extra]
    return Outcome(tuple(findings), tuple(_state(case, m, gaps) for m in case.item.materials), left)


def _missing(case: Case, gap: Gap) -> Iterator[Finding]:
    papers = paper_names(gap.material, gap.needs)
    short = next((s for s in gap.lacking if s.found), None)
    severity = severity_of(case, gap.material, FindingCode.MISSING_MATERIAL)
    if short is not None and len(gap.lacking) == 1:
        doc = short.papers[0].main
        yield case.finding(
            FindingCode.MISSING_MATERIAL,
            "missing_count",
            material_id=gap.material.id,
            severity=severity,
            expected=str(short.need.count),
            found=str(short.found),
            material=gap.material.name,
            papers=papers,
            count=str(short.need.count),
            file=doc.file,
            page=doc.first_page,
        )
        return
    whole = papers == gap.material.name
    form = gap.material.form
    plain_form = f"（{form}）" if form and "未写" not in form else ""
    yield case.finding(
        FindingCode.MISSING_MATERIAL,
        "missing_material",
        material_id=gap.material.id,
        severity=severity,
        expected=papers,
        material=gap.material.name,
        detail="" if whole else f"里的{papers}",
        papers=papers,
        form=plain_form,
    )


def _extra(case: Case, paper: Paper) -> Finding:
    return case.finding(FindingCode.EXTRA_MATERIAL, "extra_material", doc=paper.main, found=type_name(paper.kind))


def _state(case: Case, material: Material, gaps: Sequence[Gap]) -> MaterialState:
    standing = case.standings[material.id]
    served = [s for s in case.matching.by_material[material.id] if s.papers]
    files = tuple(dict.fromkeys(fid for s in served for p in s.papers for fid in p.file_ids))
    gap = next((g for g in gaps if g.material.id == material.id), None)
    if gap is not None:
        files = tuple(dict.fromkeys([*files, *gap.files]))
        reason = gap.explained_by or ("partial" if files else "")
        if gap.explained_by in {"unreadable", "other_person"}:
            presence = Presence.PRESENT
        elif standing is Standing.DEFERRABLE:
            presence, reason = Presence.DEFERRABLE, reason or "deferrable"
        else:
            presence = Presence.MISSING
        return MaterialState(material.id, material.name, presence, files, text(f"reasons.{reason}") if reason else "")
    asked_for = [n for n in material.documents if asked(n, agent_used=case.people.agent_used)]
    if files and (served or not asked_for):
        return MaterialState(material.id, material.name, Presence.PRESENT, files)
    reason = _reason(standing, material)
    return MaterialState(material.id, material.name, Presence.EXEMPT, files, text(f"reasons.{reason}"))


def _reason(standing: Standing, material: Material) -> str:
    if standing is Standing.NO_PAPER:
        return "no_paper"
    if standing in WANTED and material.e_licence is ELicence.ACCEPTED:
        return "exempt"
    if standing in WANTED:
        return "agent_only"
    return {Standing.NOT_NEEDED: "not_needed", Standing.UNKNOWN: "unknown"}.get(standing, "optional")
