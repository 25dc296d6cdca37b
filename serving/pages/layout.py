"""Turns the sentences of an answer into sections: headings, paragraphs, checklists, steps, bullets.

The assistant writes plain text for every channel: a heading is `【…】`, a checklist row begins with `☐`, a
list row with `·`. Reading it here keeps the card in step with what the hotline or the API says.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.answers import Citation, Sentence
from prompts import reply

_HEADING = re.compile(r"^【([^【】]{1,40})】[：:]?\s*(.*)$")
_CHECK = re.compile(r"^[☐□☑✓]\s*(.+)$")
_BULLET = re.compile(r"^[·•●\-*]\s+(.+)$|^[·•●]\s*(.+)$")
_NUMBERED = re.compile(r"^(?:\d{1,2}[.、．)）](?!\d)|[（(]\d{1,2}[）)]|第[一二三四五六七八九十]+步[：:，,]?)\s*(.+)$")
_MATERIALS = re.compile(r"材料|带什么|带齐|证件")


class RowKind(StrEnum):
    """How a row is shown."""

    TEXT = "text"
    CHECK = "check"
    BULLET = "bullet"
    STEP = "step"


@dataclass(frozen=True)
class Row:
    """One line of an answer; `unverified` and `dated` come from the facts it rests on."""

    text: str
    unverified: bool = False
    dated: bool = False


@dataclass
class Block:
    """Neighbouring rows that are shown alike."""

    kind: RowKind
    rows: list[Row]


@dataclass
class Section:
    """A heading (empty for the opening sentences) and what stands below it."""

    heading: str
    blocks: list[Block] = field(default_factory=list)

    def add(self, kind: RowKind, row: Row) -> None:
        """Append a row; it joins the last block if that is of the same kind."""
        if not self.blocks or self.blocks[-1].kind is not kind:
            self.blocks.append(Block(kind, []))
        self.blocks[-1].rows.append(row)

    def drop(self, texts: set[str]) -> None:
        """Leave out the rows that say just one of `texts`."""
        for block in self.blocks:
            block.rows = [row for row in block.rows if row.text not in texts]
        self.blocks = [block for block in self.blocks if block.rows]

    @property
    def rows(self) -> list[Row]:
        """All rows in order."""
        return [row for block in self.blocks for row in block.rows]


def read_sections(sentences: Iterable[Sentence], citations: Mapping[str, Citation], today: dt.date) -> list[Section]:
    """Group sentences into sections; tokens without a citation say nothing about verification."""
    sections = [Section("")]
    for sentence in sentences:
        cited = [citations[token] for token in sentence.citations if token in citations]
        unverified = any(not citation.verified for citation in cited)
        dated = any(is_past(citation.valid_to, today) for citation in cited)
        for line in sentence.text.splitlines():
            _read_line(sections, line.strip(), unverified, dated)
    return [section for section in sections if section.heading or section.blocks]


def is_past(valid_to: dt.date | None, today: dt.date) -> bool:
    """Tell whether a fact's last day is over; an open end never is."""
    return valid_to is not None and valid_to < today


def _read_line(sections: list[Section], line: str, unverified: bool, dated: bool) -> None:
    line, said_unverified, said_dated = _without_marks(line)
    heading = _HEADING.match(line)
    if heading:
        sections.append(Section(heading[1]))
        line = heading[2]
    if line:
        kind, text = _kind_of(line, sections[-1].heading)
        sections[-1].add(kind, Row(text, unverified or said_unverified, dated or said_dated))


def _kind_of(line: str, heading: str) -> tuple[RowKind, str]:
    if match := _CHECK.match(line):
        return RowKind.CHECK, match[1]
    if match := _NUMBERED.match(line):
        return RowKind.STEP, match[1]
    if match := _BULLET.match(line):
        text = match[1] or match[2]
        numbered = _NUMBERED.match(text)
        if numbered:
            return RowKind.STEP, numbered[1]
        return (RowKind.CHECK if _MATERIALS.search(heading) else RowKind.BULLET), text
    return RowKind.TEXT, line


def _without_marks(line: str) -> tuple[str, bool, bool]:
    """Take off the marks that plain-text channels need; the card shows them as tags of its own."""
    found = []
    for key in ("unverified_mark", "dated_mark"):
        mark = re.escape(reply(key))
        shorter = re.sub(rf"\s*[（(\[【「]?{mark}[）)\]】」]?[。；]?\s*$", "", line)
        found.append(shorter != line)
        line = shorter
    return line, found[0], found[1]
