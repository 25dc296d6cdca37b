"""Invented people and companies: their numbers pass the rules of their standards."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest

from eval.papers.numbers import id_check_digit, luhn_digit, organisation_check, uscc_check
from eval.papers.persons import hong_kong_person, make_company, make_person, with_birth

AS_OF = dt.date(2026, 10, 12)


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "440524188001010014", "810000199408230021", "830000199201300022"]
)
def test_identity_check_digit_fits_the_published_numbers(number: str) -> None:
    assert id_check_digit(number[:17]) == number[17]


def test_credit_code_check_fits_the_published_code_and_its_inner_code() -> None:
    code = "91350100M000100Y43"

    assert uscc_check(code[:17]) == code[17]
    assert organisation_check(code[8:16]) == code[16]


def test_every_invented_person_has_a_number_of_the_birth_date_and_sex() -> None:
    rng = Random(1)
    for _ in range(200):
        person = make_person(rng, AS_OF)

        assert person.id_number == with_birth(person.id_number[:6], person.birth, int(person.id_number[14:17]))
        assert (int(person.id_number[16]) % 2 == 1) is (person.sex == "男")
        assert luhn_digit(person.bank_no[:-1]) == person.bank_no[-1]


def test_most_people_are_of_dongguan() -> None:
    rng = Random(2)
    people = [make_person(rng, AS_OF) for _ in range(200)]

    assert sum(p.id_number.startswith("441900") for p in people) > 90


def test_cards_are_valid_and_their_span_fits_the_age_at_issue() -> None:
    rng = Random(3)
    for age in ((1, 3), (17, 24), (27, 44), (47, 90)):
        for _ in range(60):
            person = make_person(rng, AS_OF, age)
            at_issue = (person.valid_from - person.birth).days / 365.25
            if person.valid_to is None:
                assert at_issue > 45.9
            else:
                years = person.valid_to.year - person.valid_from.year
                assert person.valid_to > AS_OF
                assert years == (5 if at_issue < 16 else 10 if at_issue < 26 else 20)


@pytest.mark.parametrize(
    ("kind", "head"), [("company", "91441900"), ("sole_trader", "92441900"), ("collective", "N2441900")]
)
def test_companies_sole_traders_and_village_collectives_have_valid_codes(kind: str, head: str) -> None:
    rng = Random(4)
    for _ in range(50):
        code = make_company(rng, AS_OF, make_person(rng, AS_OF), kind).uscc

        assert code.startswith(head)
        assert uscc_check(code[:17]) == code[17]
        assert organisation_check(code[8:16]) == code[16]


def test_residents_of_hong_kong_have_an_810000_number() -> None:
    person = hong_kong_person(Random(5), AS_OF, "810000")

    assert person.id_number[:6] == "810000"
    assert id_check_digit(person.id_number[:17]) == person.id_number[17]
