"""Certificates of family and schooling: household register, marriage, birth, diploma."""

from __future__ import annotations

from random import Random

from eval.papers.canvas import BLACK, GREY, Sheet
from eval.papers.paper import Paper, chinese_date
from eval.papers.seals import stamp
from eval.papers.tables import Row, ruled


def household_home(paper: Paper, rng: Random) -> Sheet:
    """户口簿 首页: kind, head, number, address, and the office's seals."""
    sheet = _register(rng, paper.design)
    sheet.text(620, 60, "居 民 户 口 簿" if paper.design == 1 else "户 口 簿 首 页", 34, "serif_bold", BLACK, "ma")
    rows: tuple[Row, ...] = (
        (("户　别", "", "家庭户" if paper.design else "居民家庭户口"), ("户主姓名", "", paper["head"])),
        (("户　号", "", paper["household_no"]), ("住　址", "address", paper["address"])),
    )
    ruled(sheet, 60, 140, 1120, rows, height=110, size=28)
    sheet.text(120, 480, "省级公安机关户口专用章", 26)
    sheet.text(620, 480, "户口登记机关户口专用章", 26)
    stamp(sheet, rng, "广东省公安厅户口专用章", 300, 610, 105)
    stamp(sheet, rng, "东莞市公安局户口专用章", 800, 610, 105)
    sheet.text(620, 755, "承办人签章：", 26)
    sheet.text(930, 755, chinese_date(paper["registered_on"]) + "签发", 26)
    sheet.sample_mark()
    return sheet


def household_person(paper: Paper, rng: Random) -> Sheet:
    """常住人口登记卡: one person."""
    sheet = _register(rng, paper.design)
    sheet.text(620, 30, "常 住 人 口 登 记 卡", 36, "serif_bold", BLACK, "ma")
    birth = chinese_date(paper["birth"])
    rows: tuple[Row, ...] = (
        (("姓　名", "name", paper["name"]), ("户主或与户主关系", "", paper["relation"])),
        (("曾用名", "", ""), ("性　别", "sex", paper["sex"])),
        (("出生地", "", paper["born_at"]), ("民　族", "nationality", paper["nationality"])),
        (("籍　贯", "", paper["origin"]), ("出生日期", "birth", paper["birth"], birth)),
        (("本市(县)其他住址", "", ""), ("宗教信仰", "", "")),
        (("公民身份号码", "id_number", paper["id_number"]), ("身高/血型", "", paper["height"])),
        (("文化程度", "", paper["education"]), ("婚姻状况", "", paper["marital"]), ("兵役状况", "", "")),
        (("服务处所", "", ""), ("职　业", "", "")),
        (("何时由何地迁来本市(县)", "", paper["moved_from"]),),
        (("何时由何地迁来本址", "", paper["moved_from"]),),
    )
    ruled(sheet, 50, 95, 1140, rows, height=62, size=24)
    sheet.text(90, 745, "承办人签章：", 24)
    sheet.text(620, 745, "登记日期：" + chinese_date(paper["registered_on"]), 24)
    stamp(sheet, rng, "东莞市公安局户口专用章", 980, 660, 95)
    sheet.sample_mark()
    return sheet


def marriage_certificate(paper: Paper, rng: Random) -> Sheet:
    """结婚证, the inner pages: beside each other (0, 2) or below each other (1)."""
    wide = paper.design != 1
    sheet = Sheet((1640, 1130) if wide else (1130, 1640), (252, 240, 240) if paper.design != 2 else (255, 255, 255))
    sheet.guilloche(rng, (246, 224, 226))
    sheet.portrait(rng, 300 if wide else 360, 90, 400, 270, (190, 40, 45))
    y = 400 if wide else 390
    sheet.text(420 if wide else 560, y, "结　婚　证", 50, "serif_bold", BLACK, "ma")
    y += 90
    for label, key, shown in (
        ("持 证 人", "holder", paper["holder"]),
        ("登记日期", "issued_on", chinese_date(paper["issued_on"])),
        ("结婚证字号", "certificate_no", paper["certificate_no"]),
        ("备　　注", "", ""),
    ):
        sheet.pair(90, y, label, key, paper[key] if key else "", 32, at=310, shown=shown)
        sheet.draw.line([(305, y + 46), (780 if wide else 1020, y + 46)], fill=GREY, width=1)
        y += 78
    x, y = (860, 120) if wide else (90, y + 20)
    sheet_right = x + 200
    for who in ("one", "two"):
        for label, value in (
            ("姓　　名", paper[f"{who}_name"]),
            ("性　　别", paper[f"{who}_sex"]),
            ("国　　籍", "中国"),
            ("出生日期", chinese_date(paper[f"{who}_birth"])),
            ("身份证件号", paper[f"{who}_id"]),
        ):
            sheet.text(x, y, label, 30)
            sheet.text(sheet_right, y, value, 30)
            y += 66 if wide else 58
        y += 60 if wide else 24
    if paper.sealed:
        stamp(sheet, rng, "东莞市民政局婚姻登记专用章", 560 if wide else 850, 880 if wide else 720, 130)
    sheet.text(x, sheet.height - 160, "符合《中华人民共和国民法典》规定，准予登记，发给此证。", 24, "serif", GREY)
    sheet.sample_mark()
    return sheet


