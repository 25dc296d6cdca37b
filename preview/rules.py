"""The declared rules of the checks, read from checks.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from preview.schema import DocumentType, FieldName, FindingCode, Severity

_FILE = Path(__file__).parent / "checks.yaml"
GUIDE = "guide"
"""As a basis: the list of materials of the item's own guide."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CodeRule(_Strict):
    """How a finding of a code counts, and on what it rests."""

    severity: Severity
    basis: str


class Thresholds(_Strict):
    """Limits; days, shares and probabilities."""

    expiring_soon_days: Annotated[int, Field(ge=0)]
    sure: Annotated[float, Field(ge=0, le=1)]
    very_sure: Annotated[float, Field(ge=0, le=1)]
    key_field: Annotated[float, Field(ge=0, le=1)]
    near_digest_bits: Annotated[int, Field(ge=0)]
    same_text_share: Annotated[float, Field(ge=0, le=1)]
    period_remaining_days: Annotated[int, Field(ge=0)]
    period_total_days: Annotated[int, Field(ge=0)]
    type_confidence: Annotated[float, Field(ge=0, le=1)]
    seal: Annotated[float, Field(ge=0, le=1)]
    notice_working_days: Annotated[int, Field(ge=0)]


class Words(_Strict):
    """Word lists."""

    company: tuple[str, ...]
    optional_labels: tuple[str, ...]
    optional_signers: tuple[str, ...]
    company_places: tuple[str, ...]
    agent_labels: tuple[str, ...]
    office_labels: tuple[str, ...]
    household_labels: tuple[str, ...]
    place_labels: tuple[str, ...]
    photo: tuple[str, ...]
    enquiry_letters: tuple[str, ...]
    address_points: tuple[str, ...]
    household_points: tuple[str, ...]
    seal_companies: tuple[str, ...]


class Rules(_Strict):
    """All declared rules."""

    codes: dict[FindingCode, CodeRule]
    thresholds: Thresholds
    expires: frozenset[DocumentType]
    has_period: frozenset[DocumentType]
    subject: dict[DocumentType, tuple[FieldName, ...]]
    own_number: frozenset[DocumentType]
    key_fields: dict[DocumentType, tuple[FieldName, ...]]
    must_be_sealed: frozenset[DocumentType]
    coloured: frozenset[DocumentType]
    words: Words
    confused: dict[str, tuple[str, ...]]
    on_the_spot: frozenset[FindingCode]

    def is_company(self, name: str) -> bool:
        """Tell whether a name is that of a company or other body rather than of a person."""
        return len(name) > 4 and any(word in name for word in self.words.company)


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Give the declared rules; a mistake in the file raises."""
    found = Rules.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    missing = set(FindingCode) - set(found.codes)
    if missing:
        raise ValueError(f"{_FILE.name}: no rule for {sorted(missing)}")
    return found
