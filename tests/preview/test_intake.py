"""What comes in: every kind of file, damaged ones, traps."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from eval.bench.broken_files import File, damaged, pdf, picture, traps, whole_files
from preview.errors import IntakeError
from preview.intake import IntakeWarning, Limits, MediaType, open_upload
from preview.schema import IntakeProblem, Upload
from prompts.preview_files import intake_advice

TRAPS = traps()
LIMITS = Limits()


def opened(data: bytes, name: str = "a.jpg", limits: Limits = LIMITS):
    return open_upload(Upload("f1", name, data), limits)


def problem_of(data: bytes, name: str = "a.jpg", limits: Limits = LIMITS) -> IntakeProblem:
    with pytest.raises(IntakeError) as caught:
        opened(data, name, limits)
    return caught.value.problem


@pytest.mark.parametrize("file", whole_files(), ids=lambda file: file.name)
def test_every_accepted_kind_opens_and_all_its_pages_are_drawn(file: File) -> None:
    got = opened(file.data, file.name)
    assert not got.warnings
    for page_no in range(1, got.file.page_count + 1):
        image = got.page(page_no).image
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
        assert image.min() < 100 < image.max()


@pytest.mark.parametrize("file,expected", TRAPS, ids=[file.name for file, _ in TRAPS])
def test_trap_is_refused_with_its_reason_and_advice(file: File, expected: set[str]) -> None:
    problem = problem_of(file.data, file.name)
    assert problem in expected
    advice = intake_advice(problem)
    assert advice.what and advice.fix


def test_damaged_files_raise_nothing_but_typed_problems() -> None:
    kinds = set()
    for file in damaged(224):
        try:
            got = opened(file.data, file.name)
            for page_no in range(1, got.file.page_count + 1):
                got.page(page_no)
            kinds.add("opened")
        except IntakeError as error:
            kinds.add(str(error.problem))
    assert {"opened", "broken"} <= kinds


def test_wrong_extension_is_read_by_its_content_with_a_warning() -> None:
    got = opened(pdf(), "scan.jpg")
    assert got.media_type is MediaType.PDF
    assert got.warnings == [IntakeWarning.WRONG_EXTENSION]


def test_phone_photo_is_turned_by_its_exif() -> None:
    image = Pillow.new("RGB", (400, 200), "white")
    image.paste((255, 0, 0), (0, 0, 400, 40))  # red along the top of the stored picture
    exif = Pillow.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    turned = opened(out.getvalue()).page(1).image
    assert turned.shape[:2] == (400, 200)
    blue, _, red = turned[200, 190]
    assert red > 200 and blue < 100  # the red is on the right now


def test_large_photo_comes_out_at_the_working_size() -> None:
    out = io.BytesIO()
    Pillow.new("RGB", (4000, 3000), "white").save(out, "JPEG")
    assert opened(out.getvalue()).page(1).image.shape == (1500, 2000, 3)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_colour_mode_become_the_same_page(mode: str) -> None:
    shapes = Pillow.new("L", (300, 200), 255)
    shapes.paste(0, (100, 50, 200, 150))
    picture_of = {
        "I;16": lambda: Pillow.fromarray(np.asarray(shapes).astype(np.uint16) * 257),
        "LA": lambda: Pillow.merge("LA", (shapes, Pillow.new("L", shapes.size, 255))),
    }.get(mode, lambda: shapes.convert("RGB").convert(mode))
    out = io.BytesIO()
    picture_of().save(out, "TIFF" if mode == "CMYK" else "PNG")
    image = opened(out.getvalue(), "a.png").page(1).image
    assert image.shape == (200, 300, 3)
    assert image[100, 150].max() < 10 and image[10, 10].min() > 245


def test_transparent_picture_lies_on_white() -> None:
    out = io.BytesIO()
    Pillow.new("RGBA", (100, 80), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(out.getvalue(), "a.png").page(1).image.min() == 255


def test_pages_of_a_tiff_come_one_by_one() -> None:
    got = opened(picture("TIFF", pages=3), "a.tif")
    pages = [got.page(number).image for number in (1, 2, 3)]
    assert got.file.page_count == 3
    assert np.abs(pages[0].astype(int) - pages[1]).max() > 50  # each names its own number


def test_long_screenshot_is_cut_into_overlapping_slices() -> None:
    out = io.BytesIO()
    Pillow.new("RGB", (900, 7200), "white").save(out, "PNG")
    got = opened(out.getvalue(), "chat.png")
    heights = [got.page(number).image.shape for number in range(1, got.file.page_count + 1)]
    assert got.file.page_count == 5
    assert all(width == 900 and 1400 <= height <= 1600 for height, width, _ in heights)
    assert sum(height for height, _, _ in heights) > 7200


def test_digital_pdf_gives_its_own_text_where_it_stands() -> None:
    got = opened(pdf(), "a.pdf")
    page = got.page(2)
    assert page.digital and not page.ocr
    assert any("441900199001011234" in line.text and "page 2" in line.text for line in page.lines)
    left, top, right, bottom = page.lines[0].box
    inside = page.image[top:bottom, left:right]
    assert inside.min() < 100
    assert page.image[: top - 5].min() > 200  # nothing stands above the first line


def test_scanned_pdf_is_a_picture_to_be_read() -> None:
    page = opened(pdf(scanned=True, pages=1), "a.pdf").page(1)
    assert page.ocr and not page.digital


def test_invisible_text_of_a_pdf_does_not_stand_for_the_page() -> None:
    from fpdf import FPDF

    document = FPDF(unit="pt", format=(595, 842))
    document.add_page()
    document.set_font("helvetica", size=12)
    document.set_text_color(255, 255, 255)
    for row in range(12):
        document.text(60, 80 + 24 * row, "white on white, nobody sees this line of text")
    page = opened(bytes(document.output()), "a.pdf").page(1)
    assert page.ocr


def test_pdf_page_the_size_of_a_field_is_drawn_small() -> None:
    page = opened(pdf(pages=1, page_pt=(14000, 14000)), "a.pdf").page(1)
    assert max(page.image.shape) <= Limits().long_side + 1


def test_word_tables_keep_their_cells_and_pictures_become_pages() -> None:
    got = open_upload(Upload("f", "a.docx", whole_files()[-1].data), Limits())
    form, photo = got.page(1), got.page(2)
    assert [line.text for line in form.lines][:3] == ["居住证申请表", "姓名", "李明"]
    assert len(form.cells) == 12
    name = next(line for line in form.lines if line.text == "姓名")
    assert any(
        c[0] <= name.box[0] and name.box[2] <= c[2] and c[1] <= name.box[1] and name.box[3] <= c[3]
        for c in form.cells
    )
    assert not form.ocr and photo.ocr


def test_limits_are_those_that_were_set() -> None:
    assert problem_of(picture("JPEG"), limits=Limits(file_bytes=100)) is IntakeProblem.TOO_LARGE
    assert problem_of(picture("JPEG"), limits=Limits(pixels=1000)) is IntakeProblem.TOO_MANY_PIXELS
    assert problem_of(pdf(pages=3), "a.pdf", Limits(pages=2)) is IntakeProblem.TOO_MANY_PAGES


def test_heic_is_read_with_the_extra_and_named_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    out = io.BytesIO()
    Pillow.new("RGB", (320, 200), (250, 240, 230)).save(out, "HEIF")
    got = opened(out.getvalue(), "IMG_1.HEIC")
    assert got.media_type is MediaType.HEIC and got.page(1).image.shape == (200, 320, 3)
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    assert problem_of(out.getvalue(), "IMG_1.HEIC") is IntakeProblem.HEIC_UNAVAILABLE
