"""Cards of persons: identity card, permits of Hong Kong and Macau residents, residence permit."""

from __future__ import annotations

from random import Random

from eval.papers.canvas import BLACK, BLUE, CARD, GREY, Colour, Sheet
from eval.papers.paper import Paper, chinese_date, dotted

LABEL: Colour = (60, 110, 150)


def id_front(paper: Paper, rng: Random) -> Sheet:
    """The side with portrait, name and number."""
    sheet = _card(rng, ((236, 243, 247), (244, 241, 236), (255, 255, 255))[paper.design % 3], paper.design)
    face = "serif" if paper.design == 2 else "sans"
    _personal(sheet, paper, face)
    sheet.pair(60, 300, "住址", "address", paper["address"], 31, at=165, width=430, label_fill=LABEL, face=face)
    sheet.portrait(rng, 660, 90, 270, 340)
    _number(sheet, paper, "公民身份号码", 545)
    sheet.sample_mark()
    return sheet


def id_back(paper: Paper, rng: Random) -> Sheet:
    """The side with issuer and validity; the emblem is a plain disc."""
    sheet = _card(rng, ((236, 243, 247), (244, 241, 236), (255, 255, 255))[paper.design % 3], paper.design)
    sheet.draw.ellipse([70, 60, 230, 220], fill=(205, 60, 55))
    sheet.draw.ellipse([100, 90, 200, 190], outline=(235, 190, 120), width=5)
    sheet.text(290, 75, "中华人民共和国", 56, "serif_bold")
    sheet.text(290, 165, "居 民 身 份 证", 66, "serif_bold")
    sheet.pair(190, 440, "签发机关", "issuer", paper["issuer"], 32, at=375, label_face="bold")
    sheet.text(190, 520, "有效期限", 32, "bold")
    sheet.text(375, 520, f"{dotted(paper['valid_from'])}-{dotted(paper['valid_to'])}", 32)
    sheet.note("valid_from", paper["valid_from"])
    sheet.note("valid_to", paper["valid_to"])
    sheet.sample_mark()
    return sheet


def hk_macau_permit(paper: Paper, rng: Random) -> Sheet:
    """港澳居民来往内地通行证, front."""
    sheet = _card(rng, ((226, 238, 244), (238, 240, 228), (255, 255, 255))[paper.design % 3], paper.design)
    sheet.text(506, 36, "港澳居民来往内地通行证", 42, "serif_bold", BLUE, "ma")
    sheet.text(506, 92, "MAINLAND TRAVEL PERMIT FOR HONG KONG AND MACAO RESIDENTS", 17, "sans", GREY, "ma")
    sheet.portrait(rng, 50, 150, 260, 330)
    x, at = 350, 500 if paper.design != 1 else 520
    rows = (
        ("姓名", "name", paper["name"]),
        ("出生日期", "birth", dotted(paper["birth"])),
        ("性别", "sex", paper["sex"]),
        ("有效期限", "", f"{dotted(paper['valid_from'])} - {dotted(paper['valid_to'])}"),
        ("签发机关", "issuer", paper["issuer"]),
        ("证件号码", "certificate_no", paper["certificate_no"]),
    )
    for place, (label, key, shown) in enumerate(rows):
        sheet.pair(
            x, 150 + place * 62, label, key, paper[key] if key else "", 31, at=at, shown=shown, label_fill=LABEL
        )
    sheet.note("valid_from", paper["valid_from"])
    sheet.note("valid_to", paper["valid_to"])
    sheet.text(x, 545, "换证次数  01", 26, "sans", GREY)
    sheet.sample_mark()
    return sheet


def hmt_front(paper: Paper, rng: Random) -> Sheet:
    """港澳台居民居住证, the side with name and number."""
    sheet = _card(rng, (232, 244, 240), paper.design)
    _personal(sheet, paper, "sans", nation=False)
    sheet.pair(60, 250, "住址", "address", paper["address"], 31, at=165, width=430, label_fill=LABEL)
    sheet.portrait(rng, 660, 90, 270, 340)
    _number(sheet, paper, "公民身份号码", 545)
    sheet.sample_mark()
    return sheet


def hmt_back(paper: Paper, rng: Random) -> Sheet:
    """港澳台居民居住证, the side with validity."""
    sheet = _card(rng, (232, 244, 240), paper.design)
    sheet.text(506, 60, "中华人民共和国", 52, "serif_bold", BLACK, "ma")
    sheet.text(506, 140, "港澳台居民居住证", 60, "serif_bold", BLACK, "ma")
    sheet.pair(190, 350, "签发机关", "issuer", paper["issuer"], 32, at=375)
    sheet.text(190, 425, "有效期限", 32)
    sheet.text(375, 425, f"{dotted(paper['valid_from'])}-{dotted(paper['valid_to'])}", 32)
    sheet.note("valid_from", paper["valid_from"])
    sheet.note("valid_to", paper["valid_to"])
    sheet.pair(190, 500, "通行证号码", "certificate_no", paper["certificate_no"], 32, at=400)
    sheet.text(700, 500, "签发次数  1", 28, "sans", GREY)
    sheet.sample_mark()
    return sheet


