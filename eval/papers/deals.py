"""Papers of companies, homes, work and schooling, letters, and papers without a type; filled in rightly."""

from __future__ import annotations

from eval.papers.cast import Cast
from eval.papers.makers import identity
from eval.papers.paper import Paper
from eval.papers.persons import Company, Person, make_person
from preview.schema import DocumentType as T

SCHOOLS = (
    ("东莞理工大学城市学院", "计算机科学与技术"),
    ("岭南工商大学", "国际经济与贸易"),
    ("珠江职业技术大学", "机电一体化技术"),
)


def company_values(company: Company) -> dict[str, str]:
    """What a licence prints."""
    return {
        "company_name": company.name,
        "uscc": company.uscc,
        "legal_rep": company.legal_rep.name,
        "company_type": company.kind,
        "capital": company.capital,
        "business_scope": company.scope,
        "founded_on": company.founded_on.isoformat(),
        "issued_on": company.issued_on.isoformat(),
        "address": company.address,
        "registrar": company.registrar,
    }


def licence(cast: Cast, company: Company | None = None) -> Paper:
    """营业执照."""
    return Paper(T.BUSINESS_LICENCE, company_values(company or cast.company), design=cast.design(), about="company")


def deed(cast: Cast, owner: Person, address: str = "", usage: str = "城镇住宅用地/成套住宅") -> Paper:
    """不动产权证书."""
    day = cast.before(500, 2900)
    rng = cast.rng
    land = int(day[:4]) - rng.randint(3, 12)
    area = rng.randint(7000, 14000) / 100
    unit = rng.randint(1, 10**8 - 1)
    values = {
        "certificate_no": f"粤（{day[:4]}）东莞不动产权第{rng.randint(1000, 399999):07d}号",
        "holder": owner.name, "holder_id": owner.id_number, "sharing": "单独所有",
        "address": address or cast.home, "usage": usage, "area": f"{area:.2f}", "inner_area": f"{area * 0.81:.2f}",
        "property_no": f"441900{rng.randint(1001, 99099):06d}GB{rng.randint(1, 99999):05d}F{unit:08d}",
        "land_from": f"{land}-06-01", "land_to": f"{land + 70}-05-31", "floor": str(rng.randint(2, 31)),
        "issued_on": day,
    }  # fmt: skip
    return Paper(T.PROPERTY_CERTIFICATE, values, design=cast.design(), about="owner")


def lease(cast: Cast, lessee: Person, address: str = "", usage: str = "居住") -> Paper:
    """租赁合同 that runs for at least eight months more."""
    start = cast.before(30, 200)
    values = {
        "lessor": cast.landlord.name, "lessor_id": cast.landlord.id_number, "lessor_phone": cast.landlord.phone,
        "lessee": lessee.name, "lessee_id": lessee.id_number, "lessee_phone": lessee.phone,
        "address": address or cast.home, "usage": usage, "area": f"{cast.rng.randint(4500, 13000) / 100:.2f}",
        "rent": str(cast.rng.randrange(900, 6500, 50)), "start_on": start, "end_on": cast.after(250, 600),
        "signed_on": start,
    }  # fmt: skip
    return Paper(T.LEASE_CONTRACT, values, design=cast.design())


def labour(cast: Cast, worker: Person) -> Paper:
    """劳动合同 that runs for at least eight months more."""
    company, start = cast.employer, cast.before(60, 700)
    values = identity(worker) | {
        "company_name": company.name, "legal_rep": company.legal_rep.name, "work_at": company.address,
        "start_on": start, "end_on": cast.after(250, 700), "signed_on": start,
        "post": cast.rng.choice(["仓库管理", "生产操作", "客户服务", "会计"]),
        "wage": str(cast.rng.randrange(3200, 9000, 100)),
    }  # fmt: skip
    return Paper(T.LABOUR_CONTRACT, values, design=cast.design())


def diploma(cast: Cast, person: Person) -> Paper:
    """毕业证书 of the last five years."""
    year = cast.as_of.year - cast.rng.randint(1, 4)
    length = cast.rng.choice([3, 4])
    school, major = cast.rng.choice(SCHOOLS)
    values = identity(person) | {
        "from_month": f"{year - length}年9月", "to_month": f"{year}年6月", "school": school, "major": major,
        "length": "三年制专科" if length == 3 else "四年制本科", "issued_on": f"{year}-06-30",
        "certificate_no": f"1{cast.rng.randint(1000, 9999)}1{year}05{cast.rng.randint(0, 999999):06d}",
        "principal": make_person(cast.rng, cast.as_of).name,
    }  # fmt: skip
    return Paper(T.DIPLOMA, values, design=cast.design())


def insurance(cast: Cast, person: Person, title: str = "") -> Paper:
    """参保证明 with the last twelve months."""
    year, month = cast.as_of.year, cast.as_of.month
    months = []
    for _ in range(12):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        months.append(f"{year}-{month:02d}")
    values = identity(person) | {
        "employer": cast.employer.name, "months": " ".join(reversed(months)),
        "base": str(cast.rng.randrange(4500, 9000, 100)),
        "issued_on": cast.before(1, 20),
    }  # fmt: skip
    return Paper(T.INSURANCE_RECORD, values, title=title, design=cast.design())


def attorney(cast: Cast, principal: Person, agent: Person, task: str) -> Paper:
    """授权委托书."""
    day = cast.before(1, 15)
    values = {
        "principal": principal.name, "principal_id": principal.id_number, "agent": agent.name,
        "agent_id": agent.id_number, "agent_phone": agent.phone, "relation": "亲属", "task": task,
        "start_on": day, "end_on": cast.after(120, 300), "signed_on": day,
    }  # fmt: skip
    return Paper(T.POWER_OF_ATTORNEY, values, design=cast.design())


def commitment(cast: Cast, person: Person, title: str, body: str) -> Paper:
    """承诺书 or statement to be signed."""
    values = {"name": person.name, "id_number": person.id_number, "body": body, "signed_on": cast.before(0, 10)}
    return Paper(T.COMMITMENT_LETTER, values, title=title, design=cast.design())


def legal_rep(cast: Cast, company: Company) -> Paper:
    """法定代表人证明书."""
    values = company_values(company) | {
        "post": "执行董事", "legal_rep_id": company.legal_rep.id_number, "signed_on": cast.before(0, 10),
    }  # fmt: skip
    return Paper(T.LEGAL_REP_CERTIFICATE, values, design=cast.design(), needs_seal=True)


def other(cast: Cast, title: str, lines: str = "", **values: str) -> Paper:
    """A paper without a type of its own; see `eval.papers.others` for the shapes."""
    return Paper(T.OTHER, {"lines": lines, **values}, title=title, design=cast.design())


def photo_slip(cast: Cast, person: Person, title: str = "广东省居民身份证数字相片采集检测回执") -> Paper:
    """数码相片回执."""
    number = f"4419{cast.rng.randint(10**11, 10**12)}"
    lines = (
        f"姓名：{person.name}\n性别：{person.sex}\n回执编号：{number}\n检测结果：合格\n拍摄日期：{cast.before(3, 40)}"
    )
    return other(cast, title, lines, shape="slip")
