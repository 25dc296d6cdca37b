"""The figures of the monitor as tables for a spreadsheet: every decided case one row, without names."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from serving.previews.figures import code_names
from serving.previews.stats import CHINA, DecidedCase, Group, Stats
from serving.previews.words import word, words
from serving.spreadsheet import safe_cell


def cases_csv(figures: Stats, materials: Mapping[str, str]) -> bytes:
    """Write the decided cases as CSV that Excel opens in Chinese (UTF-8 with a mark).

    `materials`: names by `item/material`.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(words("export.columns").values())
    writer.writerows([safe_cell(value) for value in _row(case, materials)] for case in figures.cases)
    return "\ufeff".encode() + out.getvalue().encode()


def figures_xlsx(figures: Stats, materials: Mapping[str, str]) -> bytes:
    """Write a workbook: summary, by item, by town, trend, reasons, checks, and the cases themselves."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    sheets = words("export.sheets")
    low, high = figures.rate.interval
    _sheet(
        book,
        sheets["summary"],
        [
            [word("export.span"), f"{figures.since} – {figures.until}"],
            [word("export.decided"), figures.rate.decided],
            [word("export.returned"), figures.rate.returned],
            [word("export.rate"), _percent(figures.rate.value)],
            [word("export.interval"), f"{low:.1%} – {high:.1%}" if figures.rate.decided else ""],
        ],
    )
    head = list(words("export.group_columns").values())
    for name, groups in (("item", figures.by_item), ("town", figures.by_town), ("trend", figures.trend)):
        _sheet(book, sheets[name], [head, *(_group_row(group) for group in groups)])
    codes, who = code_names(), words("responsibility")
    shares = [
        *([word("export.reason"), codes.get(s.id, s.id), s.returns] for s in figures.by_reason),
        *([word("export.material"), materials.get(s.id, s.id), s.returns] for s in figures.by_material),
        *([word("export.responsibility"), who.get(s.id, s.id), s.returns] for s in figures.by_responsibility),
    ]
    _sheet(book, sheets["reasons"], [list(words("export.share_columns").values()), *shares])
    checks = [
        [codes.get(c.code, c.code), c.reported, c.accepted, c.changed, c.rejected, c.returns, c.caught, c.missed]
        for c in figures.checks
    ]
    _sheet(book, sheets["checks"], [list(words("export.check_columns").values()), *checks])
    rows = [_row(case, materials) for case in figures.cases]
    _sheet(book, sheets["cases"], [list(words("export.columns").values()), *rows])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _row(case: DecidedCase, materials: Mapping[str, str]) -> list[str]:
    codes, who = code_names(), words("responsibility")
    reasons = "；".join(
        "：".join(filter(None, (materials.get(f"{case.item_id}/{material}", material or ""), codes.get(code, code))))
        for code, material in case.reasons
    )
    return [
        case.decided_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
        case.item_id,
        case.item_name,
        case.town,
        word(f"outcome.{case.outcome}"),
        who.get(case.responsibility or "", ""),
        reasons,
        "；".join(sorted({codes.get(code, code) for code, _ in case.reported})),
    ]


def _group_row(group: Group) -> list[object]:
    low, high = group.rate.interval
    return [
        group.name or word("export.unnamed"),
        group.rate.decided,
        group.rate.returned,
        _percent(group.rate.value),
        f"{low:.1%} – {high:.1%}",
    ]


def _sheet(book: object, title: str, rows: Sequence[Sequence[object]]) -> None:
    sheet = book.create_sheet(title)  # type: ignore[attr-defined]
    for row in rows:
        sheet.append([safe_cell(value) for value in row])
    for column in "ABCDEFGH":
        sheet.column_dimensions[column].width = 22


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
