"""Papers of companies and homes: business licence, property certificate."""

from __future__ import annotations

from random import Random

from eval.papers.canvas import BLACK, GREY, Sheet
from eval.papers.paper import Paper, chinese_date
from eval.papers.seals import stamp
from eval.papers.tables import Row, ruled


def business_licence(paper: Paper, rng: Random) -> Sheet:
    """营业执照: 正本 across (0), 副本 upright (1), electronic licence in one column (2)."""
    return (_licence_across, _licence_upright, _licence_upright)[paper.design % 3](paper, rng)


def _entries(paper: Paper) -> list[tuple[str, str, str]]:
    sole = paper["company_type"] == "个体工商户"
    entries = [
        ("名　　称" if not sole else "字号名称", "company_name", paper["company_name"]),
        ("类　　型", "company_type", paper["company_type"]),
        ("经 营 者" if sole else "法定代表人", "legal_rep", paper["legal_rep"]),
    ]
    if not sole:
        entries.append(("注册资本", "capital", paper["capital"]))
    else:
        entries.append(("组成形式", "", "个人经营"))
    entries += [
        ("注册日期" if sole else "成立日期", "founded_on", chinese_date(paper["founded_on"])),
        ("经营场所" if sole else "住　　所", "address", paper["address"]),
        ("经营范围", "business_scope", paper["business_scope"]),
    ]
    return entries


def _licence_across(paper: Paper, rng: Random) -> Sheet:
    sheet = Sheet((1754, 1240), (254, 252, 246))
    sheet.draw.rectangle([40, 40, 1714, 1200], outline=(190, 160, 90), width=10)
    sheet.guilloche(rng, (246, 242, 228))
    sheet.text(877, 110, "营 业 执 照", 96, "serif_bold", BLACK, "ma")
    sheet.text(120, 150, "统一社会信用代码", 30)
    sheet.text(120, 195, paper["uscc"], 36, "sans")
    sheet.note("uscc", paper["uscc"])
    for place in range(12):  # a square of dots where the QR code stands
        for column in range(12):
            if rng.random() < 0.5:
                sheet.draw.rectangle(
                    [1480 + column * 12, 110 + place * 12, 1491 + column * 12, 121 + place * 12], fill=BLACK
                )
    places = [(150, 330), (150, 400), (150, 470), (960, 330), (960, 400), (960, 470), (150, 560)]
    for (label, key, shown), (x, y) in zip(_entries(paper), places, strict=True):
        at = x + 190
        sheet.pair(
            x,
            y,
            label,
            key,
            paper[key] if key else "",
            31,
            at=at,
            width=580 if x < 900 and y < 550 else 520,
            shown=shown,
        )
        if key == "business_scope":
            sheet.draw.line([(at, y + 44), (at, y + 44)], fill=GREY)
    sheet.text(1000, 960, "登 记 机 关", 34)
    sheet.note("issuer", "")
    _issue_date(sheet, paper, rng, 1150, 1080, 1330, 1010)
    return sheet


def _licence_upright(paper: Paper, rng: Random) -> Sheet:
    sheet = Sheet((1240, 1754), (254, 252, 246) if paper.design == 1 else (255, 255, 255))
    sheet.draw.rectangle([36, 36, 1204, 1718], outline=(190, 160, 90), width=8)
    if paper.design == 1:
        sheet.guilloche(rng, (246, 242, 228))
    sheet.text(620, 150, "营 业 执 照", 90, "serif_bold", BLACK, "ma")
    sheet.text(620, 270, "（副　本）" if paper.design == 1 else "（电子证照）", 36, "serif", BLACK, "ma")
    sheet.text(130, 340, f"统一社会信用代码　{paper['uscc']}", 34)
    sheet.note("uscc", paper["uscc"])
    y = 440.0
    for label, key, shown in _entries(paper):
        y = sheet.pair(130, y, label, key, paper[key] if key else "", 33, at=340, width=760, shown=shown) + 26
    sheet.text(760, 1340, "登记机关", 34)
    _issue_date(sheet, paper, rng, 740, 1500, 920, 1450)
    foot = "国家企业信用信息公示系统网址：www.gsxt.gov.cn　市场主体应当于每年1月1日至6月30日报送公示年度报告"
    sheet.text(620, 1670, foot, 20, "sans", GREY, "ma")
    sheet.sample_mark()
    return sheet


def _issue_date(sheet: Sheet, paper: Paper, rng: Random, x: int, y: int, seal_x: int, seal_y: int) -> None:
    sheet.text(x, y, chinese_date(paper["issued_on"], spaced=True), 38, "serif")
    sheet.note("issued_on", paper["issued_on"])
    if paper.sealed:
        stamp(sheet, rng, paper["registrar"], seal_x, seal_y, 140)
    sheet.sample_mark()


def property_certificate(paper: Paper, rng: Random) -> Sheet:
    """不动产权证书, the page with the table; the third design is the electronic licence with larger rows."""
    sheet = Sheet((1240, 1654), ((250, 247, 240), (255, 255, 255), (246, 250, 252))[paper.design % 3])
    if paper.design != 1:
        sheet.guilloche(rng, (242, 238, 228))
    if paper.design:
        sheet.text(620, 50, "不 动 产 权 证 书", 48, "serif_bold", BLACK, "ma")
    sheet.text(150, 130, paper["certificate_no"], 34, "serif")
    sheet.note("certificate_no", paper["certificate_no"])
    rows: tuple[Row, ...] = (
        (("权利人", "holder", paper["holder"]),),
        (("共有情况", "", paper["sharing"]),),
        (("坐　落", "address", paper["address"]),),
        (("不动产单元号", "property_no", paper["property_no"]),),
        (("权利类型", "", "国有建设用地使用权/房屋所有权"),),
        (("权利性质", "", "出让/市场化商品房"),),
        (("用　途", "usage", paper["usage"]),),
        (("面　积", "area", paper["area"], f"房屋建筑面积：{paper['area']}㎡"),),
        (
            (
                "使用期限",
                "",
                f"国有建设用地使用权 {chinese_date(paper['land_from'])}起{chinese_date(paper['land_to'])}止",
            ),
        ),
    )
    y = ruled(sheet, 120, 190, 1000, rows, height=92 if paper.design != 2 else 100, size=28)
    sheet.box(120, y, 270, y + 330)
    sheet.box(270, y, 1120, y + 330)
    sheet.wrapped(145, y + 110, "权利其他\n状　　况", 28, 120)
    holders = f"权利人：{paper['holder']}，身份证号码：{paper['holder_id']}。"
    sheet.wrapped(
        290,
        y + 24,
        holders
        + f"房屋结构：钢筋混凝土结构；总层数：32层，所在层数：{paper['floor']}层；"
        + f"专有建筑面积：{paper['inner_area']}㎡。",
        26,
        810,
    )
    sheet.text(640, y + 250, "登记日期：" + chinese_date(paper["issued_on"]), 27)
    sheet.note("issued_on", paper["issued_on"])
    if paper.sealed:
        stamp(sheet, rng, "东莞市自然资源局不动产登记专用章", 980, y + 200, 125)
    sheet.sample_mark()
    return sheet
