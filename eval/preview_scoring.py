"""Judges pre-review predictions: types, fields, planted defects and false alarms, each case by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.preview_cases import Place, PreviewCase
from preview.schema import FindingCode as C

HINTS = frozenset(
    map(str, (C.EXTRA_MATERIAL, C.EXPIRING_SOON, C.DUPLICATE_FILE, C.ID_CHECKSUM, C.USCC_CHECKSUM, C.PERIOD_TOO_SHORT,
              C.NEEDS_PERSON)),
)  # fmt: skip
"""Codes that are hints by default; all others block."""

TWINS = {"name": "applicant", "applicant": "name"}
SIGNED = frozenset({"application_form", "commitment_letter"})
"""A form or letter may call its person 姓名, 申请人 or 承诺人; either name of the field is right."""

NUMERIC = frozenset({"area", "rent"})
CONFIDENT = 0.8


@dataclass(frozen=True)
class FieldMark:
    """One printed field: `given` is None when nothing was read. `hidden`: people cannot read the file either."""

    file: str
    name: str
    truth: str
    given: str | None
    confidence: float
    degraded: bool
    hidden: bool = False

    @property
    def right(self) -> bool:
        """Whether the value is exactly that of the paper, but for spaces and width."""
        return self.given is not None and normalised(self.name, self.given) == normalised(self.name, self.truth)

    @property
    def wrong(self) -> bool:
        """Whether a value was given that does not stand there."""
        return self.given is not None and not self.right


@dataclass(frozen=True)
class TypeMark:
    """One file's type."""

    file: str
    truth: str
    given: str
    degraded: bool

    @property
    def right(self) -> bool:
        """Whether the type is right."""
        return self.truth == self.given


@dataclass(frozen=True)
class DefectMark:
    """One planted defect: found (with the right code at the right place), and found as something that blocks.

    `cause` names the defect where several lead to the same code.
    """

    code: str
    cause: str
    place: str
    found: bool
    blocked: bool
    noticed: bool  # something blocks at the place, under whatever code

    @property
    def blocking(self) -> bool:
        """Whether the defect is one that has to block."""
        return self.code not in HINTS


@dataclass(frozen=True)
class AlarmMark:
    """One finding of the product: a planted defect hit, a fair consequence of one (`tolerated`), or false."""

    code: str
    place: str
    severity: str
    hit: bool
    tolerated: bool

    @property
    def false(self) -> bool:
        """Whether nothing planted explains it."""
        return not self.hit and not self.tolerated


@dataclass(frozen=True)
class PreviewVerdict:
    """One case and everything that was judged of it; `error` set: unscored."""

    case: PreviewCase
    prediction: Mapping[str, Any]
    types: tuple[TypeMark, ...] = ()
    fields: tuple[FieldMark, ...] = ()
    defects: tuple[DefectMark, ...] = ()
    alarms: tuple[AlarmMark, ...] = ()
    error: str = ""

    @property
    def false_blocks(self) -> tuple[AlarmMark, ...]:
        """Blocking findings that nothing explains."""
        return tuple(alarm for alarm in self.alarms if alarm.false and alarm.severity == "block")

    @property
    def is_faulty(self) -> bool:
        """Whether a defect was planted that makes an officer return the papers."""
        return any(defect.blocking for defect in self.defects)

    @property
    def would_be_returned(self) -> bool:
        """Whether some blocking defect went unnoticed: the applicant mends what he is told and is returned for it."""
        return any(defect.blocking and not defect.blocked for defect in self.defects)


def normalised(name: str, value: str) -> str:
    """Fold width, case and spaces; of areas and rents only the number counts.

    >>> normalised("name", "欧阳 婉婷"), normalised("rent", "3,500元/月"), normalised("area", "房屋建筑面积：89.10㎡")
    ('欧阳婉婷', '3500', '89.1')
    """
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value)).upper()
    if name in NUMERIC:
        number = re.search(r"\d[\d,]*(\.\d+)?", folded)
        if number:
            return f"{float(number.group().replace(',', '')):g}"
    return folded


def judge(case: PreviewCase, prediction: Mapping[str, Any] | None) -> PreviewVerdict:
    """Compare a prediction with its case."""
    if prediction is None or "error" in prediction:
        return PreviewVerdict(case, prediction or {}, error=str((prediction or {}).get("error", "not asked")))
    given = [(str(code), str(place), str(severity)) for code, place, severity in prediction.get("findings", [])]
    return PreviewVerdict(
        case,
        prediction,
        _types(case, prediction.get("types", {})),
        (*_fields(case, prediction, case.expect.fields), *_fields(case, prediction, case.expect.hidden, hidden=True)),
        tuple(_defect(case, c, w, given) for c, w in zip(case.expect.causes, case.expect.wanted, strict=True)),
        tuple(_alarm(case, finding) for finding in given),
    )


def _types(case: PreviewCase, given: Mapping[str, str]) -> tuple[TypeMark, ...]:
    return tuple(
        TypeMark(file, truth, str(given.get(file, "")), file in case.degraded)
        for file, truth in case.expect.types.items()
    )


def _fields(
    case: PreviewCase, prediction: Mapping[str, Any], truths: Mapping[str, Mapping[str, str]], *, hidden: bool = False
) -> list[FieldMark]:
    marks = []
    for file, fields in truths.items():
        given: Mapping[str, str] = prediction.get("fields", {}).get(file, {})
        sure: Mapping[str, float] = prediction.get("confidence", {}).get(file, {})
        for name, truth in fields.items():
            twin = TWINS.get(name, name) if case.expect.types.get(file) in SIGNED else name
            key = name if name in given or twin not in given else twin
            marks.append(
                FieldMark(file, name, truth, given.get(key), sure.get(key, 1.0), file in case.degraded, hidden)
            )
    return marks


def _defect(
    case: PreviewCase, cause: str, wanted: Sequence[Place], given: Sequence[tuple[str, str, str]]
) -> DefectMark:
    hits = [severity for code, place, severity in given if any(_same(case, (code, place), w) for w in wanted)]
    places = {place for _, place in wanted}
    at_place = [s for _, place, s in given if any(_same_place(case, place, other) for other in places)]
    code, place = wanted[0]
    blocked = any(severity != "hint" for severity in hits)
    return DefectMark(code, cause, place, bool(hits), blocked, "block" in at_place)


def _alarm(case: PreviewCase, finding: tuple[str, str, str]) -> AlarmMark:
    code, place, severity = finding
    hit = any(_same(case, (code, place), wanted) for group in case.expect.wanted for wanted in group)
    tolerated = any(_same(case, (code, place), fair) for fair in case.expect.tolerated)
    return AlarmMark(code, place, severity, hit, tolerated)


def _same(case: PreviewCase, given: Place, wanted: Place) -> bool:
    return given[0] == wanted[0] and _same_place(case, given[1], wanted[1])


def _same_place(case: PreviewCase, given: str, wanted: str) -> bool:
    """Tell whether two places agree; a file and the material it was handed in for are one place."""
    return given == wanted or bool(
        given and wanted and (case.materials.get(given) == wanted or case.materials.get(wanted) == given)
    )
