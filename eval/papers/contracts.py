"""Contracts: lease and labour; the signing part stands on the same page."""

from __future__ import annotations

from random import Random

from eval.papers.canvas import A4, BLACK, Sheet
from eval.papers.paper import Paper, chinese_date
from eval.papers.seals import stamp
from eval.papers.signatures import sign, write


def lease_contract(paper: Paper, rng: Random) -> Sheet:
    """租赁合同: the city's model (0), a private one (1), one for business premises (2)."""
    sheet = Sheet(A4)
    title = ("东莞市房屋租赁合同", "房 屋 租 赁 合 同", "场地租赁合同")[paper.design % 3]
    face = "serif" if paper.design != 1 else "sans"
    sheet.text(620, 90, title, 52, "serif_bold", BLACK, "ma")
    one, two = (("出租方（甲方）", "承租方（乙方）"), ("甲方（出租人）", "乙方（承租人）"), ("出租方", "承租方"))[
        paper.design % 3
    ]
    y = 210.0
    for label, key in ((one, "lessor"), (two, "lessee")):
        sheet.text(110, y, f"{label}：", 30, face)
        sheet.underlined(400, y, 330, paper[key], 30, face)
        sheet.note(key, paper[key])
        y += 58
        sheet.text(110, y, "身份证号码：", 30, face)
        sheet.underlined(400, y, 430, paper[f"{key}_id"], 30)
        sheet.text(850, y, f"电话：{paper[f'{key}_phone']}", 26)
        y += 66
    rent, start, end = paper["rent"], chinese_date(paper["start_on"]), chinese_date(paper["end_on"])
    clauses = (
        f"第一条　甲方将位于 {paper['address']} 的房屋出租给乙方使用，房屋建筑面积 {paper['area']} 平方米，"
        f"用途为{paper['usage']}。",
        f"第二条　租赁期限自 {start} 起至 {end} 止。",
        f"第三条　月租金为人民币 {rent} 元，乙方应于每月5日前支付。乙方向甲方支付押金人民币 {int(rent) * 2} 元。",
        "第四条　租赁期间水费、电费、燃气费、物业管理费由乙方承担，房屋及附属设施的维修由甲方负责。",
        "第五条　未经甲方书面同意，乙方不得将房屋转租、分租。任何一方提前解除合同的，应提前三十日书面通知对方。",
        "第六条　本合同一式叁份，甲乙双方各执一份，报房屋租赁管理部门备案一份，自双方签字之日起生效。",
    )
    y += 10
    for clause in clauses:
        y = sheet.wrapped(110, y, clause, 29, 1020, face, leading=1.7) + 12
    for key in ("address", "area", "usage", "start_on", "end_on", "rent"):
        sheet.note(key, paper[key])
    y = max(y + 60, 1320)
    for x, label, name in ((110, "甲方（签章）：", paper["lessor"]), (660, "乙方（签章）：", paper["lessee"])):
        sheet.text(x, y, label, 30, face)
        if paper.signed or (x < 600 and paper["half_signed"]):
            sign(sheet, rng, x + 210, y - 10, name)
        sheet.text(x, y + 110, "日期：", 30, face)
        if paper.dated:
            sheet.text(x + 100, y + 110, chinese_date(paper["signed_on"], padded=False), 30, face)
        else:
            sheet.text(x + 100, y + 110, "　　　年　　月　　日", 30, face)
    if paper.dated:
        sheet.note("signed_on", paper["signed_on"])
    sheet.sample_mark()
    return sheet


def labour_contract(paper: Paper, rng: Random) -> Sheet:
    """劳动合同: the model text in brief, on one page."""
    sheet = Sheet(A4)
    face = "serif" if paper.design != 1 else "sans"
    sheet.text(
        620, 80, ("劳 动 合 同", "劳动合同书", "广东省劳动合同")[paper.design % 3], 56, "serif_bold", BLACK, "ma"
    )
    sheet.text(110, 190, "甲方（用人单位）", 31, "bold")
    y = 240.0
    for label, key in (("名称", "company_name"), ("法定代表人", "legal_rep"), ("地址", "")):
        sheet.text(110, y, f"{label}：", 29, face)
        sheet.underlined(330, y, 790, paper[key] if key else paper["work_at"], 29, face)
        sheet.note(key, paper[key] if key else "")
        y += 56
    sheet.text(110, y + 10, "乙方（劳动者）", 31, "bold")
    y += 62
    for label, key in (("姓名", "name"), ("身份证号码", "id_number"), ("联系电话", "phone"), ("住址", "address")):
        sheet.text(110, y, f"{label}：", 29, face)
        sheet.underlined(330, y, 790, paper[key], 29, face)
        sheet.note(key, paper[key])
        y += 56
    start, end = chinese_date(paper["start_on"]), chinese_date(paper["end_on"])
    clauses = (
        f"一、合同期限　甲乙双方选择固定期限劳动合同，从 {start} 起至 {end} 止。",
        f"二、工作内容和工作地点　乙方同意在甲方从事 {paper['post']} 工作，工作地点为东莞市。",
        f"三、工作时间　实行标准工时制度。四、劳动报酬　乙方每月工资为人民币 {paper['wage']} 元，"
        "甲方于每月10日前以货币形式支付。",
        "五、社会保险　甲乙双方按照国家和省、市有关规定参加社会保险，按月缴纳社会保险费。",
        "六、本合同一式两份，甲乙双方各执一份，经双方签字（盖章）后生效。",
    )
    y += 20
    for clause in clauses:
        y = sheet.wrapped(110, y, clause, 28, 1020, face, leading=1.65) + 8
    for key in ("start_on", "end_on"):
        sheet.note(key, paper[key])
    y = max(y + 40, 1400)
    sheet.text(110, y, "甲方（盖章）：", 30, face)
    sheet.text(660, y, "乙方（签名）：", 30, face)
    if paper.sealed:
        stamp(sheet, rng, paper["company_name"], 400, y + 60, 140)
    if paper.signed:
        sign(sheet, rng, 880, y - 10, paper["name"])
    for x in (110, 660):
        if paper.dated:
            sheet.text(x, y + 130, chinese_date(paper["signed_on"], padded=False), 29, face)
        else:
            sheet.text(x, y + 130, "　　　年　　月　　日", 29, face)
    if paper.dated:
        sheet.note("signed_on", paper["signed_on"])
    if paper.design == 2:
        write(sheet, rng, 900, 1680, "已阅", 26)
    sheet.sample_mark()
    return sheet
