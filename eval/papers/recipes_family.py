"""Recipes for household registration, residence permits, marriage, births, the elderly."""

from __future__ import annotations

import datetime as dt

from eval.papers import deals as d
from eval.papers import makers as m
from eval.papers.cast import Cast
from eval.papers.form_makers import personal_form
from eval.papers.paper import Paper
from eval.papers.recipes import Recipe, Supply, supply


def _move(cast: Cast) -> list[Supply]:
    return [
        supply("id-card", m.id_card(cast, cast.applicant)),
        supply("hukou-book", m.household(cast, cast.applicant)),
    ]


def _move_to_family(cast: Cast) -> list[Supply]:
    return [*_move(cast), supply("kinship-proof", m.marriage(cast, cast.applicant, cast.spouse))]


def _move_with_spouse(cast: Cast) -> list[Supply]:
    papers = (
        m.household(cast, cast.spouse, about="spouse"),
        m.id_card(cast, cast.spouse, "spouse"),
        m.marriage(cast, cast.applicant, cast.spouse),
    )
    return [*_move(cast), supply("spouse-papers", *papers)]


def _join_spouse(cast: Cast) -> list[Supply]:
    both = (
        m.id_card(cast, cast.applicant),
        m.household(cast, cast.applicant),
        m.id_card(cast, cast.spouse, "spouse"),
        m.household(cast, cast.spouse, about="spouse"),
    )
    return [supply("id-hukou", *both), supply("kinship-proof", m.marriage(cast, cast.applicant, cast.spouse))]


def _birth_unmarried(cast: Cast) -> list[Supply]:
    papers = (
        m.household(cast, cast.applicant),
        m.id_card(cast, cast.applicant),
        m.id_card(cast, cast.spouse, "spouse"),
    )
    return [supply("birth-certificate", m.birth(cast)), supply("parents-papers", *papers)]


def _birth_married(cast: Cast) -> list[Supply]:
    return [*_birth_unmarried(cast), supply("marriage-certificate", m.marriage(cast, cast.applicant, cast.spouse))]


def _id_first(cast: Cast) -> list[Supply]:
    form = personal_form(cast, cast.applicant, "居民身份证申领登记表", ("申领原因", "reason", "首次申领"))
    return [
        supply("application-form", form),
        supply("hukou-book", m.household(cast, cast.applicant)),
        supply("photo-receipt", d.photo_slip(cast, cast.applicant)),
    ]


def _id_renewal(cast: Cast) -> list[Supply]:
    """The old card has run out, hence the renewal: issued before 26 for 10 years, or before 16 for 5."""
    form = personal_form(cast, cast.applicant, "居民身份证申领登记表", ("申领原因", "reason", "有效期满换领"))
    front, back = m.id_card(cast, cast.applicant)
    birth = cast.applicant.birth.replace(day=min(cast.applicant.birth.day, 28))
    recent = dt.date.fromisoformat(cast.before(5, 60))
    recent = recent.replace(day=min(recent.day, 28))
    last = birth.replace(year=birth.year + 35)
    end, span = (
        (min(recent, last), 10) if (recent - birth).days > 27 * 365 else (birth.replace(year=birth.year + 20), 5)
    )
    start = end.replace(year=end.year - span)
    old = [front, back.changed(valid_from=start.isoformat(), valid_to=end.isoformat())]
    return [
        supply("application-form", form),
        supply("hukou-book", m.household(cast, cast.applicant)),
        supply("photo-receipt", d.photo_slip(cast, cast.applicant)),
        supply("old-id-card", old, may_expire=True),
    ]


def _lives_here(cast: Cast) -> Paper:
    chosen = cast.rng.randrange(3)
    if chosen == 0:
        return d.labour(cast, cast.migrant)
    return d.lease(cast, cast.migrant)


