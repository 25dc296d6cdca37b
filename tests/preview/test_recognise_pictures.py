"""The same questions with drawn pictures and the real reader: a card sheet, a tilted form, a letter."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from preview.numbers import id_check_digit
from preview.page_reading import PageReader
from preview.recognise import recognise
from preview.schema import DocumentType as T
from preview.schema import Part, Upload

from .typed_pages import values

FONTS = Path("/usr/share/fonts/opentype/noto")
FONT = FONTS / "NotoSansCJK-Regular.ttc"
ID = "44190019900506003" + id_check_digit("44190019900506003")
HOME = "广东省东莞市南城街道鸿福路100号3栋502室"

pytestmark = pytest.mark.skipif(not FONT.exists(), reason="needs the Noto CJK fonts")


@pytest.fixture(scope="module")
def reader() -> Iterator[PageReader]:
    """One reader for all pictures."""
    found = PageReader()
    yield found
    found.close()


def drawn(*texts: tuple[str, int, int, int], size: tuple[int, int] = (1240, 1000), tilt: float = 0.0) -> bytes:
    """Draw texts (text, x, y, size) on white and give a JPEG."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for text, x, y, height in texts:
        pen.text((x, y), text, fill="black", font=ImageFont.truetype(str(FONT), height))
    if tilt:
        picture = picture.rotate(tilt, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def parts(reader: PageReader, data: bytes) -> tuple[Part, ...]:
    return recognise(reader.read(Upload("a", "a.jpg", data)))


def test_a_sheet_with_both_sides_of_a_card(reader: PageReader) -> None:
    front = [
        ("姓　名", "张伟"),
        ("性　别", "男"),
        ("民　族", "汉"),
        ("出　生", "1990 年 5 月 6 日"),
        ("住　址", HOME),
        ("公民身份号码", ID),
    ]
    texts = [(t, x, 80 + 60 * n, 30) for n, pair in enumerate(front) for t, x in zip(pair, (150, 420), strict=True)]
    texts += [("中华人民共和国", 420, 620, 44), ("居 民 身 份 证", 400, 690, 60)]
    texts += [("签发机关", 300, 850, 28), ("东莞市公安局", 470, 850, 28)]
    texts += [("有效期限", 300, 910, 28), ("2013.05.06-长期", 470, 910, 28)]
    one, two = parts(reader, drawn(*texts))
    assert (one.document_type, two.document_type) == (T.ID_CARD_FRONT, T.ID_CARD_BACK)
    assert values(one) == {
        "name": "张伟",
        "sex": "男",
        "nationality": "汉",
        "birth": "1990-05-06",
        "address": HOME,
        "id_number": ID,
    }
    assert values(two) == {"issuer": "东莞市公安局", "valid_from": "2013-05-06", "valid_to": "9999-12-31"}


def test_a_tilted_form_with_an_empty_field_and_no_signature(reader: PageReader) -> None:
    rows = ["申请人姓名：张伟", f"身份证号码：{ID}", "联系电话：13800138000", f"居住地址：{HOME}", "工作单位："]
    texts = [("居住证申领登记表", 420, 60, 48)] + [(row, 120, 180 + 80 * n, 32) for n, row in enumerate(rows)]
    texts += [("申请人（签名）：", 620, 700, 32), ("年　　月　　日", 700, 780, 32)]
    (part,) = parts(reader, drawn(*texts, tilt=2.5))
    got = values(part)
    assert part.document_type is T.APPLICATION_FORM
    assert (got["applicant"], got["id_number"], got["phone"], got["address"]) == ("张伟", ID, "13800138000", HOME)
    assert [b.label for b in part.blanks] == ["工作单位"]
    assert [place.filled for place in part.signature_places] == [False, False]
