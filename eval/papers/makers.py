"""Papers of persons: cards, permits and family certificates, filled in rightly."""

from __future__ import annotations

import datetime as dt
import string

from eval.papers.cast import Cast
from eval.papers.paper import Paper
from eval.papers.persons import Person
from preview.schema import DocumentType as T

HOSPITALS = ("东莞市南城人民医院", "东莞市妇幼保健院", "东莞市第八人民医院")
FOREVER = "9999-12-31"


def ends(day: dt.date | None) -> str:
    """Write the end of a validity; none is 长期."""
    return day.isoformat() if day else FOREVER


def identity(person: Person) -> dict[str, str]:
    """The personal data that most papers print."""
    return {
        "name": person.name,
        "sex": person.sex,
        "nationality": person.nation,
        "birth": person.birth.isoformat(),
        "id_number": person.id_number,
        "address": person.address,
        "phone": person.phone,
    }


def id_card(cast: Cast, person: Person, about: str = "applicant") -> list[Paper]:
    """Both sides of an identity card."""
    design = cast.design()
    back = {"issuer": person.issuer, "valid_from": person.valid_from.isoformat(), "valid_to": ends(person.valid_to)}
    return [
        Paper(T.ID_CARD_FRONT, identity(person), design=design, about=about),
        Paper(T.ID_CARD_BACK, back, design=design, about=about),
    ]


def hk_macau_permit(cast: Cast) -> Paper:
    """The permit of the case's resident of Hong Kong or Macau."""
    start = dt.date.fromisoformat(cast.before(300, 2500))
    values = identity(cast.hongkonger) | {
        "certificate_no": cast.permit_no,
        "issuer": "中华人民共和国出入境管理局",
        "valid_from": start.isoformat(),
        "valid_to": start.replace(year=start.year + 10, day=min(start.day, 28)).isoformat(),
    }
    return Paper(T.HK_MACAU_PERMIT, values, design=cast.design())


def hmt_permit(cast: Cast) -> Paper:
    """港澳台居民居住证."""
    start = dt.date.fromisoformat(cast.before(100, 1200))
    values = identity(cast.hongkonger) | {
        "certificate_no": cast.permit_no,
        "issuer": "东莞市公安局",
        "valid_from": start.isoformat(),
        "valid_to": start.replace(year=start.year + 5, day=min(start.day, 28)).isoformat(),
    }
    return Paper(T.HMT_RESIDENCE_PERMIT, values, design=cast.design())


def residence_permit(cast: Cast, person: Person) -> Paper:
    """居住证, endorsed for at least some months."""
    values = identity(person) | {
        "living_at": cast.home,
        "issuer": "东莞市公安局",
        "issued_on": cast.before(400, 900),
        "valid_to": cast.after(70, 300),
    }
    return Paper(T.RESIDENCE_PERMIT, values, design=cast.design())


def household(cast: Cast, person: Person, *more: tuple[Person, str], about: str = "applicant") -> Paper:
    """户口簿: home page, the page of one person (the head), further pages for others with their relation."""
    design = cast.design()
    shared = {
        "head": person.name,
        "household_no": person.id_number[:6] + str(cast.rng.randint(100000, 999999)),
        "registered_on": cast.before(500, 4000),
        "address": person.address,
    }

    def page(who: Person, relation: str) -> dict[str, str]:
        return (
            identity(who)
            | shared
            | {
                "relation": relation,
                "born_at": "广东省东莞市",
                "origin": "广东省东莞市",
                "height": "" if who.birth.year > 2015 else f"{cast.rng.randint(155, 182)}厘米",
                "education": "" if who.birth.year > 2015 else "大学本科",
                "marital": "未婚" if who.birth.year > 2015 else "已婚",
                "moved_from": f"{cast.rng.randint(2008, 2020)}年由外地迁来",
            }
        )

    parts = tuple(Paper(T.HOUSEHOLD_REGISTER, page(who, relation), design=design) for who, relation in more)
    return Paper(T.HOUSEHOLD_REGISTER, page(person, "户主"), design=design, about=about, parts=parts)