def _register(cast: Cast) -> list[Supply]:
    portrait = d.other(cast, "现场照片", shape="portrait")
    return [
        supply("id-card", m.id_card(cast, cast.migrant)),
        supply("live-photo", portrait),
        supply("residence-proof", d.lease(cast, cast.migrant), must=False),
    ]


def _permit(cast: Cast) -> list[Supply]:
    return [
        supply("id-card", m.id_card(cast, cast.migrant)),
        supply("photo-receipt", d.photo_slip(cast, cast.migrant, "广东省居住证数码照相回执")),
        supply("residence-proof", _lives_here(cast)),
    ]


def _endorse(cast: Cast) -> list[Supply]:
    proof = d.insurance(cast, cast.migrant) if cast.rng.random() < 0.2 else d.lease(cast, cast.migrant)
    permit = m.residence_permit(cast, cast.migrant).changed(valid_to=cast.after(32, 80))
    return [
        supply("residence-permit", permit, may_expire=True),
        supply("id-card", m.id_card(cast, cast.migrant)),
        supply("still-resident-proof", proof),
    ]


def _permit_replace(cast: Cast) -> list[Supply]:
    return [
        supply("id-card", m.id_card(cast, cast.migrant)),
        supply("photo-receipt", d.photo_slip(cast, cast.migrant, "广东省居住证数码照相回执")),
    ]


def _rent_record(cast: Cast) -> list[Supply]:
    return [
        supply("lease-contract", d.lease(cast, cast.applicant)),
        supply("both-ids", m.id_card(cast, cast.landlord, "landlord"), m.id_card(cast, cast.applicant)),
        supply("title-proof", d.deed(cast, cast.landlord)),
    ]


def _marry(cast: Cast) -> list[Supply]:
    body = (
        f"本人与对方{cast.spouse.name}均无配偶，没有直系血亲和三代以内旁系血亲关系，了解对方的身体健康状况。"
        "现依照《中华人民共和国民法典》的规定，自愿结为夫妻。本人上述声明完全真实，如有虚假，愿承担法律责任。"
    )
    return [
        supply("id-card", m.id_card(cast, cast.applicant), m.id_card(cast, cast.spouse, "spouse")),
        supply("declaration", d.commitment(cast, cast.applicant, "申请结婚登记声明书", body)),
        supply("couple-photo", d.other(cast, "合影", shape="portrait", persons="2")),
    ]


def _elder(cast: Cast) -> list[Supply]:
    return [supply("elder-id", m.id_card(cast, cast.elder))]


def _elder_agent(cast: Cast) -> list[Supply]:
    return [*_elder(cast), supply("agent-id", m.id_card(cast, cast.agent, "agent"), agent_id=True)]


def _elder_moved(cast: Cast) -> list[Supply]:
    return [*_elder(cast), supply("hukou-and-account", m.household(cast, cast.elder), m.bank_card(cast, cast.elder))]


def _birth_register(cast: Cast) -> list[Supply]:
    return [
        supply("id-card", m.id_card(cast, cast.migrant)),
        supply("residence-proof", m.residence_permit(cast, cast.migrant)),
    ]


def _child_subsidy(cast: Cast) -> list[Supply]:
    parent = cast.applicant
    return [
        supply("birth-and-hukou", m.birth(cast), m.household(cast, parent, (cast.child, "子女"))),
        supply("applicant-id", m.id_card(cast, parent)),
        supply("bank-account", m.bank_card(cast, parent)),
    ]


def _driving(cast: Cast) -> list[Supply]:
    hospital = cast.rng.choice(m.HOSPITALS)
    health = d.other(
        cast, "机动车驾驶人身体条件证明",
        f"姓名：{cast.applicant.name}\n身份证号码：{cast.applicant.id_number}\n身高：172cm　视力：左5.0 右5.0\n"
        "辨色力：正常　听力：正常\n结论：符合机动车驾驶许可的身体条件",
        letterhead=hospital, by=hospital, on=cast.before(2, 40),
    )  # fmt: skip
    return [
        supply("id-proof", m.id_card(cast, cast.applicant)),
        supply("health-proof", health),
        supply("old-license", m.driving_licence(cast, cast.applicant), may_expire=True),
    ]


