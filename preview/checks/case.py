"""What all checks work on, and how they write a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.schema import ELicence, Material, ServiceItem
from preview.docs import Doc
from preview.lawful_validity import as_date
from preview.materials import Matching
from preview.papers import Paper
from preview.people import People
from preview.rules import GUIDE, Rules
from preview.schema import (
    Box,
    DocumentType,
    Evidence,
    FieldName,
    FieldValue,
    FilePages,
    FileReading,
    Finding,
    FindingCode,
    Page,
    Request,
    Severity,
)
from preview.similar import Likeness
from preview.situations import Standing
from preview.wording import text, type_name

_USED_ANYWAY = {DocumentType.POWER_OF_ATTORNEY, DocumentType.LEGAL_REP_CERTIFICATE}


@dataclass(frozen=True)
class Spoiled:
    """A file, or a page of one, that cannot be read; it may be any of the materials that seem to be missing."""

    file: FilePages
    page: Page | None
    types: tuple[DocumentType, ...]


@dataclass(frozen=True)
class Case:
    """A set of papers against one guide. `docs`: what can be read, duplicates left out."""

    item: ServiceItem
    request: Request
    rules: Rules
    readings: Sequence[FileReading]
    docs: Sequence[Doc]
    papers: Sequence[Paper]
    people: People
    standings: Mapping[str, Standing]
    matching: Matching
    spoiled: Sequence[Spoiled]

    @property
    def as_of(self) -> dt.date:
        """The day on which the papers are handed in."""
        return self.request.as_of

    def material(self, material_id: str) -> Material:
        """Give a material of the guide."""
        return next(m for m in self.item.materials if m.id == material_id)

    def is_left_to_licence(self, material: Material) -> bool:
        """Tell whether a material that is needed was not handed in, an electronic licence standing in for it."""
        return (
            self.standings[material.id] is Standing.REQUIRED
            and material.e_licence is ELicence.ACCEPTED
            and bool(self.matching.unmet(material.id, agent_used=self.people.agent_used))
        )

    def relevant(self) -> list[Doc]:
        """Give the documents worth a closer look: those that serve a material, and letters of representation."""
        others = {doc.key for paper, _ in self.matching.strangers for doc in paper.docs}
        return [
            doc
            for doc in self.docs
            if doc.key not in others and (self.matching.materials_of(doc) or doc.type in _USED_ANYWAY)
        ]

    def sure(self, *fields: FieldValue | None) -> bool:
        """Tell whether all values were read well enough to call a difference a defect."""
        return all(f is None or f.edited or f.confidence >= self.rules.thresholds.sure for f in fields)

    def is_doubtful(self, likeness: Likeness, *fields: FieldValue) -> bool:
        """Tell whether a person has to judge a difference: read with doubt, or in look-alike signs only.

        Signs that look alike make a difference only where all values were read very surely.
        """
        if not self.sure(*fields):
            return True
        limit = self.rules.thresholds.very_sure
        return likeness is Likeness.NEAR and not all(f.edited or f.confidence >= limit for f in fields)

    def finding(
        self,
        code: FindingCode,
        wording: str,
        *,
        doc: Doc | None = None,
        field: FieldValue | None = None,
        material_id: str | None = None,
        severity: Severity | None = None,
        file: FilePages | None = None,
        page: int | None = None,
        box: Box | None = None,
        confidence: float = 1.0,
        expected: str = "",
        found: str = "",
        evidence: Sequence[Evidence] = (),
        **variables: str,
    ) -> Finding:
        """Write a finding in the words of `findings.<wording>`; place and material come from `doc` and `field`."""
        rule = self.rules.codes[code]
        if doc is not None:
            file = doc.file
            page = field.page if field else page or doc.first_page
            box = field.box if field else box or doc.part.region
            confidence = min(confidence, doc.part.confidence, field.confidence if field else 1.0)
            material_id = material_id or next(iter(self.matching.materials_of(doc)), None)
            variables.setdefault("type", type_name(doc.type))
        if file is not None:
            variables.setdefault("file", file.name)
        words = {"expected": expected, "found": found, "page": str(page or 1), **variables}
        return Finding(
            code=code,
            severity=severity or rule.severity,
            message=text(f"findings.{wording}.message", **words),
            how_to_fix=text(f"findings.{wording}.fix", **words),
            basis=self._basis(rule.basis, material_id),
            confidence=round(confidence, 3),
            material_id=material_id,
            file_id=file.file_id if file else None,
            page=page if file else None,
            box=box if file else None,
            expected=expected,
            found=found,
            evidence=tuple(evidence),
        )

    def _basis(self, basis: str, material_id: str | None) -> str:
        if basis != GUIDE:
            return basis
        guide = f"「{self.item.name}」办事指南"
        if material_id is None:
            return guide
        material = self.material(material_id)
        points = "；".join(material.acceptance_points)
        return f"{guide}：材料「{material.name}」" + (f"（{points}）" if points else "")


def seen_at(doc: Doc, field: FieldValue | None) -> Evidence:
    """Point at a value, or at its document where the value has no place."""
    if field is None:
        return Evidence(doc.file.file_id, doc.first_page, doc.part.region)
    return Evidence(doc.file.file_id, field.page, field.box)


def date_of(doc: Doc, name: FieldName) -> tuple[dt.date, FieldValue] | None:
    """Give a date of a document with its field."""
    field = doc.part.fields.get(name)
    found = as_date(field.value) if field else None
    return (found, field) if field and found else None
