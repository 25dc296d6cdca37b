"""The checks as a whole: every code fires where it should, alone, and a clean set is left in peace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from preview.report import report_json
from preview.schema import (
    Disposition,
    DocumentType,
    FieldName,
    FileReading,
    FindingCode,
    IntakeProblem,
    Presence,
    Quality,
    QualityProblem,
    Report,
    Severity,
)

from .readings import (
    HOME,
    LI,
    NUMBERS,
    RESIDENCE,
    SALE,
    SOCIAL_CARD,
    WANG,
    ZHAO,
    T,
    back,
    bad_quality,
    blank,
    card,
    card_set,
    codes,
    form,
    front,
    lease,
    letter,
    licence,
    only,
    part,
    persons,
    reading,
    residence_set,
    run,
    sale_set,
    signed,
    titled,
    value,
    with_field,
    with_part,
)

Made = tuple[list[FileReading], tuple[str, dict[str, str]]]

OPERATOR = ("sc-geti-reg", {"premises-type": "shop", "须先取得许可的项目": "否"})
ENDORSE = ("jz-endorse", {"expired": "in-time"})


def operator_set() -> list[FileReading]:
    """Everything for the registration of a sole trader."""
    written = replace(form(WANG, legal_rep=WANG), labelled={"经营场所": value(HOME)})
    return [reading("a-form", written), card("b-card"), reading("c-lease", lease())]


def endorse_set() -> list[FileReading]:
    """Everything for the yearly endorsement; the permit itself has run out."""
    permit = part(
        T.RESIDENCE_PERMIT, {"name": WANG, "id_number": NUMBERS[WANG], "address": HOME, "valid_to": "2026-11-01"}
    )
    return [reading("a-permit", permit), card("b-card"), reading("c-lease", lease())]


def dropped(files: list[FileReading], *file_ids: str) -> list[FileReading]:
    """Leave files out."""
    return [f for f in files if f.file.file_id not in file_ids]


CLEAN: dict[str, Callable[[], Made]] = {
    "residence permit": lambda: (residence_set(), RESIDENCE),
    "social card": lambda: (card_set(), SOCIAL_CARD),
    "sale of a flat by an agent": lambda: (sale_set(), SALE),
    "sole trader": lambda: (operator_set(), OPERATOR),
    "endorsement of an expired permit": lambda: (endorse_set(), ENDORSE),
    "landlord's certificate as proof of address": lambda: (
        [
            *dropped(residence_set(), "c-lease"),
            reading("c-deed", part(T.PROPERTY_CERTIFICATE, {"holder": ZHAO, "address": HOME})),
        ],
        RESIDENCE,
    ),
    "sides of the card in two files": lambda: (
        [*residence_set()[1:], reading("x1", front()), reading("x2", back())],
        RESIDENCE,
    ),
    "look-alike sign read with little confidence is for a person": lambda: (
        with_field(card_set(), "c-form", "phone", value("13800000000")),
        SOCIAL_CARD,
    ),
    "permit for Taiwan, Hong Kong and Macao residents as identity": lambda: (
        [
            reading(
                "a-permit",
                part(
                    T.HMT_RESIDENCE_PERMIT,
                    {"name": "陈家豪", "id_number": "810000199408230021", "valid_to": "2028-01-01"},
                ),
            ),
            card_set()[1],
            reading("c-form", form("陈家豪", id_number="810000199408230021")),
        ],
        SOCIAL_CARD,
    ),
    "blank remarks, blank agent, blank office part": lambda: (
        with_part(card_set(), "c-form", blanks=(blank("备注"), blank("代理人姓名"), blank("受理意见"))),
        SOCIAL_CARD,
    ),
    "date only the agent or the office would write": lambda: (
        with_part(
            card_set(),
            "c-form",
            signature_places=(
                *signed(),
                replace(signed(signature=False)[0], label="代理人签名"),
                replace(signed(date=False)[1], label="受理日期"),
            ),
        ),
        SOCIAL_CARD,
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_set_has_no_finding_and_is_for_acceptance(name: str) -> None:
    files, case = CLEAN[name]()
    report = run(files, case)
    assert codes(report) == []
    assert report.disposition is Disposition.ACCEPT
    assert not report.needs_human


DEFECTS: dict[str, tuple[Callable[[], Made], str, str | None]] = {
    # name: (files and case, code, file it points at)
    "missing material": (lambda: (dropped(residence_set(), "c-lease"), RESIDENCE), "missing_material", None),
    "only one of two parties' cards": (
        lambda: (dropped(sale_set(), "b-seller"), SALE),
        "missing_material",
        "c-buyer",
    ),
    "letter missing though a third person's card is there": (
        lambda: (dropped(sale_set(), "d-letter"), SALE),
        "missing_material",
        None,
    ),
    "extra material": (
        lambda: ([*residence_set(), reading("z", part(T.DRIVING_LICENCE, {"name": WANG}))], RESIDENCE),
        "extra_material",
        "z",
    ),
    "wrong material by the file's name": (
        lambda: (
            [*residence_set()[1:], reading("a", part(T.DRIVING_LICENCE, {"name": WANG}), name="身份证.jpg")],
            RESIDENCE,
        ),
        "wrong_material",
        "a",
    ),
    "wrong material often confused": (
        lambda: ([*residence_set()[1:], reading("a", part(T.RESIDENCE_PERMIT, {"name": WANG}))], RESIDENCE),
        "wrong_material",
        "a",
    ),
    "an advert in place of the lease": (
        lambda: (
            [
                *residence_set()[:2],
                reading("c", titled("开业大酬宾"), text=["开业大酬宾", "全场八折", "满减", "三天"]),
            ],
            RESIDENCE,
        ),
        "wrong_material",
        "c",
    ),
    "back of the card missing": (
        lambda: ([reading("a-card", front()), *residence_set()[1:]], RESIDENCE),
        "side_missing",
        "a-card",
    ),
    "front of the card missing": (
        lambda: ([reading("a-card", back()), *residence_set()[1:]], RESIDENCE),
        "side_missing",
        "a-card",
    ),
    "encrypted file stands for what is missing": (
        lambda: ([*residence_set()[:2], reading("c", problem=IntakeProblem.ENCRYPTED)], RESIDENCE),
        "unreadable",
        "c",
    ),
    "blurred card is not missing too": (
        lambda: (
            [
                reading("a", part(T.OTHER, confidence=0.0), quality=bad_quality(QualityProblem.BLURRED)),
                *residence_set()[1:],
            ],
            RESIDENCE,
        ),
        "unreadable",
        "a",
    ),
    "glare over the number": (
        lambda: (
            [
                reading(
                    "a-card",
                    replace(
                        front(), fields={n: f for n, f in front().fields.items() if n is not FieldName.ID_NUMBER}
                    ),
                    back("2018-03-01", "2038-03-01"),
                    quality=bad_quality(QualityProblem.GLARE, readable=True),
                ),
                *residence_set()[1:],
            ],
            RESIDENCE,
        ),
        "unreadable",
        "a-card",
    ),
    "cropped": (
        lambda: (
            [
                *residence_set()[:2],
                reading(
                    "c-lease",
                    replace(lease(), signature_places=signed(signature=False)),
                    quality=bad_quality(QualityProblem.CUT_OFF, readable=True),
                ),
            ],
            RESIDENCE,
        ),
        "cropped",
        "c-lease",
    ),
    "expired card": (
        lambda: ([reading("a-card", front(), back("2015-12-01", "2025-12-01")), *residence_set()[1:]], RESIDENCE),
        "expired",
        "a-card",
    ),
    "card about to expire": (
        lambda: (
            [
                reading("a-card", front(ZHAO), back("2006-12-05", "2026-12-05")),
                residence_set()[1],
                reading("c-lease", lease(ZHAO, lessor=LI)),
            ],
            RESIDENCE,
        ),
        "expiring_soon",
        "a-card",
    ),
    "lease ended": (
        lambda: ([*residence_set()[:2], reading("c", lease(end_on="2026-10-31"))], RESIDENCE),
        "expired",
        "c",
    ),
    "lease about to end": (
        lambda: ([*residence_set()[:2], reading("c", lease(end_on="2026-12-01"))], RESIDENCE),
        "period_too_short",
        "c",
    ),
    "lease of three months": (
        lambda: ([*residence_set()[:2], reading("c", lease(start_on="2026-11-01", end_on="2027-01-31"))], RESIDENCE),
        "period_too_short",
        "c",
    ),
    "lease ends before it begins": (
        lambda: ([*residence_set()[:2], reading("c", lease(end_on="2025-02-28"))], RESIDENCE),
        "date_order",
        "c",
    ),
    "form signed in the future": (
        lambda: (with_field(card_set(), "c-form", "signed_on", value("2027-01-05")), SOCIAL_CARD),
        "date_order",
        "c-form",
    ),
    "number with a wrong check digit": (
        lambda: ([card("a-card", id_number=NUMBERS[WANG][:17] + "0"), *residence_set()[1:]], RESIDENCE),
        "id_checksum",
        "a-card",
    ),
    "birth against number": (
        lambda: ([card("a-card", birth="1991-05-12"), *residence_set()[1:]], RESIDENCE),
        "birth_mismatch",
        "a-card",
    ),
    "sex against number": (
        lambda: ([card("a-card", sex="女"), *residence_set()[1:]], RESIDENCE),
        "birth_mismatch",
        "a-card",
    ),
    "name written otherwise on the form": (
        lambda: (with_field(card_set(), "c-form", "applicant", value("王小兰")), SOCIAL_CARD),
        "name_mismatch",
        "c-form",
    ),
    "number written otherwise on the form": (
        lambda: (with_field(card_set(), "c-form", "id_number", value(NUMBERS[ZHAO])), SOCIAL_CARD),
        "number_mismatch",
        "c-form",
    ),
    "form's number fails its check and is not the card's": (
        lambda: (with_field(card_set(), "c-form", "id_number", value(NUMBERS[WANG][:16] + "99")), SOCIAL_CARD),
        "number_mismatch",
        "c-form",
    ),
    "place of business elsewhere": (
        lambda: (
            with_part(operator_set(), "a-form", labelled={"经营场所": value("东莞市虎门镇富民路66号")}),
            OPERATOR,
        ),
        "address_mismatch",
        "a-form",
    ),
    "a stranger's lease": (
        lambda: ([*residence_set()[:2], reading("c", lease("陈志强"))], RESIDENCE),
        "other_person",
        "c",
    ),
    "agent's card missing": (lambda: (dropped(sale_set(), "e-agent"), SALE), "agent_id_missing", "d-letter"),
    "agent of another name": (
        lambda: (with_field(sale_set(), "e-agent", "name", value("李秀芳")), SALE),
        "name_mismatch",
        "e-agent",
    ),
    "blanks": (
        lambda: (with_part(card_set(), "c-form", blanks=(blank("联系电话"), blank("住址"))), SOCIAL_CARD),
        "field_blank",
        "c-form",
    ),
    "not signed": (
        lambda: (with_part(card_set(), "c-form", signature_places=signed(signature=False)), SOCIAL_CARD),
        "not_signed",
        "c-form",
    ),
    "not dated": (
        lambda: (with_part(card_set(), "c-form", signature_places=signed(date=False)), SOCIAL_CARD),
        "not_dated",
        "c-form",
    ),
    "not sealed": (
        lambda: (with_part(card_set(), "c-form", signature_places=signed(seal=False)), SOCIAL_CARD),
        "not_sealed",
        "c-form",
    ),
    "seal cannot be told on a copy": (
        lambda: (with_part(card_set(), "c-form", signature_places=signed(seal=None)), SOCIAL_CARD),
        "needs_person",
        "c-form",
    ),
    "same file twice": (
        lambda: ([*residence_set(), reading("z", lease(), sha256="c-lease")], RESIDENCE),
        "duplicate_file",
        "z",
    ),
    "name read with doubt": (
        lambda: (with_field(card_set(), "c-form", "applicant", value("王小兰", 0.6)), SOCIAL_CARD),
        "needs_person",
        "c-form",
    ),
    "photo of a screen": (
        lambda: (
            [
                reading(
                    "a-card",
                    front(),
                    back("2018-03-01", "2038-03-01"),
                    quality=Quality(problems=(QualityProblem.SCREEN_PHOTO,)),
                ),
                *residence_set()[1:],
            ],
            RESIDENCE,
        ),
        "needs_person",
        "a-card",
    ),
    "copy where the guide wants the original": (
        lambda: (
            [
                reading("a-card", front(), back("2018-03-01", "2038-03-01"), quality=Quality(is_copy=True)),
                *card_set()[1:],
            ],
            SOCIAL_CARD,
        ),
        "needs_person",
        "a-card",
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_one_defect_gives_one_finding_with_its_place(name: str) -> None:
    make, code, file_id = DEFECTS[name]
    files, case = make()
    report = run(files, case)
    found = [f for f in report.findings if str(f.code) == code]
    assert found, codes(report)
    assert {str(f.code) for f in report.findings} == {code}, [f.message for f in report.findings]
    if file_id is not None:
        assert found[0].file_id == file_id
        assert found[0].page == 1
    assert found[0].message and found[0].how_to_fix and found[0].basis
    assert found[0].message in report.notice_text


def company_set() -> list[FileReading]:
    """Papers of a sole trader who gives up the business: form and licence."""
    return [
        reading("a-form", form(WANG, legal_rep=WANG, company_name=licence().fields[FieldName.COMPANY_NAME].value)),
        reading("b-licence", licence()),
    ]


CANCEL = ("sc-geti-cancel", {"simple-or-not": "simple"})


def test_clean_papers_of_a_sole_trader_pass() -> None:
    assert codes(run(company_set(), CANCEL)) == []


@pytest.mark.parametrize(
    ("field", "wrong", "code"),
    [
        ("company_name", "东莞市星海五金制品有限公司", "name_mismatch"),
        ("legal_rep", "陈志强", "legal_rep_mismatch"),
        ("uscc", "91441900MA4UWWWW0K", "number_mismatch"),
    ],
)
def test_form_that_contradicts_the_licence_is_found(field: str, wrong: str, code: str) -> None:
    files = with_field(company_set(), "a-form", field, value(wrong))
    finding = next(f for f in run(files, CANCEL).findings if str(f.code) == code)
    assert finding.file_id == "a-form"
    assert [e.file_id for e in finding.evidence] == ["b-licence"]
    assert finding.found == wrong


def test_credit_code_with_a_wrong_check_digit_is_a_hint() -> None:
    files = [company_set()[0], reading("b-licence", licence(uscc="91350100M000100Y44"))]
    finding = only(run(files, CANCEL))
    assert (finding.code, finding.severity) == (FindingCode.USCC_CHECKSUM, Severity.HINT)


def test_wrong_check_digit_blocks_when_two_papers_carry_the_same_number() -> None:
    bad = NUMBERS[WANG][:17] + "0"
    files = with_field([card("a-card", id_number=bad), *card_set()[1:]], "c-form", "id_number", value(bad))
    finding = only(run(files, SOCIAL_CARD))
    assert (finding.code, finding.severity) == (FindingCode.ID_CHECKSUM, Severity.BLOCK)
    assert [e.file_id for e in finding.evidence] == ["c-form"]


def test_mismatch_shows_both_places() -> None:
    finding = only(run(with_field(card_set(), "c-form", "applicant", value("王小兰")), SOCIAL_CARD))
    assert finding.box is not None
    assert (finding.found, finding.expected) == ("王小兰", WANG)
    assert finding.evidence[0].file_id == "a-card"
    assert finding.evidence[0].box is not None


def test_card_that_stands_alone_against_two_papers_is_the_one_pointed_at() -> None:
    files = with_field(card_set(), "a-card", "name", value("王小兰"))
    files.append(reading("d-book", part(T.HOUSEHOLD_REGISTER, persons=persons(WANG))))
    report = run(files, ("hz-id-first", {"first-or-renew": "renew"}))
    mismatches = [f for f in report.findings if f.code is FindingCode.NAME_MISMATCH]
    assert [(f.file_id, f.expected) for f in mismatches] == [("a-card", WANG)]


def test_agents_card_that_the_guide_does_not_list_is_only_to_be_shown() -> None:
    files = [*card_set(), reading("d-letter", letter(WANG, LI))]
    finding = only(run(files, SOCIAL_CARD))
    assert (finding.code, finding.severity, finding.material_id) == (
        FindingCode.AGENT_ID_MISSING,
        Severity.HINT,
        None,
    )
    assert "没有要求交" in finding.how_to_fix


def test_agents_card_that_the_guide_lists_is_missing() -> None:
    finding = only(run(dropped(sale_set(), "e-agent"), SALE))
    assert (finding.severity, finding.material_id) == (Severity.BLOCK, "id-and-proxy")


def test_agents_own_papers_are_neither_extra_nor_a_strangers() -> None:
    assert codes(run([*card_set(), reading("d-letter", letter(WANG, LI)), card("e-agent", LI)], SOCIAL_CARD)) == []


def test_deed_in_the_name_of_a_spouse_is_no_strangers_paper_in_a_sale() -> None:
    assert codes(run(with_field(sale_set(), "f-deed", "holder", value("赵建国")), SALE)) == []


def test_electronic_licence_exempts_and_is_not_missing() -> None:
    report = run(
        [reading("a-form", titled("门诊共济就医点新增变更确认表"), text=["确认表"])],
        ("yb-outpatient", {"who-applies": "self", "first-or-change": "first"}),
    )
    assert codes(report) == []
    assert {m.material_id: m.presence for m in report.materials}["medical-id"] is Presence.EXEMPT
    assert "可以不带" in report.citizen_text


def test_deferrable_material_is_deferred_and_the_rest_accepted() -> None:
    from knowledge_base.schema import Necessity
    from preview.checking import check
    from preview.schema import Request

    from .readings import AS_OF, kb

    item = kb().items["jz-apply"]
    late = item.materials[2].model_copy(update={"necessity": Necessity.DEFERRABLE})
    item = item.model_copy(update={"materials": (*item.materials[:2], late)})
    report = check(
        item, Request(item.id, dict(RESIDENCE[1]), AS_OF), residence_set()[:2], kb_revision="t", preview_id="p"
    )
    finding = only(report)
    assert finding.severity is Severity.DEFER
    assert report.disposition is Disposition.ACCEPT
    assert "书面承诺" in report.notice_text
    assert report.materials[2].presence is Presence.DEFERRABLE


def test_signatures_and_blanks_are_put_right_on_the_spot() -> None:
    files = with_part(card_set(), "c-form", blanks=(blank("联系电话"),), signature_places=signed(False, False))
    report = run(files, SOCIAL_CARD)
    assert codes(report) == ["field_blank", "not_dated", "not_signed"]
    assert report.disposition is Disposition.FIX_ON_SPOT


def test_whole_notice_comes_at_once() -> None:
    files = with_part(dropped(card_set(), "b-photo"), "c-form", signature_places=signed(False))
    report = run(files, SOCIAL_CARD)
    assert codes(report) == ["missing_material", "not_signed"]
    assert report.disposition is Disposition.SUPPLEMENT_ONCE
    assert all(f.message in report.notice_text and f.how_to_fix in report.notice_text for f in report.findings)


def test_unanswered_situation_is_asked_for_and_nothing_conditional_is_missing() -> None:
    report = run([card("a-card")], ("bd-query", {}))
    assert report.open_situations == ("who",)
    assert codes(report) == []
    assert report.needs_human


def test_files_without_any_document_are_not_lost() -> None:
    stray = reading("z", text=["看不出来是什么东西的一页纸", "一", "二", "三"])
    report = run([*residence_set(), stray])
    assert codes(report) == ["extra_material"]


def test_photograph_without_text_is_a_photo_where_the_guide_wants_one() -> None:
    couple = ("mz-marry", {"partner": "mainland"})
    unknown = part(DocumentType.OTHER, confidence=0.1)
    without_text = reading("b", unknown, quality=bad_quality(QualityProblem.NO_TEXT))
    assert codes(run([card("a", WANG), card("c", LI), without_text], couple)) == []
    assert codes(run([card("a", WANG), card("c", LI), reading("b", unknown, text=["样张"])], couple)) == []
    blurred = reading("b", unknown, quality=bad_quality(QualityProblem.BLURRED))
    assert codes(run([card("a", WANG), card("c", LI), blurred], couple)) == ["unreadable"]


def test_same_page_again_by_its_text_is_a_duplicate() -> None:
    text = ["租赁合同", "出租方", "承租方", "租期一年"]
    files = [*residence_set()[:2], reading("c", lease(), text=text), reading("d", lease(), text=text)]
    assert codes(run(files)) == ["duplicate_file"]


def test_one_side_of_a_card_beside_a_whole_identity_paper_is_no_defect() -> None:
    permit = {"name": WANG, "id_number": "810000199408230021", "valid_to": "2028-01-01"}
    whole = reading("a", replace(front(), confidence=0.6), part(T.HMT_RESIDENCE_PERMIT, permit))
    assert "side_missing" not in codes(run([whole], ("rs-register", {})))


def test_two_photos_of_one_paper_are_duplicates_by_what_they_say() -> None:
    permit = {"name": WANG, "id_number": NUMBERS[WANG], "address": HOME, "valid_to": "2027-11-01"}
    files = [*endorse_set()[1:], *(reading(n, part(T.RESIDENCE_PERMIT, permit), text=[n]) for n in ("x", "y"))]
    assert codes(run(files, ENDORSE)) == ["duplicate_file"]


def test_bank_side_of_a_social_card_is_not_extra() -> None:
    social = reading(
        "a", part(T.SOCIAL_SECURITY_CARD, {"name": WANG}), part(T.BANK_CARD, {"bank_no": "6228481415435584007"})
    )
    assert codes(run([social], ("rs-register", {}))) == []


def test_cards_of_two_persons_are_no_duplicates() -> None:
    assert codes(run([card("a", WANG), card("c", LI), reading("p", titled("合影"))], ("mz-marry", {}))) == []


REPORT = "preview_id item_id situation kb_revision files materials findings disposition notice_text needs_human"
FILE = "file_id pages document_type material_id confidence quality fields"
FINDING = "code severity material_id file_id page box expected found message how_to_fix basis confidence"


def test_report_json_keeps_the_contract() -> None:
    data = report_json(run(with_field(card_set(), "c-form", "applicant", value("王小兰")), SOCIAL_CARD))
    assert set(REPORT.split()) <= set(data)
    assert set(FILE.split()) <= set(data["files"][0])
    assert set(FINDING.split()) <= set(data["findings"][0])
    assert {"value", "confidence", "page", "box"} <= set(data["files"][0]["fields"]["name"])
    assert data["files"][0]["material_id"] == "valid-id"
    assert data["files"][0]["fields"]["id_number"]["value"] == NUMBERS[WANG]
    assert json.loads(json.dumps(data, ensure_ascii=False)) == data


def test_final_words_never_occur() -> None:
    report: Report = run([], RESIDENCE)
    for words in ("不予受理", "通过审查", "审核通过"):
        assert words not in report.notice_text + report.citizen_text
    assert "工作人员决定" in report.notice_text
    assert report.disposition is Disposition.SUPPLEMENT_ONCE
