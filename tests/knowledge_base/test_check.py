"""Tests of knowledge_base/check/: what it finds in small content, and nothing wrong in the starter content."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.check import Problem, Severity, check
from knowledge_base.content import STARTER_CONTENT, content_files, load_content
from knowledge_base.text import squeeze

Fields = dict[str, Any]
Write = Callable[..., Path]
Find = Callable[..., list[Problem]]

TODAY = dt.date(2026, 1, 1)


@pytest.fixture
def find(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> Find:
    """Check one item that has nothing wrong but for the fields given."""
    told = [
        make_fact("居住证自受理之日起15个工作日内发放。"),
        make_fact("首次申领免费。", facet="fee"),
        make_fact("凭居民身份证申领。", facet="materials"),
    ]

    def find(*more_facts: Fields, others: Fields | None = None, **fields: Any) -> list[Problem]:
        item = make_item(facts=[*told, *more_facts]) | fields
        return check(write_content(tmp_path, others, juzhu=[item]), TODAY)

    return find


def line_with(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def category(**fields: Any) -> Fields:
    base = {"code": "0101", "name": "欠薪", "parent": "劳动", "lead": "gaj", "source": "《条例》", "grade": "A"}
    return {"appeal_catalogue": {"categories": [base | fields]}}


def test_sound_content_has_no_problems(find: Find) -> None:
    assert find() == []


# (a) the schema, file by file


def test_broken_file_does_not_hide_the_problems_of_the_others(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    broken = [make_item("a-1", "甲", facts=[make_fact(grade="Z")])]
    unsound = [make_item("b-1", "乙", facts=[make_fact(source="未知")])]
    folder = write_content(tmp_path, aa=broken, bb=unsound)
    (folder / "towns.yaml").write_text("towns: [", encoding="utf-8")
    (folder / "ticket_rules.yaml").unlink()
    errors = [p for p in check(folder, TODAY) if p.severity is Severity.ERROR]
    assert [(p.path.name, p.field, p.message) for p in errors] == [
        ("aa.yaml", "items.0.facts.0.grade", "不在可选的值里"),
        ("bb.yaml", "items.0.facts.0.source", "没有真实来源（未知）"),
        ("ticket_rules.yaml", "file", "文件不存在"),
        ("towns.yaml", "file", "不是正确的 YAML，请检查缩进、引号和编码"),
    ]
    assert errors[0].line == line_with(errors[0].path, "grade: Z")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"txet": "手误"}, "没有这个字段，请检查拼写"),
        ({"valid_to": "2025-02-30"}, "不是正确的日期，请写成 2025-03-01"),
        ({"text": ""}, "不能为空"),
        ({"source": 2025}, "应为文字，数字请加引号"),
        ({"url": "https://www.a.com/"}, "不符合内容格式"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_refusal_of_the_schema_is_told_in_chinese(
    find: Find, make_fact: Callable[..., Fields], change: Fields, message: str
) -> None:
    [problem] = find(make_fact("另一条。") | change)
    assert (problem.severity, problem.field) == (Severity.ERROR, f"items.0.facts.3.{next(iter(change))}")
    assert problem.message.startswith(message)
    assert problem.line > 1


def test_folder_without_items_is_an_error(tmp_path: Path, write_content: Write) -> None:
    assert [(p.severity, p.message) for p in check(write_content(tmp_path))] == [("error", "这里没有内容文件")]


def test_file_that_is_never_read_is_pointed_out(find: Find, tmp_path: Path) -> None:
    find()
    (tmp_path / "items" / "new.yml").write_text("a: 1")
    [problem] = check(tmp_path, TODAY)
    assert (problem.severity, problem.path.name) == (Severity.WARNING, "new.yml")


def test_field_written_twice_is_an_error_as_the_first_is_lost(find: Find, tmp_path: Path) -> None:
    find()
    path = tmp_path / "items" / "juzhu.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "  level: 省级\n", encoding="utf-8")
    [problem] = check(tmp_path, TODAY)
    assert (problem.severity, problem.field) == (Severity.ERROR, "items.0.level")


# (b) references and ids


def test_dead_references_are_errors_at_their_own_line(find: Find) -> None:
    ambiguity = {"terms": ["签注"], "question": "哪一种？", "items": ["jz-apply", "gone-2"]}
    problems = find(
        negative=[{"q": "怎么续签", "item": "gone-1"}, {"q": "去台湾怎么办"}],
        department={"ids": ["gaj", "gone_office"], "text": "公安局"},
        others={"ambiguities": {"ambiguities": [ambiguity]}} | category(lead="gone_lead"),
    )
    assert {(p.severity, p.field, p.message) for p in problems} == {
        ("error", "items.0.negative.0.item", "没有事项 gone-1"),
        ("error", "items.0.department.ids.1", "没有部门 gone_office"),
        ("error", "ambiguities.0.items.1", "没有事项 gone-2"),
        ("error", "categories.0.lead", "没有部门 gone_lead；牵头的只能是部门编号、镇街或转介"),
    }
    assert all(p.line == line_with(p.path, p.message.split("；")[0].split()[1]) for p in problems)


@pytest.mark.parametrize("lead", ["gaj", "镇街", "转介"])
def test_department_town_or_nobody_may_lead(find: Find, lead: str) -> None:
    assert find(others=category(lead=lead)) == []


def test_assisting_offices_are_free_text_unless_they_look_like_an_id(find: Find) -> None:
    [problem] = find(others=category(co=["公安（恶意欠薪涉罪）", "gaj", "gone_office"]))
    assert (problem.severity, problem.field) == (Severity.WARNING, "categories.0.co.2")


def test_items_of_a_refused_file_are_no_dead_references(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    broken = make_item("aa-1", "甲", level="")
    folder = write_content(tmp_path, aa=[broken], bb=[make_item(negative=[{"q": "甲怎么办", "item": "aa-1"}])])
    assert [p.field for p in check(folder, TODAY) if p.severity is Severity.ERROR] == ["items.0.level"]


def test_items_of_a_file_that_is_not_yaml_are_no_dead_references(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    folder = write_content(tmp_path, bb=[make_item(negative=[{"q": "甲怎么办", "item": "aa-1"}])])
    (folder / "items" / "aa.yaml").write_text("items: [", encoding="utf-8")
    assert [p.path.name for p in check(folder, TODAY) if p.severity is Severity.ERROR] == ["aa.yaml"]


def test_shared_ids_and_codes_are_errors(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields]
) -> None:
    town = {
        "code": "441900003",
        "name": "东城街道",
        "short": "东城",
        "kind": "街道",
        "source": "【区划】",
        "grade": "B",
    }
    towns = [town, town | {"name": "南城街道"}, town | {"code": ""}, town | {"code": ""}]
    others = {"towns": {"towns": towns}}
    folder = write_content(tmp_path, others, aa=[make_item(), make_item()], bb=[make_item("bb-1", "乙")])
    path = folder / "items" / "bb.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("id: bb\n", "id: aa\n"), encoding="utf-8")
    errors = {(p.path.name, p.field) for p in check(folder, TODAY) if p.severity is Severity.ERROR}
    assert errors == {("aa.yaml", "items.1.id"), ("bb.yaml", "domain.id"), ("towns.yaml", "towns.1.code")}


# (c) statements that disagree


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        ("居住证自受理之日起7个工作日内办结。", "居住证自受理之日起15日内办结。", "7工作日、15天"),
        ("补领身份证收工本费40元。", "补领身份证，收费40.5元工本费。", "40元、40.5元"),
        ("补领身份证收工本费40元。", "补领身份证应收工本费20元。", "40元、20元"),
        ("失业金最长领24个月。", "失业金最长可以领12个月。", "24月、12月"),
        ("公积金缴存比例最高12%。", "公积金缴存比例最高10%。", "12%、10%"),
        ("申请人应年满18周岁。", "申请人须年满16岁。", "18岁、16岁"),
        ("受理之日起十日内办结。", "受理之日起二十日内办结。", "十天、二十天"),
    ],
)
def test_statements_that_differ_in_one_value_only_are_pointed_out(
    find: Find, make_fact: Callable[..., Fields], one: str, other: str, values: str
) -> None:
    [problem] = find(make_fact(one, facet="notes"), make_fact(other, facet="notes"))
    assert (problem.severity, problem.field) == (Severity.WARNING, "items.0.facts.4.text")
    assert problem.line == line_with(problem.path, other)
    assert f"第 {line_with(problem.path, one)} 行" in problem.message
    assert values in problem.message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("70至79岁的老人，津贴100元，每人每月。", "80至89岁的老人，津贴150元，每人每月。"),
        ("小学民办学位补贴5000元每生每年。", "初中民办学位补贴6000元每生每年。"),
        ("未满16周岁的人，护照有效期5年。", "16周岁以上的人，护照有效期10年。"),
        ("往来港澳一次签注收费15元。", "往来港澳二次签注收费30元。"),
        ("买首套房的，契税按1%征收。", "买二套房的，契税按2%征收。"),
        ("自2024年起每月补贴800元。", "自2025年起每月补贴900元。"),
        ("2025年3月1日起最低工资2080元。", "2023年3月1日起最低工资1900元。"),
        ("办理居住证15个工作日。", "办理居住证要带身份证。"),
        ("居住证15个工作日发放。", "居住证15日发放，居住证每年签注1次。"),
    ],
)
def test_statements_on_different_cases_do_not_disagree(
    find: Find, make_fact: Callable[..., Fields], one: str, other: str
) -> None:
    assert find(make_fact(one, facet="notes"), make_fact(other, facet="notes")) == []


def test_old_rule_and_its_successor_do_not_disagree(find: Find, make_fact: Callable[..., Fields]) -> None:
    old = make_fact("每月补贴800元。", facet="notes", valid_from="2024-01-01", valid_to="2026-06-30")
    new = make_fact("每月补贴900元。", facet="notes", valid_from="2026-07-01")
    assert [p.field for p in find(old, new)] == ["items.0.facts.4.valid_from"], "not yet in force, that is all"
    assert len(find(old, new | {"valid_from": "2026-01-01"})) == 1


def test_statements_of_different_facets_are_not_compared(find: Find, make_fact: Callable[..., Fields]) -> None:
    assert find(make_fact("满7日。", facet="notes"), make_fact("满15日。", facet="conditions")) == []


def test_same_statement_twice_is_an_error(find: Find, make_fact: Callable[..., Fields]) -> None:
    [problem] = find(make_fact("周末不办。", facet="notes"), make_fact("周末 不办。", facet="notes"))
    assert (problem.severity, problem.field) == (Severity.ERROR, "items.0.facts.4.text")


# (d) validity


@pytest.mark.parametrize(
    ("span", "field"),
    [
        ({"valid_to": "2025-12-31"}, "valid_to"),
        ({"valid_to": "2026-01-01"}, None),
        ({"valid_from": "2026-01-02"}, "valid_from"),
        ({"valid_from": "2026-01-01"}, None),
    ],
    ids=["ended yesterday", "ends today", "begins tomorrow", "begins today"],
)
def test_fact_out_of_force_is_pointed_out(
    find: Find, make_fact: Callable[..., Fields], span: Fields, field: str | None
) -> None:
    problems = find(make_fact("周末不办。", facet="notes", **span))
    assert [(p.severity, p.field) for p in problems] == ([("warning", f"items.0.facts.3.{field}")] if field else [])


def test_validity_is_checked_on_today_unless_a_day_is_given(
    find: Find, make_fact: Callable[..., Fields], tmp_path: Path
) -> None:
    find(make_fact("周末不办。", facet="notes", valid_to=str(dt.date.today() - dt.timedelta(1))))
    assert [p.field for p in check(tmp_path)] == ["items.0.facts.3.valid_to"]
    assert check(tmp_path, dt.date(2020, 1, 1)) == []


# (e) sources


@pytest.mark.parametrize(
    "source", ["未知", "待补", "待补充", "来源待查", "无", "暂无来源", "TODO", "N/A", "-", "？？"]
)
def test_fact_without_a_real_source_is_an_error(find: Find, make_fact: Callable[..., Fields], source: str) -> None:
    [problem] = find(make_fact("周末不办。", facet="notes", source=source, grade="X"))
    assert (problem.severity, problem.field) == (Severity.ERROR, "items.0.facts.3.source")


def test_every_sourced_record_must_have_a_source(find: Find) -> None:
    material = {"id": "id-card", "name": "身份证", "source": "未知", "grade": "X"}
    faq = {"q": "能代办吗", "a": "可以。", "source": "未知", "grade": "X"}
    problems = find(materials=[material], faqs=[faq], others=category(source="未知"))
    assert {p.field for p in problems} == {
        "items.0.materials.0.source",
        "items.0.faqs.0.source",
        "categories.0.source",
    }


@pytest.mark.parametrize(
    ("source", "grade", "vague"),
    [
        ("网上资料", "A", True),
        ("公开口径", "B", True),
        ("网上资料", "C", False),
        ("《居住证暂行条例》第9条", "A", False),
        ("【东莞居住证办理】(公开答复)", "B", False),
        ("粤府函〔2025〕23号", "A", False),
        ("东莞市公安局答复", "A", False),
    ],
)
def test_verified_fact_must_name_its_document_or_office(
    find: Find, make_fact: Callable[..., Fields], source: str, grade: str, vague: bool
) -> None:
    problems = find(make_fact("周末不办。", facet="notes", source=source, grade=grade))
    assert [(p.severity, p.field) for p in problems] == ([("warning", "items.0.facts.3.source")] if vague else [])


# (f) addresses and telephone numbers in texts


@pytest.mark.parametrize(
    "text",
    [
        "请登录 https://www.dgbendi.com/a?b=1 查询。",
        "请登录www.dgbendi.com查询。",
        "请登录ｗｗｗ．ｄｇｂｅｎｄｉ．ｃｏｍ查询。",
        "请登录粤省事.com",
        "http://dg.gov.cn.evil.com/",
        "http://www.dg.gov.cn@evil.com/",
        "http://1.2.3.4/a",
        "邮箱 abc@163.com",
        "ftp://files.example.org",
    ],
)
def test_address_that_is_not_official_is_an_error(find: Find, make_fact: Callable[..., Fields], text: str) -> None:
    problems = find(make_fact(text, facet="notes"))
    assert [(p.severity, p.field) for p in problems] == [("error", "items.0.facts.3.text")]


@pytest.mark.parametrize(
    "text",
    [
        "请登录https://www.gdzwfw.gov.cn/portal，按提示办理。",
        "请登录si.12333.gov.cn。",
        "请登录https://www.dg.gov.cn办理",
        "请看http://www.dg.gov.cn.",
        "不满2.5年的，比例为1.5%；版本V2.0",
    ],
)
def test_official_address_and_decimals_are_no_problem(
    find: Find, make_fact: Callable[..., Fields], text: str
) -> None:
    assert find(make_fact(text, facet="notes")) == []


def test_addresses_are_looked_for_in_every_field_of_every_file(find: Find) -> None:
    problems = find(
        plain="看www.a.com",
        aliases=["www.b.com"],
        gaps=[{"topic": "网点", "asks": ["www.c.com是官网吗"]}],
        others=category(source="《条例》，见www.d.com"),
    )
    assert {p.field for p in problems} == {
        "items.0.plain",
        "items.0.aliases.0",
        "items.0.gaps.0.asks.0",
        "categories.0.source",
    }
    assert {p.severity for p in problems} == {Severity.ERROR}


@pytest.mark.parametrize(
    "text",
    [
        "请打13812345678。",
        "电话0769-22831234。",
        "电话：(0769)22831234",
        "窗口电话22831234。",
        "客服400-123-4567",
        "拨打95598",
        "热线：96877",
    ],
)
def test_telephone_number_in_a_text_is_pointed_out(find: Find, make_fact: Callable[..., Fields], text: str) -> None:
    problems = find(make_fact(text, facet="notes"))
    assert [(p.severity, p.field) for p in problems] == [("warning", "items.0.facts.3.text")]


@pytest.mark.parametrize(
    "text",
    [
        "可以打12345、12333或12315，急事打110、119、120、122。",
        "自2025-03-01起，到20261231止，共10800元、12345678元。",
        "2024-2025学年，每平方米20000000元，10000000人。",
        "东府办函〔2025〕361号",
    ],
)
def test_hotlines_dates_and_amounts_are_no_telephone_numbers(
    find: Find, make_fact: Callable[..., Fields], text: str
) -> None:
    assert find(make_fact(text, facet="notes")) == []


# (g) questions


def test_gap_that_asks_what_a_fact_answers_is_an_error(find: Find, make_fact: Callable[..., Fields]) -> None:
    fact = make_fact("周末不办。", facet="notes", asks=["周末办吗", "星期天办吗"])
    [problem] = find(fact, gaps=[{"topic": "周末", "asks": ["几点开门", "周末 办嗎？"]}])
    assert (problem.severity, problem.field) == (Severity.ERROR, "items.0.gaps.0.asks.1")
    assert "jz-apply" in problem.message


def test_gap_that_asks_what_a_frequent_question_answers_is_an_error(find: Find) -> None:
    faq = {"q": "能代办吗？", "similar": ["找人代办行吗"], "a": "可以。", "source": "由本库事实归纳", "grade": "X"}
    problems = find(faqs=[faq], gaps=[{"topic": "代办", "asks": ["能代办吗", "找人代办行吗？"]}])
    assert [(p.severity, p.field) for p in problems] == [
        ("error", "items.0.gaps.0.asks.0"),
        ("error", "items.0.gaps.0.asks.1"),
    ]


def test_question_of_two_items_is_pointed_out_at_the_second(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    told = [make_fact(f"{facet}的内容。", facet=facet) for facet in ("fee", "materials")]
    first = make_item(facts=[*told, make_fact("十五天。", asks=["要等多久", "要等多久？"])])
    second = make_item("jz-2", "乙", facts=[*told, make_fact("七天。", asks=["要等多久"])])
    [problem] = check(write_content(tmp_path, aa=[first], bb=[second]), TODAY)
    assert (problem.severity, problem.path.name, problem.field) == ("warning", "bb.yaml", "items.0.facts.2.asks.0")
    assert "jz-apply" in problem.message


# (h) what an item leaves unsaid


def test_item_silent_on_materials_fee_and_time_limit_gets_one_warning(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    item = make_item(facts=[make_fact("住满半年。", facet="conditions")])
    [problem] = check(write_content(tmp_path, juzhu=[item]), TODAY)
    assert (problem.severity, problem.field) == (Severity.WARNING, "items.0.id")
    assert "申请材料、收费、办理时限" in problem.message


def test_silence_that_a_gap_owns_up_to_is_no_problem(
    tmp_path: Path, write_content: Write, make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    source = {"source": "《居住证暂行条例》", "grade": "A"}
    item = make_item(
        facts=[make_fact("住满半年。", facet="conditions")],
        materials=[{"id": "id-card", "name": "身份证"} | source],
        gaps=[{"topic": "工本费", "asks": ["要多少钱"]}, {"topic": "办理天数", "asks": ["几天能拿到"]}],
    )
    assert check(write_content(tmp_path, juzhu=[item]), TODAY) == []


# The starter content


@pytest.fixture(scope="module")
def starter_problems() -> list[Problem]:
    return check()


def test_starter_content_has_no_error(starter_problems: list[Problem]) -> None:
    assert [p for p in starter_problems if p.severity is Severity.ERROR] == []


def test_every_warning_on_the_starter_content_points_at_a_line(starter_problems: list[Problem]) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in content_files(STARTER_CONTENT)}
    assert all(0 < problem.line <= lengths[problem.path] for problem in starter_problems)


def test_starter_content_is_checked_in_seconds() -> None:
    started = time.process_time()
    check()
    assert time.process_time() - started < 8


def test_everything_in_the_starter_content_has_a_source() -> None:
    items = load_content().items.values()
    sources = [part.source for item in items for part in (*item.facts, *item.materials, *item.faqs)]
    assert len(sources) > 1500
    assert all(len(source) > 4 for source in sources)


def test_starter_content_names_no_address_that_is_not_official() -> None:
    texts = [path.read_text(encoding="utf-8") for path in content_files(STARTER_CONTENT)]
    hosts = {host for text in texts for host in re.findall(r"[a-z0-9.-]+\.(?:com|cn|net|org)\b", text)}
    assert [host for host in hosts if not host.endswith(".gov.cn")] == []


def test_no_gap_of_the_starter_content_asks_what_a_fact_answers() -> None:
    items = load_content().items.values()
    answered = {squeeze(ask) for item in items for fact in item.facts for ask in fact.asks}
    answered |= {squeeze(ask) for item in items for faq in item.faqs for ask in (faq.q, *faq.similar)}
    assert [ask for item in items for gap in item.gaps for ask in gap.asks if squeeze(ask) in answered] == []
