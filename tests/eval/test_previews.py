"""Running pre-review over cases, with an engine made by hand; reading papers for real is the run's own business."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.papers.cases import write_cases
from eval.preview_cases import load_preview_cases
from eval.suites import previews
from eval.suites.previews import KeptPages, load_predictions, predict, run
from preview.page_reading import PageReader, Progress, no_progress
from preview.schema import (
    Disposition,
    DocumentType,
    FieldName,
    FieldValue,
    FilePages,
    FileReading,
    Finding,
    FindingCode,
    Page,
    Part,
    Report,
    Request,
    Severity,
    Upload,
)


class HandMade:
    """Takes every file for a bank card of one page and misses the first material."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def read_file(self, upload: Upload, *, on_page: Callable[[str, int, int], None] = no_progress) -> FileReading:
        self.read.append(upload.name)
        on_page(upload.file_id, 0, 1)
        on_page(upload.file_id, 1, 1)
        value = FieldValue("6230380000000000", 0.9, 1)
        second = replace(value, value="another")
        parts = (
            Part(DocumentType.BANK_CARD, 0.9, (1,), fields={FieldName.BANK_NO: value}),
            Part(DocumentType.OTHER, 0.9, (1,), fields={FieldName.BANK_NO: second, FieldName.NAME: second}),
        )
        return FileReading(FilePages(upload.file_id, upload.name, "", "", (Page(1, 10, 10),)), parts, 0.5)

    def check(self, request: Request, readings: Sequence[FileReading], preview_id: str) -> Report:
        def finding(code: FindingCode, severity: Severity, material: str | None, file: str | None) -> Finding:
            return Finding(code, severity, "m", "", "", 1.0, material_id=material, file_id=file)

        findings = (
            finding(FindingCode.MISSING_MATERIAL, Severity.BLOCK, "id-card", None),
            finding(FindingCode.NOT_SIGNED, Severity.BLOCK, "id-card", "f0"),
        )
        return Report(
            preview_id, request, "r", tuple(readings), {}, (), findings, Disposition.ACCEPT, "", ""
        )  # fmt: skip

    def close(self) -> None:
        """Nothing runs."""


class Broken(HandMade):
    """Breaks on every file."""

    def read_file(self, upload: Upload, *, on_page: Callable[[str, int, int], None] = no_progress) -> FileReading:
        raise OSError("gone")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cases")
    write_cases(made, "dev", 2)
    return made


def test_a_prediction_has_the_shape_of_the_contract(folder: Path) -> None:
    path, case = load_preview_cases(folder)[0]
    found = predict(HandMade(), path, case)  # type: ignore[arg-type]

    assert found["id"] == case.id
    assert found["types"] == dict.fromkeys(case.files, "bank_card")
    assert found["fields"][case.files[0]] == {"bank_no": "6230380000000000", "name": "another"}
    assert found["findings"] == [["missing_material", "id-card", "block"], ["not_signed", case.files[0], "block"]]
    assert found["page_s"] == [0.5] * len(case.files)
    assert found["seconds"] >= 0


def test_a_crash_costs_one_case_and_is_told(folder: Path) -> None:
    cases = load_preview_cases(folder)
    predictions = run(Broken(), cases)  # type: ignore[arg-type]

    assert [p["error"] for p in predictions] == ["OSError: gone"] * 2


def test_a_broken_off_run_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    cases = load_preview_cases(folder)
    out = tmp_path / "p.jsonl"
    run(HandMade(), cases[:1], out)  # type: ignore[arg-type]
    out.write_text(out.read_text() + '{"id": "cut o')
    engine = HandMade()
    done = load_predictions(out.read_text().splitlines())
    run(engine, cases, out, done=done)  # type: ignore[arg-type]

    assert engine.read == list(cases[1][1].files)
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [case.id for _, case in cases]


def test_pages_are_read_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []

    def read(
        self: PageReader, upload: Upload, *, images_dir: Path | None = None, on_page: Progress = no_progress
    ) -> FilePages:
        assert images_dir
        images_dir.mkdir(parents=True)
        (images_dir / "kept-1.jpg").write_bytes(b"jpeg")
        reads.append(upload.name)
        return FilePages(upload.file_id, upload.name, "", "", (Page(1, 10, 10, image="kept-1.jpg"),))

    monkeypatch.setattr(PageReader, "read", read)
    kept = KeptPages(tmp_path / "pages")
    for number in (1, 2):
        pages = kept.read(Upload(f"f{number}", f"{number}.jpg", b"same"), images_dir=tmp_path / f"case{number}")

        assert (pages.file_id, pages.name) == (f"f{number}", f"{number}.jpg")
        assert (tmp_path / f"case{number}" / pages.pages[0].image).read_bytes() == b"jpeg"
    assert reads == ["1.jpg"]


def test_the_command_prints_figures_and_writes_predictions_and_summary(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.cli import app

    monkeypatch.setattr(previews, "previewer", lambda kb, pages: HandMade())
    out, table = tmp_path / "p.jsonl", tmp_path / "s.md"
    arguments = ["previews", "--cases", str(folder), "--out", str(out), "--summary", str(table), "--misses"]
    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 0, result.output
    assert "退件率模拟" in result.output
    assert "not_signed" in result.output
    assert len(out.read_text().splitlines()) == 2
    assert "| 指标 |" in (tmp_path / "s-dev.md").read_text()
