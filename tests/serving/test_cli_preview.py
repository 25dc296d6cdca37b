"""`guanjia preview` with the real OCR engine, on an identity card drawn here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner

from preview.annotate import FONT_FILE
from serving.cli import app
from serving.cli_errors import WRONG_USE

NUMBER = "441900199003070024"  # invented; its check digit fits


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The front of an identity card of an invented person."""
    path = tmp_path_factory.mktemp("cards") / "身份证.jpg"
    draw_card("林小满", NUMBER).save(path, quality=92)
    return path


def draw_card(name: str, number: str) -> Image.Image:
    """Draw the front of a card on a grey table."""
    image = Image.new("RGB", (1212, 798), (120, 125, 130))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((100, 80, 1112, 718), 30, fill=(226, 238, 243))
    rows = (
        (160, 150, "姓名", name),
        (160, 220, "性别", "女"),
        (400, 220, "民族", "汉"),
        (160, 290, "出生", "1990年3月7日"),
        (160, 365, "住址", "广东省东莞市南城街道鸿福路"),
        (160, 600, "公民身份号码", ""),
    )
    for x, y, label, value in rows:
        draw.text((x, y), label, font=font(28), fill=(60, 110, 160))
        draw.text((x + 100, y - 6), value, font=font(36), fill=(20, 20, 20))
    draw.text((420, 592), number, font=font(44), fill=(20, 20, 20))
    draw.rectangle((850, 160, 1060, 440), fill=(190, 200, 205))
    return image


def font(size: int) -> ImageFont.FreeTypeFont:
    """A font with Chinese characters."""
    return ImageFont.truetype(str(FONT_FILE), size)


def run(*arguments: str) -> tuple[int, str, str]:
    """Run the command; gives exit code, standard output and standard error."""
    result = CliRunner().invoke(app, ["preview", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_report_is_printed_as_json_and_papers_are_written(card: Path, tmp_path: Path) -> None:
    out = tmp_path / "papers"
    given = ("--item", "jz-apply", "--situation", "registered-half-year=half-year", "--applicant", "林小满")
    code, printed, told = run(str(card), *given, "--as-of", "2026-11-22", "--json", "--out", str(out))
    assert code == 0, told
    report = json.loads(printed)
    file = report["files"][0]
    assert (file["document_type"], file["fields"]["id_number"]["value"]) == ("id_card_front", NUMBER)
    assert file["fields"]["name"]["value"] == "林小满"
    assert report["situation"] == {"registered-half-year": "half-year"}
    assert {"missing_material", "side_missing"} <= {finding["code"] for finding in report["findings"]}
    assert "第 1/1 页" in told
    assert json.loads((out / "report.json").read_text(encoding="utf-8")) == report
    assert (out / "notice.pdf").read_bytes().startswith(b"%PDF")
    assert {path.name for path in out.iterdir()} == {"report.json", "notice.pdf", "notice.docx", "f1-p1.jpg"}


def test_without_json_the_report_is_plain_chinese(card: Path) -> None:
    code, printed, _ = run(str(card), "--item", "jz-apply")
    assert code == 0
    assert "【材料】" in printed
    assert "怎么改" in printed
    assert "由工作人员决定" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--item", "jz-aply"), "jz-apply（广东省居住证申领）"),
        (("--item", "jz-apply", "--situation", "a=b"), "registered-half-year"),
        (("--item", "jz-apply", "--situation", "registered-half-year=x"), "half-year（已满半年）"),
        (("--item", "jz-apply", "--situation", "half-year"), "情形=选项"),
        (("--item", "jz-apply", "--as-of", "22.11.2026"), "2026-11-22"),
    ],
)
def test_wrong_use_ends_with_the_way_out(card: Path, arguments: tuple[str, ...], words: str) -> None:
    code, _, told = run(str(card), *arguments)
    assert code == WRONG_USE
    assert words in told


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, _, told = run(str(tmp_path / "没有.jpg"), "--item", "jz-apply")
    assert code == WRONG_USE
    assert "没有.jpg" in told


def test_a_broken_file_is_reported_and_the_rest_goes_on(card: Path, tmp_path: Path) -> None:
    broken = tmp_path / "坏.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    code, printed, _ = run(str(broken), str(card), "--item", "jz-apply", "--json")
    assert code == 0
    report = json.loads(printed)
    assert report["files"][0]["problem"] == "broken"
    assert report["files"][1]["document_type"] == "id_card_front"
