"""Pages that run off their picture: what shows it, and what only looks like it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from preview.cut_off import DOUBTED, cut_rules, doubted, is_cut_off
from preview.ocr import Image, box_quad
from preview.schema import Box, TextLine

WIDTH, HEIGHT = 1000, 640
PLAIN: Image = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
INNER = tuple((f"第{n}行的文字", (200, 60 + 60 * n, 700, 90 + 60 * n)) for n in range(7))


def lines(*given: tuple[str, Box]) -> list[TextLine]:
    return [TextLine(text, 0.99, box_quad(*box)) for text, box in given]


@pytest.mark.parametrize(
    "cut",
    [
        ("622202843414863656", (67, 353, 999, 403)),
        ("7956", (0, 353, 77, 393)),
        ("登记机关东莞市市场监督管理局", (200, 0, 700, 22)),
        ("登记机关东莞市市场监督管理局", (200, 620, 700, 639)),
    ],
)
def test_one_line_at_the_rim_shows_that_the_page_goes_on(cut: tuple[str, Box]) -> None:
    assert is_cut_off(lines(*INNER, cut), PLAIN)


@pytest.mark.parametrize(
    "mark",
    [
        ("样张", (940, 605, 999, 637)),
        ("样张", (960, 400, 999, 430)),
        ("扫描王创建", (800, 610, 998, 638)),
        ("O", (0, 300, 40, 340)),
        ("第1页", (450, 612, 520, 639)),
        ("登记机关东莞市市场监督管理局", (12, 353, 500, 393)),
    ],
)
def test_mark_in_a_corner_or_text_near_the_rim_is_not_cut(mark: tuple[str, Box]) -> None:
    assert not is_cut_off(lines(*INNER, mark), PLAIN)


def test_piece_of_a_long_picture_goes_on_below() -> None:
    piece = lines(*INNER, ("登记机关东莞市市场监督管理局", (200, 620, 700, 639)))
    assert is_cut_off(piece, PLAIN)
    assert not is_cut_off(piece, PLAIN, is_slice=True)


def table(columns: int = 4) -> Image:
    page = PLAIN.copy()
    for n in range(5):
        cv2.line(page, (150, 100 + 90 * n), (150 + 170 * columns, 100 + 90 * n), (20, 20, 20), 2)
    for n in range(columns + 1):
        cv2.line(page, (150 + 170 * n, 100), (150 + 170 * n, 460), (20, 20, 20), 2)
    return page


def test_table_whose_rules_end_at_the_rim_is_cut() -> None:
    whole, cut = table(), np.ascontiguousarray(table()[:, :600])
    assert not is_cut_off(lines(*INNER), whole)
    assert cut_rules(cut)["right"] == 5
    narrow = lines(*((text, (200, box[1], 500, box[3])) for text, box in INNER))
    assert is_cut_off(narrow, cut)


def test_lines_of_note_paper_and_the_grain_of_a_table_cut_nothing() -> None:
    notes, planks = PLAIN.copy(), PLAIN.copy()
    for n in range(6):
        cv2.line(notes, (0, 80 + 90 * n), (WIDTH, 80 + 90 * n), (120, 120, 120), 2)
        cv2.line(planks, (40 + 180 * n, 0), (40 + 180 * n, 300), (60, 60, 60), 3)
    assert not is_cut_off(lines(*INNER), notes)
    assert not is_cut_off(lines(*INNER), planks)


def test_only_what_is_cut_is_doubted() -> None:
    whole, cut = doubted(lines(INNER[0], ("622202843414863656", (67, 353, 999, 403))), PLAIN)
    assert whole.score == 0.99
    assert cut.score == DOUBTED
