"""Recipes for social security, medical insurance, housing fund, labour."""

from __future__ import annotations

from eval.papers import deals as d
from eval.papers import makers as m
from eval.papers.cast import Cast
from eval.papers.form_makers import company_form, personal_form
from eval.papers.paper import Paper
from eval.papers.recipes import Recipe, Supply, supply


def _hospital_letter(cast: Cast, title: str, text: str, name: str) -> Paper:
    hospital = cast.rng.choice(m.HOSPITALS)
    lines = f"姓名：{name}　　门诊号：{cast.rng.randint(10**6, 10**7)}\n{text}"
    return d.other(cast, title, lines, letterhead=hospital, by=hospital, on=cast.before(3, 60))


def _flexible(cast: Cast) -> list[Supply]:
    return [supply("id-card", m.id_card(cast, cast.applicant))]


def _flexible_trader(cast: Cast) -> list[Supply]:
    return [*_flexible(cast), supply("business-licence", d.licence(cast))]


def _flexible_elsewhere(cast: Cast) -> list[Supply]:
    proof = d.other(
        cast, "就业登记证明",
        f"姓名：{cast.migrant.name}\n公民身份号码：{cast.migrant.id_number}\n就业形式：灵活就业\n"
        f"登记日期：{cast.before(20, 300)}\n特此证明。",
        by="东莞市人力资源和社会保障局", on=cast.before(2, 15),
    )  # fmt: skip
    return [supply("id-card", m.id_card(cast, cast.migrant)), supply("employment-reg", proof)]


def _card_offline(cast: Cast) -> list[Supply]:
    title = cast.rng.choice(["东莞市社会保障卡申请登记表", "社会保障卡申领登记表"])
    return [
        supply("valid-id", m.id_card(cast, cast.applicant)),
        supply("photo-receipt", d.photo_slip(cast, cast.applicant, "东莞市社会保障卡照片回执单")),
        supply(
            "application-form",
            personal_form(cast, cast.applicant, title, ("开户银行", "bank_name", cast.applicant.bank)),
        ),
    ]


def _card_hongkong(cast: Cast) -> list[Supply]:
    person = cast.hongkonger
    permit = m.hk_macau_permit(cast) if cast.rng.random() < 0.5 else m.hmt_permit(cast)
    form = personal_form(cast, person, "东莞市社会保障卡申请登记表")
    number = person.id_number if permit.kind.value.startswith("hmt") else cast.permit_no
    return [
        supply("valid-id", permit),
        supply("photo-receipt", d.photo_slip(cast, person, "东莞市社会保障卡照片回执单")),
        supply("application-form", form.changed(id_number=number)),
    ]


def _card_lost(cast: Cast) -> list[Supply]:
    return [supply("valid-id", m.id_card(cast, cast.applicant))]


def _card_changed(cast: Cast) -> list[Supply]:
    return [
        supply("valid-id", m.id_card(cast, cast.applicant)),
        supply("old-card", m.social_card(cast, cast.applicant)),
    ]


def _pension(cast: Cast) -> list[Supply]:
    return [
        supply("id-card", m.id_card(cast, cast.landlord)),
        supply("social-card", m.social_card(cast, cast.landlord)),
    ]


def _transfer(cast: Cast) -> list[Supply]:
    proof = d.insurance(cast, cast.migrant, "基本养老保险参保缴费凭证")
    return [supply("payment-certificate", proof), supply("id-card", m.id_card(cast, cast.migrant))]


def _injury(cast: Cast) -> list[Supply]:
    person = cast.applicant
    form = personal_form(
        cast, person, "工伤认定申请表",
        ("用人单位", "employer", cast.employer.name), ("事故时间", "when", cast.before(5, 25)),
        ("受伤部位", "part", "左手"),
    )  # fmt: skip
    text = "诊断：左手示指挤压伤\n处理意见：清创缝合，建议全休两周，门诊随诊。"
    return [
        supply("application-form", form),
        supply("labour-relation-proof", d.labour(cast, person)),
        supply("diagnosis", _hospital_letter(cast, "疾病诊断证明书", text, person.name)),
    ]


def _outpatient(cast: Cast) -> list[Supply]:
    person = cast.applicant
    proof = m.social_card(cast, person) if cast.rng.random() < 0.5 else m.id_card(cast, person)
    form = personal_form(
        cast, person, "参保人门诊共济就医点新增变更确认表",
        ("选定机构", "clinic", "南城社区卫生服务中心"), ("申请类型", "change", "变更"),
    )  # fmt: skip
    return [supply("medical-id", proof, must=False), supply("confirm-form", form)]


