"""Recipes for business registration and property."""

from __future__ import annotations

from eval.papers import deals as d
from eval.papers import makers as m
from eval.papers.cast import Cast
from eval.papers.form_makers import company_form, personal_form
from eval.papers.paper import Paper
from eval.papers.persons import Company, make_company
from eval.papers.recipes import Recipe, Supply, supply


def _trader(cast: Cast) -> Company:
    return make_company(cast.rng, cast.as_of, cast.applicant, "sole_trader")


def _company(cast: Cast) -> Company:
    return make_company(cast.rng, cast.as_of, cast.applicant, "company")


def _sole_register(cast: Cast) -> list[Supply]:
    trader = _trader(cast)
    return [
        supply("application", company_form(cast, trader, "个体工商户登记（备案）申请书", trader=True)),
        supply("operator-id", m.id_card(cast, cast.applicant)),
        supply("premises-docs", d.lease(cast, cast.applicant, trader.address, "商业")),
    ]


def _sole_new_operator(cast: Cast) -> list[Supply]:
    form = company_form(
        cast, _trader(cast), "个体工商户变更登记申请书", ("变更事项", "change", "变更经营者"), trader=True
    )
    return [supply("application", form), supply("new-operator-id", m.id_card(cast, cast.applicant))]


def _sole_new_address(cast: Cast) -> list[Supply]:
    trader = _trader(cast)
    form = company_form(cast, trader, "个体工商户变更登记申请书", ("变更事项", "change", "变更经营场所"), trader=True)
    return [
        supply("application", form),
        supply("premises-proof", d.lease(cast, cast.applicant, trader.address, "商业")),
    ]


def _sole_cancel(cast: Cast) -> list[Supply]:
    trader = _trader(cast)
    return [
        supply(
            "application",
            company_form(cast, trader, "个体工商户注销登记申请书", ("注销原因", "reason", "不再经营"), trader=True),
        ),
        supply("tax-clearance", _tax_clear(cast, trader), must=False),
        supply("licence-copies", d.licence(cast, trader)),
    ]


def _tax_clear(cast: Cast, company: Company) -> Paper:
    text = f"纳税人名称：{company.name}\n统一社会信用代码：{company.uscc}\n所有税务事项均已结清。特此证明。"
    return d.other(cast, "清税证明", text, by="国家税务总局东莞市税务局", on=cast.before(3, 25))


def _articles(cast: Cast, company: Company) -> Paper:
    text = (
        f"第一条　依据《中华人民共和国公司法》制定本章程。\n第二条　公司名称：{company.name}\n"
        f"第三条　公司住所：{company.address}\n"
        f"第四条　公司注册资本：{company.capital}\n第五条　公司不设董事会，设执行董事一人。"
    )
    return d.other(cast, "公 司 章 程", text, name=company.legal_rep.name, on=cast.before(2, 20))


def _company_register(cast: Cast) -> list[Supply]:
    company = _company(cast)
    form = company_form(cast, company, "公司登记（备案）申请书")
    form = Paper(
        form.kind, form.values, form.title, form.design, form.about,
        cells=tuple(cell for cell in form.cells if cell.key != "uscc"),
    )  # fmt: skip
    return [
        supply("application", form),
        supply("identity-proof", m.id_card(cast, cast.applicant), must=False),
        supply("address-docs", d.lease(cast, cast.applicant, company.address, "办公")),
        supply("articles", _articles(cast, company)),
        supply("officers-docs", d.legal_rep(cast, company), must=False),
    ]


def _company_cancel(cast: Cast) -> list[Supply]:
    company = _company(cast)
    body = (
        f"现向登记机关申请{company.name}的简易注销登记，并郑重承诺："
        "本企业不存在未结清清偿费用、职工工资、社会保险费用和应缴税款等债权债务。"
    )
    return [
        supply("change-application", company_form(cast, company, "公司注销登记申请书")),
        supply("liquidation-report", d.commitment(cast, cast.applicant, "全体投资人承诺书", body)),
        supply("tax-clearance", _tax_clear(cast, company)),
    ]


def _food(cast: Cast) -> list[Supply]:
    company = _trader(cast)
    layout = d.other(
        cast,
        "经营场所布局及设备设施说明",
        "一、操作间、清洗间、储存间分设。\n二、配有独立清洗消毒池、防蝇防鼠防尘设施。",
        by=company.name,
    )
    rules = d.other(
        cast,
        "食品安全管理制度",
        "一、从业人员健康管理制度\n二、进货查验和记录制度\n三、食品储存管理制度\n四、场所清洁制度",
    )
    health = d.other(
        cast, "从业人员健康证明",
        f"姓名：{cast.applicant.name}\n类别：食品\n体检日期：{cast.before(20, 200)}\n体检结果：合格",
        by=cast.rng.choice(m.HOSPITALS),
    )  # fmt: skip
    return [
        supply("business-licence", d.licence(cast, company), must=False),
        supply("premises-layout", layout),
        supply("safety-rules", rules),
        supply("health-certificate", health),
    ]


def _second_hand(cast: Cast) -> list[Supply]:
    seller, buyer = cast.landlord, cast.applicant
    deed = d.deed(cast, seller)
    contract = d.other(
        cast, "房屋买卖合同",
        f"卖方：{seller.name}\n买方：{buyer.name}\n房屋坐落：{deed['address']}\n"
        f"成交总价：{cast.rng.randint(80, 400)}万元",
        name=buyer.name, on=cast.before(10, 40),
    )  # fmt: skip
    tax = d.other(
        cast, "税收完税证明", f"纳税人名称：{buyer.name}\n税种：契税\n实缴金额：{cast.rng.randint(9000, 50000)}.00元",
        by="国家税务总局东莞市税务局", on=cast.before(3, 15),
    )  # fmt: skip
    form = personal_form(
        cast,
        buyer,
        "不动产登记申请书",
        ("登记类型", "kind", "转移登记"),
        ("不动产权证号", "certificate_no", deed["certificate_no"]),
    )
    letter = d.attorney(cast, seller, cast.agent, "二手房转移登记")
    agent_card = m.id_card(cast, cast.agent, "agent")
    return [
        supply("application-form", form),
        supply("id-and-proxy", m.id_card(cast, seller, "seller"), m.id_card(cast, buyer), letter, agent_card),
        supply("title-certificate", deed),
        supply("cause-proof", contract),
        supply("tax-proof", tax),
    ]  # fmt: skip


def _own_record(cast: Cast) -> list[Supply]:
    return [supply("id-card", m.id_card(cast, cast.applicant))]


SHOP = ("application", "premises-docs")
MOVED = ("application", "premises-proof")
RECIPES = (
    Recipe("sc-geti-reg", {"premises-type": "shop"}, _sole_register, family=True, addresses=SHOP),
    Recipe("sc-geti-change", {"change-kind": "operator"}, _sole_new_operator),
    Recipe("sc-geti-change", {"change-kind": "address"}, _sole_new_address, family=True, addresses=MOVED),
    Recipe("sc-geti-cancel", {"simple-or-not": "simple"}, _sole_cancel),
    Recipe("sc-company-reg", {}, _company_register, family=True),
    Recipe("sc-company-change", {"company-task": "cancel"}, _company_cancel),
    Recipe("sc-food", {"food-business": "catering"}, _food),
    Recipe("bd-secondhand", {"property-type": "home"}, _second_hand, family=True),
    Recipe("bd-query", {"who": "owner"}, _own_record),
)  # fmt: skip
