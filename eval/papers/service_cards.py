"""Cards of services: social security, bank, driving licence, vehicle licence."""

from __future__ import annotations

from random import Random

from eval.papers.canvas import CARD, GREY, Colour, Sheet
from eval.papers.paper import Paper
from eval.papers.seals import stamp

GREEN: Colour = (228, 243, 232)
WHITE: Colour = (250, 250, 250)


def social_security_card(paper: Paper, rng: Random) -> Sheet:
    """社会保障卡, second and third generation."""
    tint = ((214, 232, 246), (246, 232, 214), (240, 240, 240))[paper.design % 3]
    sheet = Sheet(CARD, tint)
    sheet.guilloche(rng, (tint[0] - 14, tint[1] - 10, tint[2] - 8))
    sheet.text(506, 40, "中华人民共和国社会保障卡", 46, "serif_bold", anchor="ma")
    sheet.text(
        506, 105, "广东 东莞" if paper.design else "广东省人力资源和社会保障厅监制", 24, fill=GREY, anchor="ma"
    )
    photo_left = paper.design != 1
    sheet.portrait(rng, 60 if photo_left else 730, 170, 220, 280)
    x = 320 if photo_left else 70
    sheet.pair(x, 180, "姓名", "name", paper["name"], 32, at=x + 210)
    sheet.pair(x, 245, "社会保障号码", "id_number", paper["id_number"], 32, at=x + 210, value_size=33)
    sheet.text(x, 310, "卡号", 32)
    sheet.text(x + 210, 310, paper["card_no"], 32)
    sheet.text(x, 375, "发卡日期", 32)
    sheet.text(x + 210, 375, paper["card_month"], 32)
    if paper["bank_no"] and paper.design != 2:
        number = paper["bank_no"]
        grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
        sheet.text(60, 500, grouped, 44, "mono", (70, 70, 75))
        sheet.note("bank_no", number)
        sheet.text(60, 570, paper["bank"], 28)
    sheet.sample_mark()
    return sheet


