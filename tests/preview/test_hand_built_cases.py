"""Sets of papers as people bring them, written by hand from the guides: what blocks, and what is left in peace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from knowledge_base.schema import Grade
from preview.checking import check
from preview.notice import notice_of, short_number
from preview.numbers import id_check_digit
from preview.schema import (
    Disposition,
    FieldName,
    FileReading,
    FindingCode,
    Part,
    Person,
    QualityProblem,
    Report,
    Request,
    Severity,
)

from .readings import (
    AS_OF,
    COMPANY,
    HOME,
    LI,
    NUMBERS,
    USCC,
    WANG,
    ZHAO,
    T,
    back,
    bad_quality,
    blank,
    card,
    form,
    front,
    kb,
    lease,
    letter,
    licence,
    part,
    persons,
    reading,
    run,
    signed,
    titled,
    value,
)

CHILD = "王乐乐"
HK = "陈家豪"
HK_NUMBER = "H0123456701"
HMT_NUMBER = "810000199408230021"
LANDLORD = "东莞市安居房屋租赁有限公司"
_first = "44190020180601001"
CHILD_NUMBER = _first + id_check_digit(_first)


def paper(file_id: str, title: str, *text: str) -> FileReading:
    """A legible paper without a type of its own."""
    return reading(file_id, titled(title), text=[title, *(text or ("姓名", "日期", "内容", "单位"))])


def childs_card(file_id: str) -> FileReading:
    """The identity card of a child: valid for five years."""
    fields = {"name": CHILD, "sex": "男", "birth": "2018-06-01", "address": HOME, "id_number": CHILD_NUMBER}
    return reading(file_id, part(T.ID_CARD_FRONT, fields), back("2023-03-01", "2028-03-01"))


def register(file_id: str, *names: str, holder: str = "") -> FileReading:
    """A household register with its people; its address is an old one."""
    people = tuple(
        Person(value(n), value(CHILD_NUMBER if n == CHILD else NUMBERS[n]), "户主" if n == names[0] else "")
        for n in names
    )
    fields = {"holder": holder or names[0], "address": "东莞市虎门镇连升路9号"}
    return reading(file_id, part(T.HOUSEHOLD_REGISTER, fields, persons=people, sealed=True))


def marriage(file_id: str) -> FileReading:
    """The marriage certificate of the couple."""
    fields = {"certificate_no": "J441900-2015-001234", "issued_on": "2015-06-01"}
    return reading(file_id, part(T.MARRIAGE_CERTIFICATE, fields, persons=persons(WANG, LI), sealed=True))


def birth(file_id: str, father: str = WANG, mother: str = LI) -> FileReading:
    """A birth certificate."""
    parents = (
        Person(value(father), value(NUMBERS[father]), "父亲"),
        Person(value(mother), value(NUMBERS[mother]), "母亲"),
    )
    fields = {"name": CHILD, "sex": "男", "birth": "2018-06-01"}
    return reading(file_id, part(T.BIRTH_CERTIFICATE, fields, persons=parents, sealed=True))


def hk_permit(file_id: str) -> FileReading:
    """A mainland travel permit for Hong Kong residents."""
    fields = {"name": HK, "certificate_no": HK_NUMBER, "valid_from": "2020-01-01", "valid_to": "2030-01-01"}
    return reading(file_id, part(T.HK_MACAU_PERMIT, fields))


def hmt_permit(file_id: str) -> FileReading:
    """A residence permit for Hong Kong, Macao and Taiwan residents."""
    fields = {
        "name": HK,
        "id_number": HMT_NUMBER,
        "address": HOME,
        "valid_from": "2024-01-01",
        "valid_to": "2029-01-01",
    }
    return reading(file_id, part(T.HMT_RESIDENCE_PERMIT, fields))


def social(file_id: str, name: str = WANG) -> FileReading:
    """A social security card with its bank number on the same page."""
    fields = {"name": name, "id_number": NUMBERS[name]}
    return reading(
        file_id,
        part(T.SOCIAL_SECURITY_CARD, fields),
        part(T.BANK_CARD, {"bank_no": "6228481415435584007"}),
    )


def bank(file_id: str, **fields: str) -> FileReading:
    """A bank card; most carry no name."""
    return reading(file_id, part(T.BANK_CARD, {"bank_no": "6228481415435584007", "valid_to": "2030-08-31"} | fields))


def deed(file_id: str, holder: str = WANG, **fields: str) -> FileReading:
    """A certificate of real property."""
    return reading(file_id, part(T.PROPERTY_CERTIFICATE, {"holder": holder, "address": HOME} | fields, sealed=True))


def labour(file_id: str, name: str = WANG, **fields: str) -> FileReading:
    """A labour contract."""
    own = {"company_name": COMPANY, "name": name, "id_number": NUMBERS[name]}
    dates = {"start_on": "2025-01-01", "end_on": "2028-12-31", "signed_on": "2025-01-01"}
    return reading(file_id, part(T.LABOUR_CONTRACT, own | dates | fields, signature_places=signed()))


def form_of(file_id: str, applicant: str = WANG, **fields: str) -> FileReading:
    """An application form in a file."""
    return reading(file_id, form(applicant, **fields))


def photo(file_id: str) -> FileReading:
    """The receipt of a digital photograph."""
    return paper(file_id, "广东省居民身份证数字相片采集检测回执", "编号", "检测结果", "合格")


def all_in_one() -> FileReading:
    """One PDF with everything for a residence permit."""
    receipt = replace(titled("广东省居住证数码照相回执"), pages=(2,))
    parts = (front(), back("2018-03-01", "2038-03-01"), receipt, replace(lease(), pages=(3,)))
    return reading("all", *parts, text=["扫描件", "第一行", "第二行"], pages=3)


def _unsure(part_: Part, name: str) -> Part:
    """The same document with one value read badly."""
    key = FieldName(name)
    return replace(part_, fields=part_.fields | {key: replace(part_.fields[key], confidence=0.65)})


@dataclass(frozen=True)
class Hand:
    """A set of papers. `blocks`: code and file or material of everything that blocks; `hints`: codes of the rest."""

    item: str
    files: Sequence[FileReading]
    situation: dict[str, str]
    blocks: tuple[tuple[str, str], ...] = ()
    hints: tuple[str, ...] = ()
    applicant: str | None = None
    open: tuple[str, ...] = ()


RESIDENT = [card("a"), photo("b")]
HALF = {"registered-half-year": "half-year"}
OLD_LEASE = reading("old", lease(start_on="2025-03-01", end_on="2026-02-28", signed_on="2025-03-01"))
ADVERT = reading(
    "x", part(T.OTHER, confidence=0.2), text=["开业大酬宾", "全场八折", "满一百减二十", "仅限三天", "订座热线"]
)
COUPLE = {"partner": "mainland"}
NEWBORN = {"parents-married": "married"}
GJJ_COUNTER = {"self-or-counter": "counter", "housing-kind": "ordinary"}
SOLE = {"simple-or-not": "simple"}

CASES: dict[str, Hand] = {
    # ---- alternatives
    "identity or social card: the social card": Hand("sb-qualification", [social("a")], {"certify-way": "onsite"}),
    "identity or social card: neither": Hand(
        "sb-qualification", [], {"certify-way": "onsite"}, (("missing_material", "id-or-social-card"),)
    ),
    "certified by phone: nothing is asked for": Hand("sb-qualification", [], {"certify-way": "online"}),
    "electronic licence instead of any paper": Hand("rs-register", [], {}),
    "register or card: the register with the child in it": Hand(
        "yb-resident", [register("a", WANG, LI, CHILD)], {"child-hukou": "local"}
    ),
    "school proof of a child from elsewhere is missing": Hand(
        "yb-resident",
        [register("a", WANG, CHILD)],
        {"child-hukou": "随迁子女"},
        (("missing_material", "residence-or-school-proof"),),
    ),
    "school proof of a child from elsewhere": Hand(
        "yb-resident", [register("a", WANG, CHILD), paper("b", "在读证明")], {"child-hukou": "non-local"}
    ),
    "bankbook as account": Hand("gjj-leave", [card("a"), paper("b", "活期储蓄存折")], {}),
    "social card as account": Hand("gjj-leave", [card("a"), social("b")], {}),
    "bank card without a name as account": Hand("gjj-leave", [card("a"), bank("b")], {}),
    "account of another person": Hand("gjj-leave", [card("a"), bank("b", name=ZHAO)], {}, (("other_person", "b"),)),
    "expired bank card": Hand("gjj-leave", [card("a"), bank("b", valid_to="2025-08-31")], {}, (("expired", "b"),)),
    # ---- situations by label, alias and wording of the fact notes
    "situation by alias": Hand(
        "sb-flexible", [hmt_permit("a"), paper("b", "就业登记证明")], {"applicant-type": "港澳台居民"}
    ),
    "situation by the condition of a material": Hand(
        "sb-flexible",
        [card("a")],
        {"非本地户籍": "是"},
        (("missing_material", "employment-reg"),),
        open=("applicant-type",),
    ),
    "condition of a material as answer": Hand(
        "sb-flexible", [card("a")], {"applicant-type": "非本地户籍"}, (("missing_material", "employment-reg"),)
    ),
    "situation by its question and label": Hand(
        "sb-card-replace", [card("a"), social("b")], {"您的社保卡是丢了，还是卡还在要换？": "卡还在，要换卡"}
    ),
    "lease not asked for where the flat is let privately": Hand("gjj-rent", [card("a"), bank("b")], GJJ_COUNTER),
    "lease of public housing is asked for": Hand(
        "gjj-rent",
        [card("a"), bank("b")],
        GJJ_COUNTER | {"housing-kind": "公租房"},
        (("missing_material", "lease-contract"),),
    ),
    "by oneself online only the lease": Hand(
        "gjj-rent", [reading("a", lease())], {"self-or-counter": "手机办", "housing-kind": "public-housing"}
    ),
    "operator's licence of a sole trader": Hand(
        "sb-flexible", [card("a"), reading("b", licence())], {"applicant-type": "个体户"}
    ),
    "licence of another trader": Hand(
        "sb-flexible",
        [card("a"), reading("b", licence(legal_rep=ZHAO))],
        {"applicant-type": "sole-trader"},
        (("legal_rep_mismatch", "b"),),
    ),
    "licence of another trader than the applicant whom the clerk names": Hand(
        "sb-flexible",
        [card("a"), reading("b", licence(legal_rep=ZHAO))],
        {"applicant-type": "sole-trader"},
        (("legal_rep_mismatch", "b"),),
        applicant=WANG,
    ),
    "registered address on the form is not the card's": Hand(
        "sb-card-apply",
        [
            card("a"),
            paper("b", "社会保障卡照片回执单"),
            reading("c", replace(form(), labelled={"户籍地址": value("东莞市虎门镇连升路9号")})),
        ],
        {"apply-way": "offline"},
        hints=("needs_person",),
    ),
    "registered address on the form is the register's, the card is older": Hand(
        "hz-id-first",
        [
            reading("a", replace(form(), labelled={"户籍地址": value("东莞市虎门镇连升路9号")})),
            register("b", WANG),
            photo("c"),
            reading("d", front(), back("2018-03-01", "2038-03-01")),
        ],
        {"first-or-renew": "renew"},
    ),
    "registered address on the form is not the register's": Hand(
        "hz-id-first",
        [
            reading("a", replace(form(), labelled={"户籍地址": value("东莞市长安镇德政路77号")})),
            register("b", WANG),
            photo("c"),
        ],
        {"first-or-renew": "first"},
        (("address_mismatch", "a"),),
    ),
    "the guide says nothing of this situation": Hand("sc-food", [], {"food-business": "farm-produce"}),
    # ---- several persons
    "newborn of married parents": Hand(
        "hz-birth", [birth("a"), register("b", WANG, LI), card("c"), card("d", LI), marriage("e")], NEWBORN
    ),
    "newborn of unmarried parents": Hand(
        "hz-birth", [birth("a"), register("b", WANG), card("c"), card("d", LI)], {"parents-married": "unmarried"}
    ),
    "newborn: only the mother's card": Hand(
        "hz-birth",
        [birth("a"), register("b", WANG, LI), card("d", LI), marriage("e")],
        NEWBORN,
        (("missing_material", "parents-papers"),),
    ),
    "couple": Hand("mz-marry", [card("a"), card("b", LI), paper("c", "合影照片")], COUPLE),
    "couple, one card expired": Hand(
        "mz-marry",
        [card("a"), reading("b", front(LI), back("2006-03-01", "2026-03-01")), paper("c", "合影照片")],
        COUPLE,
        (("expired", "b"),),
    ),
    "couple, one from Hong Kong": Hand(
        "mz-marry", [card("a"), hk_permit("b"), paper("c", "合影照片")], {"partner": "foreign"}
    ),
    "divorce": Hand(
        "mz-divorce",
        [card("a"), card("b", LI), marriage("c"), paper("d", "离婚协议书"), paper("e", "单人照片")],
        {"consent": "both"},
    ),
    "divorce: card of a third person instead of the wife's": Hand(
        "mz-divorce",
        [card("a"), marriage("c"), paper("d", "离婚协议书"), paper("e", "单人照片")],
        {"consent": "both"},
        (("missing_material", "id-card"),),
    ),
    "joining one's spouse": Hand(
        "hz-dependent", [card("a"), card("b", LI), register("c", WANG), register("d", LI), marriage("e")], {}
    ),
    "spouse's card beside the own one is not asked for": Hand(
        "gjj-buy",
        [card("a"), card("b", LI), marriage("c"), deed("d", co_owner=LI)],
        {"purpose": "buy", "spouse-joint": "joint"},
        hints=("extra_material",),
    ),
    "spouse's card instead of the own one": Hand(
        "gjj-buy",
        [card("b", LI), marriage("c"), deed("d")],
        {"purpose": "buy", "spouse-joint": "joint"},
        (("other_person", "b"),),
        applicant=WANG,
    ),
    "deed in the spouse's name is for a person": Hand(
        "gjj-buy",
        [card("a"), marriage("c"), deed("d", LI)],
        {"purpose": "buy", "spouse-joint": "joint"},
        hints=("needs_person",),
    ),
    "landlord's card beside the lease is not asked for": Hand(
        "jz-apply", [*RESIDENT, reading("c", lease()), card("d", ZHAO)], HALF, hints=("extra_material",)
    ),
    "a stranger's card beside the own one": Hand(
        "jz-apply", [*RESIDENT, reading("c", lease()), card("d", LI)], HALF, (("other_person", "d"),)
    ),
    "cards of a whole family": Hand(
        "mz-dibao",
        [
            form_of("a"),
            paper("b", "家庭经济状况核对授权书"),
            card("c"),
            card("d", LI),
            register("e", WANG, LI),
            paper("f", "收入财产情况说明"),
        ],
        {"hukou": "dongguan"},
    ),
    "landlord is a company": Hand(
        "jz-rent-record",
        [
            reading("a", lease(lessor=LANDLORD)),
            reading("b", licence(company_name=LANDLORD, legal_rep=ZHAO)),
            card("c"),
            deed("d", LANDLORD),
        ],
        {},
    ),
    "deed of two owners": Hand(
        "jz-rent-record",
        [reading("a", lease()), card("b", ZHAO), card("c"), deed("d", ZHAO, co_owner=LI)],
        {},
    ),
    "subsidy for a child in the father's register": Hand(
        "wj-subsidy",
        [birth("a"), register("b", WANG, LI, CHILD), card("c", LI), bank("d")],
        {"hukou": "guangdong", "birth-date": "from-2025"},
        applicant=LI,
    ),
    # ---- minors
    "passport of a child with the parent's consent": Hand(
        "crj-passport",
        [
            childs_card("a"),
            photo("b"),
            reading("c", part(T.APPLICATION_FORM, {"applicant": CHILD, "id_number": CHILD_NUMBER}, title="申请表")),
            paper("d", "监护人同意书"),
            birth("e"),
        ],
        {"applicant-age": "under-16", "registered-staff": "not-registered"},
        applicant=CHILD,
    ),
    "parent's card beside the child's": Hand(
        "crj-hkmo",
        [
            childs_card("a"),
            reading("c", part(T.APPLICATION_FORM, {"applicant": CHILD, "id_number": CHILD_NUMBER}, title="申请表")),
            photo("b"),
            birth("e"),
            card("f", LI),
        ],
        {"applicant-age": "under-16"},
        hints=("extra_material",),
        applicant=CHILD,
    ),
    "guardian's papers are not asked for from 16": Hand(
        "crj-hkmo", [card("a"), form_of("c"), photo("b")], {"applicant-age": "from-16"}
    ),
    "guardian's papers are missing": Hand(
        "crj-hkmo",
        [
            childs_card("a"),
            reading("c", part(T.APPLICATION_FORM, {"applicant": CHILD, "id_number": CHILD_NUMBER}, title="申请表")),
            photo("b"),
        ],
        {"applicant-age": "under-16"},
        (("missing_material", "guardian-papers"),),
        applicant=CHILD,
    ),
    "first card of a child in the father's register": Hand(
        "hz-id-first",
        [
            reading(
                "a", part(T.APPLICATION_FORM, {"applicant": CHILD, "id_number": CHILD_NUMBER}, title="申领登记表")
            ),
            register("b", WANG, CHILD),
            photo("c"),
        ],
        {"first-or-renew": "first", "age": "under-16"},
    ),
    "the clerk names the parent who applies for the child": Hand(
        "crj-hkmo",
        [
            childs_card("a"),
            reading("c", part(T.APPLICATION_FORM, {"applicant": CHILD, "id_number": CHILD_NUMBER}, title="申请表")),
            photo("b"),
            birth("e"),
        ],
        {"applicant-age": "under-16"},
        hints=("needs_person", "needs_person"),
        applicant=LI,
    ),
    # ---- Hong Kong, Macao, Taiwan
    "travel permit as identity": Hand(
        "sb-card-apply",
        [hk_permit("a"), paper("b", "社会保障卡照片回执单"), form_of("c", HK)],
        {"apply-way": "线下"},
        applicant="陳家豪",
    ),
    "residence permit as identity and as proof of residence": Hand(
        "wj-birthreg", [hmt_permit("a")], {"place": "residence", "已婚": "否"}
    ),
    # ---- companies
    "handler of a company is not its representative": Hand(
        "gjj-open",
        [reading("a", licence(legal_rep=ZHAO)), card("b", LI), paper("c", "职工名册")],
        {},
        applicant=COMPANY,
    ),
    "handler with an authorisation letter": Hand(
        "gjj-open",
        [
            reading("a", licence()),
            card("b", LI),
            paper("c", "职工名册"),
            reading("d", letter(COMPANY, LI)),
        ],
        {},
    ),
    "letter names another handler than the card": Hand(
        "gjj-open",
        [reading("a", licence()), card("b", LI), paper("c", "职工名册"), reading("d", letter(COMPANY, ZHAO))],
        {},
        (("name_mismatch", "b"),),
    ),
    "company with two partners": Hand(
        "sc-company-reg",
        [
            form_of("a", COMPANY, legal_rep=WANG),
            card("b"),
            card("c", LI),
            reading("d", lease(COMPANY)),
            paper("e", "公司章程"),
            paper("f", "股东会决议"),
        ],
        {},
    ),
    "new representative beside the old licence": Hand(
        "sc-company-change",
        [
            form_of("a", COMPANY, legal_rep=LI),
            paper("b", "股东会决议"),
            card("c", LI),
            reading("d", licence(legal_rep=WANG)),
        ],
        {"company-task": "换法人"},
        hints=("extra_material",),
    ),
    "form of a shop for its operator": Hand(
        "sc-geti-cancel",
        [form_of("a", COMPANY, legal_rep=WANG, uscc=USCC), reading("b", licence())],
        SOLE,
        applicant=WANG,
    ),
    "form of a shop that names another operator": Hand(
        "sc-geti-cancel",
        [form_of("a", COMPANY, legal_rep=ZHAO, uscc=USCC), reading("b", licence())],
        SOLE,
        (("legal_rep_mismatch", "a"),),
        applicant=WANG,
    ),
    "lease of the applicant's company": Hand(
        "rs-startup-rent",
        [
            card("a"),
            reading("b", part(T.DIPLOMA, {"name": WANG, "issued_on": "2024-06-30"})),
            reading("c", lease(COMPANY)),
            paper("d", "增值税发票"),
            form_of("e"),
        ],
        {"applicant-category": "student", "地址与注册地一致": "是"},
        applicant=WANG,
    ),
    "employer's licence in a dispute": Hand(
        "rs-arbitration",
        [form_of("a"), labour("b"), card("c"), reading("d", licence(legal_rep=ZHAO))],
        {"employment-state": "employed"},
    ),
    "mortgage: the bank's licence and the owner's card": Hand(
        "bd-mortgage",
        [
            paper("a", "抵押合同"),
            paper("b", "借款合同"),
            deed("c"),
            card("d"),
            reading("e", licence(company_name="东莞银行股份有限公司南城支行", legal_rep=ZHAO)),
        ],
        {"purpose": "register"},
    ),
    # ---- agents
    "elder's card and the son's": Hand(
        "mz-elder-allowance",
        [card("a", ZHAO), card("b")],
        {"who-applies": "agent", "newly-moved": "settled"},
        applicant=ZHAO,
    ),
    "elder's card without the son's": Hand(
        "mz-elder-allowance",
        [card("a", ZHAO)],
        {"who-applies": "家人代办", "newly-moved": "settled"},
        (("missing_material", "agent-id"),),
        applicant=ZHAO,
    ),
    "relative acts: register and relative's card, the rest is electronic": Hand(
        "yb-outpatient",
        [reading("a", replace(form(ZHAO), title="确认表")), register("b", WANG, ZHAO), card("c")],
        {"first-or-change": "first", "who-applies": "relative"},
        applicant=ZHAO,
    ),
    "agent with a name like the applicant's, whose own papers are titled only": Hand(
        "yb-reimburse",
        [
            paper("a", "医疗收费票据"),
            paper("b", "住院费用清单"),
            paper("c", "疾病诊断证明书"),
            paper("d", "出院小结病历资料"),
            bank("e"),
            card("f"),
        ],
        {"who-applies": "agent", "拨付用": "是"},
        applicant="王小兰",
    ),
    # ---- one file, spare papers, old papers
    "one PDF with everything": Hand("jz-apply", [all_in_one()], HALF),
    "a copy of the front again": Hand("jz-apply", [*RESIDENT, reading("c", lease()), reading("d", front())], HALF),
    "register in two files": Hand(
        "hz-id-lost",
        [
            register("a", ZHAO),
            register("b", WANG, holder=ZHAO),
            photo("c"),
        ],
        {"which-card": "replacement"},
        applicant=WANG,
    ),
    "old lease beside the renewed one": Hand(
        "jz-apply", [*RESIDENT, OLD_LEASE, reading("c", lease())], HALF, hints=("expired",)
    ),
    "old lease alone": Hand("jz-apply", [*RESIDENT, OLD_LEASE], HALF, (("expired", "old"),)),
    "old identity card handed back": Hand(
        "hz-id-first",
        [form_of("a"), register("b", WANG), photo("c"), reading("d", front(), back("2006-01-01", "2016-01-01"))],
        {"first-or-renew": "renew", "age": "26-to-45"},
    ),
    "licence that ran out is renewed with a card that did too": Hand(
        "jt-license-renew",
        [
            reading("a", front(), back("2005-01-01", "2025-01-01")),
            paper("b", "机动车驾驶人身体条件证明"),
            reading(
                "c", part(T.DRIVING_LICENCE, {"name": WANG, "id_number": NUMBERS[WANG], "valid_to": "2026-10-01"})
            ),
        ],
        {"current-term": "six"},
        (("expired", "a"),),
    ),
    "card valid to this very day": Hand(
        "mz-elder-card",
        [reading("a", front("王大明"), back("2016-11-20", "2026-11-20"))],
        {},
        hints=("expiring_soon",),
    ),
    # ---- addresses
    "registered elsewhere than one lives": Hand(
        "jz-endorse",
        [
            reading(
                "a",
                part(
                    T.RESIDENCE_PERMIT,
                    {"name": WANG, "id_number": NUMBERS[WANG], "address": "广东省广州市荔湾区莞太路9号"},
                ),
            ),
            card("b", address="湖南省邵阳市双清区宝庆路3号"),
            reading("c", lease()),
        ],
        {"expired": "in-time"},
    ),
    "residence permit for another flat": Hand(
        "jz-endorse",
        [
            reading(
                "a",
                part(
                    T.RESIDENCE_PERMIT, {"name": WANG, "id_number": NUMBERS[WANG], "address": "东莞市虎门镇连升路9号"}
                ),
            ),
            card("b"),
            reading("c", lease()),
        ],
        {"expired": "in-time"},
        (("address_mismatch", "a"),),
    ),
    "register and deed name different houses": Hand(
        "jy-hukou",
        [register("a", WANG, CHILD), birth("b"), deed("c")],
        {"grade-level": "primary", "划片核对": "是"},
        hints=("needs_person",),
    ),
    # ---- not legible, not the thing
    "an advert in place of the driving licence": Hand(
        "jt-license-renew",
        [card("a"), paper("b", "机动车驾驶人身体条件证明"), ADVERT],
        {"current-term": "six"},
        (("wrong_material", "x"),),
    ),
    "unreadable page with a stray sign": Hand(
        "rs-wage",
        [
            labour("a"),
            reading("x", part(T.OTHER, confidence=0.12), text=["三"], quality=bad_quality(QualityProblem.BLURRED)),
        ],
        {"work-site": "company", "group": "single"},
        (("unreadable", "x"),),
    ),
    "sharp picture without a word in place of the card": Hand(
        "rs-wage",
        [labour("a"), reading("x", part(T.OTHER, confidence=0.0), quality=bad_quality(QualityProblem.NO_TEXT))],
        {"work-site": "company", "group": "single"},
        (("unreadable", "x"),),
    ),
    "blurred page where the photograph is taken by the office": Hand(
        "jt-license-renew",
        [
            card("a"),
            paper("b", "机动车驾驶人身体条件证明"),
            reading(
                "x",
                part(T.OTHER, confidence=0.0),
                quality=bad_quality(QualityProblem.BLURRED, QualityProblem.NO_TEXT),
            ),
        ],
        {"current-term": "six"},
        (("unreadable", "x"),),
    ),
    "bank side of another person's social card": Hand(
        "rs-register", [social("a", LI)], {}, (("other_person", "a"),), applicant=WANG
    ),
    # ---- the applicant as the clerk typed it
    "applicant typed with another last sign": Hand(
        "mz-elder-card", [card("a")], {}, (("name_mismatch", "a"),), applicant="王小曼"
    ),
    "applicant typed with a look-alike sign": Hand(
        "mz-elder-card",
        [reading("a", front("王大明"), back("2017-01-05", "2027-01-05"))],
        {},
        hints=("needs_person",),
        applicant="王太明",
    ),
    "another applicant altogether": Hand("mz-elder-card", [card("a")], {}, (("other_person", "a"),), applicant=LI),
    "name on the form against a card read with doubt": Hand(
        "sb-card-apply",
        [
            reading("a", _unsure(front(), "name"), back("2018-03-01", "2038-03-01")),
            paper("b", "社会保障卡照片回执单"),
            form_of("c", "王小兰", id_number=NUMBERS[WANG]),
        ],
        {"apply-way": "offline"},
        hints=("needs_person",),
    ),
    "name on the form against a card read with doubt that the clerk confirms": Hand(
        "sb-card-apply",
        [
            reading("a", _unsure(front(), "name"), back("2018-03-01", "2038-03-01")),
            paper("b", "社会保障卡照片回执单"),
            form_of("c", "王小兰", id_number=NUMBERS[WANG]),
        ],
        {"apply-way": "offline"},
        (("name_mismatch", "c"),),
        applicant=WANG,
    ),
    # ---- relations
    "marriage certificate of two strangers": Hand(
        "gjj-buy",
        [card("a", ZHAO), marriage("c"), deed("d", ZHAO)],
        {"purpose": "buy", "spouse-joint": "joint"},
        (("other_person", "c"),),
    ),
    "divorce: a third person's card instead of the wife's": Hand(
        "mz-divorce",
        [card("a"), card("b", ZHAO), marriage("c"), paper("d", "离婚协议书"), paper("e", "单人照片")],
        {"consent": "both"},
        (("other_person", "b"),),
    ),
    "lease: a third person's card instead of the landlord's": Hand(
        "jz-rent-record",
        [reading("a", lease()), card("b", LI), card("c"), deed("d", ZHAO)],
        {},
        (("other_person", "b"),),
    ),
    "mortgage: the owner's card is not there": Hand(
        "bd-mortgage",
        [paper("a", "抵押合同"), paper("b", "借款合同"), deed("c", ZHAO), card("d"), card("e", LI)],
        {"purpose": "register"},
        hints=("needs_person",),
    ),
    "new representative's card is another person's": Hand(
        "sc-company-change",
        [form_of("a", COMPANY, legal_rep=LI), paper("b", "股东会决议"), card("c", ZHAO)],
        {"company-task": "change-rep"},
        (("other_person", "c"),),
    ),
    "deed of a couple that the applicant is not one of": Hand(
        "gjj-buy",
        [card("a", ZHAO), marriage("c"), deed("d", LI)],
        {"purpose": "buy", "spouse-joint": "joint"},
        (("other_person", "d"),),
    ),
    "an application is no statement of income": Hand(
        "mz-dibao",
        [form_of("a"), paper("b", "家庭经济状况核对授权书"), card("c"), register("e", WANG)],
        {"hukou": "dongguan"},
        (("missing_material", "income-statement"),),
    ),
    "statement of income as a form": Hand(
        "mz-dibao",
        [
            form_of("a", item_name="最低生活保障申请"),
            paper("b", "家庭经济状况核对授权书"),
            card("c"),
            register("e", WANG),
            reading("f", replace(form(item_name="家庭收入财产情况申报"), title="家庭收入财产情况申报表")),
        ],
        {"hukou": "dongguan"},
    ),
    # ---- what the reader was not sure of
    "birth read with doubt is no defect": Hand(
        "mz-elder-card",
        [reading("a", _unsure(front(birth="1991-05-12"), "birth"), back("2018-03-01", "2038-03-01"))],
        {},
    ),
    "expiry read with doubt is for a person": Hand(
        "mz-elder-card",
        [reading("a", front(), _unsure(back("2015-12-01", "2025-12-01"), "valid_to"))],
        {},
        hints=("needs_person",),
    ),
    "date on the licence read with doubt is for a person": Hand(
        "gjj-open",
        [reading("a", _unsure(licence(issued_on="2020-04-01"), "issued_on")), card("b", LI), paper("c", "职工名册")],
        {},
        hints=("needs_person",),
    ),
    "licence issued before the company was founded": Hand(
        "gjj-open",
        [reading("a", licence(issued_on="2020-04-01")), card("b", LI), paper("c", "职工名册")],
        {},
        (("date_order", "a"),),
    ),
    "number with a wrong check digit is a hint": Hand(
        "mz-elder-card", [card("a", id_number=NUMBERS[WANG][:17] + "0")], {}, hints=("id_checksum",)
    ),
    # ---- forms, signatures, seals
    "blank agent on a form without agent": Hand(
        "sb-card-apply",
        [
            card("a"),
            paper("b", "社会保障卡照片回执单"),
            reading("c", replace(form(), blanks=(blank("代办人姓名"), blank("与申请人关系")))),
        ],
        {"apply-way": "offline"},
    ),
    "blank telephone beside a blank spouse": Hand(
        "sb-card-apply",
        [
            card("a"),
            paper("b", "社会保障卡照片回执单"),
            reading("c", replace(form(), blanks=(blank("配偶姓名"), blank("联系电话")))),
        ],
        {"apply-way": "offline"},
        (("field_blank", "c"),),
    ),
    "places for guardian, broker and employer left empty": Hand(
        "jz-apply",
        [
            *RESIDENT,
            reading(
                "c",
                replace(
                    lease(),
                    signature_places=(
                        *signed(seal=False),
                        replace(signed(signature=False)[0], label="居间方（签名）"),
                        replace(signed(signature=False)[0], label="监护人签名"),
                    ),
                ),
            ),
        ],
        HALF,
    ),
    "a company as lessor has to seal": Hand(
        "jz-apply",
        [*RESIDENT, reading("c", replace(lease(lessor=LANDLORD), signature_places=signed(seal=False)))],
        HALF,
        (("not_sealed", "c"),),
    ),
    "employer's seal on a form of a person": Hand(
        "sb-card-apply",
        [
            card("a"),
            paper("b", "社会保障卡照片回执单"),
            reading(
                "c",
                replace(
                    form(), signature_places=(*signed()[:2], replace(signed(seal=False)[2], label="单位（盖章）"))
                ),
            ),
        ],
        {"apply-way": "offline"},
    ),
    "contract of labour without the company's seal": Hand(
        "rs-wage",
        [card("a"), reading("b", replace(labour("b").parts[0], signature_places=signed(seal=False)))],
        {"work-site": "company", "group": "single"},
        (("not_sealed", "b"),),
    ),
    "seal cannot be told on a black-and-white copy": Hand(
        "rs-wage",
        [card("a"), reading("b", replace(labour("b").parts[0], signature_places=signed(seal=None)))],
        {"work-site": "company", "group": "single"},
        hints=("needs_person",),
    ),
    "seal of another company": Hand(
        "rs-wage",
        [card("a"), labour("b", seal_text="深圳市南湾贸易有限公司")],
        {"work-site": "company", "group": "single"},
        hints=("needs_person",),
    ),
    "seal of the company itself, read with gaps": Hand(
        "rs-wage",
        [card("a"), labour("b", seal_text="东莞市星海五有限公司合同专用章")],
        {"work-site": "company", "group": "single"},
    ),
    "seal of an office on a contract": Hand(
        "rs-wage",
        [card("a"), labour("b", seal_text="东莞市人力资源和社会保障局")],
        {"work-site": "company", "group": "single"},
    ),
    "another employer's contract": Hand(
        "rs-wage",
        [card("a"), labour("b", ZHAO)],
        {"work-site": "company", "group": "single"},
        (("other_person", "b"),),
    ),
    "labour contract that ended": Hand(
        "jz-apply", [*RESIDENT, labour("c", end_on="2026-06-30")], HALF, (("expired", "c"),)
    ),
    # ---- two parties
    "purchase: card of the agent does not count for a party": Hand(
        "bd-secondhand",
        [
            form_of("a"),
            card("b"),
            card("c", LI),
            reading("d", letter(ZHAO, LI)),
            deed("e", ZHAO),
            paper("f", "房屋买卖合同"),
            paper("g", "税收完税证明"),
        ],
        {"property-type": "home", "核税、优惠用": "否"},
        (("missing_material", "id-and-proxy"),),
    ),
    "lease and deed of different houses": Hand(
        "jz-rent-record",
        [reading("a", lease()), card("b", ZHAO), card("c"), deed("d", ZHAO, address="东莞市虎门镇连升路9号")],
        {},
        (("address_mismatch", "d"),),
    ),
    "two deeds of one owner are two houses": Hand(
        "sw-secondhand",
        [
            deed("a"),
            deed("b", address="东莞市虎门镇连升路9号"),
            paper("c", "购房发票"),
            paper("d", "契税完税证明"),
            card("e"),
            marriage("f"),
        ],
        {"hold-years": "two-plus"},
    ),
    "one side of the card only": Hand("mz-elder-card", [reading("a", front())], {}, (("side_missing", "a"),)),
    "sides in two files, back first": Hand(
        "mz-elder-card", [reading("a", back("2018-03-01", "2038-03-01")), reading("b", front())], {}
    ),
    "back of the card not legible": Hand(
        "mz-elder-card",
        [
            reading("a", front()),
            reading("b", part(T.OTHER, confidence=0.0), quality=bad_quality(QualityProblem.BLURRED)),
        ],
        {},
        (("unreadable", "b"),),
    ),
}


def told(report: Report) -> tuple[list[tuple[str, str]], list[str]]:
    """What blocks, with its place, and the codes of the hints."""
    blocks = [f for f in report.findings if f.severity is not Severity.HINT]
    hints = [str(f.code) for f in report.findings if f.severity is Severity.HINT]
    missing = FindingCode.MISSING_MATERIAL
    places = [(f.material_id if f.code is missing else f.file_id) or f.material_id or "" for f in blocks]
    return sorted(zip([str(f.code) for f in blocks], places, strict=True)), sorted(hints)


@pytest.mark.parametrize("name", CASES)
def test_set_of_papers_gives_exactly_these_findings(name: str) -> None:
    hand = CASES[name]
    report = run(hand.files, (hand.item, hand.situation), hand.applicant)
    messages = [(str(f.severity), f.message) for f in report.findings]
    assert told(report) == (sorted(hand.blocks), sorted(hand.hints)), messages
    assert report.open_situations == hand.open or not hand.open, report.open_situations


def test_there_are_enough_cases_by_hand() -> None:
    assert len(CASES) >= 40
    assert sum(not case.blocks for case in CASES.values()) >= 25


RENT = ("gjj-rent", {"self-or-counter": "counter", "housing-kind": "public-housing"})
"""A guide of unverified grade, through and through."""


def checked(files: Sequence[FileReading], case: tuple[str, dict[str, str]], *, accept_unverified: bool) -> Report:
    """Check with the setting on or off."""
    request = Request(case[0], case[1], AS_OF)
    item = kb().items[case[0]]
    return check(item, request, files, kb_revision="t", preview_id="p", accept_unverified=accept_unverified)


def test_unverified_materials_are_only_hints_where_they_are_not_accepted() -> None:
    files = [card("a"), reading("b", lease(end_on="2026-10-01"))]
    loose, strict = (checked(files, RENT, accept_unverified=accept) for accept in (True, False))
    assert told(loose)[0] == [("expired", "b"), ("missing_material", "transfer-account")]
    assert told(strict) == ([], ["expired", "missing_material"])
    assert all(f.message.startswith("待核实：") and "现行办事指南" in f.how_to_fix for f in strict.findings)
    assert all(f.message in strict.notice_text for f in strict.findings)
    assert strict.disposition is Disposition.ACCEPT


def test_verified_materials_block_whether_or_not_unverified_ones_are_accepted() -> None:
    item = kb().items["bd-secondhand"]
    grades = {m.id: m.grade for m in item.materials}
    assert (grades["title-certificate"], grades["tax-proof"]) == (Grade.A, Grade.X)
    case = ("bd-secondhand", {"property-type": "home", "核税、优惠用": "否"})
    report = checked([form_of("a"), card("b"), card("c", ZHAO)], case, accept_unverified=False)
    assert [place for _, place in told(report)[0]] == ["cause-proof", "title-certificate"]
    assert [f.material_id for f in report.findings if f.severity is Severity.HINT] == ["tax-proof"]


def test_a_page_that_stands_for_an_unverified_material_is_a_hint_too() -> None:
    blurred = reading("x", part(T.OTHER, confidence=0.0), quality=bad_quality(QualityProblem.BLURRED))
    report = checked([card("a"), reading("b", lease()), blurred], RENT, accept_unverified=False)
    assert told(report) == ([], ["unreadable"])


def test_what_people_read_carries_a_short_number_and_never_the_whole_id() -> None:
    whole = "k3x9Qw2z_rest-that-gives-access-0123"
    item = kb().items["mz-elder-card"]
    report = check(item, Request(item.id, {}, AS_OF), [], kb_revision="t", preview_id=whole)
    notice = notice_of(report, item)
    assert short_number(whole) == notice.number == "K3X9QW2Z"
    assert "K3X9QW2Z" in report.notice_text
    assert "gives-access" not in report.notice_text + report.citizen_text + repr(notice)


def test_situation_that_the_guide_says_nothing_of_is_told_to_a_person() -> None:
    report = run([], ("sc-food", {"food-business": "farm-produce"}))
    assert not report.open_situations
    assert any("指南没有写" in said and "营业执照" in said for said in report.needs_human)


@pytest.mark.parametrize(
    ("line", "codes"),
    [("乙方（签名）：敏", []), ("乙方（签名）：", ["not_signed"]), ("乙方（签名）：　年　月　日", ["not_signed"])],
)
def test_piece_of_a_name_behind_the_label_is_a_signature(line: str, codes: list[str]) -> None:
    place = replace(signed(signature=False)[0], label="乙方(签名)", box=(60, 0, 200, 20))
    contract = replace(labour("b").parts[0], signature_places=(place,))
    report = run(
        [card("a"), reading("b", contract, text=[line])], ("rs-wage", {"work-site": "company", "group": "single"})
    )
    assert [str(f.code) for f in report.findings] == codes
