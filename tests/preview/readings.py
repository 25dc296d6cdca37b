"""Hand-built readings for the tests of the checks: invented people, their papers as if read without a mistake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from knowledge_base.content import KnowledgeBase, load_content
from preview.checking import check
from preview.numbers import id_check_digit
from preview.schema import (
    Blank,
    DocumentType,
    FieldName,
    FieldValue,
    FilePages,
    FileReading,
    Finding,
    IntakeProblem,
    Page,
    Part,
    Person,
    PlaceKind,
    Quality,
    QualityProblem,
    Report,
    Request,
    SignaturePlace,
    TextLine,
)

GOOD = Quality()
AS_OF = dt.date(2026, 11, 20)
WANG, LI, ZHAO = "王小明", "李秀英", "赵建国"
COMPANY = "东莞市星海五金有限公司"
USCC = "91350100M000100Y43"
HOME = "东莞市南城街道鸿福路1号5栋301房"
NUMBERS = {
    name: first + id_check_digit(first)
    for name, first in {
        WANG: "44190019900512001",
        LI: "44190019880203002",
        ZHAO: "44190019700101003",
        "王大明": "44190019920101001",
    }.items()
}
BIRTHS = {name: f"{n[6:10]}-{n[10:12]}-{n[12:14]}" for name, n in NUMBERS.items()}
T = DocumentType


@lru_cache(maxsize=1)
def kb() -> KnowledgeBase:
    """The starter knowledge base."""
    return load_content()


def value(
    text: str, confidence: float = 0.99, page: int = 1, box: tuple[int, int, int, int] = (100, 100, 300, 130)
) -> FieldValue:
    """A value as read."""
    return FieldValue(text, confidence, page, box, text)


def part(
    kind: DocumentType, fields: dict[str, str] | None = None, *, confidence: float = 0.98, **rest: object
) -> Part:
    """A document on page 1 with its fields; later fields lie further down."""
    read = {
        FieldName(name): value(text, box=(100, 100 + 40 * n, 300, 130 + 40 * n))
        for n, (name, text) in enumerate((fields or {}).items())
    }
    return Part(kind, confidence, (1,), fields=read, **rest)  # type: ignore[arg-type]


def reading(
    file_id: str,
    *parts: Part,
    name: str = "",
    text: Sequence[str] = (),
    quality: Quality = GOOD,
    problem: IntakeProblem | None = None,
    sha256: str = "",
    pages: int = 1,
) -> FileReading:
    """A file of one page (or more) with documents."""
    lines = tuple(
        TextLine(t, 0.99, ((10, 10 * n), (90, 10 * n), (90, 10 * n + 8), (10, 10 * n + 8)))
        for n, t in enumerate(text)
    )
    sheets = tuple(
        Page(n, 1000, 1400, lines, quality=quality, digest=f"{hash(file_id) & 0xFFFF:04x}")
        for n in range(1, pages + 1)
    )
    file = FilePages(
        file_id, name or f"{file_id}.jpg", sha256 or file_id, "image/jpeg", () if problem else sheets, problem
    )
    return FileReading(file, () if problem else parts)


def front(name: str = WANG, **changes: str) -> Part:
    """The side of an identity card with the name."""
    number = NUMBERS[name]
    sex = "男" if int(number[16]) % 2 else "女"
    fields = {"name": name, "sex": sex, "birth": BIRTHS[name], "address": "广东省" + HOME, "id_number": number}
    return part(T.ID_CARD_FRONT, fields | changes)


def back(valid_from: str = "2018-03-01", valid_to: str = "2038-03-01") -> Part:
    """The side of an identity card with the validity."""
    return part(T.ID_CARD_BACK, {"issuer": "东莞市公安局", "valid_from": valid_from, "valid_to": valid_to})


def card(file_id: str, name: str = WANG, **changes: str) -> FileReading:
    """Both sides of an identity card on one page; the validity fits the age."""
    spans = {WANG: ("2018-03-01", "2038-03-01"), ZHAO: ("2017-03-01", "9999-12-31")}
    return reading(
        file_id,
        front(name, **changes),
        back(*spans.get(name, ("2016-03-01", "2036-03-01"))),
        name=f"{name}身份证.jpg",
    )


def lease(lessee: str = WANG, **changes: str) -> Part:
    """A lease of a year."""
    fields = {
        "lessor": ZHAO,
        "lessee": lessee,
        "address": HOME,
        "start_on": "2026-03-01",
        "end_on": "2027-08-31",
        "signed_on": "2026-03-01",
    }
    return part(T.LEASE_CONTRACT, fields | changes, signature_places=signed())


def form(applicant: str = WANG, **changes: str) -> Part:
    """An application form, filled in, signed and dated."""
    fields = {"applicant": applicant, "signed_on": "2026-11-18"}
    if applicant in NUMBERS:
        fields["id_number"] = NUMBERS[applicant]
    return part(T.APPLICATION_FORM, fields | changes, title="申请表", signature_places=signed())


def signed(
    signature: bool | None = True, date: bool | None = True, seal: bool | None = True
) -> tuple[SignaturePlace, ...]:
    """The places at the foot of a form."""
    kinds = (
        (PlaceKind.SIGNATURE, "申请人签名", signature),
        (PlaceKind.DATE, "日期", date),
        (PlaceKind.SEAL, "盖章", seal),
    )
    return tuple(SignaturePlace(kind, label, 1, (500, 1200, 700, 1240), filled) for kind, label, filled in kinds)


def letter(principal: str = WANG, agent: str = LI) -> Part:
    """An authorisation letter."""
    fields = {"applicant": principal, "agent": agent, "signed_on": "2026-11-10"}
    return part(T.POWER_OF_ATTORNEY, fields, title="授权委托书", signature_places=signed())


def licence(**changes: str) -> Part:
    """A business licence."""
    fields = {
        "company_name": COMPANY,
        "uscc": USCC,
        "legal_rep": WANG,
        "address": "东莞市东城街道银山路8号一楼商铺",
        "founded_on": "2020-05-01",
        "issued_on": "2022-06-01",
    }
    return part(T.BUSINESS_LICENCE, fields | changes, sealed=True)


def titled(title: str) -> Part:
    """A paper without a type of its own."""
    return part(T.OTHER, title=title, confidence=0.9)


def persons(*names: str) -> tuple[Person, ...]:
    """People as a document that names several gives them."""
    return tuple(Person(value(name), value(NUMBERS[name]) if name in NUMBERS else None) for name in names)


def blank(label: str) -> Blank:
    """A label with nothing beside it."""
    return Blank(label, 1, (100, 400, 200, 430))


def bad_quality(*problems: QualityProblem, readable: bool = False) -> Quality:
    """A page with something wrong."""
    return Quality(sharpness=0.05, problems=problems, readable=readable)


RESIDENCE = ("jz-apply", {"registered-half-year": "half-year"})


def residence_set() -> list[FileReading]:
    """Everything that a residence permit asks for, without a fault."""
    return [
        card("a-card"),
        reading(
            "b-photo",
            titled("广东省居住证数码照相回执"),
            text=["广东省居住证数码照相回执", "姓名", "编号", "检测结果：合格"],
        ),
        reading("c-lease", lease(), name="租赁合同.pdf"),
    ]


def card_set() -> list[FileReading]:
    """Everything for a first social security card at the counter."""
    return [
        card("a-card"),
        reading("b-photo", titled("社会保障卡照片回执单"), text=["社会保障卡照片回执单", "姓名", "编号", "合格"]),
        reading("c-form", form(), name="申请表.jpg"),
    ]


SOCIAL_CARD = ("sb-card-apply", {"apply-way": "offline"})


def sale_set() -> list[FileReading]:
    """Everything for the transfer of a flat; the seller is represented by an agent."""
    return [
        reading("a-form", form(WANG), name="不动产登记申请书.jpg"),
        card("b-seller", ZHAO),
        card("c-buyer", WANG),
        reading("d-letter", letter(ZHAO, LI), name="委托书.jpg"),
        card("e-agent", LI),
        reading("f-deed", part(T.PROPERTY_CERTIFICATE, {"holder": ZHAO, "address": HOME, "issued_on": "2019-01-01"})),
        reading("g-contract", titled("房屋买卖合同"), text=["房屋买卖合同", "卖方", "买方", "价款"]),
        reading("h-tax", titled("税收完税证明"), text=["税收完税证明", "税种", "金额", "日期"]),
    ]


SALE = ("bd-secondhand", {"property-type": "home", "核税、优惠用": "no"})


def run(
    files: Sequence[FileReading], case: tuple[str, dict[str, str]] = RESIDENCE, applicant: str | None = None
) -> Report:
    """Check the files."""
    item_id, situation = case
    request = Request(item_id, dict(situation), AS_OF, applicant)
    return check(kb().items[item_id], request, files, kb_revision="test", preview_id="p1")


def codes(report: Report) -> list[str]:
    """The codes of all findings, sorted."""
    return sorted(str(finding.code) for finding in report.findings)


def only(report: Report) -> Finding:
    """The one finding of a report."""
    assert len(report.findings) == 1, [(f.code, f.message) for f in report.findings]
    return report.findings[0]


def with_field(
    files: list[FileReading], file_id: str, name: str, changed: FieldValue | None, index: int = 0
) -> list[FileReading]:
    """Change a field of a document, or take it away."""
    return [_changed(r, FieldName(name), changed, index) if r.file.file_id == file_id else r for r in files]


def with_part(files: list[FileReading], file_id: str, index: int = 0, **changes: object) -> list[FileReading]:
    """Change a document."""
    return [
        replace(r, parts=tuple(replace(p, **changes) if n == index else p for n, p in enumerate(r.parts)))  # type: ignore[arg-type]
        if r.file.file_id == file_id
        else r
        for r in files
    ]


def _changed(reading_: FileReading, name: FieldName, changed: FieldValue | None, index: int) -> FileReading:
    old = reading_.parts[index]
    fields = {n: f for n, f in old.fields.items() if n is not name} | ({name: changed} if changed else {})
    return replace(
        reading_, parts=tuple(replace(p, fields=fields) if n == index else p for n, p in enumerate(reading_.parts))
    )
