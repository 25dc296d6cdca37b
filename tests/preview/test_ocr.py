"""OCR engines and what is made of their lines."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from preview.errors import OcrError, OcrUnavailableError
from preview.ocr import Image, box_quad, in_reading_order
from preview.ocr_paddle import PaddleEngine, model_size
from preview.ocr_rapid import RapidEngine
from preview.schema import TextLine
from preview.seals import merged, read_under_seals


def line(text: str, left: int, top: int, right: int, bottom: int, score: float = 0.9) -> TextLine:
    return TextLine(text, score, box_quad(left, top, right, bottom))


@pytest.fixture(scope="module")
def engine() -> RapidEngine:
    return RapidEngine()


def drawn(text: str, size: tuple[int, int], at: tuple[int, int], height: int) -> Image:
    from PIL import Image as Pillow
    from PIL import ImageDraw

    from eval.papers.fonts import font

    page = Pillow.new("RGB", size, "white")
    ImageDraw.Draw(page).text(at, text, font=font("sans", height), fill="black")
    return np.ascontiguousarray(np.asarray(page)[:, :, ::-1])


def test_printed_line_is_read_where_it_stands(engine: RapidEngine) -> None:
    (found,) = engine.read(drawn("公民身份号码 441900199001011234", (1200, 400), (200, 150), 40))
    assert found.text.replace(" ", "") == "公民身份号码441900199001011234"
    assert found.score > 0.9
    left, top, right, bottom = found.box
    assert 180 < left < 220 and 140 < top < 175 and right > 700 and bottom < 225


def test_small_picture_gives_boxes_in_its_own_pixels(engine: RapidEngine) -> None:
    (found,) = engine.read(drawn("东莞市南城街道", (320, 120), (40, 40), 22))
    assert found.text == "东莞市南城街道"
    left, _, right, bottom = found.box
    assert 30 < left < 50 and 180 < right <= 220 and bottom < 80


def test_level_lines_are_not_turned_and_a_line_upside_down_is(engine: RapidEngine) -> None:
    page = np.vstack(
        [drawn(f"ID 441900199001011234 2026-11-22 row {row}", (900, 70), (24, 14), 32) for row in range(10)]
    )
    page[350:420] = page[350:420][::-1, ::-1]
    found = engine.read(np.ascontiguousarray(page))
    assert sum("441900199001011234" in each.text for each in found) == 10


def test_empty_page_has_no_lines(engine: RapidEngine) -> None:
    assert engine.read(np.full((500, 400, 3), 255, np.uint8)) == []


def test_reading_order_is_row_by_row_although_heights_differ() -> None:
    lines = [line("b", 300, 102, 400, 140), line("c", 0, 200, 90, 240), line("a", 0, 100, 90, 150)]
    assert [each.text for each in in_reading_order(lines)] == ["a", "b", "c"]


def test_second_reading_of_the_same_text_counts_as_agreement() -> None:
    (kept,) = merged(
        [line("2024年3月5日", 10, 10, 200, 40)], [line("2024年3月5日", 12, 11, 199, 41)], (0, 0, 300, 300)
    )
    assert kept.readings == 2


def test_fuller_second_reading_takes_the_place_of_the_pieces_it_covers() -> None:
    pieces = [line("2024年", 10, 10, 80, 40, 0.8), line("日", 170, 10, 200, 40, 0.7), line("别处", 10, 90, 80, 120)]
    result = merged(pieces, [line("2024年03月05日", 10, 10, 200, 40, 0.97)], (0, 0, 300, 300))
    assert sorted(each.text for each in result) == ["2024年03月05日", "别处"]


def test_unsure_second_reading_changes_nothing() -> None:
    first = [line("2024年3月5日", 10, 10, 200, 40, 0.95)]
    assert merged(first, [line("2024年8月5日", 10, 10, 200, 40, 0.7)], (0, 0, 300, 300)) == first
    assert merged(first, [line("2024年8月5日天", 10, 10, 200, 40, 0.3)], (0, 0, 300, 300)) == first


def test_date_under_a_red_seal_is_read_in_the_red_channel(engine: RapidEngine) -> None:
    import cv2

    page = drawn("2024年03月05日", (1200, 700), (380, 320), 46)
    ink = np.full_like(page, 255)
    for radius in range(20, 170, 14):
        cv2.circle(ink, (560, 345), radius, (50, 45, 205), 9)
    red = np.minimum(page, ink)  # what is below shines through
    seal = (385, 170, 735, 520)
    before = engine.read(red)
    assert "2024年03月05日" not in "".join(each.text for each in before)
    after = read_under_seals(red, [seal], before, engine)
    assert "2024年03月05日" in [each.text.replace(" ", "") for each in after]


def fake_python(folder: Path, body: str) -> str:
    """Write an interpreter that speaks the engine's protocol, so that it is tested without PaddleOCR installed."""
    path = folder / "python"
    path.write_text(f"#!{sys.executable}\nimport json, sys\n{body}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def model_folders(folder: Path, size: str = "small") -> str:
    for part in ("det", "rec"):
        one = folder / f"PP-OCRv6_{size}_{part}"
        one.mkdir(parents=True)
        for name in ("inference.onnx", "inference.yml"):
            (one / name).write_bytes(b"x")
    return str(folder)


SPEAKS = """
print(json.dumps({"ready": True}), flush=True)
for head in iter(sys.stdin.buffer.readline, b""):
    size = json.loads(head)
    first = sys.stdin.buffer.read(size["height"] * size["width"] * 3)[0]
    if first == 7:
        print(json.dumps({"error": "Broken"}), flush=True)
        continue
    quad = [[1, 2], [30, 2], [30, 12], [1, 12]]
    print(json.dumps({"lines": [["姓名", 0.98, quad]]}), flush=True)
"""


def test_paddle_process_gives_lines_by_the_protocol(tmp_path: Path) -> None:
    paddle = PaddleEngine(fake_python(tmp_path, SPEAKS), model_folders(tmp_path / "m"))
    try:
        assert paddle.read(np.zeros((40, 60, 3), np.uint8)) == [line("姓名", 1, 2, 30, 12, 0.98)]
        with pytest.raises(OcrError, match="Broken"):
            paddle.read(np.full((40, 60, 3), 7, np.uint8))
        assert paddle.read(np.zeros((10, 60, 3), np.uint8))[0].text == "姓名"  # an error is not the end
    finally:
        paddle.close()


def test_paddle_process_that_dies_is_an_ocr_error(tmp_path: Path) -> None:
    paddle = PaddleEngine(
        fake_python(tmp_path, 'print(json.dumps({"ready": True}), flush=True)'), model_folders(tmp_path / "m")
    )
    with pytest.raises(OcrError):
        paddle.read(np.zeros((40, 60, 3), np.uint8))
    paddle.close()


def test_paddle_without_interpreter_models_or_package_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(OcrUnavailableError, match="interpreter"):
        PaddleEngine("", str(tmp_path))
    with pytest.raises(OcrUnavailableError, match="PP-OCRv6"):
        PaddleEngine(sys.executable, str(tmp_path / "none"))
    said = json.dumps({"error": "ModuleNotFoundError: No module named 'paddleocr'"})
    with pytest.raises(OcrUnavailableError, match="paddleocr"):
        PaddleEngine(fake_python(tmp_path, f"print({said!r}, flush=True)"), model_folders(tmp_path / "m"))


def test_best_model_size_at_hand_is_used(tmp_path: Path) -> None:
    model_folders(tmp_path, "tiny")
    assert model_size(tmp_path) == "tiny"
    model_folders(tmp_path, "small")
    assert model_size(tmp_path) == "small"
    with pytest.raises(OcrUnavailableError):
        model_size(tmp_path, "medium")
