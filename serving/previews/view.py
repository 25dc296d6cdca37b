"""A case as faces show it: how far it is, its files, its documents with their fields, its report."""

from __future__ import annotations

from typing import Any

from preview.schema import FieldValue, FileReading
from serving.previews.checking import edited, finding_ids
from serving.previews.desk import Previews
from serving.previews.records import Case, CaseStatus, StoredFile


def case_view(previews: Previews, preview_id: str) -> dict[str, Any]:
    """Give all that may be known of a case; without report and documents until it is done."""
    case = previews.cases.case(preview_id)
    files = [] if case.is_gone else previews.readings.files(preview_id)
    done = case.status is CaseStatus.DONE and case.report is not None
    return progress_view(case, files) | {
        "item_id": case.new.item_id,
        "item_name": case.new.item_name,
        "situation": case.new.situation,
        "as_of": case.new.as_of.isoformat(),
        "applicant": case.new.applicant,
        "town": case.new.town,
        "channel": case.new.channel,
        "created_at": case.created_at.isoformat(),
        "expires_at": case.expires_at.isoformat(),
        "deleted_at": case.deleted_at.isoformat() if case.deleted_at else None,
        "report": case.report,
        "finding_ids": finding_ids(case.report) if done and case.report else [],
        "documents": _documents(previews, preview_id) if done else [],
        "decisions": previews.decisions.decided(preview_id),
    }


def progress_view(case: Case, files: list[StoredFile]) -> dict[str, Any]:
    """Give how far a case is; the pages of files that are not begun are not known yet."""
    names = {file.file_id: file.name for file in files}
    return {
        "preview_id": case.preview_id,
        "status": case.status,
        "problem": case.problem,
        "revision": case.revision,
        "progress": {
            "file": case.current_file or None,
            "file_name": names.get(case.current_file),
            "page": case.current_page,
            "pages_done": sum(file.pages_done for file in files),
            "pages_total": sum(file.pages_total for file in files),
            "files_done": sum(file.is_read for file in files),
            "files_total": len(files),
        },
        "files": [_file(file) for file in files],
    }


def _file(file: StoredFile) -> dict[str, Any]:
    return {
        "file_id": file.file_id,
        "name": file.name,
        "size_bytes": file.size_bytes,
        "is_read": file.is_read,
        "pages_done": file.pages_done,
        "pages_total": file.pages_total,
        "problem": file.summary.get("problem"),
        "document_types": file.summary.get("document_types", []),
        "pages": file.summary.get("pages", []),
    }


def _documents(previews: Previews, preview_id: str) -> list[dict[str, Any]]:
    """List the documents of all files with their fields as they count now, edited ones included."""
    readings = previews.readings.readings(preview_id)
    now = edited(readings, previews.readings.edits(preview_id))
    return [
        {
            "file_id": reading.file.file_id,
            "part": number,
            "document_type": part.document_type,
            "pages": list(part.pages),
            "fields": {
                name: _field(value, _read(before, number, name)) for name, value in part.fields.items()
            },
        }
        for before, reading in zip(readings, now, strict=True)
        for number, part in enumerate(reading.parts)
    ]  # fmt: skip


def _read(reading: FileReading, part: int, name: str) -> str | None:
    """Give the value as it was read; None when it was not."""
    read = next((value for field, value in reading.parts[part].fields.items() if field == name), None)
    return read.value if read else None


def _field(value: FieldValue, read: str | None) -> dict[str, Any]:
    return {
        "value": value.value,
        "confidence": round(value.confidence, 3),
        "page": value.page,
        "box": value.box,
        "edited": value.edited,
        "read": read,
    }