def marriage(cast: Cast, one: Person, two: Person) -> Paper:
    """结婚证 held by the first."""
    day = cast.before(400, 2500)
    values = {
        "holder": one.name,
        "issued_on": day,
        "certificate_no": f"J441900-{day[:4]}-{cast.rng.randint(1, 9999):06d}",
    }
    for key, person in (("one", one), ("two", two)):
        values |= {f"{key}_name": person.name, f"{key}_sex": person.sex, f"{key}_birth": person.birth.isoformat()}
        values[f"{key}_id"] = person.id_number
    return Paper(T.MARRIAGE_CERTIFICATE, values, design=cast.design())


def birth(cast: Cast) -> Paper:
    """出生医学证明 of the child."""
    mother, father = (cast.applicant, cast.spouse) if cast.applicant.sex == "女" else (cast.spouse, cast.applicant)
    issued = cast.child.birth + dt.timedelta(days=cast.rng.randint(3, 25))
    values = {
        "name": cast.child.name, "sex": cast.child.sex, "birth": cast.child.birth.isoformat(),
        "hour": f"{cast.rng.randint(0, 23):02d}", "minute": f"{cast.rng.randint(0, 59):02d}",
        "hospital": cast.rng.choice(HOSPITALS), "issued_on": issued.isoformat(),
        "certificate_no": cast.rng.choice("TUV") + f"44{cast.rng.randint(1000000, 9999999)}",
        "mother": mother.name, "mother_id": mother.id_number, "mother_address": mother.address,
        "father": father.name, "father_id": father.id_number, "father_address": father.address,
        "mother_age": str(cast.child.birth.year - mother.birth.year),
        "father_age": str(cast.child.birth.year - father.birth.year),
    }  # fmt: skip
    return Paper(T.BIRTH_CERTIFICATE, values, design=cast.design(), about="child")


def social_card(cast: Cast, person: Person) -> Paper:
    """社会保障卡."""
    values = identity(person) | {
        "card_no": cast.rng.choice("ABCDEK") + str(cast.rng.randint(10000000, 99999999)),
        "card_month": cast.before(300, 2500)[:7].replace("-", "年") + "月",
        "bank_no": person.bank_no,
        "bank": person.bank,
    }
    return Paper(T.SOCIAL_SECURITY_CARD, values, design=cast.design())


def bank_card(cast: Cast, person: Person) -> Paper:
    """银行卡; only one design prints the holder's name."""
    thru = cast.after(400, 2500)
    values = {"name": person.name, "bank_no": person.bank_no, "bank": person.bank, "thru": f"{thru[5:7]}/{thru[2:4]}"}
    return Paper(T.BANK_CARD, values, design=cast.design())


def driving_licence(cast: Cast, person: Person) -> Paper:
    """驾驶证 of six or ten years, in its last quarter but valid for two months at least."""
    end = dt.date.fromisoformat(cast.after(65, 700)).replace(day=15)
    years = cast.rng.choice([6, 10])
    values = identity(person) | {
        "valid_from": end.replace(year=end.year - years).isoformat(),
        "valid_to": end.isoformat(),
        "first_issue": end.replace(year=end.year - years).isoformat(),
        "vehicle_class": cast.rng.choice(["C1", "C2", "C1E"]),
    }
    return Paper(T.DRIVING_LICENCE, values, design=cast.design())


def vehicle_licence(cast: Cast, owner: Person) -> Paper:
    """行驶证."""
    signs = string.digits + "ABCDEFGHJKLMNPRSTUVWXYZ"
    day = cast.before(900, 2600)
    values = {
        "holder": owner.name, "address": owner.address,
        "plate": "粤S·" + "".join(cast.rng.choices("ABCDEFGH0123456789", k=5)),
        "model": cast.rng.choice(["大众牌SVW7187", "丰田牌TV7180", "比亚迪牌BYD7152"]),
        "vin": "L" + "".join(cast.rng.choices(signs, k=10)) + f"{cast.rng.randint(0, 999999):06d}",
        "engine": "".join(cast.rng.choices(signs, k=8)), "registered_on": day, "issued_on": day,
        "inspected_until": f"{cast.as_of.year + 1}年{cast.rng.randint(1, 12)}月",
    }  # fmt: skip
    return Paper(T.VEHICLE_LICENCE, values, design=cast.design())
