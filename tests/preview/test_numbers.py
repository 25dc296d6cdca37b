"""Numbers with a rule: the vectors of the standards, and repairs that only a checksum allows."""

from __future__ import annotations

import pytest

from preview.numbers import (
    IdKind,
    id_check_digit,
    id_kind,
    is_valid_id,
    is_valid_old_registration,
    is_valid_uscc,
    passes_luhn,
    read_bank_card,
    read_id,
    read_passport,
    read_permit,
    read_phone,
    read_property_certificate,
    read_uscc,
    same_permit_holder,
)


@pytest.mark.parametrize(
    "number",
    ["11010519491231002X", "440524188001010014", "810000199408230021", "830000199201300022"],
)
def test_numbers_of_the_standards_are_valid(number: str) -> None:
    assert is_valid_id(number)


def test_a_number_of_dongguan_and_of_a_foreigner_is_valid() -> None:
    for first in ("44190019900506003", "91101019900506003"):
        assert is_valid_id(first + id_check_digit(first))
    assert id_kind("911010199005060031") is IdKind.FOREIGNER
    assert id_kind("820000199005060031") is IdKind.MACAU


@pytest.mark.parametrize(
    "number", ["110105194912310029", "11010519491331002X", "1101051949123100", "44052418800101001X"]
)
def test_a_wrong_check_digit_date_or_length_is_not_valid(number: str) -> None:
    assert not is_valid_id(number)


def test_letters_where_digits_stand_are_mapped_and_reported_as_repaired() -> None:
    reading = read_id("公民身份号码 11O1O519491231OO2X")
    assert reading is not None and reading.valid and reading.repaired
    assert (reading.value, reading.raw) == ("11010519491231002X", "11O1O519491231OO2X")


def test_a_well_read_wrong_number_is_never_repaired() -> None:
    reading = read_id("110105194912310026", birth="1949-12-31", score=0.99)
    assert (
        reading is not None and not reading.valid and not reading.repaired and reading.value == "110105194912310026"
    )


def test_a_badly_read_digit_is_repaired_when_the_printed_birth_date_agrees() -> None:
    first = "44190019900506003"
    right = first + id_check_digit(first)
    wrong = right.replace("1990", "1998", 1)
    reading = read_id(wrong, birth="1990-05-06", sex="男", score=0.8)
    assert reading is not None
    assert (reading.value, reading.repaired) == (right, True)


def test_spaces_within_a_number_and_a_phone_behind_it_do_no_harm() -> None:
    assert read_id("440524 18800101 0014").value == "440524188001010014"  # type: ignore[union-attr]
    assert read_id("440524188001010014 13800138000").value == "440524188001010014"  # type: ignore[union-attr]


@pytest.mark.parametrize("code", ["91350100M000100Y43", "114400007592141270"])
def test_credit_codes_of_companies_and_of_a_body_whose_check_is_0_are_valid(code: str) -> None:
    assert is_valid_uscc(code)


def test_a_village_collective_with_a_letter_in_front_is_read() -> None:
    body = "N24419000"  # authority N, class 2, region 441900
    code = next(c for tail in range(10**5) for c in [_completed(f"{body[:8]}MA{tail:06d}"[:16])] if c is not None)
    reading = read_uscc(f"统一社会信用代码{code}")
    assert reading is not None and reading.valid and reading.value == code


def _completed(first_16: str) -> str | None:
    """Give the first code with these characters that passes both checks."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for body_check in "0123456789X":
        for check in alphabet:
            if is_valid_uscc(first_16 + body_check + check):
                return first_16 + body_check + check
    return None


def test_letters_that_a_credit_code_never_has_are_replaced() -> None:
    reading = read_uscc("9135O1OOMOOO1OOY43")
    assert reading is not None and reading.valid and reading.repaired and reading.value == "91350100M000100Y43"


def test_a_broken_credit_code_stays_as_it_was_read() -> None:
    reading = read_uscc("91350100M000100Y44")
    assert reading is not None and not reading.valid and reading.value == "91350100M000100Y44"


def test_old_registration_number() -> None:
    assert is_valid_old_registration("110108000000016")
    assert not is_valid_old_registration("110108000000017")


def test_permits_with_8_and_10_digits_belong_to_one_person_by_their_first_nine() -> None:
    long, short = read_permit("H0123456701"), read_permit("证件号码:H01234567")
    assert long is not None and short is not None and same_permit_holder(long.value, short.value)


def test_phones_cards_passports() -> None:
    assert read_phone("电话：0769-2283 1234").value == "0769-22831234"  # type: ignore[union-attr]
    assert read_passport("E12345678").value == "E12345678"  # type: ignore[union-attr]
    card = read_bank_card("卡号 6222 0212 3456 7890 128")
    assert card is not None and card.valid == passes_luhn("6222021234567890128")
    assert read_phone("440524188001010014") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("粤（2023）东莞不动产权第0123456号", "粤(2023)东莞不动产权第0123456号"),
        ("粤 ( 2021 ) 东莞市 不動產權第 0000789 號", "粤(2021)东莞市不动产权第0000789号"),
        ("东府国用(2008)第特123号", "东府国用(2008)第特123号"),
    ],
)
def test_property_certificates_of_new_and_old_form(text: str, number: str) -> None:
    assert read_property_certificate(text).value == number  # type: ignore[union-attr]
