"""Layouts and slips of the reader that were met on drawn papers, as typed pages."""

from __future__ import annotations

import pytest

from preview.numbers import id_check_digit, passes_luhn
from preview.schema import DocumentType as T
from preview.schema import FieldName as F
from preview.schema import Quality, Seal, TextLine

from .typed_pages import beside, line, page, read, value, values

ID = "44190019900506003" + id_check_digit("44190019900506003")
ID2 = "43042219880812002" + id_check_digit("43042219880812002")
USCC = "91350100M000100Y43"
ENDING = "依法须经批准的项目,经相关部门批准后方可开展经营活动"
HOME = "东莞市寮步镇香市路88号翡翠花园6栋1204房"


def test_a_property_certificate_tells_the_whole_area_not_the_exclusive_one() -> None:
    (part,) = read(
        beside(
            "不动产权证书",
            ("权利人", "张伟"),
            ("共有情况", "单独所有"),
            ("坐落", HOME),
            ("不动产单元号", "441900005012GB00087F00031502"),
            ("面积", "房屋建筑面积：72.39²"),
            ("附记", "钢筋混凝土结构；专有建筑面积：58.64㎡，分摊建筑面积：13.75㎡"),
        )
    )
    assert value(part, F.AREA) == "72.39"


def test_co_owner_and_areas_in_the_columns_of_an_old_certificate() -> None:
    rows = (
        ("房地产权属人", "张伟", "共有情况", "共同共有"),
        ("身份证号码", ID, "共有人", "李娜"),
        ("房地坐落", HOME, "规划用途", "住宅"),
        ("建筑面积()", "98.35", "套内建筑面积()", "80.12"),
    )
    lines = [line("房地产权证", 500, 60, 48), line("粤房地权证莞字第2600158873号", 450, 130)]
    for number, row in enumerate(rows):
        lines += [line(t, x, 220 + 80 * number) for t, x in zip(row, (80, 300, 820, 1060), strict=True)]
    (part,) = read(page(*lines, width=1640, height=1130))
    got = values(part)
    assert (got["holder"], got["co_owner"], got["area"]) == ("张伟", "李娜", "98.35")


@pytest.mark.parametrize("ending", ["的房屋出租给乙方使用", "出租给乙方使用", "，建筑面积80平方米"])
def test_the_address_of_a_leased_shop_keeps_its_last_word(ending: str) -> None:
    lines = [
        line("房屋租赁合同", 400, 60, 48),
        line("出租方（甲方）：张伟", 100, 160),
        line("承租方（乙方）：李娜", 100, 220),
    ]
    lines += [line("第一条 甲方将位于东莞市莞城街道富民路36号一楼商铺" + ending, 100, 300)]
    lines += [line("第二条 月租金为人民币2300元。", 100, 360)]
    (part,) = read(page(*lines))
    assert value(part, F.ADDRESS) == "东莞市莞城街道富民路36号一楼商铺"


def test_the_parties_of_a_lease_that_only_its_first_sentence_names() -> None:
    texts = (
        f"出租人张伟（身份证号{ID}，以下简称甲方）与承租人李",
        f"娜（身份证号{ID2}，以下简称乙方）经协商达成如下协议：",
        "一、租赁期限自2026年3月1日起至2028年2月29日止。",
        "二、月租金为人民币2300元。",
    )
    lines = [line(t, 110, 200 + 50 * n) for n, t in enumerate(texts)]
    (part,) = read(page(line("房屋租赁协议", 440, 90, 48), *lines))
    assert (value(part, F.LESSOR), value(part, F.LESSEE)) == ("张伟", "李娜")
    assert [(p.relation, p.id_number and p.id_number.value) for p in part.persons] == [
        ("出租方", ID),
        ("承租方", ID2),
    ]


def test_a_diploma_tells_a_name_without_signs_around_it_and_its_own_date() -> None:
    lines = [
        line("毕业证书", 600, 160, 80),
        line("学生曾若彤性别女，1998年6月11日生，于2021年9月至", 550, 320),
        line("2024年6月在本校国际经济与贸易专业学习，准予毕业。", 470, 380),
        line("校（院）长：谭志强", 1230, 800),
        line("证书编号：197441202405305264", 120, 970),
        line("2024年06月30日", 1230, 850),
    ]
    (part,) = read(page(*lines, width=1800, height=1200))
    got = values(part)
    assert part.document_type is T.DIPLOMA
    assert (got["name"], got["sex"], got["issued_on"]) == ("曾若彤", "女", "2024-06-30")


