"""What the guides say on papers: every material of the starter knowledge base, and which are needed when."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.schema import DocumentNeed, Material, ServiceItem
from preview.checking import check
from preview.schema import (
    DocumentType,
    FieldName,
    FileReading,
    FindingCode,
    Presence,
    Quality,
    QualityProblem,
    Request,
)
from preview.situations import Standing, open_questions, standings

from .readings import AS_OF, LI, NUMBERS, WANG, ZHAO, T, card, front, kb, lease, letter, part, reading, titled

ITEMS = sorted(kb().items)
MATERIALS = [(item.id, material) for item in kb().items.values() for material in item.materials]
NAMES = {str(kind) for kind in DocumentType} | {"id_card"}
ASKING = {
    FindingCode.MISSING_MATERIAL,
    FindingCode.WRONG_MATERIAL,
    FindingCode.SIDE_MISSING,
}


@pytest.mark.parametrize(("item_id", "material"), MATERIALS, ids=[f"{i}-{m.id}" for i, m in MATERIALS])
def test_every_material_says_what_papers_it_is_or_that_it_is_none(item_id: str, material: Material) -> None:
    assert material.documents or not material.paper
    for need in material.documents:
        assert set(need.any_of) <= NAMES
        assert need.asked == "always" or len(material.documents) > 1


def standing(item_id: str, material: str, agent_used: bool = False, **situation: str) -> Standing:
    """How a material of the starter knowledge base stands."""
    request = Request(item_id, {key.replace("_", "-"): answer for key, answer in situation.items()}, AS_OF)
    return standings(kb().items[item_id], request, agent_used=agent_used)[material]


@pytest.mark.parametrize(
    ("item_id", "situation", "material", "expected"),
    [
        ("jz-apply", {}, "id-card", Standing.REQUIRED),
        ("sb-flexible", {"applicant-type": "sole-trader"}, "business-licence", Standing.REQUIRED),
        ("sb-flexible", {"applicant-type": "个体户"}, "business-licence", Standing.REQUIRED),  # an alias
        ("sb-flexible", {"applicant-type": "无雇工个体户"}, "business-licence", Standing.REQUIRED),  # the label
        ("sb-flexible", {"无雇工个体户": "是"}, "business-licence", Standing.REQUIRED),  # the guide's `when`
        ("sb-flexible", {"无雇工个体户": "no"}, "business-licence", Standing.NOT_NEEDED),
        ("sb-flexible", {"applicant-type": "dongguan-hukou"}, "business-licence", Standing.NOT_NEEDED),
        ("sb-flexible", {}, "business-licence", Standing.UNKNOWN),
        ("sb-flexible", {"applicant-type": "nonsense"}, "business-licence", Standing.UNKNOWN),
        ("sb-flexible", {"no-such-situation": "x", "": ""}, "business-licence", Standing.UNKNOWN),
        ("bd-mortgage", {"purpose": "cancel"}, "mortgage-contract", Standing.NOT_NEEDED),
        ("rs-startup-rent", {}, "lease-contract", Standing.REQUIRED),  # whatever the answer
        ("gjj-rent", {"self-or-counter": "self-service"}, "valid-id", Standing.NOT_NEEDED),
        ("crj-passport", {"applicant-age": "under-16"}, "id-card", Standing.REQUIRED),
        ("crj-passport", {"applicant-age": "from-16"}, "guardian-consent", Standing.NOT_NEEDED),
        ("gjj-leave", {}, "leave-proof", Standing.OPTIONAL),
        ("sc-food", {"food-business": "prepacked"}, "premises-layout", Standing.UNKNOWN),  # the guide is silent
        ("sc-geti-cancel", {}, "tax-clearance", Standing.NO_PAPER),
    ],
)
def test_need_follows_the_situation(
    item_id: str, situation: dict[str, str], material: str, expected: Standing
) -> None:
    assert standings(kb().items[item_id], Request(item_id, situation, AS_OF))[material] is expected


def test_agent_in_the_papers_makes_the_agents_papers_needed() -> None:
    assert standing("yb-reimburse", "agent-id") is Standing.UNKNOWN
    assert standing("yb-reimburse", "agent-id", agent_used=True) is Standing.REQUIRED


def test_only_questions_that_change_the_materials_are_open() -> None:
    item = kb().items["hz-id-first"]
    assert open_questions(item, Request(item.id, {}, AS_OF)) == ("first-or-renew",)
    assert open_questions(item, Request(item.id, {"first-or-renew": "first"}, AS_OF)) == ()


@st.composite
def _requests(draw: st.DrawFn) -> Request:
    item = kb().items[draw(st.sampled_from(ITEMS))]
    situation: dict[str, str] = {}
    for asked in item.situations:
        answer = draw(st.sampled_from([None, "nonsense", *(option.id for option in asked.options)]))
        if answer is not None:
            situation[asked.id] = answer
    for material in item.materials:
        answer = draw(st.sampled_from([None, "yes", "no"]))
        if answer is not None and material.when:
            situation[material.when] = answer
    applicant = draw(st.sampled_from([None, WANG, LI]))
    return Request(item.id, situation, AS_OF, applicant)


def _any_file(file_id: str, kind: int) -> FileReading:
    """One of some files that people hand in, fitting or not."""
    blurred = Quality(readable=False, problems=(QualityProblem.BLURRED,))
    makers = [
        lambda: card(file_id, WANG),
        lambda: card(file_id, LI),
        lambda: reading(file_id, front(ZHAO)),
        lambda: reading(file_id, lease()),
        lambda: reading(file_id, letter(WANG, LI)),
        lambda: reading(file_id, titled("开业大酬宾"), text=["开业大酬宾", "八折", "满减", "三天"]),
        lambda: reading(file_id, part(T.OTHER, confidence=0.1), quality=blurred),
        lambda: reading(file_id, part(T.HOUSEHOLD_REGISTER, {"name": LI, "id_number": NUMBERS[LI]})),
        lambda: reading(file_id, part(T.BANK_CARD, {"name": WANG}), name="身份证.jpg"),
        lambda: reading(file_id),
    ]
    return makers[kind % len(makers)]()


FILES = st.lists(st.integers(0, 9), max_size=6).map(
    lambda kinds: [_any_file(f"f{n}", k) for n, k in enumerate(kinds)]
)


@settings(max_examples=300, deadline=None)
@given(request=_requests(), files=FILES)
def test_nothing_is_asked_for_that_the_guide_does_not_list(request: Request, files: list[FileReading]) -> None:
    item = kb().items[request.item_id]
    report = check(item, request, files, kb_revision="t", preview_id="p")
    listed = {material.id: material for material in item.materials}
    for finding in report.findings:
        assert finding.material_id is None or finding.material_id in listed
        if finding.code in ASKING:
            assert finding.material_id in listed
            assert listed[finding.material_id].paper
            standing_ = standings(item, request, agent_used=True)[finding.material_id]
            if finding.code is FindingCode.MISSING_MATERIAL:
                assert standing_ in {Standing.REQUIRED, Standing.DEFERRABLE}
        if finding.code is FindingCode.AGENT_ID_MISSING and finding.material_id is None:
            assert finding.severity == "hint"
    for state in report.materials:
        assert state.material_id in listed or state.presence is Presence.EXTRA


@settings(max_examples=150, deadline=None)
@given(request=_requests(), files=FILES, shuffle=st.randoms(use_true_random=False))
def test_order_of_the_files_does_not_matter(request: Request, files: list[FileReading], shuffle: object) -> None:
    item = kb().items[request.item_id]
    one = check(item, request, files, kb_revision="t", preview_id="p")
    mixed = list(files)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    other = check(item, request, mixed, kb_revision="t", preview_id="p")
    assert one.findings == other.findings
    assert one.materials == other.materials
    assert one.notice_text == other.notice_text
    assert one.file_materials == other.file_materials


def _perfect(item: ServiceItem) -> list[FileReading]:
    """One good paper for every need of every material, all of the applicant where a name is on them."""
    files: list[FileReading] = []
    for material in item.materials:
        for need in material.documents:
            files += _papers(need, f"{len(files):02d}")
    return files


def _papers(need: DocumentNeed, file_id: str) -> list[FileReading]:
    kind = need.any_of[0]
    if kind == "id_card":
        others = {"agent": [LI], "spouse": [LI], "deceased": [ZHAO], "parties": [WANG, ZHAO, LI]}
        names = others.get(str(need.holder), [WANG, LI][: need.count])  # the parties' agent is there as well
        return [card(f"{file_id}-{n}", name) for n, name in enumerate(names)]
    if kind == DocumentType.OTHER:
        return [reading(file_id, titled(need.titles[0]), text=[need.titles[0], file_id, "一", "二"])]
    name = LI if need.holder == "spouse" else WANG
    fields = {
        T.LEASE_CONTRACT: {"lessor": ZHAO, "lessee": WANG},
        T.POWER_OF_ATTORNEY: {"applicant": WANG, "agent": LI} if need.asked == "with_agent" else {"applicant": WANG},
        T.APPLICATION_FORM: {"applicant": WANG},
        T.PROPERTY_CERTIFICATE: {"holder": WANG},
        T.BUSINESS_LICENCE: {"company_name": "东莞市星海五金店", "legal_rep": WANG, "uscc": "91350100M000100Y43"},
        T.HK_MACAU_PERMIT: {"name": WANG, "valid_to": "2030-01-01"},
        T.LEGAL_REP_CERTIFICATE: {"legal_rep": WANG},
    }.get(DocumentType(kind), {"name": name})
    sealed = True if kind in {T.INSURANCE_RECORD, T.LEGAL_REP_CERTIFICATE} else None
    title = need.titles[0] if need.titles else ""
    return [reading(file_id, part(DocumentType(kind), fields, sealed=sealed, title=title))]


@pytest.mark.parametrize("item_id", ITEMS)
def test_a_complete_set_blocks_in_no_item(item_id: str) -> None:
    item = kb().items[item_id]
    request = Request(item_id, {m.when: "yes" for m in item.materials if m.when}, AS_OF, WANG)
    report = check(item, request, _perfect(item), kb_revision="t", preview_id="p")
    assert [(f.code, f.message) for f in report.findings if f.severity == "block"] == []


@pytest.mark.parametrize("item_id", ITEMS)
def test_nothing_handed_in_names_every_needed_material_once(item_id: str) -> None:
    item = kb().items[item_id]
    request = Request(item_id, {}, AS_OF, WANG)
    report = check(item, request, [], kb_revision="t", preview_id="p")
    needed = {
        m.id
        for m in item.materials
        if standings(item, request)[m.id] is Standing.REQUIRED and m.e_licence != "accepted" and m.documents
    }
    asked = [f.material_id for f in report.findings if f.code is FindingCode.MISSING_MATERIAL]
    assert sorted(asked) == sorted(needed)  # type: ignore[type-var]


def test_titles_decide_which_paper_without_a_type_is_which() -> None:
    slip = reading("a", titled("广东省居住证数码照相回执"), text=["广东省居住证数码照相回执"])
    report = check(
        kb().items["jz-apply"], Request("jz-apply", {}, AS_OF), [card("c"), slip], kb_revision="t", preview_id="p"
    )
    assert report.file_materials["a"] == ("photo-receipt",)
    assert [f.material_id for f in report.findings] == ["residence-proof"]


def test_a_check_takes_milliseconds() -> None:
    item = kb().items["bd-secondhand"]
    files = _perfect(item)
    start = dt.datetime.now()
    for _ in range(20):
        check(item, Request(item.id, {}, AS_OF, WANG), files, kb_revision="t", preview_id="p")
    assert (dt.datetime.now() - start).total_seconds() / 20 < 0.1


def test_field_names_of_the_rules_exist() -> None:
    from preview.rules import rules

    declared = rules()
    assert all(isinstance(name, FieldName) for names in declared.subject.values() for name in names)
    assert set(declared.confused) <= NAMES
