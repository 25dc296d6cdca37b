"""Tests of assistant/tickets/duties.py."""

from __future__ import annotations

import pytest

from assistant.tickets.duties import Duties, duty_lines
from knowledge_base.content import load_content


@pytest.fixture(scope="module")
def duties() -> Duties:
    return Duties(load_content())


def test_every_duty_line_stands_in_the_knowledge_base_under_the_lead_of_its_class(duties: Duties) -> None:
    for code, line in duty_lines().items():
        lead = duties.lead(code)
        basis = duties.basis(lead, code) if lead else None
        assert basis is not None, f"{code}: {lead} has no duty {line!r}"


def test_every_class_has_a_lead_or_is_referred(duties: Duties) -> None:
    assert [code for code in duties.categories if not duties.lead(code) and not duties.is_referred(code)] == []


@pytest.mark.parametrize(
    ("name", "department"),
    [
        ("城管", "cgj"),
        ("公安（恶意欠薪涉罪）", "gaj"),
        ("镇街", "zj_street"),
        ("rsj", "rsj"),
        ("物业", None),
        ("转介", None),
    ],
)
def test_short_names_lead_to_departments(name: str, department: str | None, duties: Duties) -> None:
    assert duties.department_id(name) == department


def test_duty_of_another_department_is_no_basis(duties: Duties) -> None:
    assert duties.basis("gaj", "0101") is None
    assert duties.basis("unknown", "0101") is None
