"""What the picture of a page tells: which way up, on which background, how sharp, where seals and cells are."""

from __future__ import annotations

import datetime as dt
from functools import cache
from random import Random

import cv2
import numpy as np
import pytest

from eval.papers import deals, makers
from eval.papers.cast import make_cast
from eval.papers.degrade import degrade
from eval.papers.sheets import draw
from preview import geometry, quality, seals, tables
from preview.cut_off import is_cut_off
from preview.errors import ModelFileError
from preview.images import as_jpeg, digest_distance, digest_of, straightened, turned
from preview.ocr import Image
from preview.orientation import Orientation
from preview.schema import QualityProblem

CAST = make_cast(Random(21), dt.date(2026, 11, 20), (0, 1, 2))
PAPERS = {
    "licence": deals.licence(CAST),
    "lease": deals.lease(CAST, CAST.applicant),
    "card": makers.id_card(CAST, CAST.applicant)[0],
    "card_back": makers.id_card(CAST, CAST.applicant)[1],
    "deed": deals.deed(CAST, CAST.applicant),
    "letter": deals.attorney(CAST, CAST.applicant, CAST.agent, "办理居住证"),
}


@cache
def sheet(name: str) -> Image:
    return shown(name)


def shown(name: str, *ways: str) -> Image:
    """Draw a paper, damage it, and give it as it comes back from a JPEG file."""
    drawn = draw(PAPERS[name], Random(5))[0].image
    rgb = np.asarray(degrade(drawn, ways, Random(9)).convert("RGB"))
    return cv2.imdecode(np.frombuffer(as_jpeg(np.ascontiguousarray(rgb[:, :, ::-1])), np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture(scope="module")
def orientation() -> Orientation:
    return Orientation()


@pytest.mark.parametrize("name", ["licence", "lease", "card"])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_pages_lying_on_any_side_are_turned_upright(orientation: Orientation, name: str, angle: int) -> None:
    upright = sheet(name)
    lying = np.ascontiguousarray(np.rot90(upright, -angle // 90))
    found, _ = orientation.angle(lying)
    assert found == angle
    assert np.array_equal(turned(lying, found), upright)


def test_altered_model_file_is_refused(tmp_path) -> None:
    altered = tmp_path / "doc_orientation.onnx"
    altered.write_bytes(b"something else")
    with pytest.raises(ModelFileError, match="SHA-256"):
        Orientation(altered)


@pytest.mark.parametrize("name", ["licence", "lease", "card", "letter"])
def test_page_photographed_on_a_table_is_cut_out_and_made_rectangular(name: str) -> None:
    flat = geometry.flattened(shown(name, "photographed"))
    assert flat.warped
    whole = sheet(name)
    assert flat.image.shape[1] / flat.image.shape[0] == pytest.approx(whole.shape[1] / whole.shape[0], rel=0.12)
    assert digest_distance(digest_of(flat.image), digest_of(whole)) < 0.2


@pytest.mark.parametrize("name", list(PAPERS))
def test_page_without_background_is_left_alone(name: str) -> None:
    assert not geometry.flattened(sheet(name)).warped


def test_frame_printed_on_paper_is_not_taken_for_the_page() -> None:
    paper = np.full((1400, 1000, 3), 250, np.uint8)
    cv2.rectangle(paper, (120, 200), (880, 1200), (0, 0, 0), 6)
    cv2.putText(paper, "title above the frame", (200, 120), 0, 1.5, (0, 0, 0), 3)
    assert geometry.page_corners(paper) is None


@pytest.mark.parametrize("skew", [-6.0, -2.0, 3.0])
def test_small_skew_is_measured_and_taken_out(skew: float) -> None:
    askew = straightened(sheet("lease"), -skew)
    assert geometry.skew_of(askew) == pytest.approx(skew, abs=0.7)
    assert geometry.skew_of(straightened(askew, geometry.skew_of(askew))) == pytest.approx(0, abs=0.4)


def test_skew_of_a_level_page_is_none() -> None:
    assert abs(geometry.skew_of(sheet("licence"))) < geometry.MIN_SKEW_DEG


@pytest.mark.parametrize("name", ["licence", "lease", "card"])
def test_blurred_beyond_reading_is_told_and_a_clean_page_is_not(name: str) -> None:
    lost = quality.measure(shown(name, "unreadable"))
    assert QualityProblem.BLURRED in lost.problems and not lost.readable
    clean = quality.measure(sheet(name))
    assert clean.problems == () and clean.readable


def test_dark_page_is_told_but_may_be_readable() -> None:
    dark = (sheet("lease").astype(np.float32) * 0.22).astype(np.uint8)
    measured = quality.measure(dark)
    assert QualityProblem.DARK in measured.problems and measured.readable


def test_empty_page_is_blank() -> None:
    for level in (255, 4):
        measured = quality.measure(np.full((800, 600, 3), level, np.uint8))
        assert measured.problems == (QualityProblem.BLANK,) and not measured.readable


def test_reflection_on_a_card_is_found_where_it_is() -> None:
    card = sheet("card").astype(np.float32) * 0.9
    spot = np.zeros(card.shape[:2], np.float32)
    cv2.ellipse(spot, (300, 250), (120, 80), 20, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(spot, (0, 0), 22)[..., None] * 1.4
    shining = np.clip(card * (1 - soft) + 262 * soft, 0, 255).astype(np.uint8)
    measured = quality.measure(shining)
    assert QualityProblem.GLARE in measured.problems
    left, top, right, bottom = measured.glare_boxes[0]
    assert left < 300 < right and top < 250 < bottom
    assert not quality.measure(sheet("card")).glare_boxes


def test_photographed_screen_is_hinted_at_and_secure_paper_is_not() -> None:
    page = sheet("lease").astype(np.float32)
    ys, xs = np.indices(page.shape[:2])
    grid = (
        1 - 0.12 * (1 + np.cos(2 * np.pi * (xs + 0.05 * ys) / 3.3)) / 2 - 0.1 * (1 + np.cos(2 * np.pi * ys / 3.4)) / 2
    )
    assert quality.is_screen_photo((page * grid[..., None]).astype(np.uint8))
    assert not any(quality.is_screen_photo(sheet(name)) for name in PAPERS)


def test_black_and_white_copy_is_told_from_black_print_in_colour() -> None:
    assert quality.measure(shown("licence", "copied")).is_copy
    assert quality.measure(shown("licence", "copied", "noisy")).is_copy  # its copied seal gives it away
    assert not quality.measure(sheet("licence")).is_copy
    assert not quality.measure(shown("lease", "photographed")).is_copy


@pytest.mark.parametrize("ways", [("squeezed",), ("shadowed", "squeezed"), ("tilt", "squeezed")])
def test_letter_that_lost_its_last_colour_is_no_copy(ways: tuple[str, ...]) -> None:
    letter = cv2.cvtColor(cv2.cvtColor(shown("letter", *ways), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert not quality.measure(letter).is_copy
    assert quality.measure(shown("letter", "copied")).is_copy


@pytest.mark.parametrize("name", ["licence", "card_back"])
def test_grey_scan_of_a_coloured_paper_is_a_copy(name: str) -> None:
    assert quality.measure(cv2.cvtColor(cv2.cvtColor(sheet(name), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)).is_copy


def test_lit_part_of_a_shadowed_sheet_and_white_rims_are_no_reflection() -> None:
    sheet_, rim = np.full((1400, 1000, 3), 254, np.uint8), np.full((640, 1000, 3), 200, np.uint8)
    sheet_[:, 300:] = np.linspace(250, 120, 700)[None, :, None]
    rim[:30], rim[-30:] = 254, 254
    soft = [cv2.GaussianBlur(page, (0, 0), 6) for page in (sheet_, rim)]
    assert not any(quality.glare_boxes(page) for page in soft)


@pytest.mark.parametrize("ways", [(), ("dark",), ("photographed",), ("squeezed",)])
def test_red_seal_is_found_where_it_was_pressed(ways: tuple[str, ...]) -> None:
    page = geometry.flattened(shown("licence", *ways)).image
    (box,) = seals.find_seals(page)
    left, top, right, bottom = box
    assert 0.7 < (right - left) / (bottom - top) < 1.43
    assert (seals.red_mask(page)[top:bottom, left:right] > 0).mean() > 0.05


@pytest.mark.parametrize("name", ["card", "lease"])
def test_portrait_and_unsealed_paper_show_no_seal(name: str) -> None:
    unsealed = sheet(name) if name == "card" else shown(name, "copied")
    assert seals.find_seals(unsealed) == ()


def ruled_form() -> Image:
    page = np.full((1754, 1240, 3), 252, np.uint8)
    for row in range(6):
        for column in range(4):
            start = (100 + column * 260, 300 + row * 90)
            cv2.rectangle(page, start, (start[0] + 260, start[1] + 90), (30, 30, 30), 3)
            if column % 2 == 0:
                cv2.putText(page, "label", (start[0] + 30, start[1] + 60), 0, 1.2, (20, 20, 20), 2)
    return page


@pytest.mark.parametrize("skew", [0.0, 1.2])
def test_cells_of_a_ruled_form_come_row_by_row(skew: float) -> None:
    page = straightened(ruled_form(), skew)
    cells = tables.form_cells(tables.dark_strokes(page))
    assert len(cells) == 24
    first_row = cells[:4]
    assert [box[0] for box in first_row] == sorted(box[0] for box in first_row)
    assert all(abs((box[2] - box[0]) - 260) < 20 and abs((box[3] - box[1]) - 90) < 20 for box in cells)


def test_plain_letter_has_no_cells() -> None:
    assert tables.form_cells(tables.dark_strokes(sheet("letter"))) == ()


def test_pen_strokes_that_are_no_text_are_ink() -> None:
    page = ruled_form()
    curve = np.array([(420 + 4 * t, 345 + round(22 * np.sin(t / 4))) for t in range(40)], np.int32)
    cv2.polylines(page, [curve], False, (60, 40, 40), 4)
    found = tables.ink_boxes(page, tables.dark_strokes(page), printed(page), ())
    assert len(found) == 1
    left, top, right, bottom = found[0]
    assert left < 430 and right > 560 and top < 345 < bottom


def printed(page: Image) -> list:
    from preview.ocr import box_quad
    from preview.schema import TextLine

    starts = [(100 + column * 260, 300 + row * 90) for row in range(6) for column in (0, 2)]
    return [TextLine("label", 0.99, box_quad(x + 28, y + 25, x + 145, y + 72)) for x, y in starts]


def test_text_cut_at_the_rim_is_told() -> None:
    from preview.ocr_rapid import RapidEngine

    engine = RapidEngine()
    whole, cut = sheet("lease"), np.ascontiguousarray(sheet("lease")[:, :800])
    assert not is_cut_off(engine.read(whole), whole)
    assert is_cut_off(engine.read(cut), cut)


def test_digest_is_near_for_the_same_page_and_far_for_another() -> None:
    again = cv2.resize(shown("licence", "squeezed"), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    assert digest_distance(digest_of(sheet("licence")), digest_of(again)) < 0.06
    assert digest_distance(digest_of(sheet("licence")), digest_of(sheet("lease"))) > 0.2
    assert digest_distance("", digest_of(again)) == 1
