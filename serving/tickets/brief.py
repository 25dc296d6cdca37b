"""The weekly brief in Markdown and Word: sentences around figures of `Insight`, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Sequence

from serving.tickets.insight import Count, Findings

ROWS = 8


def brief_markdown(found: Findings) -> str:
    """Write the brief; sections without figures say so."""
    lines = [f"# 12345 工单周报（{_day(found.since)}至{_day(found.until)}）", "", *_overview(found)]
    for title, head, rows in tables(found):
        lines += ["", f"## {title}", ""]
        if not rows:
            lines.append("本期没有。")
            continue
        lines += ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
        lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join([*lines, "", _END, ""])


def brief_docx(found: Findings) -> bytes:
    """Write the same brief as a Word file."""
    from docx import Document

    document = Document()
    document.add_heading(f"12345 工单周报（{_day(found.since)}至{_day(found.until)}）", level=1)
    for line in _overview(found):
        document.add_paragraph(line)
    for title, head, rows in tables(found):
        document.add_heading(title, level=2)
        if not rows:
            document.add_paragraph("本期没有。")
            continue
        table = document.add_table(rows=1, cols=len(head), style="Table Grid")
        for cell, text in zip(table.rows[0].cells, head, strict=True):
            cell.text = text
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = value
    document.add_paragraph(_END)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def tables(found: Findings) -> list[tuple[str, Sequence[str], list[tuple[str, ...]]]]:
    """Give the tables of the brief: title, column heads, rows."""
    counted = ("件数", "上期", "变化")
    return [
        ("热点诉求", ("分类", *counted), _counts(found.by_category)),
        ("镇街分布", ("镇街", *counted), _counts(found.by_town)),
        (
            "突增提醒（与前四周同一星期几相比）",
            ("日期", "镇街", "分类", "件数", "平常"),
            [(_day(r.day), r.town or "不明", r.category, str(r.n), f"{r.usual:.1f}") for r in found.rises[:ROWS]],
        ),
        (
            "重复来电（三次及以上，号码不显示）",
            ("来电人", "件数", "涉及"),
            [(f"来电人{n}", str(c.n), "、".join(c.matters)) for n, c in enumerate(found.repeated[:ROWS], 1)],
        ),
        (
            "办理快慢",
            ("承办单位", "已答复", "中位用时（工作日）", "在办", "超期"),
            [
                (p.name, str(p.answered), _number(p.median_days), str(p.waiting), str(p.overdue))
                for p in found.paces[:ROWS]
            ],
        ),
        (
            "派单偏差（机器建议与最后承办不同）",
            ("机器建议", "最后承办", "件数"),
            [(c.proposed, c.final, str(c.n)) for c in found.confusions[:ROWS]],
        ),
    ]


_END = "本周报的每个数字都由工单库查询得出，由程序生成，发布前请人工核对。"


def _overview(found: Findings) -> list[str]:
    total, sent = found.total, found.dispatched
    change = f"，{_change(total)}" if total.before else "，上期没有工单可比"
    lines = [f"本期共受理 {total.n} 件（上期 {total.before} 件{change}）。"]
    if sent:
        share = found.sent_by_machine / sent
        lines.append(
            f"派出 {sent} 件，其中机器直接派单 {found.sent_by_machine} 件（{share:.1%}）；"
            f"被退回 {found.returned} 件，其中机器派的 {found.returned_of_machine} 件。"
        )
    else:
        lines.append("本期没有派出工单。")
    return lines


def _counts(counts: Sequence[Count]) -> list[tuple[str, ...]]:
    return [(c.name, str(c.n), str(c.before), _change(c)) for c in counts[:ROWS]]


def _change(count: Count) -> str:
    if count.change is None:
        return "新增"
    if count.change == 0:
        return "持平"
    return f"{'增' if count.change > 0 else '降'} {abs(count.change):.1%}"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


def _day(day: object) -> str:
    return f"{day:%Y年%-m月%-d日}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
