"""Tickets as tables for people (CSV, XLSX) and as Open311 GeoReport v2 requests for other systems."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from knowledge_base.content import KnowledgeBase
from knowledge_base.masking import mask
from serving.spreadsheet import safe_cell
from serving.tickets.life import OPEN, STATUS_NAMES, Ticket
from serving.tickets.times import CHINA

COLUMNS = (
    "工单编号",
    "状态",
    "渠道",
    "受理时间",
    "诉求类型",
    "分类",
    "标题",
    "诉求内容",
    "诉求人",
    "联系电话",
    "事发地址",
    "镇街",
    "事发日期",
    "紧急程度",
    "主办单位",
    "协办单位",
    "派单方式",
    "办理期限",
    "答复",
)
URGENCY_NAMES = {"normal": "一般", "urgent": "加急", "emergency": "紧急"}
MODE_NAMES = {"auto": "自动派单", "suggest": "人工确认", "manual": "人工派单"}
CHANNEL_NAMES = {"call": "电话", "chat": "i莞家对话", "web": "网页"}


class Exporter:
    """Writes tickets; `confidential` ones without name, number and reply address (反映人保密)."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._departments = {d.id: d.name for d in kb.departments}
        self._towns = {t.code: t.name for t in kb.towns if t.code}
        self._categories = {c.code: c for c in kb.appeal_categories}

    def town_name(self, code: str | None) -> str:
        """Give the name of a town; empty when there is none."""
        return self._towns.get(code or "", "")

    def csv(self, tickets: Iterable[Ticket]) -> bytes:
        """Write a table that Excel opens in Chinese (UTF-8 with a mark)."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows([safe_cell(value) for value in self.row(ticket)] for ticket in tickets)
        return "\ufeff".encode() + out.getvalue().encode("utf-8", "replace")

    def xlsx(self, tickets: Iterable[Ticket]) -> bytes:
        """Write a workbook of one sheet."""
        from openpyxl import Workbook

        book = Workbook()
        sheet = book.active
        sheet.title = "工单"
        sheet.append(list(COLUMNS))
        for ticket in tickets:
            sheet.append([safe_cell(value) for value in self.row(ticket)])
        sheet.freeze_panes = "A2"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def row(self, ticket: Ticket) -> list[str]:
        """Give a ticket in the order of `COLUMNS`."""
        fields, hidden = ticket.fields, bool(ticket.fields.get("confidential"))
        category = self._categories.get(str(fields.get("category")))
        return [
            ticket.ticket_id,
            STATUS_NAMES[ticket.status],
            CHANNEL_NAMES.get(ticket.channel, ticket.channel),
            ticket.received_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
            str(fields.get("kind") or ""),
            f"{category.parent}/{category.name}" if category else str(fields.get("category") or ""),
            str(fields.get("title") or ""),
            str(fields.get("demand") or ""),
            "保密" if hidden else str(fields.get("caller_name") or ""),
            "保密" if hidden else str(fields.get("phone") or ""),
            str(fields.get("address") or ""),
            self._towns.get(str(fields.get("town")), ""),
            str(fields.get("occurred_at") or ""),
            URGENCY_NAMES.get(str(fields.get("urgency")), ""),
            self._departments.get(ticket.department or "", ticket.department or ""),
            "、".join(self._departments.get(d, d) for d in ticket.co_departments),
            MODE_NAMES.get(ticket.mode, ticket.mode) if ticket.dispatches else "",
            ticket.deadline.isoformat() if ticket.deadline else "",
            ticket.reply,
        ]

    def services(self) -> list[dict[str, Any]]:
        """Give the appeal catalogue as Open311 services."""
        return [
            {
                "service_code": code,
                "service_name": category.name,
                "description": "、".join(category.topics),
                "metadata": False,
                "type": "batch",
                "keywords": ",".join(category.topics),
                "group": category.parent,
            }
            for code, category in self._categories.items()
        ]

    def requests(self, tickets: Iterable[Ticket]) -> list[dict[str, Any]]:
        """Give tickets as Open311 requests. Callers are never in them, and personal numbers in texts are masked."""
        return [self._request(ticket) for ticket in tickets]

    def _request(self, ticket: Ticket) -> dict[str, Any]:
        fields = ticket.fields
        category = self._categories.get(str(fields.get("category")))
        return {
            "service_request_id": ticket.ticket_id,
            "status": "open" if ticket.status in OPEN else "closed",
            "status_notes": STATUS_NAMES[ticket.status],
            "service_name": category.name if category else None,
            "service_code": fields.get("category"),
            "description": mask(str(fields.get("demand") or "")),
            "agency_responsible": self._departments.get(ticket.department or ""),
            "service_notice": None,
            "requested_datetime": ticket.received_at.isoformat(),
            "updated_datetime": None,
            "expected_datetime": _end_of_day(ticket.deadline),
            "address": None if fields.get("confidential") else fields.get("address"),
            "address_id": fields.get("town"),
            "zipcode": None,
            "lat": None,
            "long": None,
            "media_url": None,
        }


def _end_of_day(day: dt.date | None) -> str | None:
    return dt.datetime.combine(day, dt.time(23, 59, 59), CHINA).isoformat() if day else None
