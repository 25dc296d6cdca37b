"""Check digits of identity numbers, credit codes and bank cards; written apart from the product's own checkers."""

from __future__ import annotations

CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100: no I, O, S, V, Z."""


def id_check_digit(first17: str) -> str:
    """Give the last character of a resident identity number. Source: GB 11643-1999, ISO 7064 MOD 11-2.

    >>> id_check_digit("11010519491231002")
    'X'
    """
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first17))
    return "10X98765432"[total % 11]


def organisation_check(first8: str) -> str:
    """Give the ninth character of an organisation code. Source: GB 11714.

    >>> organisation_check("M000100Y")
    '4'
    """
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(signs.index(sign) * weight for sign, weight in zip(first8, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X"[(11 - total % 11) % 11]


def uscc_check(first17: str) -> str:
    """Give the last character of a unified social credit code. Source: GB 32100-2015.

    >>> uscc_check("91350100M000100Y4")
    '3'
    """
    total = sum(CODE_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(first17))
    return CODE_SIGNS[(31 - total % 31) % 31]


def luhn_digit(first: str) -> str:
    """Give the last digit of a bank card number. Source: ISO/IEC 7812.

    >>> luhn_digit("7992739871")
    '3'
    """
    total = 0
    for place, digit in enumerate(reversed(first)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)