def residence_front(paper: Paper, rng: Random) -> Sheet:
    """居住证, the side with name and number; two designs of cards and one of the electronic licence."""
    sheet = _card(rng, ((235, 245, 235), (240, 240, 250), (255, 255, 255))[paper.design % 3], paper.design)
    title = ("广东省居住证", "居住证", "广东省居住证（电子证照）")[paper.design % 3]
    sheet.text(60, 30, title, 36, "serif_bold", BLUE)
    rows = (("姓名", "name"), ("性别", "sex"), ("民族", "nationality"))
    for place, (label, key) in enumerate(rows):
        sheet.pair(60, 105 + place * 58, label, key, paper[key], 31, at=180, label_fill=LABEL)
    sheet.pair(
        60, 279, "出生", "birth", paper["birth"], 31, at=180, shown=chinese_date(paper["birth"]), label_fill=LABEL
    )
    label = "户籍地址" if paper.design != 1 else "住址"
    sheet.text(60, 340, label, 29, "sans", LABEL)  # not noted: with both sides the address is the one lived at
    sheet.wrapped(210, 340, paper["address"], 29, 420)
    sheet.portrait(rng, 670, 100, 260, 330)
    _number(sheet, paper, "公民身份号码", 545)
    sheet.sample_mark()
    return sheet


def residence_back(paper: Paper, rng: Random) -> Sheet:
    """居住证, the side with where one lives and until when the endorsement holds."""
    sheet = _card(rng, ((235, 245, 235), (240, 240, 250), (255, 255, 255))[paper.design % 3], paper.design)
    sheet.text(506, 60, "中华人民共和国", 44, "serif_bold", BLACK, "ma")
    sheet.text(506, 130, "居 住 证", 64, "serif_bold", BLACK, "ma")
    sheet.text(120, 280, "居住地址", 31, "sans", LABEL)
    sheet.wrapped(290, 280, paper["living_at"], 31, 600)
    sheet.note("address", paper["living_at"])
    sheet.pair(120, 390, "签发机关", "issuer", paper["issuer"], 31, at=290, label_fill=LABEL)
    sheet.text(120, 450, "签发日期", 31, "sans", LABEL)
    sheet.text(290, 450, dotted(paper["issued_on"]), 31)
    sheet.note("issued_on", paper["issued_on"])
    until = "有效期限至" if paper.design != 1 else "签注有效期至"
    sheet.text(120, 510, until, 31, "sans", LABEL)
    sheet.text(330, 510, dotted(paper["valid_to"]), 31)
    sheet.note("valid_to", paper["valid_to"])
    sheet.sample_mark()
    return sheet


def _card(rng: Random, colour: Colour, design: int) -> Sheet:
    sheet = Sheet(CARD, colour)
    if design != 2:
        sheet.guilloche(rng, (colour[0] - 16, colour[1] - 12, colour[2] - 8))
    sheet.draw.rounded_rectangle([1, 1, CARD[0] - 2, CARD[1] - 2], 24, outline=(190, 195, 200), width=2)
    return sheet


def _personal(sheet: Sheet, paper: Paper, face: str, *, nation: bool = True) -> None:
    sheet.pair(60, 70, "姓名", "name", paper["name"], 31, at=165, label_fill=LABEL, face=face, value_size=38)
    sheet.pair(60, 140, "性别", "sex", paper["sex"], 31, at=165, label_fill=LABEL, face=face)
    if nation:
        sheet.pair(270, 140, "民族", "nationality", paper["nationality"], 31, at=375, label_fill=LABEL, face=face)
    y = 210 if nation else 190
    sheet.text(60, y, "出生", 31, "sans", LABEL)
    year, month, day = paper["birth"].split("-")
    x = 165.0
    for value, unit in ((year, "年"), (str(int(month)), "月"), (str(int(day)), "日")):
        x = sheet.text(x, y, value, 31, face) + 10
        x = sheet.text(x, y, unit, 31, "sans", LABEL) + 10
    sheet.note("birth", paper["birth"])


def _number(sheet: Sheet, paper: Paper, label: str, y: int) -> None:
    sheet.text(60, y, label, 31, "sans", LABEL)
    sheet.spaced(340, y - 2, paper["id_number"], 38, 33)
    sheet.note("id_number", paper["id_number"])
