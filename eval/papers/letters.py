"""Letters and statements: power of attorney, commitment, legal representative's certificate, insurance record."""

from __future__ import annotations

from random import Random

from eval.papers.canvas import A4, BLACK, GREY, Sheet
from eval.papers.paper import Paper, chinese_date
from eval.papers.seals import stamp
from eval.papers.signatures import sign, write
from eval.papers.tables import Row, ruled


def power_of_attorney(paper: Paper, rng: Random) -> Sheet:
    """授权委托书: lines to fill in (0), running text (1), table (2)."""
    sheet = Sheet(A4)
    sheet.text(
        620, 130, ("授 权 委 托 书", "委 托 书", "授权委托书")[paper.design % 3], 56, "serif_bold", BLACK, "ma"
    )
    task, start, end = paper["task"], chinese_date(paper["start_on"]), chinese_date(paper["end_on"])
    y = 290.0
    if paper.design == 1:
        text = (
            f"本人{paper['principal']}（身份证号码：{paper['principal_id']}）现委托{paper['agent']}（身份证号码：{paper['agent_id']}，"
            f"联系电话：{paper['agent_phone']}）作为本人的合法代理人，代为办理{task}的相关事宜。受托人在办理上述事项过程中所签署的"
            "有关文件，本人均予以认可，并承担相应的法律责任。"
        )
        y = sheet.wrapped(130, y, text, 34, 980, "serif", indent=True, leading=1.8) + 20
    elif paper.design == 2:
        rows: tuple[Row, ...] = (
            (("委托人", "", paper["principal"]), ("身份证号码", "", paper["principal_id"])),
            (("受托人", "", paper["agent"]), ("身份证号码", "", paper["agent_id"])),
            (("联系电话", "", paper["agent_phone"]), ("与委托人关系", "", paper["relation"])),
            (("委托事项", "", task),),
        )
        y = ruled(sheet, 110, y, 1020, rows, height=88, size=26) + 60
    else:
        for label, value in (
            ("委托人", paper["principal"]), ("身份证号码", paper["principal_id"]), ("受托人", paper["agent"]),
            ("身份证号码", paper["agent_id"]), ("联系电话", paper["agent_phone"]),
        ):  # fmt: skip
            sheet.text(130, y, f"{label}：", 33, "serif")
            sheet.underlined(380, y, 600, value, 33, "serif")
            y += 78
        text = f"现委托上述受托人代为办理{task}，受托人在权限范围内签署的文件，委托人均予承认。"
        y = sheet.wrapped(130, y + 20, text, 33, 980, "serif", indent=True, leading=1.8)
    sheet.note("agent", paper["agent"])
    y = sheet.wrapped(
        130, y + 20, f"委托期限：自{start}起至{end}止。受托人无转委托权。", 32, 980, "serif", leading=1.8
    )
    for key in ("start_on", "end_on"):
        sheet.note(key, paper[key])
    _foot(sheet, paper, rng, max(y + 120, 1180), "委托人（签名）：", paper["principal"])
    return sheet


def commitment_letter(paper: Paper, rng: Random) -> Sheet:
    """承诺书 or signed statement; `body` and `title` come with the paper."""
    sheet = Sheet(A4)
    sheet.text(620, 140, paper.title or "承 诺 书", 54, "serif_bold", BLACK, "ma")
    face = "serif" if paper.design != 1 else "sans"
    y = 290.0
    for label, key in (
        ("承诺人" if paper.design != 2 else "姓名", "name"),
        ("公民身份号码" if paper.design else "身份证号码", "id_number"),
    ):
        sheet.text(130, y, f"{label}：", 32, face)
        sheet.underlined(400, y, 560, paper[key], 32, face)
        sheet.note(key, paper[key])
        y += 80
    y = sheet.wrapped(130, y + 20, paper["body"], 33, 980, face, indent=True, leading=1.8)
    _foot(
        sheet,
        paper,
        rng,
        max(y + 120, 1180),
        "承诺人（签名）：" if paper.design != 2 else "声明人签名：",
        paper["name"],
    )
    return sheet


