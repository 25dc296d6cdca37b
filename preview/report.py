"""Writes a report as the JSON of the contract."""

from __future__ import annotations

from typing import Any

from preview.schema import FieldValue, FilePages, FileReading, Finding, Page, Part, Report


def report_json(report: Report) -> dict[str, Any]:
    """Give a report in the contract's shape: plain data, ready for JSON.

    `files[].document_type` is that of the file's first document; all documents of a file stand in `parts`.
    """
    return {
        "preview_id": report.preview_id,
        "item_id": report.request.item_id,
        "situation": dict(report.request.situation),
        "as_of": report.request.as_of.isoformat(),
        "kb_revision": report.kb_revision,
        "files": [_file(reading, report.file_materials.get(reading.file.file_id, ())) for reading in report.readings],
        "materials": [
            {
                "material_id": state.material_id or None,
                "name": state.name,
                "presence": str(state.presence),
                "file_ids": list(state.file_ids),
                "reason": state.reason,
            }
            for state in report.materials
        ],
        "findings": [finding_json(finding) for finding in report.findings],
        "disposition": str(report.disposition),
        "notice_text": report.notice_text,
        "citizen_text": report.citizen_text,
        "needs_human": list(report.needs_human),
        "open_situations": list(report.open_situations),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """Give one finding as plain data."""
    return {
        "code": str(finding.code),
        "severity": str(finding.severity),
        "material_id": finding.material_id,
        "file_id": finding.file_id,
        "page": finding.page,
        "box": _box(finding.box),
        "expected": finding.expected,
        "found": finding.found,
        "message": finding.message,
        "how_to_fix": finding.how_to_fix,
        "basis": finding.basis,
        "confidence": finding.confidence,
        "evidence": [{"file_id": e.file_id, "page": e.page, "box": _box(e.box)} for e in finding.evidence],
    }


def _file(reading: FileReading, material_ids: tuple[str, ...]) -> dict[str, Any]:
    file, first = reading.file, reading.parts[0] if reading.parts else None
    return {
        "file_id": file.file_id,
        "name": file.name,
        "pages": len(file.pages),
        "document_type": str(first.document_type) if first else None,
        "material_id": material_ids[0] if material_ids else None,
        "material_ids": list(material_ids),
        "confidence": round(first.confidence, 3) if first else 0.0,
        "quality": _quality(file),
        "problem": str(file.problem) if file.problem else None,
        "warnings": list(file.warnings),
        "seconds": round(reading.seconds, 3),
        "trust_level": "C",  # 国办函〔2016〕108号: handed in by the applicant, to be seen against the original
        "fields": _fields(reading.parts),
        "parts": [_part(part) for part in reading.parts],
    }


def _fields(parts: tuple[Part, ...]) -> dict[str, Any]:
    """Give the fields of all documents of a file; of two of one name the first document's."""
    found: dict[str, Any] = {}
    for part in parts:
        for name, field in part.fields.items():
            found.setdefault(str(name), _field(field))
    return found


def _field(field: FieldValue) -> dict[str, Any]:
    return {
        "value": field.value,
        "confidence": round(field.confidence, 3),
        "page": field.page,
        "box": _box(field.box),
        "raw": field.raw,
        "repaired": field.repaired,
        "edited": field.edited,
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "document_type": str(part.document_type),
        "confidence": round(part.confidence, 3),
        "pages": list(part.pages),
        "region": _box(part.region),
        "title": part.title,
        "sealed": part.sealed,
        "fields": {str(name): _field(field) for name, field in part.fields.items()},
    }


def _quality(file: FilePages) -> dict[str, Any]:
    return {
        "readable": file.problem is None and all(page.quality.readable for page in file.pages),
        "problems": list(dict.fromkeys(str(p) for page in file.pages for p in page.quality.problems)),
        "pages": [_page(page) for page in file.pages],
    }


def _page(page: Page) -> dict[str, Any]:
    quality = page.quality
    return {
        "page": page.page_no,
        "width": page.width,
        "height": page.height,
        "readable": quality.readable,
        "problems": [str(problem) for problem in quality.problems],
        "sharpness": round(quality.sharpness, 3),
        "brightness": round(quality.brightness, 1),
        "skew_deg": round(quality.skew_deg, 2),
        "is_copy": quality.is_copy,
        "angle": page.angle,
        "image": page.image,
    }


def _box(box: tuple[int, int, int, int] | None) -> list[int] | None:
    return [int(edge) for edge in box] if box else None
