"""Runs pre-review over case folders, with the engine that the product is served with."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.preview_cases import PreviewCase
from knowledge_base.content import KnowledgeBase
from preview.page_reading import PageReader, Progress, no_progress
from preview.pipeline import Previewer
from preview.schema import FilePages, FileReading, Report, Request, Upload

Prediction = dict[str, Any]


class KeptPages(PageReader):
    """Reads pages once and keeps them in a folder: later runs measure recognition and checks only, not times.

    The folder is trusted (pickles) and has to be emptied by hand when the reading of pages has changed.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def read(self, upload: Upload, *, images_dir: Path | None = None, on_page: Progress = no_progress) -> FilePages:
        """Give the kept pages of a file, or read and keep them."""
        import hashlib

        kept = self._folder / hashlib.sha256(upload.data).hexdigest()
        record = kept / "pages.pickle"
        if not record.exists():
            pages = super().read(replace(upload, file_id="kept"), images_dir=kept, on_page=on_page)
            kept.mkdir(parents=True, exist_ok=True)
            record.write_bytes(pickle.dumps(pages))
        pages = pickle.loads(record.read_bytes())
        if images_dir is not None:
            images_dir.mkdir(parents=True, exist_ok=True)
            for page in pages.pages:
                if page.image:
                    (images_dir / page.image).write_bytes((kept / page.image).read_bytes())
        found: FilePages = replace(pages, file_id=upload.file_id, name=upload.name)
        return found


def previewer(kb: KnowledgeBase, pages_dir: Path | None = None) -> Previewer:
    """Build the engine; with `pages_dir` the pages that were read are kept there."""
    from serving.previews.build import build_engine

    if pages_dir:
        return Previewer(kb, KeptPages(pages_dir))
    engine = build_engine(kb)
    assert isinstance(engine, Previewer)
    return engine


def predict(engine: Previewer, folder: Path, case: PreviewCase) -> Prediction:
    """Read and check one case. A crash is told as `error`; the case is then unscored."""
    request = Request(case.item, dict(case.situation), case.as_of, case.applicant)
    started = time.monotonic()
    ticks: list[float] = []
    try:
        uploads = [Upload(f"f{n}", name, (folder / name).read_bytes()) for n, name in enumerate(case.files)]
        readings = [engine.read_file(u, on_page=lambda *_: ticks.append(time.monotonic())) for u in uploads]
        report = engine.check(request, readings, case.id)
    except Exception as error:  # whatever breaks, the run goes on and the case is counted apart
        return {"id": case.id, "error": f"{type(error).__name__}: {error}", "seconds": time.monotonic() - started}
    told = flat(case.id, readings, report)
    first = ticks[1] - started if len(ticks) > 1 else 0.0
    return told | {"seconds": round(time.monotonic() - started, 3), "first_page_s": round(first, 3)}


def flat(case_id: str, readings: Sequence[FileReading], report: Report) -> Prediction:
    """Write a report as a prediction: types and fields by file name, findings with their place.

    Of a file with several documents the first gives the type; each field is the first document's that has it.
    """
    names = {reading.file.file_id: reading.file.name for reading in readings}
    types: dict[str, str] = {}
    fields: dict[str, dict[str, str]] = {}
    sure: dict[str, dict[str, float]] = {}
    page_s: list[float] = []
    for reading in readings:
        name = reading.file.name
        if reading.parts:
            types[name] = str(reading.parts[0].document_type)
        for part in reading.parts:
            for key, value in part.fields.items():
                if str(key) not in fields.setdefault(name, {}):
                    fields[name][str(key)] = value.value
                    sure.setdefault(name, {})[str(key)] = round(value.confidence, 3)
        pages = len(reading.file.pages)
        page_s += [round(reading.seconds / pages, 3)] * pages
    findings = [
        [str(f.code), names.get(f.file_id or "", f.material_id or ""), str(f.severity)] for f in report.findings
    ]
    return {
        "id": case_id,
        "types": types,
        "fields": fields,
        "findings": findings,
        # beyond the contract, for the figures
        "confidence": sure,
        "page_s": page_s,
        "messages": [f.message for f in report.findings],
    }


def run(
    engine: Previewer,
    cases: Sequence[tuple[Path, PreviewCase]],
    out: Path | None = None,
    progress: Callable[[], None] = lambda: None,
    done: Mapping[str, Prediction] | None = None,
) -> list[Prediction]:
    """Predict every case; with `out` each prediction is on disk before the next case. `done` are taken over."""
    known = done or {}
    predictions = []
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("", encoding="utf-8")
    for folder, case in cases:
        prediction = known.get(case.id) or predict(engine, folder, case)
        predictions.append(prediction)
        if out:
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(prediction, ensure_ascii=False) + "\n")
        progress()
    return predictions


def load_predictions(lines: Iterable[str]) -> dict[str, Prediction]:
    """Read prediction lines by case id; a last line cut off by a kill and cases that broke are left out."""
    found: dict[str, Prediction] = {}
    for line in lines:
        try:
            prediction = json.loads(line)
        except ValueError:
            continue
        if "error" not in prediction:
            found[prediction["id"]] = prediction
    return found