def legal_rep_certificate(paper: Paper, rng: Random) -> Sheet:
    """法定代表人身份证明书."""
    sheet = Sheet(A4)
    sheet.text(
        620,
        170,
        ("法定代表人证明书", "法定代表人身份证明书", "法定代表人证明")[paper.design % 3],
        52,
        "serif_bold",
        BLACK,
        "ma",
    )
    y = 330.0
    if paper.design == 1:
        for label, key in (
            ("单位名称", "company_name"),
            ("统一社会信用代码", "uscc"),
            ("地址", "address"),
            ("法定代表人", "legal_rep"),
        ):
            sheet.text(130, y, f"{label}：", 33, "serif")
            y = sheet.wrapped(440, y, paper[key], 33, 680, "serif") + 30
            sheet.note(key, paper[key])
        text = f"{paper['legal_rep']}在我单位任{paper['post']}职务，系我单位的法定代表人。特此证明。"
        y = sheet.wrapped(130, y, text, 34, 980, "serif", indent=True, leading=1.8)
    else:
        text = (
            f"{paper['legal_rep']}同志在我单位担任{paper['post']}职务，系我单位法定代表人"
            f"（身份证号码：{paper['legal_rep_id']}）。特此证明。"
        )
        y = sheet.wrapped(130, y, text, 34, 980, "serif", indent=True, leading=1.8) + 30
        for label, key in (("单位名称", "company_name"), ("统一社会信用代码", "uscc")):
            sheet.text(130, y, f"{label}：{paper[key]}", 32, "serif")
            sheet.note(key, paper[key])
            y += 66
        sheet.note("legal_rep", paper["legal_rep"])
    _foot(sheet, paper, rng, max(y + 160, 1150), "单位（盖章）：", "", seal=paper["company_name"])
    return sheet


def insurance_record(paper: Paper, rng: Random) -> Sheet:
    """参保证明 or 参保缴费凭证: data of the person and a table of months."""
    sheet = Sheet(A4)
    title = (
        paper.title
        or ("广东省社会保险个人参保证明", "社会保险参保缴费证明", "东莞市社会保险个人缴费明细表")[paper.design % 3]
    )
    sheet.text(620, 90, title, 44, "serif_bold", BLACK, "ma")
    first: tuple[Row, ...] = (
        (("姓名", "name", paper["name"]), ("证件号码", "id_number", paper["id_number"])),
        (("参保单位", "", paper["employer"]),),
    )
    y = ruled(sheet, 90, 190, 1060, first, height=66, size=26)
    sheet.text(110, y + 18, "该参保人在东莞市参加社会保险情况如下：", 26)
    y += 70
    heads = ("缴费月份", "养老", "失业", "工伤", "缴费基数（元）")
    width = 1060 / len(heads)
    for number, cells in enumerate(
        [heads, *((month, "已缴", "已缴", "已缴", paper["base"]) for month in paper["months"].split())]
    ):
        for column, cell in enumerate(cells):
            x = 90 + column * width
            sheet.box(x, y, x + width, y + 54)
            sheet.text(x + width / 2, y + 27, cell, 24, "bold" if number == 0 else "sans", BLACK, "mm")
        y += 54
    sheet.wrapped(
        100, y + 30, "备注：本证明可作为参保人在东莞市参加社会保险的凭证，查验有效期三个月。", 24, 1040, fill=GREY
    )
    y = max(y + 140, 1380)
    sheet.text(700, y, "证明机构名称（证明专用章）", 27)
    sheet.text(700, y + 60, "证明时间：" + chinese_date(paper["issued_on"]), 27)
    sheet.note("issued_on", paper["issued_on"])
    if paper.sealed:
        stamp(sheet, rng, "东莞市社会保险基金管理中心", 960, y - 10, 140)
    sheet.sample_mark()
    return sheet


def _foot(sheet: Sheet, paper: Paper, rng: Random, y: float, label: str, name: str, seal: str = "") -> None:
    sheet.text(600, y, label, 33, "serif")
    if name and paper.signed:
        sign(sheet, rng, 870, y - 14, name, 52)
    if seal and paper.sealed:
        stamp(sheet, rng, seal, 950, y + 50, 150)
    if paper.dated and paper.design == 2 and name:
        write(sheet, rng, 780, y + 112, chinese_date(paper["signed_on"], padded=False), 32)
        sheet.text(600, y + 110, "日期：", 33, "serif")
    elif paper.dated:
        sheet.text(600, y + 110, "日期：" + chinese_date(paper["signed_on"], padded=False), 33, "serif")
    else:
        sheet.text(600, y + 110, "日期：　　　　年　　月　　日", 33, "serif")
    if paper.dated:
        sheet.note("signed_on", paper["signed_on"])
    sheet.sample_mark()
