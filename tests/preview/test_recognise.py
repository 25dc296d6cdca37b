"""Types and fields from typed pages: layouts, noise, several documents, and what must not be guessed."""

from __future__ import annotations

import pytest

from preview.numbers import id_check_digit
from preview.schema import DocumentType as T
from preview.schema import FieldName as F
from preview.schema import PlaceKind, Quality, Seal

from .typed_pages import beside, file, line, page, read, value, values

ID = "44190019900506003" + id_check_digit("44190019900506003")
ID2 = "43042219880812002" + id_check_digit("43042219880812002")
USCC = "91350100M000100Y43"
HOME = "广东省东莞市南城街道鸿福路100号华凯广场A座1203房"

FRONT = (
    ("姓 名", "张伟"),
    ("性 别", "男"),
    ("民 族", "汉"),
    ("出 生", "1990年5月6日"),
    ("住 址", HOME),
    ("公民身份号码", ID),
)
FRONT_VALUES = {
    "name": "张伟",
    "sex": "男",
    "nationality": "汉",
    "birth": "1990-05-06",
    "address": HOME,
    "id_number": ID,
}
BACK = (("签发机关", "东莞市公安局"), ("有效期限", "2013.05.06-2033.05.06"))


def test_an_identity_card_with_labels_on_the_left() -> None:
    (part,) = read(beside("", *FRONT))
    assert part.document_type is T.ID_CARD_FRONT and part.confidence > 0.8
    assert values(part) == FRONT_VALUES


def test_label_and_value_fused_in_one_line() -> None:
    texts = ["姓名张伟", "性别男民族漢", "出生1990年5月6日", "住址" + HOME[:18], HOME[18:], f"公民身份號碼{ID}"]
    places = [(80, 100), (80, 170), (80, 240), (80, 310), (140, 346), (80, 450)]
    (part,) = read(page(*(line(t, x, y) for t, (x, y) in zip(texts, places, strict=True)), width=900, height=560))
    assert part.document_type is T.ID_CARD_FRONT
    assert values(part) == FRONT_VALUES


def test_labels_above_their_values() -> None:
    lines = []
    for number, (label, text) in enumerate(FRONT):
        lines += [line(label, 80, 100 + 100 * number, 22), line(text, 80, 130 + 100 * number)]
    (part,) = read(page(*lines))
    assert part.document_type is T.ID_CARD_FRONT
    assert values(part) == FRONT_VALUES


def test_a_label_read_character_by_character() -> None:
    lines = [
        line("姓", 80, 100),
        line("名", 150, 100),
        line("张伟", 260, 100),
        line("公民身份号码", 80, 200),
        line(ID, 360, 200),
    ]
    lines += [line("住", 80, 150), line("址", 150, 150), line(HOME, 260, 150)]
    (part,) = read(page(*lines))
    assert value(part, F.NAME) == "张伟" and value(part, F.ADDRESS) == HOME


def test_both_sides_on_one_sheet_are_two_parts_with_regions() -> None:
    front = [line(label, 200, 200 + 60 * n) for n, (label, _) in enumerate(FRONT)]
    front += [line(text, 400, 200 + 60 * n, 28) for n, (_, text) in enumerate(FRONT)]
    back = [line("中华人民共和国", 450, 900, 44), line("居 民 身 份 证", 430, 970, 60)]
    back += [
        line(text, x, 1200 + 60 * n) for n, pair in enumerate(BACK) for text, x in zip(pair, (350, 520), strict=True)
    ]
    one, two = read(page(*front, *back, line("仅供办理居住证使用，复印无效", 300, 1500)))
    assert (one.document_type, two.document_type) == (T.ID_CARD_FRONT, T.ID_CARD_BACK)
    assert values(one) == FRONT_VALUES
    assert values(two) == {"issuer": "东莞市公安局", "valid_from": "2013-05-06", "valid_to": "2033-05-06"}
    assert one.region is not None and two.region is not None and one.region[3] <= two.region[1] + 60


