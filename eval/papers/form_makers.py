"""Application forms: their cells and what applicants write into them."""

from __future__ import annotations

from eval.papers.cast import Cast
from eval.papers.deals import company_values
from eval.papers.makers import identity
from eval.papers.paper import Cell, Paper
from eval.papers.persons import Company, Person
from preview.schema import DocumentType as T

PERSONAL = (
    Cell("姓名", "name"),
    Cell("性别", "sex"),
    Cell("出生日期", "birth"),
    Cell("民族", "nationality"),
    Cell("公民身份号码", "id_number", wide=True),
    Cell("联系电话", "phone"),
    Cell("文化程度", "education"),
    Cell("住址", "address", wide=True),
)
SECOND = (
    Cell("申请人姓名", "applicant"),
    Cell("性别", "sex"),
    Cell("身份证号码", "id_number", wide=True),
    Cell("手机号码", "phone"),
    Cell("邮政编码", "postcode"),
    Cell("通讯地址", "address", wide=True),
)
BUSINESS = (
    Cell("名称", "company_name", wide=True),
    Cell("统一社会信用代码", "uscc", wide=True),
    Cell("法定代表人", "legal_rep"),
    Cell("联系电话", "phone"),
    Cell("住所", "address", wide=True),
    Cell("注册资本", "capital"),
    Cell("从业人数", "staff"),
    Cell("经营范围", "business_scope", wide=True),
)
TRADER = (
    Cell("名称", "company_name", wide=True),
    Cell("经营者姓名", "legal_rep"),
    Cell("联系电话", "phone"),
    Cell("身份证件号码", "id_number", wide=True),
    Cell("经营场所", "address", wide=True),
    Cell("组成形式", "composition"),
    Cell("从业人数", "staff"),
    Cell("经营范围", "business_scope", wide=True),
)
MUST = {"name", "applicant", "id_number", "phone", "address", "company_name", "uscc", "legal_rep"}
"""Cells that may not be left empty; defects blank one of these only."""


def personal_form(cast: Cast, person: Person, title: str, *extra: tuple[str, str, str]) -> Paper:
    """A form about a person; `extra` are further cells as label, key, value."""
    base = PERSONAL if cast.rng.random() < 0.6 else SECOND
    values = identity(person) | {
        "applicant": person.name,
        "education": "大学专科",
        "postcode": "523000",
        "signed_on": cast.before(0, 12),
        **{key: value for _, key, value in extra},
    }
    cells = (*base, *(Cell(label, key, wide=len(value) > 12) for label, key, value in extra))
    return Paper(T.APPLICATION_FORM, values, title=title, design=cast.design(), cells=cells)


def company_form(
    cast: Cast, company: Company, title: str, *extra: tuple[str, str, str], trader: bool = False
) -> Paper:
    """A form about a company, sealed by it, or about a sole trader, signed by its operator."""
    values = company_values(company) | {
        "id_number": company.legal_rep.id_number,
        "phone": company.legal_rep.phone,
        "staff": str(cast.rng.randint(1, 30)) + "人",
        "composition": "个人经营",
        "signer": company.legal_rep.name,
        "signed_on": cast.before(0, 12),
        **{key: value for _, key, value in extra},
    }
    cells = (
        *(TRADER if trader else BUSINESS),
        *(Cell(label, key, wide=len(value) > 12) for label, key, value in extra),
    )
    return Paper(
        T.APPLICATION_FORM,
        values,
        title=title,
        design=cast.design(),
        cells=cells,
        needs_seal=not trader,
        about="company",
    )