@pytest.mark.parametrize(
    ("read_as", "meant"),
    [
        ("餐饮服务(依法须经批准的项目，经相关部门批准后方可开展经营活动)", f"餐饮服务。({ENDING})"),
        ("餐饮服务。(依法须经批准的项目，经相关部内批准后方可开展经营活动)", f"餐饮服务。({ENDING})"),
        ("餐饮服务(不含酒水)", "餐饮服务(不含酒水)"),
    ],
    ids=["lost full stop", "misread sign", "other brackets"],
)  # fmt: skip
def test_the_usual_ending_of_a_business_scope_is_put_right(read_as: str, meant: str) -> None:
    (part,) = read(
        beside("营业执照", ("统一社会信用代码", USCC), ("名称", "东莞市锦记有限公司"), ("经营范围", read_as))
    )
    assert values(part)["business_scope"] == meant


def test_a_credit_code_whose_first_digit_the_label_swallowed() -> None:
    (part,) = read(
        beside("营业执照", ("统一社会信用代码" + USCC[1:], ""), ("名称", "东莞市锦记有限公司"), ("经营范围", "餐饮"))
    )
    assert value(part, F.USCC) == USCC
    assert part.fields[F.USCC].repaired


def test_a_stray_sign_behind_a_validity_does_not_cost_its_end() -> None:
    lines = [
        line("中华人民共和国机动车驾驶证", 220, 40, 44),
        line("证号", 50, 120),
        line(ID, 250, 120),
        line("准驾车型C1", 50, 200),
    ]
    lines += [line("有效期限2022-03-15至2028-03-15", 50, 300), line("2", 760, 300)]
    (part,) = read(page(*lines, width=1050, height=690))
    assert value(part, F.VALID_TO) == "2028-03-15"


def test_labels_with_english_above_their_values_on_a_vehicle_licence() -> None:
    columns = (
        ("号牌号码PlateNo.", "粤S8K6M2"),
        ("所有人Owner", "张伟"),
        ("住址Address", HOME),
        ("发证日期IssueDate", "2023-02-20"),
    )
    lines = [line("中华人民共和国机动车行驶证", 260, 40, 40)]
    for number, (label, text) in enumerate(columns):
        lines += [line(label, 60, 130 + 100 * number, 22), line(text, 60, 160 + 100 * number)]
    (part,) = read(page(*lines, width=1000, height=680))
    got = values(part)
    assert (got["address"], got["issued_on"], got["certificate_no"]) == (HOME, "2023-02-20", "粤S8K6M2")


@pytest.mark.parametrize(("living", "told"), [(HOME, HOME), ("", "湖南省邵东市廉桥镇光明村12组")])
def test_a_residence_permit_tells_where_one_lives_and_else_where_one_is_registered(living: str, told: str) -> None:
    rows = [("姓名", "张伟"), ("性别", "男"), ("公民身份号码", ID), ("户籍地址", "湖南省邵东市廉桥镇光明村12组")]
    (part,) = read(
        beside("广东省居住证", *rows, *([("居住地址", living)] if living else []), ("签发日期", "2026.04.12"))
    )
    assert part.document_type is T.RESIDENCE_PERMIT
    assert value(part, F.ADDRESS) == told


def test_a_sex_that_was_not_read_follows_from_the_number_with_little_trust() -> None:
    (part,) = read(beside("", ("姓名", "张伟"), ("性别", ""), ("住址", HOME), ("公民身份号码", ID)))
    assert value(part, F.SEX) == "男"
    assert part.fields[F.SEX].confidence < 0.75 and part.fields[F.SEX].repaired


def test_an_end_of_validity_cut_off_at_the_last_digit() -> None:
    back = page(
        line("居民身份证", 520, 60, 60),
        line("签发机关东莞市公安局", 380, 300),
        line("有效期限2019.04.02-2039.04.0", 380, 370),
    )
    (part,) = read(back)
    assert value(part, F.VALID_TO) == "2039-04-02"
    assert part.fields[F.VALID_TO].confidence < 0.75


def test_a_social_security_card_with_a_bank_number_is_one_card() -> None:
    number = next(n for n in (f"62178576001234567{d:02d}" for d in range(100)) if passes_luhn(n))
    lines = [
        line("中华人民共和国社会保障卡", 60, 40, 40),
        line("姓名", 290, 150), line("张伟", 470, 150),
        line("社会保障号码", 290, 220), line(ID, 470, 220),
        line("发卡日期", 290, 350), line("2021年08月", 470, 350),
        line("东莞银行", 60, 500), line(number, 250, 500), line("借记卡 DEBIT ATM", 60, 570),
        line("银联 UnionPay", 800, 570),
    ]  # fmt: skip
    (part,) = read(page(*lines, width=1000, height=630))
    assert part.document_type is T.SOCIAL_SECURITY_CARD
    assert (value(part, F.ID_NUMBER), value(part, F.BANK_NO)) == (ID, number)


