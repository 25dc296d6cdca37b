"""The one-time notice (一次性补正告知书) and the citizen's list, as plain data and text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge_base.schema import ELicence, ServiceItem
from knowledge_base.working_days import after_working_days
from preview.rules import rules
from preview.schema import Finding, FindingCode, Presence, Report, Severity
from preview.wording import text

_ORDINALS = "一二三四五"
_TO_BRING = {FindingCode.MISSING_MATERIAL, FindingCode.SIDE_MISSING, FindingCode.AGENT_ID_MISSING}


@dataclass(frozen=True)
class Line:
    """One defect in the notice."""

    number: int
    message: str
    how_to_fix: str
    basis: str
    place: str
    heading: str  # the material's name


@dataclass(frozen=True)
class Section:
    """A part of the notice: what to bring, to fix, to look at."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Notice:
    """A one-time notice, ready to be printed. `bring`, `fix` … are the citizen's short list."""

    number: str
    title: str
    subtitle: str
    head: tuple[str, ...]
    greeting: str
    sections: tuple[Section, ...]
    closing: tuple[str, ...]
    ai_label: str
    signatures: tuple[str, ...]
    bring: tuple[str, ...]
    fix: tuple[str, ...]
    ask: tuple[str, ...]
    remind: tuple[str, ...]
    exempt: tuple[str, ...]


def notice_of(report: Report, item: ServiceItem, *, applicant: str = "") -> Notice:
    """Write the notice of a report: every finding once, grouped by what is to be done and by material."""
    blocks = [f for f in report.findings if f.severity is Severity.BLOCK]
    bring = [f for f in blocks if f.code in _TO_BRING]
    fix = [f for f in blocks if f.code not in _TO_BRING]
    defer = [f for f in report.findings if f.severity is Severity.DEFER]
    look = [f for f in report.findings if f.severity is Severity.HINT and f.code is FindingCode.NEEDS_PERSON]
    hints = [f for f in report.findings if f.severity is Severity.HINT and f.code is not FindingCode.NEEDS_PERSON]
    groups = (("to_bring", bring), ("to_fix", fix), ("to_defer", defer), ("to_look", look), ("hints", hints))
    return Notice(
        number=short_number(report.preview_id),
        title=text("notice.title" if blocks or defer else "notice.title_clean"),
        subtitle=text("notice.subtitle"),
        head=tuple(_head(report, item, applicant or report.request.applicant or "")),
        greeting=text("notice.greeting" if blocks or defer else "notice.nothing", item=item.name),
        sections=tuple(_sections(report, item, groups)),
        closing=tuple(_closing(report, blocks=bool(blocks), defer=bool(defer))),
        ai_label=text("notice.ai"),
        signatures=(text("notice.sign"), text("notice.received")),
        bring=tuple(_short(f) for f in bring),
        fix=tuple(_short(f) for f in [*fix, *defer]),
        ask=tuple(_short(f) for f in look) + tuple(_questions(report, item)),
        remind=tuple(_short(f) for f in hints),
        exempt=tuple(_exempt(report, item)),
    )


def short_number(preview_id: str) -> str:
    """Give the number of a pre-review that people read; the whole id gives access and is printed nowhere.

    >>> short_number("k3x9Qw2zLongerThanThat")
    'K3X9QW2Z'
    """
    return preview_id[:8].upper()


def notice_text(notice: Notice) -> str:
    """Give the notice as plain text, complete."""
    rows = [notice.title, notice.subtitle, *notice.head, "", notice.greeting]
    for section in notice.sections:
        rows += ["", section.title]
        heading = ""
        for line in section.lines:
            if line.heading != heading:
                heading = line.heading
                rows.append(f"【{heading}】")
            rows += [f"{line.number}. {line.message}", *(f"   {row}" for row in details(line))]
    rows += ["", *notice.closing, "", notice.ai_label]
    return "\n".join(rows)


def details(line: Line) -> list[str]:
    """Give what stands below a defect: how to put it right, where it is, on what it rests."""
    rows = [line.how_to_fix, line.place, text("notice.basis", basis=line.basis)]
    return [row for row in rows if row]


def citizen_text(notice: Notice) -> str:
    """Give the short list for the applicant: what still to bring, what to change."""
    rows: list[str] = []
    if not notice.bring and not notice.fix:
        rows.append(text("citizen.ready"))
    for key, entries in (
        ("bring", notice.bring),
        ("fix", notice.fix),
        ("ask", notice.ask),
        ("remind", notice.remind),
    ):
        if entries:
            rows += [text(f"citizen.{key}"), *(text("citizen.bullet", text=entry) for entry in entries)]
    if notice.exempt:
        rows.append(text("citizen.exempt", names="、".join(notice.exempt)))
    if notice.bring or notice.fix:
        rows.append(text("citizen.end"))
    return "\n".join(rows)


def _head(report: Report, item: ServiceItem, applicant: str) -> Iterator[str]:
    if applicant:
        yield text("notice.applicant", name=applicant)
    yield text("notice.item", item=item.name)
    if report.preview_id:
        yield text("notice.number", number=short_number(report.preview_id))
    yield text("notice.date", date=_plain_date(report))
    yield text("notice.kb", revision=report.kb_revision)


def _plain_date(report: Report) -> str:
    day = report.request.as_of
    return f"{day.year}年{day.month}月{day.day}日"


def _sections(
    report: Report, item: ServiceItem, groups: Iterable[tuple[str, Sequence[Finding]]]
) -> Iterator[Section]:
    names = {material.id: material.name for material in item.materials}
    order = {material.id: place for place, material in enumerate(item.materials)}
    files = {reading.file.file_id: reading.file.name for reading in report.readings}
    number = count = 0
    for key, findings in groups:
        lines: list[Line] = []
        for finding in sorted(findings, key=lambda f: order.get(f.material_id or "", len(order))):
            number += 1
            heading = names.get(finding.material_id or "") or text("notice.not_about_one")
            place = ""
            if finding.file_id in files:
                place = text("notice.place", file=files[finding.file_id], page=str(finding.page or 1))
            lines.append(Line(number, finding.message, finding.how_to_fix, finding.basis, place, heading))
        if lines:
            count += 1
            yield Section(f"{_ORDINALS[count - 1]}、{text(f'notice.{key}')}", tuple(lines))


def _closing(report: Report, *, blocks: bool, defer: bool) -> Iterator[str]:
    yield text("notice.advice", disposition=text(f"dispositions.{report.disposition}"))
    if defer:
        yield text("notice.promise")
    if not blocks:
        return
    last = after_working_days(report.request.as_of, rules().thresholds.notice_working_days).on
    yield text("notice.deadline", date=f"{last.year}年{last.month}月{last.day}日")
    yield text("notice.once")


def _short(finding: Finding) -> str:
    return f"{finding.message}{finding.how_to_fix}"


def _questions(report: Report, item: ServiceItem) -> Iterator[str]:
    asked = {situation.id: situation.question for situation in item.situations}
    yield from (asked[key] for key in report.open_situations if key in asked)


def _exempt(report: Report, item: ServiceItem) -> Iterator[str]:
    accepted = {material.id for material in item.materials if material.e_licence is ELicence.ACCEPTED}
    for state in report.materials:
        if state.material_id in accepted and state.presence is Presence.EXEMPT and not state.file_ids:
            yield state.name
