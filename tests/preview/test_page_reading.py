"""Files through worker processes: pages, crashes, hangs, memory, progress."""

from __future__ import annotations

import datetime as dt
import io
import os
import pickle
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from PIL import Image as Pillow

from eval.bench.broken_files import damaged, pdf, picture, traps, word
from eval.papers import deals
from eval.papers.cast import make_cast
from eval.papers.sheets import draw
from preview.errors import OcrUnavailableError, WorkerCrashedError
from preview.page_reading import PageReader
from preview.schema import FilePages, IntakeProblem, QualityProblem, Upload
from preview.workers import EngineOptions, Job, Result, WorkerOptions, receive

CAST = make_cast(Random(4), dt.date(2026, 11, 20), (0,))
QUIET = {"open_timeout_s": 60.0, "page_timeout_s": 120.0}


def licence_jpeg(turned: int = 0) -> bytes:
    out = io.BytesIO()
    image = draw(deals.licence(CAST), Random(5))[0].image.rotate(turned, expand=True)
    exif = Pillow.Exif()
    exif[0x8825] = {1: "N", 2: (23.0, 1.0, 12.0)}  # where it was taken
    image.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


@pytest.fixture(scope="module")
def reader() -> Iterator[PageReader]:
    reader = PageReader(WorkerOptions(**QUIET))
    yield reader
    reader.close()


def texts(read: FilePages) -> str:
    return "".join(line.text for page in read.pages for line in page.lines).replace(" ", "")


def test_licence_lying_on_its_side_is_read_with_seal_and_date(reader: PageReader, tmp_path: Path) -> None:
    read = reader.read(Upload("f1", "licence.jpg", licence_jpeg(turned=90)), images_dir=tmp_path)
    (page,) = read.pages
    assert read.problem is None and read.media_type == "image/jpeg" and len(read.sha256) == 64
    assert page.angle == 270 and page.quality.readable and page.digest
    assert CAST.company.uscc in texts(read) and CAST.company.name in texts(read)
    (seal,) = page.seals
    year, month, day = CAST.company.issued_on.isoformat().split("-")
    under = [line for line in page.lines if line.box[1] < seal.box[3] and line.box[3] > seal.box[1]]
    assert f"{year}年{month}月{day}日" in "".join(line.text for line in under).replace(" ", "")
    with Pillow.open(tmp_path / page.image) as kept:
        assert kept.size == (page.width, page.height)
        assert not kept.getexif()  # neither place nor device


def test_progress_is_told_page_by_page(reader: PageReader) -> None:
    told: list[tuple[str, int, int]] = []
    read = reader.read(Upload("f2", "a.pdf", pdf(pages=2)), on_page=lambda *step: told.append(step))
    assert told == [("f2", 0, 2), ("f2", 1, 2), ("f2", 2, 2)]
    assert [page.page_no for page in read.pages] == [1, 2]
    assert "441900199001011234" in texts(read)
    assert all(line.score == 1.0 for line in read.pages[0].lines)  # the file's own text, found to be what is seen


def test_forged_text_layer_loses_against_the_picture(reader: PageReader) -> None:
    from fpdf import FPDF

    document = FPDF(unit="pt", format=(595, 842))
    document.add_page()
    document.image(io.BytesIO(licence_jpeg()), 0, 0, 595)
    document.set_font("helvetica", size=12)
    with document.local_context(text_mode="INVISIBLE"):
        for row in range(8):
            document.text(60, 80 + 24 * row, "91440000FORGED0000 number of another company")
    read = reader.read(Upload("f3", "a.pdf", bytes(document.output())))
    assert "FORGED" not in texts(read) and CAST.company.uscc in texts(read)


def test_word_form_is_read_without_ocr_and_its_picture_with(reader: PageReader) -> None:
    read = reader.read(Upload("f4", "form.docx", word()))
    form, photo = read.pages
    assert len(form.form_cells) == 12 and "姓名" in [line.text for line in form.lines]
    assert "441900199001011234" in "".join(line.text for line in photo.lines).replace(" ", "")


