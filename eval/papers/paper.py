"""A paper before it is drawn: what it is, what stands on it, what was left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from preview.schema import DocumentType


@dataclass(frozen=True)
class Cell:
    """A cell of a form: its label, the key of its value in `Paper.values`, and whether it takes a whole row."""

    label: str
    key: str
    wide: bool = False


@dataclass(frozen=True)
class Paper:
    """One document. Keys of `values` are field names where the contract has one; dates are ISO, 长期 is 9999-12-31.

    `design` chooses the layout variant; `about` is the role of the person it speaks of. Signature, date and seal
    are left out when the flags say so. Several `parts` are pages or sides of the same document.
    """

    kind: DocumentType
    values: Mapping[str, str]
    title: str = ""
    design: int = 0
    about: str = "applicant"
    signed: bool = True
    dated: bool = True
    sealed: bool = True
    needs_seal: bool = False
    cells: tuple[Cell, ...] = ()
    parts: tuple[Paper, ...] = field(default=())

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")

    def day(self, key: str) -> dt.date | None:
        """Give a value as date; None when it is empty."""
        return dt.date.fromisoformat(self.values[key]) if self.values.get(key) else None

    def changed(self, **values: str) -> Paper:
        """Give the paper with other values."""
        return replace(self, values={**self.values, **values})


def chinese_date(value: str, *, spaced: bool = False, padded: bool = True) -> str:
    """Write an ISO date as certificates print it; empty for an empty value.

    >>> chinese_date("2024-03-05"), chinese_date("2024-03-05", padded=False)
    ('2024年03月05日', '2024年3月5日')
    """
    if not value:
        return ""
    if value.startswith("9999"):
        return "长期"
    year, month, day = value.split("-")
    if not padded:
        month, day = str(int(month)), str(int(day))
    gap = " " if spaced else ""
    return f"{year}{gap}年{gap}{month}{gap}月{gap}{day}{gap}日"


def dotted(value: str) -> str:
    """Write an ISO date with dots, as identity cards do; 长期 stays a word."""
    return "长期" if value.startswith("9999") else value.replace("-", ".")