def test_two_peoples_cards_on_one_sheet_stay_apart() -> None:
    other = (("姓名", "李婉婷"), ("性别", "女"), ("出生", "1988年8月12日"), ("公民身份号码", ID2))
    lines = [line(t, x, 100 + 60 * n) for n, pair in enumerate(FRONT) for t, x in zip(pair, (100, 320), strict=True)]
    lines += [line(t, x, 900 + 60 * n) for n, pair in enumerate(other) for t, x in zip(pair, (100, 320), strict=True)]
    parts = read(page(*lines))
    assert [value(p, F.NAME) for p in parts] == ["张伟", "李婉婷"]


FIRM = "东莞市鸿远电子科技有限公司"
PERSON = (("姓名", "张伟"), ("性别", "男"))
LOOK_ALIKE = [
    (
        "中华人民共和国机动车驾驶证",
        (("证号", ID), *PERSON, ("国籍", "中国"), ("住址", HOME), ("准驾车型", "C1"), ("初次领证日期", "2012-03-04")),
        T.DRIVING_LICENCE,
    ),
    (
        "中华人民共和国社会保障卡",
        (("姓名", "张伟"), ("社会保障号码", ID), ("卡号", "A12345678")),
        T.SOCIAL_SECURITY_CARD,
    ),
    (
        "广东省居住证",
        (*PERSON, ("民族", "汉"), ("居住地址", HOME), ("公民身份号码", ID), ("签发机关", "东莞市公安局")),
        T.RESIDENCE_PERMIT,
    ),
    (
        "港澳居民居住证",
        (*PERSON, ("出生", "1994年8月23日"), ("住址", HOME), ("公民身份号码", "810000199408230021")),
        T.HMT_RESIDENCE_PERMIT,
    ),
    ("居住证申领登记表", (*PERSON, ("居住地址", HOME), ("公民身份号码", ID)), T.APPLICATION_FORM),
    (
        "港澳居民来往内地通行证",
        (("姓名", "陈大文"), ("证件号码", "H01234567"), ("有效期限", "2021.03.08-2031.03.07")),
        T.HK_MACAU_PERMIT,
    ),
    (
        "法定代表人身份证明书",
        (("单位名称", FIRM), ("法定代表人", "张伟"), ("身份证号码", ID)),
        T.LEGAL_REP_CERTIFICATE,
    ),
    ("法定代表人授权委托书", (("委托人", FIRM), ("受托人", "张伟"), ("身份证号码", ID)), T.POWER_OF_ATTORNEY),
    ("告知承诺书", (("承诺人", "张伟"), ("身份证号码", ID)), T.COMMITMENT_LETTER),
    ("社会保险参保缴费证明", (("姓名", "张伟"), ("社会保障号码", ID), ("单位名称", FIRM)), T.INSURANCE_RECORD),
    ("离婚证", (("姓名", "张伟"), ("身份证号码", ID), ("登记日期", "2020-01-02")), T.OTHER),
    ("关于开展安全检查的通知", (("各单位", "请提交申请表和承诺书"),), T.OTHER),
    ("价格表", (("苹果", "5元"), ("香蕉", "3元")), T.OTHER),
]


@pytest.mark.parametrize(("title", "pairs", "expected"), LOOK_ALIKE, ids=[case[0] for case in LOOK_ALIKE])
def test_documents_that_look_alike_are_told_apart(
    title: str, pairs: tuple[tuple[str, str], ...], expected: T
) -> None:
    (part,) = read(beside(title, *pairs))
    assert part.document_type is expected


def test_a_wrong_file_name_does_not_win_over_the_content() -> None:
    (part,) = read(beside("", *FRONT), name="营业执照.jpg")
    assert part.document_type is T.ID_CARD_FRONT


def test_a_page_without_text_is_other_with_no_confidence() -> None:
    (part,) = read(page())
    assert (part.document_type, part.confidence, part.fields) == (T.OTHER, 0.0, {})


