"""Lines become sections: headings by style or by how they read, tables as rows of label and value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge_base.documents import Section

_CHAPTER = re.compile(r"^第[一二三四五六七八九十百零〇\d]+[编章节部分](?![^\s]*[，。；])[^。；]{0,30}$")
_NUMBERED = re.compile(r"^[一二三四五六七八九十]{1,3}、[^。；：，]{2,28}$")
_HEADER_WORDS = re.compile(
    r"^(序号|编号|名称|项目|内容|事项|要求|备注|说明|类别|类型|材料.*|.*名称|标准|金额|时限|份数|部门|电话|地址)$"
)
_LABELS = re.compile(r"^(项目|名称|事项|要素|栏目)$")
_VALUES = re.compile(r"^(内容|说明|要求|具体.*)$")


@dataclass(frozen=True)
class Line:
    """One line; `level` counts headings from 1, None is text."""

    text: str
    level: int | None = None


def heading_level(text: str) -> int | None:
    """Tell from the wording of a line whether it is a heading (第一章 …, 一、…); None if it is not."""
    if _CHAPTER.match(text):
        return 1
    return 2 if _NUMBERED.match(text) else None


def sections(lines: Iterable[Line]) -> tuple[Section, ...]:
    """Gather the lines under the path of their headings; a heading without text is kept with what follows."""
    path: dict[int, str] = {}
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if not line.text.strip():
            continue
        if line.level is not None:
            path = {level: text for level, text in path.items() if level < line.level} | {line.level: line.text}
            continue
        heading = " > ".join(path.values())
        if not found or found[-1][0] != heading:
            found.append((heading, []))
        found[-1][1].append(line.text)
    return tuple(Section.model_construct(heading=h, text="\n".join(rows)) for h, rows in found)


def table_lines(rows: Sequence[Sequence[str]]) -> list[Line]:
    """Write a table so that each row can be quoted alone: two columns as `label：value`, more with their headers."""
    rows = [[cell.replace("\n", " ").strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return []
    if max(len(row) for row in rows) == 1:
        return [Line(row[0]) for row in rows]
    has_header = all(_HEADER_WORDS.match(cell) for cell in rows[0])
    pairs_only = not has_header or (_LABELS.match(rows[0][0]) and _VALUES.match(rows[0][-1]))
    if max(len(row) for row in rows) == 2 and pairs_only:
        return [Line("：".join(cell for cell in row if cell)) for row in (rows[1:] if has_header else rows)]
    header, lines = rows[0], []
    for row in rows[1:] or rows:
        pairs = zip(header, row, strict=False) if row is not header else (("", cell) for cell in row)
        lines.append(Line("；".join(f"{name}：{cell}" if name else cell for name, cell in pairs if cell)))
    return lines