def _outpatient_relative(cast: Cast) -> list[Supply]:
    agent_papers = (m.household(cast, cast.applicant, (cast.spouse, "配偶")), m.id_card(cast, cast.spouse, "agent"))
    return [*_outpatient(cast), supply("hukou-agent-id", *agent_papers)]


def _remote(cast: Cast) -> list[Supply]:
    form = personal_form(
        cast,
        cast.migrant,
        "基本医疗保险跨省异地就医备案表",
        ("就医地", "care_at", "广西南宁市"),
        ("备案类型", "kind", "异地长期居住"),
    )
    return [
        supply("medical-id", m.id_card(cast, cast.migrant), must=False),
        supply("residence-or-work-proof", m.residence_permit(cast, cast.migrant)),
        supply("filing-form", form),
    ]


def _reimburse(cast: Cast) -> list[Supply]:
    name = cast.applicant.name
    total = cast.rng.randint(900, 8000)
    receipt = d.other(
        cast, "广东省医疗收费票据（电子）",
        f"票据号码：{cast.rng.randint(10**9, 10**10)}\n交款人：{name}\n开票日期：{cast.before(5, 60)}\n"
        f"金额合计：{total}.50元\n个人现金支付：{total // 2}.00元",
        by=cast.rng.choice(m.HOSPITALS),
    )  # fmt: skip
    rows = "项目|规格|数量|金额\n床位费|天|5|250.00\n检查费|次|3|480.00\n西药费|盒|6|312.50\n治疗费|次|8|640.00"
    expenses = d.other(cast, "住院费用清单", f"姓名：{name}　　合计：{total}.50元", shape="list", rows=rows)
    record_text = "主诉：发热、咳嗽三天\n现病史：患者三天前受凉后出现发热，最高体温39.1℃。\n出院情况：好转出院。"
    account = m.social_card(cast, cast.applicant) if cast.rng.random() < 0.4 else m.bank_card(cast, cast.applicant)
    return [
        supply("receipt", receipt),
        supply("expense-list", expenses),
        supply(
            "diagnosis", _hospital_letter(cast, "疾病诊断证明书", "诊断：急性支气管炎\n建议：出院后休息一周。", name)
        ),
        supply("medical-record", _hospital_letter(cast, "出院小结（病历资料）", record_text, name)),
        supply("card-or-account", account),
    ]


def _reimburse_agent(cast: Cast) -> list[Supply]:
    return [*_reimburse(cast), supply("agent-id", m.id_card(cast, cast.agent, "agent"), agent_id=True)]


def _resident(cast: Cast) -> list[Supply]:
    book = m.household(cast, cast.migrant)
    return [supply("hukou-or-id", book), supply("residence-or-school-proof", m.residence_permit(cast, cast.migrant))]


def _fund_open(cast: Cast) -> list[Supply]:
    rows = "姓名|证件号码|缴存基数|月缴存额\n" + "\n".join(
        f"{p.name}|{p.id_number}|5200|520" for p in (cast.agent, cast.stranger, cast.migrant)
    )
    staff = d.other(
        cast, "职工名册和缴存基数表", "单位缴存比例5%　个人缴存比例5%", shape="list", rows=rows, by=cast.company.name
    )
    return [
        supply("business-licence", d.licence(cast), must=False),
        supply("handler-id", m.id_card(cast, cast.agent, "agent")),
        supply("staff-list", staff),
    ]


def _fund_rent(cast: Cast) -> list[Supply]:
    return [
        supply("valid-id", m.id_card(cast, cast.applicant)),
        supply("transfer-account", m.bank_card(cast, cast.applicant)),
    ]


def _fund_rent_public(cast: Cast) -> list[Supply]:
    return [*_fund_rent(cast), supply("lease-contract", d.lease(cast, cast.applicant))]


def _fund_rent_hongkong(cast: Cast) -> list[Supply]:
    return [
        supply("valid-id", m.hk_macau_permit(cast)),
        supply("transfer-account", m.bank_card(cast, cast.hongkonger)),
    ]


def _card_changed_hongkong(cast: Cast) -> list[Supply]:
    permit = m.hmt_permit(cast)
    return [supply("valid-id", permit), supply("old-card", m.social_card(cast, cast.hongkonger))]


def _fund_buy(cast: Cast) -> list[Supply]:
    return [
        supply("id-card", m.id_card(cast, cast.applicant)),
        supply("purchase-contract-or-deed", d.deed(cast, cast.applicant)),
    ]


def _fund_buy_joint(cast: Cast) -> list[Supply]:
    return [*_fund_buy(cast), supply("marital-proof", m.marriage(cast, cast.applicant, cast.spouse))]