def test_the_months_of_an_insurance_table_give_its_term() -> None:
    lines = [line("广东省社会保险个人参保证明", 340, 60, 44), line("姓名", 60, 160), line("张伟", 220, 160)]
    lines += [line("缴费年月", 60, 300), line("缴费基数", 620, 300)]
    for month in range(1, 9):
        lines += [line(f"2026{month:02d}", 60, 300 + 60 * month), line("4588.00", 620, 300 + 60 * month)]
    (part,) = read(page(*lines))
    assert (value(part, F.START_ON), value(part, F.END_ON)) == ("2026-01-01", "2026-08-31")


def test_an_address_does_not_swallow_the_cells_below_it() -> None:
    lines = [
        line("门诊就医点变更申请表", 240, 100, 50),
        line("申请人姓名", 110, 380), line("张伟", 270, 380),
        line("通讯地址", 130, 600), line("广东省" + HOME, 460, 600),
        line("南城社区卫生服务中心", 300, 655),
        line("申请人声明:本表所填内容属实", 240, 710),
    ]  # fmt: skip
    (part,) = read(page(*lines, width=1450))
    assert value(part, F.ADDRESS) == "广东省" + HOME


def test_a_name_under_a_seal_is_not_trusted() -> None:
    lines = [
        line("授权委托书", 420, 100, 56),
        line("受托人：李娜，身份证号码：" + ID2, 100, 300),
        line("法定代表人：邓卓文", 600, 800),
    ]
    seal = Seal((620, 700, 900, 960), "", 0.0)
    (part,) = read(page(*lines, seals=(seal,), quality=Quality()))
    assert part.fields[F.LEGAL_REP].confidence < 0.75


def test_one_traditional_character_in_a_simplified_name_is_a_slip() -> None:
    (part,) = read(
        beside(
            "居住证申领登记表",
            ("姓名", "钟伟強"),
            ("身份证号码", ID),
            ("居住地址", HOME),
            ("联系电话", "13800138000"),
            ("性别", "□男 女"),
        )
    )
    assert value(part, F.NAME) == "钟伟强"
    assert (value(part, F.SEX), part.fields[F.SEX].confidence < 0.6) == ("女", True)


def id_sides(x: int, y: int, name: str, number: str, span: str) -> list[TextLine]:
    """Give the lines of both sides of a card, beside each other."""
    front = (("姓名", name), ("住址", "东莞市寮步镇香市路88号"), ("公民身份号码", number))
    lines = []
    for row, (label, text) in enumerate(front):
        lines += [line(label, x, y + 80 * row, 24), line(text, x + 160, y + 80 * row, 24)]
    back = (("中华人民共和国居民身份证", 0), ("签发机关东莞市公安局", 100), ("有效期限" + span, 160))
    return lines + [line(text, x + 680, y + down, 24) for text, down in back]


def test_the_cards_of_two_persons_on_one_sheet_under_a_heading() -> None:
    lines = [line("夫妻双方身份证复印件", 400, 40, 36)]
    lines += id_sides(80, 200, "张伟", ID, "2020.03.05-2040.03.05") + id_sides(
        80, 800, "李娜", ID2, "2019.04.02-2039.04.02"
    )
    found = read(page(*lines, width=1240, height=1754))
    assert sorted(p.document_type for p in found) == [T.ID_CARD_BACK] * 2 + [T.ID_CARD_FRONT] * 2
    assert {(value(p, F.NAME), value(p, F.ID_NUMBER)) for p in found if p.document_type is T.ID_CARD_FRONT} == {
        ("张伟", ID),
        ("李娜", ID2),
    }
    assert {value(p, F.VALID_TO) for p in found if p.document_type is T.ID_CARD_BACK} == {"2040-03-05", "2039-04-02"}


def test_a_label_in_two_lines_of_its_cell() -> None:
    lines = [line("公司登记申请书", 400, 60, 48), line("单位名称", 60, 200), line("东莞市锦记有限公司", 290, 200)]
    lines += [line("指定代表/委托代", 60, 300), line("理人姓名", 60, 335), line("何丽娟", 290, 318)]
    lines += [
        line("身份证件号码", 60, 420),
        line(ID2, 290, 420),
        line("联系手机", 60, 500),
        line("13800138000", 290, 500),
    ]
    (part,) = read(page(*lines))
    assert (value(part, F.AGENT), value(part, F.PHONE)) == ("何丽娟", "13800138000")


def test_a_time_fused_with_the_day_of_print() -> None:
    lines = [
        line("社会保险参保缴费记录", 340, 60, 44),
        line("姓名：张伟", 60, 160),
        line("打印时间：2026-01-0510:22:31", 560, 160),
    ]
    (part,) = read(page(*lines))
    assert value(part, F.ISSUED_ON) == "2026-01-05"


