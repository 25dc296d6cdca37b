"""Agents: the same one in letter, form and card, and the card there."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge_base.schema import DocumentHolder
from preview.checks.case import Case
from preview.checks.differing import differs
from preview.papers import Paper
from preview.people import Named, close, same
from preview.schema import DocumentType, FieldName, Finding, FindingCode, Severity
from preview.similar import Likeness, compare_names

_PERSONAL = {"id_card", DocumentType.HMT_RESIDENCE_PERMIT, DocumentType.HK_MACAU_PERMIT}


def check(case: Case) -> Iterator[Finding]:
    """Report agents named differently, and an agent whose identity card is not there."""
    docs = case.relevant()
    agent = case.people.agent
    if agent is not None:
        for doc in docs:
            field = doc.field(FieldName.AGENT)
            if field is None or doc.key == agent.doc.key:
                continue
            likeness = compare_names(field.value, agent.value)
            if likeness is not Likeness.SAME:
                yield differs(case, Named(doc, field), agent, likeness, FindingCode.NAME_MISMATCH, "agent_mismatch")
    if not case.people.agent_used:
        return
    cards = [paper for paper in case.papers if paper.kind in _PERSONAL and paper.subject]
    if agent is not None and any(same(_name(paper), agent.value) for paper in cards):
        return
    others = [paper for paper in cards if not same(_name(paper), case.people.applicant)]
    near = next((p for p in others if agent is not None and close(_name(p), agent.value)), None)
    if near is None:
        near = next((p for p in others if _only_agents(case, p)), None)
    if near is not None and near.subject and agent is not None:
        one = Named(near.main, near.subject)
        likeness = compare_names(one.value, agent.value)
        yield differs(case, one, agent, likeness, FindingCode.NAME_MISMATCH, "agent_mismatch")
    elif near is None and not case.spoiled:
        yield _agent_missing(case)


def _name(paper: Paper) -> str:
    return paper.subject.value if paper.subject else ""


def _only_agents(case: Case, paper: Paper) -> bool:
    """Tell whether a card serves as the agent's, and as nobody else's."""
    needs = case.matching.needs_of(paper)
    return bool(needs) and all(need.holder is DocumentHolder.AGENT for need in needs)


def agent_material(case: Case) -> str | None:
    """Give the material of the guide that asks for the agent's identity, for both parties' papers or the letter."""
    for wanted in (DocumentHolder.AGENT, DocumentHolder.PARTIES):
        for material in case.item.materials:
            for need in material.documents:
                if need.holder is wanted and _PERSONAL & set(need.any_of):
                    return material.id
    letters = (m.id for m in case.item.materials for n in m.documents if DocumentType.POWER_OF_ATTORNEY in n.any_of)
    return next(letters, None)


def _agent_missing(case: Case) -> Finding:
    """Ask for the agent's identity: as a material where the guide lists it, else only to be shown at the window."""
    material_id, agent = agent_material(case), case.people.agent
    named = agent or next(
        (Named(d, f) for d in case.docs if d.type is DocumentType.POWER_OF_ATTORNEY and (f := d.subject)), None
    )
    return case.finding(
        FindingCode.AGENT_ID_MISSING,
        "agent_id_listed" if material_id else "agent_id_shown",
        doc=named.doc if named else None,
        field=named.field if named else None,
        material_id=material_id,
        severity=None if material_id else Severity.HINT,
        expected=agent.value if agent else "",
        name=f"「{agent.value}」" if agent else "",
    )