def _startup(cast: Cast) -> list[Supply]:
    return [
        supply("id-card", m.id_card(cast, cast.applicant)),
        supply("business-licence", d.licence(cast), must=False),
        supply("category-proof", d.diploma(cast, cast.applicant)),
        supply("business-social-insurance", d.insurance(cast, cast.applicant).changed(employer=cast.company.name)),
    ]


def _startup_rent(cast: Cast) -> list[Supply]:
    person = cast.applicant
    invoice = d.other(
        cast, "电子发票（普通发票）",
        f"发票号码：{cast.rng.randint(10**9, 10**10)}\n购买方：{cast.company.name}\n项目名称：不动产经营租赁*租金\n"
        f"价税合计：{cast.rng.randint(9, 60)}00.00元\n开票日期：{cast.before(5, 90)}",
        by="东莞市安居物业管理有限公司",
    )  # fmt: skip
    form = personal_form(
        cast, person, "东莞市创业场地租金补贴申请表", ("企业名称", "company_name", cast.company.name),
        ("统一社会信用代码", "uscc", cast.company.uscc),
    )  # fmt: skip
    return [
        supply("id-card", m.id_card(cast, person)),
        supply("category-proof", d.diploma(cast, person)),
        supply("lease-contract", d.lease(cast, person, cast.company.address, "经营")),
        supply("rent-invoice", invoice),
        supply("application-form", form),
    ]


def _wage(cast: Cast) -> list[Supply]:
    return [
        supply("id-card", m.id_card(cast, cast.applicant)),
        supply("employment-evidence", d.labour(cast, cast.applicant)),
    ]


def _employer_injury(cast: Cast) -> list[Supply]:
    supplies = _injury(cast)
    form = company_form(
        cast, cast.employer, "工伤认定申请表（用人单位）", ("职工姓名", "name", cast.applicant.name),
        ("事故时间", "when", cast.before(5, 25)),
    )  # fmt: skip
    return [supply("application-form", form), *supplies[1:]]


COUNTER = {"self-or-counter": "counter", "housing-kind": "ordinary"}
RECIPES = (
    Recipe("sb-flexible", {"applicant-type": "dongguan-hukou"}, _flexible),
    Recipe("sb-flexible", {"applicant-type": "sole-trader"}, _flexible_trader),
    Recipe("sb-flexible", {"applicant-type": "non-dongguan"}, _flexible_elsewhere, applicant="migrant"),
    Recipe("sb-card-apply", {"apply-way": "offline"}, _card_offline),
    Recipe("sb-card-apply", {"apply-way": "offline"}, _card_hongkong, applicant="hongkonger"),
    Recipe("sb-card-replace", {"card-state": "lost"}, _card_lost),
    Recipe("sb-card-replace", {"card-state": "damaged-or-changed"}, _card_changed),
    Recipe("sb-pension-claim", {"retire-type": "normal", "paid-years": "enough"}, _pension, applicant="landlord"),
    Recipe("sb-transfer", {"transfer-way": "offline"}, _transfer, applicant="migrant"),
    Recipe("sb-injury", {"who-applies": "worker-side"}, _injury),
    Recipe("sb-injury", {"who-applies": "employer"}, _employer_injury, family=True),
    Recipe("yb-outpatient", {"first-or-change": "change", "who-applies": "self"}, _outpatient),
    Recipe(
        "yb-outpatient", {"first-or-change": "change", "who-applies": "relative"}, _outpatient_relative, family=True
    ),
    Recipe("yb-remote", {"filing-type": "long-term", "online-or-window": "window"}, _remote, applicant="migrant"),
    Recipe("yb-reimburse", {"who-applies": "self"}, _reimburse),
    Recipe("yb-reimburse", {"who-applies": "agent"}, _reimburse_agent, family=True),
    Recipe("yb-resident", {"child-hukou": "non-local"}, _resident, applicant="migrant"),
    Recipe("gjj-open", {}, _fund_open, family=True, applicant="agent"),
    Recipe("gjj-rent", COUNTER, _fund_rent),
    Recipe(
        "gjj-rent", {"self-or-counter": "counter", "housing-kind": "public-housing"}, _fund_rent_public, family=True
    ),
    Recipe("gjj-rent", COUNTER, _fund_rent_hongkong, applicant="hongkonger"),
    Recipe("sb-card-replace", {"card-state": "damaged-or-changed"}, _card_changed_hongkong, applicant="hongkonger"),
    Recipe("gjj-buy", {"purpose": "buy", "spouse-joint": "alone"}, _fund_buy),
    Recipe("gjj-buy", {"purpose": "buy", "spouse-joint": "joint"}, _fund_buy_joint, family=True),
    Recipe("rs-startup", {}, _startup),
    Recipe("rs-startup-rent", {"applicant-category": "student"}, _startup_rent),
    Recipe("rs-wage", {"work-site": "company", "group": "single"}, _wage),
)