def test_a_business_licence_in_two_columns_keeps_its_wrapped_values_apart() -> None:
    left = [
        ("名称", "东莞市鸿远电子科技有限公司"),
        ("类型", "有限责任公司"),
        ("法定代表人", "叶丽华"),
        ("经营范围", "电子元器件制造；电子元器件"),
    ]
    lines = [line("营 业 执 照", 600, 60, 70), line("统一社会信用代码", 100, 120), line(USCC, 100, 160)]
    for n, pair in enumerate(left):
        lines += [line(t, x, 300 + 70 * n) for t, x in zip(pair, (100, 300), strict=True)]
    lines.append(line("批发；技术服务。", 300, 546))
    right = [
        ("注册资本", "人民币伍佰万元"),
        ("成立日期", "2015年08月12日"),
        ("住 所", "广东省东莞市长安镇锦厦社区"),
        ("登记机关", ""),
    ]
    for n, pair in enumerate(right):
        lines += [line(t, x, 300 + 70 * n) for t, x in zip(pair, (900, 1100), strict=True) if t]
    lines += [line("河东三路12号5栋301室", 1100, 476), line("2023年05月18日", 1000, 800)]
    (part,) = read(page(*lines, width=1754, height=1240, seals=(Seal((950, 700, 1200, 950)),)))
    assert part.document_type is T.BUSINESS_LICENCE and part.sealed is True
    got = values(part)
    assert got["uscc"] == USCC and got["company_name"] == "东莞市鸿远电子科技有限公司"
    assert got["address"] == "广东省东莞市长安镇锦厦社区河东三路12号5栋301室"
    assert got["business_scope"] == "电子元器件制造;电子元器件批发;技术服务。"
    assert (got["founded_on"], got["issued_on"]) == ("2015-08-12", "2023-05-18")


def test_a_broken_identity_number_is_given_as_read_with_little_confidence() -> None:
    broken = ID[:17] + ("0" if ID[17] != "0" else "1")
    (part,) = read(beside("", *FRONT[:-1], ("公民身份号码", broken)))
    number = part.fields[F.ID_NUMBER]
    assert number.value == broken and number.confidence < 0.5 and not number.repaired


def test_an_unreadable_number_gives_no_field() -> None:
    (part,) = read(beside("", *FRONT[:-1], ("公民身份号码", "4419**********")))
    assert F.ID_NUMBER not in part.fields


def test_glare_beside_a_value_halves_the_trust_in_it() -> None:
    plain = beside("", *FRONT)
    glare = page(*plain.lines, quality=Quality(glare_boxes=((700, 430, 1200, 520),)))
    (clear,), (dazzled,) = read(plain), read(glare)
    assert dazzled.fields[F.ADDRESS].confidence < 0.6 * clear.fields[F.ADDRESS].confidence
    assert dazzled.fields[F.NAME].confidence == clear.fields[F.NAME].confidence


def test_a_tilted_page_reads_like_a_level_one_and_boxes_point_at_the_tilted_page() -> None:
    import math

    def tilted(x: int, y: int) -> tuple[int, int]:
        angle = math.radians(6)
        return round(620 + (x - 620) * math.cos(angle) - (y - 877) * math.sin(angle)), round(
            877 + (x - 620) * math.sin(angle) + (y - 877) * math.cos(angle)
        )

    level = beside("", *FRONT)
    lines = [type(old)(old.text, old.score, tuple(tilted(*p) for p in old.quad)) for old in level.lines]
    (part,) = read(page(*lines))
    assert values(part) == FRONT_VALUES
    box = part.fields[F.ID_NUMBER].box
    assert box is not None and box[0] <= lines[-1].quad[0][0] + 5 and box[3] >= lines[-1].quad[2][1] - 5


