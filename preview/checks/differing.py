"""A value that differs from what another paper says."""

from __future__ import annotations

from preview.checks.case import Case, seen_at
from preview.people import Named
from preview.schema import Finding, FindingCode
from preview.similar import Likeness
from preview.wording import type_name


def differs(case: Case, one: Named, anchor: Named, likeness: Likeness, code: FindingCode, words: str) -> Finding:
    """Report that a value differs from the anchor's; where it was read with doubt, a person is to look."""
    vague = code is FindingCode.ADDRESS_MISMATCH and likeness is Likeness.NEAR  # one is the other, shortened
    near = vague or case.is_doubtful(likeness, one.field, anchor.field)
    close_wording = {
        FindingCode.NUMBER_MISMATCH: "near_number",
        FindingCode.ADDRESS_MISMATCH: "near_address",
    }.get(code, "near_name" if likeness is Likeness.NEAR else "unclear_name")
    return case.finding(
        FindingCode.NEEDS_PERSON if near else code,
        close_wording if near else words,
        doc=one.doc,
        field=one.field,
        found=one.value,
        expected=anchor.value,
        other=type_name(anchor.doc.type),
        evidence=[seen_at(anchor.doc, anchor.field)],
    )
