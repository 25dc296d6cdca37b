"""Files and pages: not usable, not legible, cut off, handed in twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from preview.checks.case import Case, Spoiled
from preview.docs import Doc, is_photo
from preview.folding import fold
from preview.rules import Rules
from preview.schema import (
    DocumentType,
    Evidence,
    FieldName,
    FileReading,
    Finding,
    FindingCode,
    Page,
    QualityProblem,
)
from preview.wording import text

_HARMFUL = (
    QualityProblem.GLARE,
    QualityProblem.BLURRED,
    QualityProblem.DARK,
    QualityProblem.LOW_RESOLUTION,
    QualityProblem.OCR_FAILED,
)
_OWN_NUMBERS = {
    FieldName.ID_NUMBER,
    FieldName.USCC,
    FieldName.CERTIFICATE_NO,
    FieldName.BANK_NO,
    FieldName.PROPERTY_NO,
}
_ENOUGH = 3
"""So many equal fields make two documents the same."""

_FIGURES = re.compile(r"\d{2,}")
_SAME_LETTERS = 0.85
_SOME_TEXT = 12
_NUMBERS = {FieldName.ID_NUMBER, FieldName.USCC}


def spoiled(readings: Sequence[FileReading], *, photo_wanted: bool) -> tuple[Spoiled, ...]:
    """List the files and pages that cannot be read; blank back sides and photographs are none.

    `photo_wanted`: the guide asks for a photograph, so that a picture without text may be one.
    """
    found: list[Spoiled] = []
    for reading in sorted(readings, key=lambda r: r.file.file_id):
        if reading.file.problem:
            found.append(Spoiled(reading.file, None, ()))
            continue
        pages = [page for page in reading.file.pages if _is_spoiled(page, reading, photo_wanted)]
        for page in pages:
            types = tuple(p.document_type for p in reading.parts if page.page_no in p.pages)
            found.append(Spoiled(reading.file, page, types))
    return tuple(found)


def _is_spoiled(page: Page, reading: FileReading, photo_wanted: bool) -> bool:
    if page.quality.readable:
        return False
    if photo_wanted and set(page.quality.problems) <= {QualityProblem.NO_TEXT, QualityProblem.LOW_RESOLUTION}:
        return False
    if any(is_photo(Doc(reading.file, part, 0)) and page.page_no in part.pages for part in reading.parts):
        return False
    return not (QualityProblem.BLANK in page.quality.problems and len(reading.file.pages) > 1)


def check(case: Case) -> Iterator[Finding]:
    """Report what cannot be read and what is cut off."""
    for bad in case.spoiled:
        if bad.page is None:
            assert bad.file.problem is not None
            what, fix = (text(f"intake.{bad.file.problem}.{name}") for name in ("what", "fix"))
            yield case.finding(FindingCode.UNREADABLE, "unreadable_file", file=bad.file, page=1, what=what, fix=fix)
        else:
            yield _illegible(case, bad, bad.page)
    for reading in case.readings:
        for page in reading.file.pages:
            problems = page.quality.problems
            if page.quality.readable and QualityProblem.CUT_OFF in problems:
                docs = [
                    d for d in case.docs if d.file.file_id == reading.file.file_id and page.page_no in d.part.pages
                ]
                yield case.finding(
                    FindingCode.CROPPED,
                    "cropped",
                    doc=docs[0] if docs else None,
                    file=reading.file,
                    page=page.page_no,
                    box=(0, 0, page.width, page.height),
                )
            if page.quality.readable and QualityProblem.SCREEN_PHOTO in problems:
                yield case.finding(FindingCode.NEEDS_PERSON, "screen_photo", file=reading.file, page=page.page_no)
    for doc in case.relevant():
        yield from _key_fields(case, doc)


def _illegible(case: Case, bad: Spoiled, page: Page) -> Finding:
    problem = next((p for p in page.quality.problems if p is not QualityProblem.SCREEN_PHOTO), QualityProblem.BLURRED)
    return case.finding(
        FindingCode.UNREADABLE,
        "unreadable",
        file=bad.file,
        page=page.page_no,
        box=page.quality.glare_boxes[0] if page.quality.glare_boxes else (0, 0, page.width, page.height),
        what=text(f"quality.{problem}.what"),
        retake=text(f"quality.{problem}.retake"),
    )


def _key_fields(case: Case, doc: Doc) -> Iterator[Finding]:
    """Report fields without which a document cannot be checked: lost in glare, not found, or read with doubt."""
    wanted = case.rules.key_fields.get(doc.type, ())
    lost = [name for name in wanted if not doc.value(name)]
    if lost and not doc.cut_off:
        names = "、".join(text(f"fields.{name}") for name in lost)
        problem = next((p for page in doc.pages for p in page.quality.problems if p in _HARMFUL), None)
        if problem is not None:
            what, retake = text(f"quality.{problem}.what"), text(f"quality.{problem}.retake")
            glare = next((box for page in doc.pages for box in page.quality.glare_boxes), None)
            yield case.finding(
                FindingCode.UNREADABLE, "unread_field", doc=doc, box=glare, what=what, retake=retake, fields=names
            )
        else:
            yield case.finding(FindingCode.NEEDS_PERSON, "no_field", doc=doc, field=None, field_name=names)
    for name in wanted:
        field = doc.part.fields.get(name)
        if field is None or not field.value or field.edited or name in _NUMBERS:
            continue
        if field.confidence < case.rules.thresholds.key_field:
            yield case.finding(
                FindingCode.NEEDS_PERSON,
                "unclear_field",
                doc=doc,
                field=field,
                found=field.value,
                field_name=text(f"fields.{name}"),
            )


def duplicates(readings: Sequence[FileReading], rules: Rules) -> dict[str, str]:
    """Find files that are the same paper again: file id → id of the earlier file."""
    ordered = sorted((r for r in readings if not r.file.problem), key=lambda r: r.file.file_id)
    spare_backs = _spare_backs(ordered)
    found: dict[str, str] = {}
    for place, later in enumerate(ordered):
        for earlier in ordered[:place]:
            if earlier.file.file_id in found or not _same_file(earlier, later, rules):
                continue
            if later.file.sha256 != earlier.file.sha256 and _is_back(later):
                if spare_backs < 1:
                    continue  # cards of two persons may say the same on their backs
                spare_backs -= 1
            found[later.file.file_id] = earlier.file.file_id
            break
    return found


def _spare_backs(readings: Sequence[FileReading]) -> int:
    """Count how many more backs than cards of different persons there are."""
    parts = [part for reading in readings for part in reading.parts]
    fronts = [part for part in parts if part.document_type is DocumentType.ID_CARD_FRONT]
    numbers = {part.fields[FieldName.ID_NUMBER].value for part in fronts if FieldName.ID_NUMBER in part.fields}
    unread = sum(FieldName.ID_NUMBER not in part.fields for part in fronts)
    backs = sum(part.document_type is DocumentType.ID_CARD_BACK for part in parts)
    return backs - max(len(numbers) + unread, 1)


def _is_back(reading: FileReading) -> bool:
    return all(part.document_type is DocumentType.ID_CARD_BACK for part in reading.parts)


def _same_file(one: FileReading, other: FileReading, rules: Rules) -> bool:
    if one.file.sha256 and one.file.sha256 == other.file.sha256:
        return True
    if len(one.file.pages) != len(other.file.pages) or not one.file.pages:
        return False
    if [p.document_type for p in one.parts] != [p.document_type for p in other.parts]:
        return False
    pairs = list(zip(one.file.pages, other.file.pages, strict=True))
    near = all(_digest_distance(a.digest, b.digest) <= rules.thresholds.near_digest_bits for a, b in pairs)
    if near and not _contradict(one, other, rules) and all(_nearly_same_text(a, b) for a, b in pairs):
        return True
    alike = all(_same_text(a, b, rules.thresholds.same_text_share) for a, b in pairs)
    return not _is_back(one) and (alike or _same_values(one, other))


def _contradict(one: FileReading, other: FileReading, rules: Rules) -> bool:
    """Tell whether a field was surely read on both and is not the same."""
    return any(
        a.fields[name].value != b.fields[name].value
        and min(a.fields[name].confidence, b.fields[name].confidence) >= rules.thresholds.sure
        for a, b in zip(one.parts, other.parts, strict=True)
        for name in a.fields.keys() & b.fields.keys() - {FieldName.SEAL_TEXT}
    )


def _nearly_same_text(one: Page, other: Page) -> bool:
    """Tell whether two pictures of one layout say the same: all figures are equal, of the rest a word may be lost.

    Cards of two persons look alike and differ in their figures.
    """
    a, b = ("".join(fold(line.text) for line in page.lines) for page in (one, other))
    figures_a, figures_b = (
        {run for line in p.lines for run in _FIGURES.findall(fold(line.text))} for p in (one, other)
    )
    if min(len(a), len(b)) < _SOME_TEXT or not figures_a or not (figures_a <= figures_b or figures_b <= figures_a):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= _SAME_LETTERS


def _same_values(one: FileReading, other: FileReading) -> bool:
    """Tell whether all documents say the same: all common fields are equal, one of them a number of its own."""
    for a, b in zip(one.parts, other.parts, strict=True):
        common = a.fields.keys() & b.fields.keys()
        if len(common) < _ENOUGH or not common & _OWN_NUMBERS or len(a.fields.keys() ^ b.fields.keys()) > 1:
            return False
        if any(a.fields[name].value != b.fields[name].value for name in common):
            return False
    return bool(one.parts)


def _same_text(one: Page, other: Page, share: float) -> bool:
    a, b = ({fold(line.text) for line in page.lines} for page in (one, other))
    if min(len(a), len(b)) < 3:
        return False
    return len(a & b) / max(len(a), len(b)) >= share


def _digest_distance(one: str, other: str) -> int:
    if not one or not other or len(one) != len(other):
        return 999
    return (int(one, 16) ^ int(other, 16)).bit_count()


def duplicate_findings(case: Case, readings: Sequence[FileReading], twice: dict[str, str]) -> Iterator[Finding]:
    """Report files handed in twice."""
    files = {reading.file.file_id: reading.file for reading in readings}
    for later, earlier in twice.items():
        yield case.finding(
            FindingCode.DUPLICATE_FILE,
            "duplicate_file",
            file=files[later],
            page=1,
            other=files[earlier].name,
            evidence=[Evidence(earlier, 1)],
        )