def _inspection(cast: Cast) -> list[Supply]:
    def paper(title: str, text: str, by: str) -> Paper:
        return d.other(cast, title, text, by=by, on=cast.before(3, 40))

    car = m.vehicle_licence(cast, cast.applicant)
    plate, name = f"号牌号码：{car['plate']}\n", cast.applicant.name
    policy = paper(
        "机动车交通事故责任强制保险单", f"{plate}被保险人：{name}\n保险期间：一年", "平安顺财产保险东莞分公司"
    )
    tax = paper("车船税完税证明", f"{plate}纳税人：{name}\n税额：420.00元", "国家税务总局东莞市税务局")
    return [
        supply("vehicle-licence", car),
        supply("compulsory-insurance", policy),
        supply("vehicle-tax", tax),
        supply("test-pass", paper("机动车安全技术检验合格证明", f"{plate}检验结论：合格", "东莞市安通机动车检测站")),
    ]


def _degree(cast: Cast) -> list[Supply]:
    return [
        supply("id-hukou", m.id_card(cast, cast.migrant), m.household(cast, cast.migrant), must=False),
        supply("certificate", d.diploma(cast, cast.migrant)),
        supply("insurance-record", d.insurance(cast, cast.migrant), must=False),
    ]


HOME = {"whose-home": "own-home", "spouse-along": "without-spouse"}
RECIPES = (
    Recipe("hz-city-move", HOME, _move),
    Recipe("hz-city-move", {**HOME, "whose-home": "family-home"}, _move_to_family, family=True),
    Recipe("hz-city-move", {**HOME, "spouse-along": "with-spouse"}, _move_with_spouse, family=True),
    Recipe("hz-dependent", {}, _join_spouse, family=True),
    Recipe("hz-birth", {"parents-married": "unmarried"}, _birth_unmarried, family=True),
    Recipe("hz-birth", {"parents-married": "married"}, _birth_married, family=True),
    Recipe("hz-id-first", {"first-or-renew": "first"}, _id_first),
    Recipe("hz-id-first", {"first-or-renew": "renew"}, _id_renewal),
    Recipe("hz-talent", {"talent-type": "degree"}, _degree, applicant="migrant"),
    Recipe("jz-register", {}, _register, family=True, applicant="migrant"),
    Recipe("jz-apply", {"registered-half-year": "half-year"}, _permit, family=True, applicant="migrant"),
    Recipe("jz-endorse", {"expired": "in-time"}, _endorse, family=True, applicant="migrant"),
    Recipe("jz-replace", {"damaged-or-lost": "lost"}, _permit_replace, applicant="migrant"),
    Recipe("jz-rent-record", {}, _rent_record, family=True, addresses=("lease-contract", "title-proof")),
    Recipe("mz-marry", {"partner": "mainland"}, _marry, family=True),
    Recipe("mz-elder-allowance", {"who-applies": "self", "newly-moved": "settled"}, _elder, applicant="elder"),
    Recipe(
        "mz-elder-allowance",
        {"who-applies": "agent", "newly-moved": "settled"},
        _elder_agent,
        family=True,
        applicant="elder",
    ),
    Recipe("mz-elder-allowance", {"who-applies": "self", "newly-moved": "moved-in"}, _elder_moved, applicant="elder"),
    Recipe("wj-birthreg", {"place": "residence"}, _birth_register, applicant="migrant"),
    Recipe("wj-subsidy", {"hukou": "guangdong", "birth-date": "from-2025"}, _child_subsidy, family=True),
    Recipe("jt-license-renew", {"current-term": "six"}, _driving),
    Recipe("jt-inspect", {"car-age": "under-10"}, _inspection),
)
