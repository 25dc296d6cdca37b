"""Papers without a type of their own: receipts, medical papers, lists, photo slips, portraits, adverts."""

from __future__ import annotations

from random import Random

from eval.papers.canvas import A4, BLACK, RED, Sheet
from eval.papers.paper import Paper, chinese_date
from eval.papers.seals import stamp
from eval.papers.signatures import sign


def other(paper: Paper, rng: Random) -> Sheet:
    """Draw by the `shape` of the paper: `slip`, `portrait`, `advert`, `list` or `letter`."""
    shapes = {"slip": _slip, "portrait": _portrait, "advert": _advert, "list": _list}
    return shapes.get(paper["shape"], _letter)(paper, rng)


def _letter(paper: Paper, rng: Random) -> Sheet:
    sheet = Sheet(A4)
    if paper["letterhead"]:
        sheet.text(620, 70, paper["letterhead"], 36, "serif", BLACK, "ma")
        sheet.draw.line([(100, 130), (1140, 130)], fill=BLACK, width=2)
    sheet.text(620, 170, paper.title, 50, "serif_bold", BLACK, "ma")
    y = 300.0
    for line in paper["lines"].split("\n"):
        y = sheet.wrapped(120, y, line, 31, 1000, "serif" if paper.design % 2 else "sans", leading=1.7) + 12
    y = max(y + 120, 1150)
    if paper["by"]:
        sheet.text(700, y, paper["by"], 30, "serif")
        if paper.sealed:
            stamp(sheet, rng, paper["by"], 900, y + 20, 140)
    elif paper["name"]:
        sheet.text(600, y, "签名：", 30, "serif")
        sign(sheet, rng, 720, y - 10, paper["name"])
    if paper["on"]:
        sheet.text(740, y + 80, chinese_date(paper["on"]), 30, "serif")
    sheet.sample_mark()
    return sheet


def _slip(paper: Paper, rng: Random) -> Sheet:
    sheet = Sheet((1000, 640), (252, 252, 252))
    sheet.text(500, 40, paper.title, 34, "bold", BLACK, "ma")
    sheet.portrait(rng, 70, 130, 260, 340, (255, 255, 255) if paper.design % 2 else (90, 140, 210))
    for place, line in enumerate(paper["lines"].split("\n")):
        sheet.text(380, 140 + place * 62, line, 28)
    for place in range(60):
        if rng.random() < 0.6:
            sheet.draw.rectangle([380 + place * 8, 540, 380 + place * 8 + rng.randint(1, 5), 600], fill=BLACK)
    sheet.sample_mark()
    return sheet


def _portrait(paper: Paper, rng: Random) -> Sheet:
    ground = ((200, 40, 45), (90, 140, 210), (250, 250, 250))[paper.design % 3]
    if paper["persons"] == "2":
        sheet = Sheet((1200, 800), ground)
        for x in (80, 600):
            sheet.portrait(rng, x, 100, 520, 700, ground)
    else:
        sheet = Sheet((720, 960), ground)
        sheet.portrait(rng, 0, 0, 720, 960, ground)
    sheet.sample_mark()
    return sheet


def _advert(paper: Paper, rng: Random) -> Sheet:
    sheet = Sheet((1080, 1440), (rng.randint(230, 255), rng.randint(210, 240), 120))
    sheet.draw.ellipse([140, 420, 940, 1220], fill=(255, 245, 225))
    sheet.text(540, 130, paper.title, 96, "bold", RED, "ma")
    for place, line in enumerate(paper["lines"].split("\n")):
        sheet.text(540, 560 + place * 120, line, 60, "bold", BLACK, "ma")
    sheet.text(540, 1330, "订座热线 0769-2200****", 40, "sans", BLACK, "ma")
    sheet.sample_mark()
    return sheet


def _list(paper: Paper, rng: Random) -> Sheet:
    sheet = Sheet(A4)
    sheet.text(620, 90, paper.title, 44, "serif_bold", BLACK, "ma")
    rows = [row.split("|") for row in paper["rows"].split("\n")]
    width, y = 1060 / len(rows[0]), 220
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            x = 90 + column * width
            sheet.box(x, y, x + width, y + 58)
            sheet.text(x + width / 2, y + 29, cell, 24, "bold" if number == 0 else "sans", BLACK, "mm")
        y += 58
    sheet.text(110, y + 50, paper["lines"], 27)
    if paper["by"]:
        sheet.text(700, y + 160, paper["by"], 29)
        stamp(sheet, rng, paper["by"], 900, y + 190, 140)
    sheet.sample_mark()
    return sheet
