"""Numbers with a rule: identity, credit code, permits, passports, phones, cards, property certificates.

Our own checkers, since ready-made ones refuse Dongguan's address code and village collectives. A repair is
made only where a checksum proves it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from preview.folding import simplified

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MUST_BE_DIGIT = str.maketrans("OoQDIlLi|!ZzSsBGbTgq", "00001111112255866799")
"""What a letter is where only a digit can stand."""

_NEVER_IN_USCC = str.maketrans("OIZS", "0125")
"""These letters do not occur in a credit code, so there is no doubt what they were."""

_TWINS = (
    "0DQ",
    "1LT7",
    "8B3",
    "6G",
    "UY",
    "5S",
    "2Z",
    "MN",
    "HN",
    "EF",
    "PR",
    "CG",
    "KX",
    "4A",
    "69",
    "38",
    "17",
    "80",
    "60",
    "56",
    "90",
)


class IdKind(StrEnum):
    """Whose number an 18-digit identity number is."""

    RESIDENT = "resident"
    HONG_KONG = "hong_kong"
    MACAU = "macau"
    TAIWAN = "taiwan"
    FOREIGNER = "foreigner"


@dataclass(frozen=True)
class NumberReading:
    """A number found in a text. `valid`: its checks hold, or it has none and its form is right."""

    value: str
    raw: str
    valid: bool
    repaired: bool = False


def id_check_digit(first_17: str) -> str:
    """Give the 18th character for 17 digits. Source: GB 11643-1999, ISO 7064 MOD 11-2.

    >>> id_check_digit("11010519491231002")
    'X'
    """
    return _ID_CHECKS[sum(int(d) * w for d, w in zip(first_17, _ID_WEIGHTS, strict=True)) % 11]


def is_valid_id(number: str) -> bool:
    """Tell whether an identity number has a right check digit and a birth date that exists.

    The address code is not looked up (codes of Dongguan, the special regions and foreigners are not in
    the usual tables); a date after today or before 1880 is no birth date.

    >>> is_valid_id("11010519491231002X"), is_valid_id("440524188001010014"), is_valid_id("440524188001010015")
    (True, True, False)
    >>> is_valid_id("810000199408230021"), is_valid_id("830000199201300022")
    (True, True)
    """
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number):
        return False
    return id_check_digit(number[:17]) == number[17] and id_birth(number) is not None


def id_birth(number: str) -> dt.date | None:
    """Give the birth date of an 18-digit number, None where the digits are no date.

    >>> id_birth("11010519491231002X")
    datetime.date(1949, 12, 31)
    """
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return None
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if dt.date(1880, 1, 1) <= born <= dt.date.today() else None


def id_sex(number: str) -> str:
    """Give 男 or 女 by the 17th digit.

    >>> id_sex("11010519491231002X"), id_sex("440524188001010014")
    ('女', '男')
    """
    return "男" if int(number[16]) % 2 else "女"


def id_kind(number: str) -> IdKind:
    """Tell whose number it is by its first digits.

    >>> id_kind("820000199001010019").value, id_kind("441900199001010012").value
    ('macau', 'resident')
    """
    special = {"810000": IdKind.HONG_KONG, "820000": IdKind.MACAU, "830000": IdKind.TAIWAN}
    return IdKind.FOREIGNER if number[0] == "9" else special.get(number[:6], IdKind.RESIDENT)


def read_id(text: str, birth: str = "", sex: str = "", score: float = 1.0) -> NumberReading | None:
    """Find an 18-digit identity number in a text; None if nothing of that length is there.

    Letters in the place of digits are mapped (only a digit can stand there) and must then pass the check.
    A wrong digit is replaced only if the reader itself was unsure (`score` below 0.97) and exactly one
    exchange of look-alikes passes the check and agrees with the printed `birth` (YYYY-MM-DD) or, without
    it, is the only one at all; otherwise the raw number comes back as not valid.

    >>> read_id("公民身份号码 11010519491231OO2x").value
    '11010519491231002X'
    >>> read_id("110105194912310029").valid
    False
    """
    best: NumberReading | None = None
    for raw in _id_like(text):
        number = (raw[:17].translate(_MUST_BE_DIGIT) + raw[17].replace("x", "X")).upper()
        if number[17] not in "0123456789X":
            number = number[:17] + raw[17].translate(_MUST_BE_DIGIT)
        if not re.fullmatch(r"\d{17}[\dX]", number):
            continue
        if is_valid_id(number):
            return NumberReading(number, raw, True, repaired=number != raw.upper())
        mended = _mended_id(number, birth, sex) if score < 0.97 else None
        found = NumberReading(mended, raw, True, True) if mended else NumberReading(number, raw, False)
        if best is None or found.valid > best.valid:
            best = found
    return best


_ID_LIKE = re.compile(r"(?<![0-9A-Za-z])[0-9OoQDIlLi|!ZzSsBGbTgq]{17}[0-9XxOoIlZzSsBG×](?![0-9A-Za-z])")


def _id_like(text: str) -> Iterator[str]:
    squeezed = re.sub(r"(?<=[0-9A-Za-z|!])[\s.·]+(?=[0-9A-Za-z|!×])", "", text)
    for wording in (text, squeezed):
        for found in _ID_LIKE.finditer(wording):
            raw = found[0].replace("×", "X")
            if sum(c.isdigit() for c in raw) >= 12:
                yield raw


def _mended_id(number: str, birth: str, sex: str) -> str | None:
    options = []
    for place, digit in enumerate(number[:17]):
        for twins in _TWINS:
            if digit in twins:
                options += [number[:place] + t + number[place + 1 :] for t in twins if t.isdigit() and t != digit]
    passed = {n for n in options if is_valid_id(n)}
    if birth:
        passed = {n for n in passed if n[6:14] == birth.replace("-", "")}
    if sex:
        passed = {n for n in passed if id_sex(n) == sex}
    return passed.pop() if len(passed) == 1 else None


def is_valid_uscc(code: str) -> bool:
    """Tell whether a unified social credit code has both check characters right.

    Source: GB 32100-2015, inner body code GB 11714. Letters stand anywhere behind the class (N and Y too).

    >>> is_valid_uscc("91350100M000100Y43"), is_valid_uscc("91350100M000100Y44")
    (True, False)
    """
    return _uscc_check_holds(code) and _body_check_holds(code[8:17])


def _uscc_check_holds(code: str) -> bool:
    if len(code) != 18 or any(c not in _USCC_ALPHABET for c in code):
        return False
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(code[:17], _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[(31 - total % 31) % 31] == code[17]


def _body_check_holds(body: str) -> bool:
    total = sum(int(c, 36) * w for c, w in zip(body[:8], _BODY_WEIGHTS, strict=True))
    return "0123456789X0"[(11 - total % 11)] == body[8]


def read_uscc(text: str, score: float = 1.0) -> NumberReading | None:
    """Find a unified social credit code in a text.

    I, O, Z and S never occur in one and are replaced; a further exchange of look-alikes is made only when the
    reader was unsure (`score` below 0.97) and exactly one makes both check characters right.

    >>> read_uscc("统一社会信用代码 9135O1OOM0OO1OOY43").value
    '91350100M000100Y43'
    >>> read_uscc("91350100M000100Y4B").valid
    False
    """
    squeezed = re.sub(r"(?<=[0-9A-Z])[\s.·-]+(?=[0-9A-Z])", "", text.upper())
    pattern = r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])"
    best: NumberReading | None = None
    for raw in [*re.findall(pattern, text.upper()), *re.findall(pattern, squeezed)]:
        if sum(c.isdigit() for c in raw) < 8:
            continue
        code = raw.translate(_NEVER_IN_USCC)
        code = code[:2] + code[2:8].translate(_MUST_BE_DIGIT) + code[8:]
        if not re.fullmatch(r"[1-9ANY][1-9ANY]\d{6}[0-9A-Z]{10}", code):
            continue
        if is_valid_uscc(code):
            return NumberReading(code, raw, True, code != raw)
        mended = _mended_uscc(code) if score < 0.97 else None
        reading = NumberReading(mended, raw, True, True) if mended else NumberReading(code, raw, False)
        best = best if best and best.valid else reading
    return best if best and best.valid else _with_lost_end(squeezed) or best


def _with_lost_end(text: str) -> NumberReading | None:
    """Put back a first 9 that a label swallowed, or a last sign that was cut off; both inner checks must then hold.

    >>> _with_lost_end("统一社会信用代码1350100M000100Y43").value
    '91350100M000100Y43'
    >>> _with_lost_end("信用代码:91350100M000100Y4").value
    '91350100M000100Y43'
    """
    found = re.search(r"(?<=码)[:：]?([0-9A-Z]{17})(?![0-9A-Z])", text)
    if found is None:
        return None
    options = ["9" + found[1]] if found[1][0] in "123" else []
    options += [found[1] + last for last in _USCC_ALPHABET] if found[1][0] == "9" else []
    passed = [code for code in options if is_valid_uscc(code)]
    return NumberReading(passed[0], found[1], True, True) if len(passed) == 1 else None


def _mended_uscc(code: str) -> str | None:
    options = set()
    for place, char in enumerate(code):
        for twins in _TWINS:
            if char in twins:
                options |= {code[:place] + t + code[place + 1 :] for t in twins if t != char}
    passed = {c for c in options if is_valid_uscc(c)}
    return passed.pop() if len(passed) == 1 else None


def is_valid_old_registration(number: str) -> bool:
    """Tell whether a 15-digit registration number (工商注册号 before 2015) fits its check digit, MOD 11,10.

    >>> is_valid_old_registration("110108000000016")
    True
    """
    if not re.fullmatch(r"\d{15}", number):
        return False
    rest = 10
    for digit in number[:14]:
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return (rest + int(number[14])) % 10 == 1


def read_permit(text: str) -> NumberReading | None:
    """Find a number of a permit to the mainland: H or M with 8 or 10 digits (no check digit exists).

    >>> read_permit("证件号码 H0123456789").value, read_permit("M12345678 (01)").value
    ('H0123456789', 'M12345678')
    """
    squeezed = re.sub(r"(?<=[0-9A-Za-z])\s+(?=[0-9])", "", text)
    found = re.search(r"(?<![0-9A-Za-z])([HMhm])([0-9OoIlZSB]{10}|[0-9OoIlZSB]{8})(?![0-9A-Za-z])", squeezed)
    if not found:
        return None
    value = found[1].upper() + found[2].translate(_MUST_BE_DIGIT)
    return NumberReading(value, found[0], True, value != found[0])


def read_taiwan_permit(text: str) -> NumberReading | None:
    """Find the 8-digit number of a permit for Taiwan residents.

    >>> read_taiwan_permit("通行证号码 01234567").value
    '01234567'
    """
    found = re.search(r"(?<![0-9A-Za-z])\d{8}(?![0-9A-Za-z])", text)
    return NumberReading(found[0], found[0], True) if found else None


def read_passport(text: str) -> NumberReading | None:
    """Find the number of a Chinese passport: G or E with 8 digits, E with a letter (no I, O) and 7, 14/15 with 7.

    >>> read_passport("护照号 EA1234567").value
    'EA1234567'
    """
    found = re.search(
        r"(?<![0-9A-Z])(?:[GE]\d{8}|E[A-HJ-NP-Z]\d{7}|[DSP]E?\d{7,8}|1[45]\d{7})(?![0-9A-Z])", text.upper()
    )
    return NumberReading(found[0], found[0], True) if found else None


def read_phone(text: str) -> NumberReading | None:
    """Find a mobile number, or a landline with area code.

    >>> read_phone("联系电话：138 0013 8000").value, read_phone("(0769) 22001234").value
    ('13800138000', '0769-22001234')
    """
    squeezed = re.sub(
        r"(?<=\d)[\s-]+(?=\d)", "", text.replace("(", "").replace(")", " ").replace("（", "").replace("）", " ")
    )
    if mobile := re.search(r"(?<!\d)(?:\+?86)?(1[3-9]\d{9})(?!\d)", squeezed):
        return NumberReading(mobile[1], mobile[0], True)
    if line := re.search(r"(?<!\d)(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})(?!\d)", squeezed):
        return NumberReading(f"{line[1]}-{line[2]}", line[0], True)
    return None


def passes_luhn(number: str) -> bool:
    """Tell whether a card number passes the Luhn check (some old domestic cards do not: a hint only).

    >>> passes_luhn("6222021234567890128"), passes_luhn("4111111111111112")
    (True, False)
    """
    digits = [int(d) for d in reversed(number)]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


def read_bank_card(text: str) -> NumberReading | None:
    """Find a bank card number, 16 to 19 digits that start like a card; `valid` tells whether Luhn holds.

    >>> read_bank_card("6222 0212 3456 7890 123").value
    '6222021234567890123'
    """
    squeezed = re.sub(r"(?<=[\dOolI])[\s-]+(?=[\dOolI])", "", text)
    for found in re.finditer(r"(?<![0-9A-Za-z])[3-69][\dOolIBS]{12,18}(?![0-9A-Za-z])", squeezed):
        value = found[0].translate(_MUST_BE_DIGIT)
        if len(value) >= 16 and not (len(value) == 18 and is_valid_id(value)):
            return NumberReading(value, found[0], passes_luhn(value), value != found[0])
    return None


_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def read_property_certificate(text: str) -> NumberReading | None:
    """Find a property certificate's number, brackets made uniform.

    >>> read_property_certificate("粤（2023）东莞不动产权第 0123456 号").value
    '粤(2023)东莞不动产权第0123456号'
    """
    squeezed = simplified(re.sub(r"\s+", "", text).translate(str.maketrans("（）〔〕[]【】", "()()()()")))
    if new := re.search(
        rf"([{_PROVINCES}])\(?(\d{{4}})\)?([\u4e00-\u9fff]{{2,12}}?)不动产权第(\d{{5,9}})号?", squeezed
    ):
        return NumberReading(f"{new[1]}({new[2]}){new[3]}不动产权第{new[4]}号", new[0], True)
    old = re.search(
        rf"(?:[{_PROVINCES}]房地[产权]?[证共]?字?[\u4e00-\u9fff]{{0,4}}字?第?[A-Z]?\d{{5,12}}号?"
        r"|[\u4e00-\u9fff]{1,4}(?:国用|集用)\(?\d{4}\)?第?[\u4e00-\u9fff]?[\d-]{2,14}号?)",
        squeezed,
    )
    return NumberReading(old[0], old[0], True) if old else None


def read_property_unit(text: str) -> NumberReading | None:
    """Find the 28-character number of a property unit (GB/T 37346), printed in groups.

    >>> read_property_unit("不动产单元号 441900 001001 GB00001 F00010001").value
    '441900001001GB00001F00010001'
    """
    squeezed = re.sub(r"[\s-]+", "", text.upper())
    found = re.search(r"(?<!\d)\d{12}[A-Z]{2}\d{5}[FLQW]\d{8}(?!\d)", squeezed)
    return NumberReading(found[0], found[0], True) if found else None


def same_permit_holder(one: str, other: str) -> bool:
    """Tell whether two permit numbers belong to one person: letter and 8 lifelong digits agree.

    >>> same_permit_holder("H0123456701", "H01234567")
    True
    """
    return len(one) >= 9 and one[:9] == other[:9]


def is_running_number(number: str) -> bool:
    """Tell whether digits merely count up, as in specimens (12345678).

    >>> is_running_number("12345678")
    True
    """
    return all((int(b) - int(a)) % 10 == 1 for a, b in pairwise(number) if (a + b).isdigit()) and number.isdigit()
