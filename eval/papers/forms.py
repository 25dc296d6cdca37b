"""Application forms: a ruled grid with section bars, a wide grid, lines to fill in."""

from __future__ import annotations

from random import Random

from eval.papers.canvas import A4, BLACK, GREY, Sheet, lines_of
from eval.papers.paper import Cell, Paper, chinese_date
from eval.papers.seals import stamp
from eval.papers.signatures import sign, write
from eval.papers.tables import Entry, Row, ruled

DATES = {"birth", "founded_on", "start_on", "end_on"}


def application_form(paper: Paper, rng: Random) -> Sheet:
    """Draw the cells of the form in one of three layouts, then statement, signature and date."""
    sheet = Sheet(A4)
    size = 46 if len(paper.title) < 18 else 36
    sheet.text(620, 80, paper.title, size, "serif_bold", BLACK, "ma")
    y = (_grid, _bars, _lines)[paper.design % 3](sheet, paper)
    statement = (
        "本人（单位）承诺：以上填报内容及提交的材料真实、准确、有效，如有不实，愿承担相应的法律责任。",
        "申请人声明：本表所填内容属实，所附材料真实有效，并同意受理机关核查相关信息。",
        "本人已知悉办理须知，保证所填信息真实无误。",
    )[paper.design % 3]
    y = sheet.wrapped(110, y + 30, statement, 26, 1020, "serif", indent=True, leading=1.6)
    _sign(sheet, paper, rng, max(y + 50, 1400))
    sheet.sample_mark()
    return sheet


def _entry(paper: Paper, cell: Cell) -> Entry:
    value = paper[cell.key]
    key = {"item": "item_name"}.get(cell.key, cell.key)
    return (cell.label, key, value, chinese_date(value)) if cell.key in DATES else (cell.label, key, value)


def _rows(paper: Paper, across: int) -> list[Row]:
    rows: list[Row] = []
    waiting: list[Entry] = []
    for cell in paper.cells:
        if cell.wide:
            if waiting:
                rows.append(tuple(waiting))
                waiting = []
            rows.append((_entry(paper, cell),))
        else:
            waiting.append(_entry(paper, cell))
            if len(waiting) == across:
                rows.append(tuple(waiting))
                waiting = []
    return [*rows, tuple(waiting)] if waiting else rows


def _grid(sheet: Sheet, paper: Paper) -> float:
    rows = _rows(paper, 2)
    return ruled(sheet, 80, 190, 1080, rows, height=min(92, 1050 / len(rows)), size=27)


def _bars(sheet: Sheet, paper: Paper) -> float:
    sheet.text(80, 165, "（请用黑色签字笔填写，带*为必填）", 22, fill=GREY)
    sheet.box(80, 205, 1160, 255, fill=(225, 232, 240))
    sheet.text(620, 230, "一、基本信息", 27, "bold", BLACK, "mm")
    rows = _rows(paper, 2)
    y = ruled(
        sheet,
        80,
        255,
        1080,
        rows,
        height=min(86, 960 / len(rows)),
        size=26,
        label_ground=(246, 248, 250),
        face="serif",
    )
    sheet.box(80, y, 1160, y + 50, fill=(225, 232, 240))
    sheet.text(620, y + 25, "二、申请人声明", 27, "bold", BLACK, "mm")
    return y + 50


def _lines(sheet: Sheet, paper: Paper) -> float:
    y = 210.0
    step = min(76, 1080 / len(paper.cells))
    for cell in paper.cells:
        label, key, value = _entry(paper, cell)[:3]
        shown = chinese_date(value) if cell.key in DATES else value
        sheet.text(110, y, f"{label}：", 28, "serif")
        size = 28 if len(shown) < 25 else 20
        for place, line in enumerate(lines_of(shown, size, 680, "serif")):
            sheet.underlined(420, y - (8 if size == 20 else 0) + place * 30, 700, line, size, "serif")
        sheet.note(key, value)
        y += step
    return y


def _sign(sheet: Sheet, paper: Paper, rng: Random, y: float) -> None:
    label = (
        "申请单位（盖章）：" if paper.needs_seal else ("申请人（签名）：", "申请人签字：", "签名：")[paper.design % 3]
    )
    sheet.text(560, y, label, 31, "serif")
    signer = paper["signer"] or paper["name"] or paper["applicant"]
    if paper.needs_seal and paper.sealed:
        stamp(sheet, rng, paper["company_name"], 930, y + 40, 145)
    if not paper.needs_seal and paper.signed:
        sign(sheet, rng, 830, y - 14, signer, 50)
    if paper.dated and paper.design != 1:
        sheet.text(560, y + 105, "日期：" + chinese_date(paper["signed_on"], padded=False), 30, "serif")
    elif paper.dated:
        sheet.text(560, y + 105, "填表日期：", 30, "serif")
        write(sheet, rng, 730, y + 106, chinese_date(paper["signed_on"], padded=False), 30)
    else:
        sheet.text(560, y + 105, "日期：　　　　年　　月　　日", 30, "serif")
    if paper.dated:
        sheet.note("signed_on", paper["signed_on"])
