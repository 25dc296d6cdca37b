"""Hand-made classifications for dispatch tests, and a small labelled table."""

from __future__ import annotations

from typing import Any

from assistant.tickets.classify import Classification
from assistant.tickets.dispatch import Known
from assistant.tickets.schema import TicketKind
from assistant.tickets.training import Example

HUMEN = "441900121"


def sure(code: str, kind: TicketKind = TicketKind.COMPLAINT, p: float = 0.99, alarm: float = 0.0) -> Classification:
    """Make a classification that believes in one class; the rest of the probability is for 办事咨询."""
    rest = {"1601": 1 - p} if code != "1601" else {}
    return Classification({kind: 1.0}, {code: p} | rest, {}, alarm)


def known(code: str, **fields: Any) -> Known:
    """Make what is known of a plain ticket in 虎门; `fields` replace what it is made of."""
    given: dict[str, Any] = {"classification": sure(code), "text": "诉求", "town": HUMEN}
    return Known(**(given | fields))


def table() -> list[Example]:
    """List labelled tickets of an invented city with labels and departments of its own."""
    kinds = {
        "路灯": ("市政处", ["路灯不亮", "路灯坏了", "整条街路灯灭了", "路灯一闪一闪", "小巷路灯没有电"]),
        "垃圾": ("环卫处", ["垃圾没人清", "垃圾桶满了", "门口垃圾很臭", "垃圾堆成山", "垃圾车没有来"]),
        "噪声": ("环保站", ["半夜施工噪声", "机器声音太大", "噪声吵得睡不着", "打桩噪声", "噪声扰民"]),
    }
    places = ("东街", "西街", "南街", "北街")
    return [
        Example(text=f"{place}{said}，请处理", label=label, department=department, kind="投诉")
        for label, (department, wordings) in kinds.items()
        for said in wordings
        for place in places
    ]
