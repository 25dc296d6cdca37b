"""Planted defects: each changes a draft and notes what a check has to find; False where the draft does not fit."""

from __future__ import annotations

from collections.abc import Callable

from eval.papers import defects_content, defects_dates, defects_files
from eval.papers.draft import Draft

Defect = Callable[[Draft], bool]

DEFECTS: dict[str, Defect] = {
    defect.__name__: defect
    for defect in (
        defects_files.missing_material,
        defects_files.missing_part,
        defects_files.agent_id_missing,
        defects_files.extra_material,
        defects_files.wrong_material,
        defects_files.side_missing,
        defects_files.unreadable,
        defects_files.cropped,
        defects_files.duplicate_file,
        defects_files.other_person,
        defects_dates.expired,
        defects_dates.expiring_soon,
        defects_content.id_checksum,
        defects_content.uscc_checksum,
        defects_content.birth_mismatch,
        defects_content.name_mismatch,
        defects_content.number_mismatch,
        defects_content.address_mismatch,
        defects_content.legal_rep_mismatch,
        defects_content.field_blank,
        defects_content.not_signed,
        defects_content.not_dated,
        defects_content.not_sealed,
        defects_dates.period_too_short,
        defects_dates.lease_ended,
        defects_dates.date_order,
        defects_dates.future_date,
    )
}
"""By name; the name is the finding's code, or a second way to come to it."""


AMBIGUOUS = {"missing_material", "missing_part", "agent_id_missing", "side_missing", "wrong_material"}
"""Not together with an unreadable file, which might be what is missing."""


def plant(draft: Draft, name: str) -> bool:
    """Plant a defect if the draft lends itself to it and it can be told from those already planted."""
    lost, gone = {"unreadable", "cropped"}, set(draft.defects)
    if (name in lost and gone & AMBIGUOUS) or (name in AMBIGUOUS and gone & lost):
        return False
    done = DEFECTS[name](draft)
    if done:
        draft.defects.append(name)
        draft.planted += [name] * (len(draft.expected) - len(draft.planted))
    return done