def test_traps_and_damage_are_told_and_the_worker_lives_on(reader: PageReader) -> None:
    reader.warm()
    before = reader.workers.pids()
    for file, expected in traps()[:12]:
        assert str(reader.read(Upload("t", file.name, file.data)).problem) in expected, file.name
    for number, file in enumerate(damaged(8, seed=3)):
        read = reader.read(Upload(f"d{number}", file.name, file.data))
        assert read.problem not in (IntakeProblem.CRASHED, IntakeProblem.TIMED_OUT)
        assert (read.problem is None) == bool(read.pages)
    assert reader.workers.pids() == before


def test_worker_killed_between_pages_costs_nothing() -> None:
    reader = PageReader(WorkerOptions(**QUIET))

    def kill(file_id: str, done: int, pages: int) -> None:
        if done == 1:
            os.kill(reader.workers.pids()[0], signal.SIGKILL)

    try:
        read = reader.read(Upload("k", "a.tif", picture("TIFF", pages=2)), on_page=kill)
    finally:
        reader.close()
    assert len(read.pages) == 2 and all(page.lines for page in read.pages)


def test_engine_that_crashes_on_a_page_costs_that_page_alone(
    reader: PageReader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = reader.workers.run
    tries: list[int] = []

    def crashing(job: Job, upload: Upload) -> Result:
        if job.page_no == 2 and not job.plain:
            tries.append(job.page_no)
            raise WorkerCrashedError
        return run(job, upload)

    monkeypatch.setattr(reader.workers, "run", crashing)
    read = reader.read(Upload("c", "a.tif", picture("TIFF", pages=3)), images_dir=tmp_path)
    first, second, third = read.pages
    assert read.problem is None and first.lines and third.lines
    assert second.quality.problems == (QualityProblem.OCR_FAILED,) and not second.quality.readable
    assert (tmp_path / second.image).is_file() and second.width > 0  # a person can still look at it
    assert tries == [2, 2]


def test_page_that_takes_too_long_is_given_up_and_its_picture_kept(tmp_path: Path) -> None:
    reader = PageReader(WorkerOptions(open_timeout_s=60, page_timeout_s=0.25))
    try:
        read = reader.read(Upload("slow", "a.jpg", licence_jpeg()), images_dir=tmp_path)
    finally:
        reader.close()
    assert read.problem in (None, IntakeProblem.BROKEN)
    if read.pages:
        assert read.pages[0].quality.problems == (QualityProblem.OCR_FAILED,)


def test_opening_that_takes_too_long_is_told() -> None:
    reader = PageReader(WorkerOptions(open_timeout_s=0.0001))
    try:
        assert reader.read(Upload("slow", "a.jpg", licence_jpeg())).problem is IntakeProblem.TIMED_OUT
    finally:
        reader.close()


def test_worker_over_its_memory_is_replaced_and_reading_goes_on() -> None:
    reader = PageReader(WorkerOptions(memory_mib=1, **QUIET))
    try:
        read = reader.read(Upload("m", "a.tif", picture("TIFF", pages=2)))
        assert len(read.pages) == 2 and all(page.lines for page in read.pages)
        assert reader.workers.replaced >= 2
    finally:
        reader.close()


def test_missing_engine_is_an_error_of_the_installation_not_of_the_file() -> None:
    reader = PageReader(WorkerOptions(EngineOptions(name="paddle")))
    try:
        with pytest.raises(OcrUnavailableError, match="interpreter"):
            reader.read(Upload("p", "a.jpg", licence_jpeg()))
    finally:
        reader.close()


def test_closed_reader_leaves_no_process_behind() -> None:
    reader = PageReader()
    reader.warm()
    (pid,) = reader.workers.pids()
    reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_answers_with_foreign_classes_are_not_unpickled() -> None:
    body = pickle.dumps(os.getcwd)
    with pytest.raises(pickle.UnpicklingError):
        receive(io.BytesIO(len(body).to_bytes(8, "big") + body))