def test_a_town_that_does_not_exist_is_put_right_and_marked() -> None:
    (part,) = read(beside("", *FRONT[:4], ("住址", "广东省东莞市虎内镇连升路45号"), FRONT[5]))
    address = part.fields[F.ADDRESS]
    assert (address.value, address.repaired, address.raw) == (
        "广东省东莞市虎门镇连升路45号",
        True,
        "广东省东莞市虎内镇连升路45号",
    )


def test_pages_without_a_title_belong_to_the_contract_before_them() -> None:
    first = beside(
        "房屋租赁合同", ("出租方（甲方）：", "梁家俊"), ("承租方（乙方）：", "蔡美玲"), ("月租金：", "1800元")
    )
    second = page(
        line("八、乙方应当按时支付租金，逾期三十日的甲方可以解除合同。", 100, 100),
        line("甲方（签字）：梁家俊", 100, 900),
        no=2,
    )
    (part,) = read(first, second)
    assert (part.document_type, part.pages) == (T.LEASE_CONTRACT, (1, 2))
    assert values(part)["rent"] == "1800"


def test_both_sides_of_a_permit_on_two_pages_are_one_part() -> None:
    front = beside(
        "",
        ("姓名", "陈大文"),
        ("性别", "男"),
        ("出生", "1994年8月23日"),
        ("住址", HOME),
        ("公民身份号码", "810000199408230021"),
    )
    back = beside(
        "港澳居民居住证",
        ("签发机关", "东莞市公安局"),
        ("有效期限", "2022.01.05-2027.01.05"),
        ("通行证号码", "H01234567"),
    )
    (part,) = read(front, page(*back.lines, no=2))
    assert part.document_type is T.HMT_RESIDENCE_PERMIT and part.pages == (1, 2)
    assert values(part)["certificate_no"] == "H01234567" and values(part)["name"] == "陈大文"


def test_spouses_are_persons_with_their_own_numbers() -> None:
    pairs = [("持证人", "张伟"), ("登记日期", "2015年3月8日"), ("结婚证字号", "J441900-2015-003456")]
    pairs += [
        ("姓名", "张伟"),
        ("性别", "男"),
        ("身份证件号", ID),
        ("姓名", "李婉婷"),
        ("性别", "女"),
        ("身份证件号", ID2),
    ]
    (part,) = read(beside("结婚证", *pairs))
    assert [(p.name.value, p.id_number.value if p.id_number else "") for p in part.persons] == [
        ("张伟", ID),
        ("李婉婷", ID2),
    ]
    assert values(part)["holder"] == "张伟" and values(part)["id_number"] == ID


def test_a_letter_in_running_text_names_both_persons_task_and_term() -> None:
    lines = [line("委 托 书", 500, 60, 50)]
    text = (
        f"本人陈志豪（身份证号码：{ID}），因工作繁忙，现委托李婉婷（身份证号码：{ID2}）全权代表我办理居住证签注事宜。"
    )
    lines += [line(text[n : n + 36], 100, 200 + 50 * i) for i, n in enumerate(range(0, len(text), 36))]
    lines += [line("委托期限：自2025年1月1日起至2025年6月30日止。", 100, 450)]
    lines += [line("委托人（签名）：陈志豪", 600, 900), line("2025年1月8日", 700, 980)]
    (part,) = read(page(*lines))
    got = values(part)
    assert (got["applicant"], got["agent"], got["id_number"]) == ("陈志豪", "李婉婷", ID)
    assert (got["start_on"], got["end_on"], got["signed_on"]) == ("2025-01-01", "2025-06-30", "2025-01-08")
    assert got["item_name"] == "居住证签注" and got["signed_by"] == "陈志豪"
    assert [(p.name.value, p.relation) for p in part.persons] == [("陈志豪", "委托人"), ("李婉婷", "受托人")]