def test_a_company_that_promises_in_running_text() -> None:
    lines = [
        line("申请人承诺书", 450, 100, 54),
        line("本单位（东莞市锦记有限公司，统一社会信用代码：91350100M", 140, 250),
        line("000100Y43）现申请社会保险补贴，郑重承诺：提交的材料真实有效。", 100, 310),
    ]
    (part,) = read(page(*lines))
    assert (value(part, F.APPLICANT), value(part, F.USCC)) == ("东莞市锦记有限公司", USCC)


def test_the_frame_of_a_glyph_is_no_cell() -> None:
    lines = [
        line("姓名", 40, 55),
        line("张伟", 140, 55),
        line("住址", 40, 250),
        line("广西壮族自治区金秀瑶族自治", 145, 250),
    ]
    lines += [line("县长垌乡道江村3号", 145, 290), line("公民身份号码", 45, 460), line(ID, 280, 460)]
    (part,) = read(page(*lines, width=900, height=560, cells=((330, 258, 342, 276),)))
    assert value(part, F.ADDRESS) == "广西壮族自治区金秀瑶族自治县长垌乡道江村3号"


def test_two_persons_of_a_letter_in_two_columns() -> None:
    lines = [line("授权委托书", 480, 100, 56)]
    for x, who, number in ((110, "委托人：张伟", ID), (650, "受托人：李娜", ID2)):
        lines += [line(who, x, 230), line("身份证号：", x, 290), line(number, x, 340)]
    lines += [line("特委托受托人办理子女入学相关手续。", 110, 480)]
    (part,) = read(page(*lines))
    assert (value(part, F.APPLICANT), value(part, F.ID_NUMBER), value(part, F.AGENT)) == ("张伟", ID, "李娜")
    assert [(p.name.value, p.id_number and p.id_number.value) for p in part.persons] == [("张伟", ID), ("李娜", ID2)]


def test_an_application_in_running_text() -> None:
    lines = [
        line("困难补助申请书", 430, 120, 56),
        line(f"本人张伟，男，身份证号码{ID}，现住东莞市石", 150, 310),
        line("碣镇崇焕路12号，联系电话13798877665。特申请临时困难补助。", 110, 370),
        line("申请人：张伟", 720, 620),
        line("2026年5月18日", 720, 700),
    ]
    (part,) = read(page(*lines))
    got = values(part)
    assert part.document_type is T.APPLICATION_FORM
    assert (got["applicant"], got["address"], got["signed_on"]) == ("张伟", "东莞市石碣镇崇焕路12号", "2026-05-18")


def test_a_table_of_parties_in_a_lease() -> None:
    lines = [line("东莞市房屋租赁合同", 400, 80, 48)]
    for y, head, under, name, number in (
        (220, "出租人", "(甲方)", "张伟", ID),
        (390, "承租人", "(乙方)", "李娜", ID2),
    ):
        lines += [line(head, 75, y), line(under, 89, y + 33), line("姓名/名称", 244, y + 15), line(name, 425, y + 15)]
        lines += [line("证件号码", 246, y + 100), line(number, 426, y + 100)]
    lines += [
        line("坐落地址", 246, 575),
        line(HOME, 429, 575),
        line("租金", 75, 700),
        line("每月人民币1500元", 250, 700),
    ]
    (part,) = read(page(*lines))
    assert (value(part, F.LESSOR), value(part, F.LESSEE), value(part, F.ADDRESS)) == ("张伟", "李娜", HOME)
    assert [p.id_number and p.id_number.value for p in part.persons] == [ID, ID2]


def test_the_front_of_a_residence_permit_is_not_cut_into_two_cards() -> None:
    rows = [
        ("姓名", "张伟"),
        ("性别", "男"),
        ("民族", "汉"),
        ("出生", "1990年05月06日"),
        ("住址", "湖南省邵东市廉桥镇12组"),
    ]
    (part,) = read(beside("广东省居住证", *rows, ("公民身份号码", ID)))
    assert part.document_type is T.RESIDENCE_PERMIT
    assert (value(part, F.NAME), value(part, F.ID_NUMBER)) == ("张伟", ID)


def test_a_letter_that_somebody_lives_there_is_no_residence_permit() -> None:
    lines = [line("居住证明", 500, 120, 56), line(f"兹证明张伟，男，身份证号码{ID}，现居住于东", 150, 290)]
    lines += [line("莞市石碣镇崇焕路12号，居住时间自2020年1月至今。特此证明。", 110, 350)]
    (part,) = read(page(*lines))
    assert part.document_type is T.OTHER