def birth_certificate(paper: Paper, rng: Random) -> Sheet:
    """出生医学证明, the certificate proper."""
    sheet = Sheet((1654, 1170), (240, 247, 240) if paper.design != 1 else (248, 244, 236))
    sheet.guilloche(rng, (224, 238, 226))
    sheet.text(827, 50, "出 生 医 学 证 明", 60, "serif_bold", BLACK, "ma")
    sheet.text(827, 130, "BIRTH CERTIFICATE", 24, "sans", GREY, "ma")
    hour = f"{chinese_date(paper['birth'])} {paper['hour']}时{paper['minute']}分"
    child = "新生儿姓名" if paper.design != 1 else "新生儿姓名 Name"
    rows: tuple[Row, ...] = (
        ((child, "name", paper["name"]), ("性别", "sex", paper["sex"]), ("出生时间", "birth", paper["birth"], hour)),
        (("出生孕周", "", "39周"), ("出生体重", "", "3260克"), ("出生身长", "", "50厘米")),
        (("出生地点", "", "广东省东莞市"), ("医疗机构名称", "", paper["hospital"])),
        (
            ("母亲姓名", "", paper["mother"]),
            ("年龄", "", paper["mother_age"]),
            ("国籍", "", "中国"),
            ("民族", "", "汉"),
        ),
        (("住址", "", paper["mother_address"]),),
        (("有效身份证件类别", "", "居民身份证"), ("有效身份证件号码", "", paper["mother_id"])),
        (
            ("父亲姓名", "", paper["father"]),
            ("年龄", "", paper["father_age"]),
            ("国籍", "", "中国"),
            ("民族", "", "汉"),
        ),
        (("住址", "", paper["father_address"]),),
        (("有效身份证件类别", "", "居民身份证"), ("有效身份证件号码", "", paper["father_id"])),
    )
    ruled(sheet, 90, 190, 1474, rows, height=82, size=25, lines=paper.design != 1)
    sheet.text(110, 985, "出生证编号", 30)
    sheet.text(300, 982, paper["certificate_no"], 36, "mono")
    sheet.note("certificate_no", paper["certificate_no"])
    sheet.text(800, 985, "签发机构（专用章）", 28)
    sheet.text(800, 1040, "签发日期  " + chinese_date(paper["issued_on"]), 28)
    sheet.note("issued_on", paper["issued_on"])
    if paper.sealed:
        stamp(sheet, rng, paper["hospital"] + "出生医学证明专用章", 1380, 1010, 120)
    sheet.sample_mark()
    return sheet


def diploma(paper: Paper, rng: Random) -> Sheet:
    """毕业证书 of a university, or of a vocational college with a table below the photo."""
    sheet = Sheet((1600, 1130), (250, 246, 236) if paper.design != 2 else (255, 255, 255))
    sheet.draw.rectangle([36, 36, 1564, 1094], outline=(170, 130, 60), width=8)
    title = ("普通高等学校", "成人高等教育", "高等教育自学考试")[paper.design % 3]
    sheet.text(800, 90, title, 40, "serif", BLACK, "ma")
    sheet.text(800, 150, "毕 业 证 书", 76, "serif_bold", BLACK, "ma")
    sheet.portrait(rng, 120, 300, 220, 300)
    text = (
        f"学生 {paper['name']} 性别 {paper['sex']}，{chinese_date(paper['birth'], padded=False)}生，"
        f"于{paper['from_month']}至{paper['to_month']}在本校 "
        f"{paper['major']} 专业 {paper['length']} 学习，修完教学计划规定的全部课程，"
        "成绩合格，准予毕业。"
    )
    sheet.wrapped(430, 300, text, 38, 1040, "serif", indent=True, leading=1.75)
    sheet.note("name", paper["name"])
    sheet.note("sex", paper["sex"])
    sheet.note("birth", paper["birth"])
    sheet.text(430, 780, f"校　　名：{paper['school']}", 34, "serif")
    sheet.text(1060, 780, f"校（院）长：{paper['principal']}", 34, "serif")
    sheet.text(120, 930, f"证书编号：{paper['certificate_no']}", 34, "serif")
    sheet.note("certificate_no", paper["certificate_no"])
    sheet.text(1060, 930, chinese_date(paper["issued_on"]), 36, "serif")
    sheet.note("issued_on", paper["issued_on"])
    if paper.sealed:
        stamp(sheet, rng, paper["school"], 1180, 860, 135)
    sheet.sample_mark()
    return sheet


def _register(rng: Random, design: int) -> Sheet:
    sheet = Sheet((1240, 830), ((240, 240, 226), (232, 240, 246), (255, 255, 255))[design % 3])
    if design != 2:
        sheet.guilloche(rng, (228, 230, 214), 20)
    return sheet