def test_blank_labels_and_empty_places_of_a_form_are_told() -> None:
    form = beside(
        "东莞市居住证申领登记表",
        ("姓名：", "张伟"),
        ("文化程度：", ""),
        ("联系电话：", "13800138000"),
        ("申请人（签名）：", ""),
        ("日期：", "年  月  日"),
    )
    (part,) = read(form)
    assert [b.label for b in part.blanks] == ["文化程度"]
    assert [(s.kind, s.filled) for s in part.signature_places] == [
        (PlaceKind.SIGNATURE, False),
        (PlaceKind.DATE, False),
    ]
    assert values(part)["applicant"] == "张伟"


def test_a_form_in_cells_pairs_labels_with_the_cells_beside() -> None:
    rows = [("申请人姓名", "张伟"), ("身份证号码", ID), ("居住地址", HOME[:20] + "|" + HOME[20:]), ("工作单位", "")]
    lines, cells = [line("居住登记表", 450, 40, 44)], []
    for n, (label, text) in enumerate(rows):
        top = 120 + 100 * n
        cells += [(80, top, 330, top + 100), (330, top, 1160, top + 100)]
        lines.append(line(label, 100, top + 34))
        lines += [line(t, 350, top + 12 + 40 * k) for k, t in enumerate(text.split("|")) if t]
    (part,) = read(page(*lines, cells=tuple(cells)))
    got = values(part)
    assert (got["applicant"], got["id_number"], got["address"]) == ("张伟", ID, HOME)
    assert [b.label for b in part.blanks] == ["工作单位"]
    assert part.labelled["申请人姓名"].value == "张伟"


def test_a_stroke_at_the_place_counts_as_signed_and_a_copy_leaves_the_seal_open() -> None:
    lines = [
        line("承诺书", 500, 60, 50),
        line("本人郑重承诺所提交材料真实有效，如有虚假愿意承担法律责任。", 100, 200),
    ]
    lines += [
        line("承诺人（签名）：", 500, 900),
        line("单位（盖章）：", 500, 1100),
        line("年    月    日", 600, 1200),
    ]
    signed = page(*lines, ink=((760, 890, 900, 940),), quality=Quality(is_copy=True))
    (part,) = read(signed)
    filled = {s.kind: s.filled for s in part.signature_places}
    assert filled == {PlaceKind.SIGNATURE: True, PlaceKind.SEAL: None, PlaceKind.DATE: False}
    assert part.sealed is None


def test_a_value_whose_label_stands_beside_its_second_line() -> None:
    lines = [
        line("个体工商户变更登记申请书", 350, 60, 46),
        line("名称：", 80, 200),
        line("东莞市大朗金桥餐饮管理店", 360, 200),
    ]
    lines += [
        line("经营范围：", 80, 290),
        line("餐饮服务；食品销售；外卖递送服务。（依法", 360, 272),
        line("须经批准的项目除外）", 360, 306),
    ]
    lines += [line("联系电话：", 80, 380), line("13800138000", 360, 380)]
    (part,) = read(page(*lines))
    assert values(part)["business_scope"] == "餐饮服务;食品销售;外卖递送服务。(依法须经批准的项目除外)"


def test_a_seal_text_that_was_read_badly_is_not_trusted() -> None:
    shown = beside(
        "不动产权证书", ("权利人", "梁家俊、蔡美玲"), ("坐落", HOME), ("不动产单元号", "441900001001GB00001F00010001")
    )
    (part,) = read(
        page(
            *shown.lines,
            line("粤(2021)东莞不动产权第0123456号", 300, 130),
            seals=(Seal((1, 1, 9, 9), "东莞市某某局", 0.85),),
        )
    )
    assert part.fields[F.SEAL_TEXT].confidence < 0.6
    got = values(part)
    assert (got["holder"], got["co_owner"]) == ("梁家俊", "蔡美玲")
    assert got["certificate_no"] == "粤(2021)东莞不动产权第0123456号"


def test_no_file_means_no_parts() -> None:
    from preview.recognise import recognise

    assert recognise(file()) == ()
