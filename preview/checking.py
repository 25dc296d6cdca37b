"""Checks the readings of a case against the item's guide and against each other: the entry of the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from knowledge_base.schema import DocumentHolder, ServiceItem
from preview.checks import (
    addresses,
    agents,
    company,
    files,
    forms,
    identity,
    presence,
    relations,
    same_person,
    validity,
)
from preview.checks.case import Case
from preview.docs import documents
from preview.materials import match
from preview.notice import citizen_text, notice_of, notice_text
from preview.papers import papers
from preview.people import resolve
from preview.rules import rules
from preview.schema import (
    Disposition,
    FileReading,
    Finding,
    FindingCode,
    MaterialState,
    Presence,
    Report,
    Request,
    Severity,
)
from preview.situations import Standing, open_questions, standings, unlisted
from preview.unverified import hint_if_unverified
from preview.wording import text

_ORDER = {Severity.BLOCK: 0, Severity.DEFER: 1, Severity.HINT: 2}
_CODES = {code: place for place, code in enumerate(FindingCode)}


def check(
    item: ServiceItem,
    request: Request,
    readings: Sequence[FileReading],
    *,
    kb_revision: str,
    preview_id: str,
    accept_unverified: bool = True,
) -> Report:
    """Report every defect of a set of papers at once. Pure: no reading of files, no OCR, no model.

    The order of the readings does not matter. Nothing is asked for that the item's guide does not list.
    `accept_unverified` False: what only a material of unverified source calls for is a hint and never blocks.
    """
    case, twice = _case(item, request, readings)
    present = presence.check(case)
    crossing = same_person.check(case)
    found = [
        *files.check(case),
        *files.duplicate_findings(case, readings, twice),
        *present.findings,
        *identity.sides(case, present.unused_spoiled),
        *validity.check(case),
        *crossing.findings,
        *identity.check(case, crossing.explained),
        *company.check(case),
        *agents.check(case),
        *relations.check(case),
        *addresses.check(case),
        *forms.check(case),
    ]
    serving = _file_materials(readings, present.states, twice)
    if not accept_unverified:
        found = [hint_if_unverified(item, finding, serving) for finding in found]
    findings = _sorted(item, _distinct(found))
    questions = open_questions(item, request, agent_used=case.people.agent_used)
    report = Report(
        preview_id=preview_id,
        request=request,
        kb_revision=kb_revision,
        readings=tuple(readings),
        file_materials=serving,
        materials=(*present.states, *_extra_states(findings)),
        findings=findings,
        disposition=disposition(findings),
        notice_text="",
        citizen_text="",
        needs_human=(*_unlisted(item, request, case), *_needs_human(item, findings, questions)),
        open_situations=questions,
    )
    notice = notice_of(report, item, applicant=case.people.applicant)
    return replace(report, notice_text=notice_text(notice), citizen_text=citizen_text(notice))


def disposition(findings: Sequence[Finding]) -> Disposition:
    """Give the lawful outcome that the findings suggest; advice only, an officer decides."""
    blocks = {finding.code for finding in findings if finding.severity is Severity.BLOCK}
    if not blocks:
        return Disposition.ACCEPT
    return Disposition.FIX_ON_SPOT if blocks <= rules().on_the_spot else Disposition.SUPPLEMENT_ONCE


def _case(item: ServiceItem, request: Request, readings: Sequence[FileReading]) -> tuple[Case, dict[str, str]]:
    declared = rules()
    ordered = sorted(readings, key=lambda reading: reading.file.file_id)
    twice = files.duplicates(ordered, declared)
    kept = [reading for reading in ordered if reading.file.file_id not in twice]
    docs = documents(kept)
    people = resolve(docs, request.applicant, cards_are_agents=_cards_are_agents(item, standings(item, request)))
    found = papers(docs)
    needed = standings(item, request, agent_used=people.agent_used)
    needless = {material for material, standing in needed.items() if standing is Standing.NOT_NEEDED}
    matching = match(item, found, people, needless)
    spoiled = files.spoiled(kept, photo_wanted=_wants_photo(item))
    case = Case(item, request, declared, kept, docs, found, people, needed, matching, spoiled)
    return case, twice


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Keep one finding for each defect: the same code at the same place or value is told once."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.file_id, finding.page, finding.box, finding.found, finding.expected)
        kept.setdefault((*key, finding.material_id if finding.file_id is None else ""), finding)
    return list(kept.values())


def _sorted(item: ServiceItem, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    places = {material.id: place for place, material in enumerate(item.materials)}
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                _ORDER[f.severity],
                places.get(f.material_id or "", len(places)),
                _CODES[f.code],
                f.file_id or "",
                f.page or 0,
                f.box or (0, 0, 0, 0),
                f.message,
            ),
        )
    )


def _cards_are_agents(item: ServiceItem, needed: Mapping[str, Standing]) -> bool:
    """Tell whether an agent's identity card is asked for, and nobody else's."""
    holders = {
        need.holder
        for material in item.materials
        if needed[material.id] is Standing.REQUIRED
        for need in material.documents
        if "id_card" in need.any_of
    }
    return holders == {DocumentHolder.AGENT}


def _wants_photo(item: ServiceItem) -> bool:
    asked = [material for material in item.materials if material.paper]
    titles = {title for material in asked for need in material.documents for title in need.titles}
    return bool(titles & set(rules().words.photo))


def _file_materials(
    readings: Sequence[FileReading], states: Sequence[MaterialState], twice: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    found = {
        reading.file.file_id: tuple(state.material_id for state in states if reading.file.file_id in state.file_ids)
        for reading in readings
    }
    return {file_id: found[twice[file_id]] if file_id in twice else ids for file_id, ids in found.items()}


def _extra_states(findings: Sequence[Finding]) -> list[MaterialState]:
    """List files that no material calls for; they have no material id."""
    extra = [f for f in findings if f.code is FindingCode.EXTRA_MATERIAL and f.file_id]
    return [MaterialState("", f.found, Presence.EXTRA, (f.file_id,), f.message) for f in extra if f.file_id]


def _unlisted(item: ServiceItem, request: Request, case: Case) -> tuple[str, ...]:
    names = unlisted(item, request, case.standings)
    return (text("needs_human.unlisted", materials="、".join(names)),) if names else ()


def _needs_human(item: ServiceItem, findings: Sequence[Finding], questions: Sequence[str]) -> tuple[str, ...]:
    asked = {situation.id: situation.question for situation in item.situations}
    open_conditions = {text("needs_human.condition", when=q) for q in questions if q not in asked}
    doubts = [f.message for f in findings if f.code is FindingCode.NEEDS_PERSON]
    situations = [text("needs_human.situation", question=asked[q]) for q in questions if q in asked]
    return tuple(dict.fromkeys([*situations, *sorted(open_conditions), *doubts]))
