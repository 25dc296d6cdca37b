"""From a file to its reading, and what is kept of it."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from eval.papers import makers
from eval.papers.cast import make_cast
from eval.papers.sheets import draw
from knowledge_base.content import load_content
from preview.page_reading import PageReader
from preview.pipeline import Previewer
from preview.schema import IntakeProblem, QualityProblem, Request, Upload
from prompts.preview_files import intake_advice, quality_advice

CAST = make_cast(Random(8), dt.date(2026, 11, 20), (0,))


@pytest.fixture(scope="module")
def previewer() -> Iterator[Previewer]:
    previewer = Previewer(load_content(), PageReader())
    yield previewer
    previewer.close()


def card_file() -> Upload:
    out = io.BytesIO()
    draw(makers.id_card(CAST, CAST.applicant)[0], Random(5))[0].image.save(out, "JPEG", quality=90)
    return Upload("card", "card.jpg", out.getvalue())


def test_reading_names_the_kept_page_image(previewer: Previewer, tmp_path: Path) -> None:
    reading = previewer.read_file(card_file(), images_dir=tmp_path)
    (page,) = reading.file.pages
    assert page.image == "card-1.jpg" and (tmp_path / page.image).is_file()
    assert reading.seconds > 0
    assert CAST.applicant.id_number in "".join(line.text for line in page.lines).replace(" ", "")


def test_without_a_folder_no_image_is_kept(previewer: Previewer) -> None:
    reading = previewer.read_file(card_file())
    assert [page.image for page in reading.file.pages] == [""]


def test_unusable_file_is_a_reading_with_its_problem(previewer: Previewer) -> None:
    reading = previewer.read_file(Upload("z", "papers.zip", b"PK\x05\x06" + b"\0" * 18))
    assert reading.file.problem is IntakeProblem.ARCHIVE and reading.parts == ()


def test_pages_nobody_thought_of_cost_their_file_not_the_case(
    previewer: Previewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise IndexError

    monkeypatch.setattr("preview.recognise.recognise", stumble)
    reading = previewer.read_file(card_file())
    assert reading.file.problem is IntakeProblem.CRASHED and reading.parts == ()


def test_unknown_item_is_a_key_error(previewer: Previewer) -> None:
    with pytest.raises(KeyError):
        previewer.check(Request("no-such-item"), [], "p1")


@pytest.mark.parametrize("problem", list(IntakeProblem))
def test_every_file_problem_has_wording_and_a_way_out(problem: IntakeProblem) -> None:
    advice = intake_advice(problem, file_mb=20, pages=50, files=30)
    assert advice.what.endswith("。") and advice.fix.startswith("请") and "$" not in advice.what + advice.fix


@pytest.mark.parametrize("problem", list(QualityProblem))
def test_every_page_problem_has_wording_and_a_way_out(problem: QualityProblem) -> None:
    assert quality_advice(problem).what and "请" in quality_advice(problem).fix


def test_importing_the_pipeline_loads_no_heavy_library() -> None:
    code = "import json, sys, preview.pipeline, preview.worker; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    )
    assert not {"cv2", "rapidocr", "onnxruntime", "pypdfium2", "docx", "PIL"} & set(loaded)
