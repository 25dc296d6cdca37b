"""What the engine of pre-review offers, how a person's edits get into the readings, how findings are named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from preview.schema import FieldName, FieldValue, FileReading, Part, Report, Request, Upload
from serving.previews.records import Edit

OnPage = Callable[[str, int, int], None]
_NAMED_BY = ("code", "material_id", "file_id", "page", "box", "expected", "found", "message")


class Engine(Protocol):
    """Reads files and checks readings; `preview.pipeline.Previewer` is one."""

    def read_file(self, upload: Upload, *, images_dir: Path | None = None, on_page: OnPage = ...) -> FileReading:
        """Read one file; upright page images go to `images_dir`."""
        ...

    def check(self, request: Request, readings: Sequence[FileReading], preview_id: str) -> Report:
        """Check what was read against the guide of the item."""
        ...

    def close(self) -> None:
        """End the worker processes."""
        ...


def edited(readings: Iterable[FileReading], edits: Sequence[Edit]) -> list[FileReading]:
    """Put the values that a person wrote in the place of those that were read.

    A field that was not read at all is added to its document, without a place on the page.
    """
    return [_edited(reading, [e for e in edits if e.file_id == reading.file.file_id]) for reading in readings]


def _edited(reading: FileReading, edits: Sequence[Edit]) -> FileReading:
    parts = list(reading.parts)
    for edit in edits:
        if edit.part < len(parts):
            parts[edit.part] = _with_value(parts[edit.part], FieldName(edit.field), edit.value)
    return replace(reading, parts=tuple(parts))


def _with_value(part: Part, name: FieldName, value: str) -> Part:
    """Write a value into a document, also where it stands as a person's or beside a label of a form."""
    read = part.fields.get(name) or FieldValue("", 1.0, part.pages[0] if part.pages else 1)

    def written(field: FieldValue) -> FieldValue:
        return replace(field, value=value, confidence=1.0, edited=True)

    def swapped(field: FieldValue) -> FieldValue:
        is_same = bool(read.value) and (field.value, field.page, field.box) == (read.value, read.page, read.box)
        return written(field) if is_same else field

    persons = tuple(
        replace(person, name=swapped(person.name), id_number=person.id_number and swapped(person.id_number))
        for person in part.persons
    )
    labelled = {label: swapped(field) for label, field in part.labelled.items()}
    return replace(part, fields={**part.fields, name: written(read)}, persons=persons, labelled=labelled)


def finding_ids(report: Mapping[str, Any]) -> list[str]:
    """Name the findings of a report, in its order: the same finding has the same name after another check."""
    names: list[str] = []
    for finding in report["findings"]:
        said = json.dumps([finding.get(key) for key in _NAMED_BY], ensure_ascii=False)
        name = hashlib.sha256(said.encode()).hexdigest()[:12]
        same = sum(other.partition("-")[0] == name for other in names)
        names.append(f"{name}-{same + 1}" if same else name)
    return names
