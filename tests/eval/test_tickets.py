"""Tests of the tickets suite: eval/suites/tickets.py, ticket_cases.py, ticket_run.py, near_copies.py."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.tickets.classify import Classifier
from assistant.tickets.dispatch import Dispatcher
from assistant.tickets.draft import Drafter
from assistant.tickets.exemplars import phrases, shipped_tickets
from assistant.tickets.schema import Channel, TicketDraft, TicketKind
from assistant.tickets.transcript import parse
from eval.case_files import CaseError
from eval.near_copies import NEAR_COPY, NearCopies
from eval.suites.tickets import TicketVerdict, calibration_error, figures, judge, risk_coverage, same_caller
from eval.ticket_cases import CASES, TicketCase, load_ticket_cases, own_cases
from eval.ticket_run import flat
from knowledge_base.content import load_content


def make_case(case_id: str = "t", tags: tuple[str, ...] = (), **expect: Any) -> TicketCase:
    """Make a case; the rest belongs to its expectation."""
    given = {"kind": "投诉", "category": "0101", "department": "rsj", "town": "441900121", "auto_ok": True}
    return TicketCase.model_validate(
        {
            "id": case_id,
            "channel": "chat",
            "now": "2026-06-01T09:00:00+08:00",
            "text": "虎门工资",
            "expect": given | expect,
            "tags": tags,
        }
    )


def make_prediction(**fields: Any) -> dict[str, Any]:
    """Make a right prediction of the plain case."""
    given: dict[str, Any] = {
        "id": "t",
        "kind": "投诉",
        "category": "0101",
        "department": "rsj",
        "candidates": ["rsj", "zjj", "gaj"],
        "town": "441900121",
        "urgency": "normal",
        "weak_signal": False,
        "caller_name": None,
        "phone": None,
        "address": None,
        "occurred_at": None,
        "title": "",
        "demand": "",
        "auto": True,
        "duplicate_of": None,
        "confidence": 0.95,
        "latency_ms": {"total": 12.0},
    }
    return given | fields


def right(case: TicketCase, **fields: Any) -> dict[str, bool]:
    """Judge a prediction."""
    return dict(judge(case, make_prediction(**fields)).right)


def test_right_prediction_is_right_in_every_scored_field() -> None:
    assert all(right(make_case()).values())


@pytest.mark.parametrize(
    ("field", "expect", "given", "fair"),
    [
        ("kind", {"acceptable_kinds": ["求助"]}, {"kind": "求助"}, True),
        ("category_l2", {"acceptable_categories": ["0103"]}, {"category": "0103"}, True),
        ("category_l1", {}, {"category": "0103"}, True),
        ("category_l2", {}, {"category": "0103"}, False),
        ("department", {"acceptable_departments": ["gaj"]}, {"department": "gaj"}, True),
        ("department", {"department": None}, {"department": None}, True),
        ("department", {"department": None}, {"department": "rsj"}, False),
        ("department", {"no_dispatch_ok": True}, {"department": None}, True),
        ("department", {}, {"department": None}, False),
        ("department_top3", {}, {"department": "x", "candidates": ["x", "y", "rsj"]}, True),
        ("department_top3", {}, {"candidates": ["x", "y", "z", "rsj"]}, False),
        ("town", {"town": None}, {"town": None}, True),
        ("town", {"acceptable_towns": ["441900119"]}, {"town": "441900119"}, True),
        ("phone", {"phone": "13800138000"}, {"phone": "138 0013 8000"}, True),
        ("phone", {}, {"phone": "13800138000"}, False),
        ("address", {"address_contains": ["龙眼|龍眼", "画室"]}, {"address": "虎门龙眼某画室"}, True),
        ("address", {"address_contains": ["龙眼", "画室"]}, {"address": "虎门龙眼"}, False),
        ("demand", {"demand_contains": [["退费", "退款"], ["路灯"]]}, {"demand": "要求退款，修路灯"}, True),
        ("demand", {"demand_contains": [["退费", "退款"], ["路灯"]]}, {"demand": "要求退款"}, False),
        ("occurred_at", {"occurred_at": "2026-05-30"}, {"occurred_at": "2026-05-30"}, True),
        ("weak_signal", {"weak_signal": True}, {"weak_signal": False}, False),
    ],
)
def test_field_is_judged_by_its_rule(field: str, expect: dict[str, Any], given: dict[str, Any], fair: bool) -> None:
    assert right(make_case(**expect), **given)[field] is fair


def test_what_a_case_leaves_open_is_not_scored() -> None:
    found = right(make_case(tags=("date-skip", "ws-either")))
    assert not {"occurred_at", "weak_signal", "address", "demand"} & set(found)


@pytest.mark.parametrize(
    ("expected", "given", "same"),
    [("陈先生", "陈女士", True), ("陈先生", "陈大文", True), ("陈先生", "程先生", False), ("康大有", "康大有", True)],
)
def test_surname_is_enough_where_the_case_has_only_one(expected: str, given: str, same: bool) -> None:
    assert same_caller(expected, given) is same
    assert not same_caller(expected, None)


def verdicts(*pairs: tuple[TicketCase, dict[str, Any]]) -> list[TicketVerdict]:
    """Judge several."""
    return [judge(case, prediction) for case, prediction in pairs]


def test_machine_sending_danger_or_what_it_must_not_is_counted() -> None:
    found = figures(
        verdicts(
            (make_case(), make_prediction()),
            (make_case(), make_prediction(auto=False)),
            (make_case(weak_signal=True, auto_ok=False), make_prediction()),
            (make_case(urgency="emergency", auto_ok=False), make_prediction(auto=False, urgency="emergency")),
        )
    )
    assert (found["auto_share"].value, found["auto_share"].n) == (0.5, 2)
    assert (found["auto_danger"].value, found["auto_danger"].n) == (0.5, 2)
    assert found["auto_forbidden"].value == 0.5
    assert found["emergency_recall"].value == 1
    assert found["weak_signal_recall"].value == 0


def test_duplicates_are_scored_only_when_they_were_looked_for() -> None:
    case = make_case(duplicate_of="t0")
    assert "duplicate_recall" not in figures(verdicts((case, make_prediction())))
    looked = make_prediction(duplicates_looked_for=True, duplicate_of="t0")
    other = make_prediction(duplicates_looked_for=True, duplicate_of="t9")
    found = figures(verdicts((case, looked), (make_case(), other)))
    assert (found["duplicate_precision"].value, found["duplicate_recall"].value) == (0.5, 1.0)


def test_calibration_error_is_the_gap_between_confidence_and_rightness() -> None:
    assert calibration_error([(0.9, True)] * 9 + [(0.9, False)]) == pytest.approx(0)
    assert calibration_error([(0.9, False)] * 10) == pytest.approx(0.9)
    assert calibration_error([]) == 0


def test_being_stricter_lowers_coverage_and_risk() -> None:
    found = verdicts((make_case(), make_prediction()), (make_case(), make_prediction(department="x", confidence=0.4)))
    points = [(cover.value, risk.value) for _, cover, risk in risk_coverage(found, (0.0, 0.5))]
    assert points == [(1.0, 0.5), (0.5, 0.0)]


@pytest.mark.parametrize("line", ["{", '{"id": "a"}', "[]", '{"id":"a","channel":"fax","now":"x","text":""}'])
def test_broken_case_file_is_refused_with_its_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(CaseError, match=":2:"):
        load_ticket_cases(path)


def test_own_cases_name_known_classes_departments_and_towns() -> None:
    kb = load_content()
    codes = {c.code for c in kb.appeal_categories} | {None}
    departments = {d.id for d in kb.departments} | {None}
    towns = {t.code for t in kb.towns} | {None}
    for case in own_cases():
        assert {case.expect.category, *case.expect.acceptable_categories} <= codes, case.id
        assert case.expect.departments <= departments, case.id
        assert {case.expect.town, *case.expect.acceptable_towns} <= towns, case.id
        assert not (case.expect.auto_ok and case.expect.for_a_person), case.id


def test_splits_do_not_share_a_matter() -> None:
    split_of = {case.id: case.split for case in own_cases()}
    apart = [c.id for c in own_cases() if c.expect.duplicate_of and split_of.get(c.expect.duplicate_of) != c.split]
    assert apart == []


def test_no_case_is_nearly_an_exemplar_and_no_phrase_is_lifted_from_one() -> None:
    copies = NearCopies(example.text for example in shipped_tickets())
    assert [case.id for case in own_cases() if copies.has(case.text)] == []
    sentences = [example.text for example in phrases(load_content()) if len(example.text) >= 10]
    assert [(c.id, s) for c in own_cases() if c.split != "dev" for s in sentences if s in c.text] == []


def test_no_test_case_is_nearly_a_dev_case_of_another_matter() -> None:
    copies = NearCopies(case.text for case in own_cases("dev"))
    assert [case.id for case in own_cases() if case.split != "dev" and copies.has(case.text)] == []


def test_groups_of_one_matter_are_well_formed_and_hold_no_case() -> None:
    lines = (CASES.parent / "tuning" / "same_matter.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    groups = Counter((row["matter"], row["same"]) for row in rows)
    assert {groups[matter, True] for matter, _ in groups} == {3}
    assert {groups[matter, False] for matter, _ in groups} == {2}
    copies = NearCopies(row["text"] for row in rows)
    assert [case.id for case in own_cases() if copies.has(case.text)] == []


def test_near_copy_is_noticed_and_a_ticket_of_the_same_class_is_not() -> None:
    copies = NearCopies(["虎门镇金洲村路口的路灯坏了半个月没人修"])
    assert copies.has("虎门镇金洲村路口路灯坏了半个月，没人修！")
    assert not copies.has("厚街大道东风路段路灯全灭，晚上走路看不见")
    assert copies.closest("完全无关") < NEAR_COPY


def test_exemplars_cover_every_class_and_are_well_formed() -> None:
    kb = load_content()
    tickets = shipped_tickets()
    assert {example.label for example in tickets} == {c.code for c in kb.appeal_categories}
    assert {example.kind for example in tickets} <= set(TicketKind)
    assert {example.department for example in tickets} <= {d.id for d in kb.departments} | {None}
    assert len({example.text for example in tickets}) == len(tickets)


def test_predictions_have_the_fields_of_the_contract() -> None:
    contract = {
        *("id", "kind", "category", "department", "candidates", "town", "urgency", "weak_signal", "caller_name"),
        *("phone", "address", "occurred_at", "title", "demand", "auto", "duplicate_of"),
    }
    case = make_case()
    made = flat(case.id, empty_draft(), 1.0, None, looked=False)
    assert contract <= set(json.loads(json.dumps(made)))


def empty_draft() -> TicketDraft:
    """Draft nothing with a drafter that has only n-grams."""
    kb = load_content()
    classifier = Classifier(kb.appeal_categories, kb.towns)
    return Drafter(kb, classifier, Dispatcher.of(kb, classifier.model)).draft(parse("", Channel.CHAT))