def bank_card(paper: Paper, rng: Random) -> Sheet:
    """银行卡: number in groups of four, or of six and the rest."""
    tints = ((44, 92, 160), (150, 30, 40), (225, 230, 235))
    tint = tints[paper.design % 3]
    sheet = Sheet(CARD, tint)
    ink: Colour = (245, 245, 240) if sum(tint) < 450 else (40, 40, 50)
    lighter = (tint[0] + 10, tint[1] + 10, tint[2] + 10)
    for place in range(14):
        sheet.draw.arc([place * 60, -200, place * 60 + 900, 900], 20, 120, fill=lighter, width=2)
    sheet.text(60, 50, paper["bank"], 50, "bold", ink)
    sheet.text(CARD[0] - 60, 60, "借记卡", 34, "sans", ink, "ra")
    sheet.draw.rounded_rectangle([70, 190, 190, 285], 14, fill=(215, 190, 120), outline=(160, 140, 90), width=3)
    number = paper["bank_no"]
    grouped = (
        f"{number[:6]} {number[6:]}"
        if paper.design == 1
        else " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    )
    sheet.text(70, 350, grouped, 50, "mono", ink)
    sheet.note("bank_no", number)
    sheet.text(70, 450, "月/年 VALID THRU  " + paper["thru"], 24, "sans", ink)
    if paper["name"] and paper.design == 2:
        sheet.text(70, 500, paper["name"], 34, "sans", ink)
        sheet.note("name", paper["name"])
    sheet.text(CARD[0] - 60, 560, "UnionPay 银联", 34, "bold", ink, "ra")
    sheet.sample_mark()
    return sheet


def driving_licence(paper: Paper, rng: Random) -> Sheet:
    """机动车驾驶证 正页, or 正页 and 副页 side by side."""
    both = paper.design == 1
    sheet = Sheet((1010 * 2 if both else 1010, 690), WHITE)
    sheet.guilloche(rng, (232, 240, 236))
    sheet.text(505, 30, "中华人民共和国机动车驾驶证", 44, "serif_bold", anchor="ma")
    sheet.text(505, 86, "Driving License of the People's Republic of China", 19, fill=GREY, anchor="ma")
    sheet.pair(150, 125, "证号", "id_number", paper["id_number"], 30, at=250, value_size=36)
    sheet.pair(50, 190, "姓名", "name", paper["name"], 28, at=130)
    sheet.pair(430, 190, "性别", "sex", paper["sex"], 28, at=510)
    sheet.text(620, 190, "国籍", 28)
    sheet.text(700, 190, "中国", 28)
    sheet.pair(50, 245, "住址", "address", paper["address"], 28, at=130, width=800)
    stamp(sheet, rng, "广东省东莞市公安局交通警察支队", 170, 470, 110)
    sheet.pair(320, 345, "出生日期", "birth", paper["birth"], 28, at=520)
    sheet.text(320, 400, "初次领证日期", 28)
    sheet.text(520, 400, paper["first_issue"], 28)
    sheet.text(320, 455, "准驾车型", 28)
    sheet.text(520, 455, paper["vehicle_class"], 30, "bold")
    sheet.text(50, 610, "有效期限", 28)
    ends = "长期" if paper["valid_to"].startswith("9999") else paper["valid_to"]
    sheet.text(180, 610, f"{paper['valid_from']} 至 {ends}", 28)
    sheet.note("valid_from", paper["valid_from"])
    sheet.note("valid_to", paper["valid_to"])
    sheet.portrait(rng, 755, 390, 180, 230)
    if both:
        x = 1010
        sheet.draw.line([(x, 10), (x, 680)], fill=(180, 180, 180), width=2)
        sheet.text(x + 505, 40, "中华人民共和国机动车驾驶证副页", 38, "serif_bold", anchor="ma")
        sheet.text(x + 60, 130, "证号", 28)
        sheet.text(x + 150, 130, paper["id_number"], 30)
        sheet.text(x + 60, 200, f"姓名  {paper['name']}", 28)
        sheet.text(x + 60, 270, "档案编号  44190" + paper["id_number"][7:14], 28)
        sheet.wrapped(x + 60, 340, "记录  请于每个记分周期结束后三十日内接受审验。无记分的，免予本次审验。", 28, 860)
    sheet.sample_mark()
    return sheet


def vehicle_licence(paper: Paper, rng: Random) -> Sheet:
    """机动车行驶证 正页, on its own or copied with the 副页 below."""
    both = paper.design == 1
    sheet = Sheet((1010, 1360 if both else 680), WHITE)
    sheet.guilloche(rng, (236, 238, 244))
    sheet.text(505, 26, "中华人民共和国机动车行驶证", 44, "serif_bold", anchor="ma")
    sheet.text(505, 82, "Vehicle License of the People's Republic of China", 19, fill=GREY, anchor="ma")
    sheet.text(40, 125, f"号牌号码  {paper['plate']}", 29)
    sheet.text(520, 125, "车辆类型  小型轿车", 29)
    sheet.pair(40, 185, "所有人", "holder", paper["holder"], 29, at=160)
    sheet.pair(40, 245, "住址", "address", paper["address"], 29, at=160, width=800)
    stamp(sheet, rng, "广东省东莞市公安局交通警察支队", 160, 480, 110)
    sheet.pair(310, 345, "使用性质", "usage", "非营运", 29, at=450)
    sheet.text(580, 345, f"品牌型号  {paper['model']}", 29)
    sheet.text(310, 410, f"车辆识别代号  {paper['vin']}", 29)
    sheet.text(310, 475, f"发动机号码  {paper['engine']}", 29)
    sheet.text(310, 540, f"注册日期  {paper['registered_on']}", 29)
    sheet.text(310, 600, f"发证日期  {paper['issued_on']}", 29)
    sheet.note("issued_on", paper["issued_on"])
    if both:
        sheet.draw.line([(10, 680), (1000, 680)], fill=(180, 180, 180), width=2)
        sheet.text(505, 720, "中华人民共和国机动车行驶证副页", 38, "serif_bold", anchor="ma")
        rows = (
            f"号牌号码  {paper['plate']}        档案编号  441900{paper['vin'][-6:]}",
            "核定载人数  5人        总质量  1845kg",
            "整备质量  1430kg        核定载质量  --",
            "外廓尺寸  4670×1806×1474mm",
            f"检验记录  检验有效期至{paper['inspected_until']}粤S",
        )
        for place, row in enumerate(rows):
            sheet.text(60, 820 + place * 80, row, 29)
    sheet.sample_mark()
    return sheet
