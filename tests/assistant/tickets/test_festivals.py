"""Festivals and lunar days name a day only where the words mean that one day."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.tickets.occasions import occurred_at

from .said import heard, rows

NOW = dt.datetime(2026, 11, 5, 21, 37)  # a Thursday
SNIPPETS = rows(
    """
国庆节当天在虎门吃饭被宰|2026-10-01
国庆假期第三天在停车场被多收钱|2026-10-03
国庆期间天天放炮|-
国庆放假被扣工资|-
中秋节那天晚上烟花烧了我的车|2026-09-25
中秋前一天在超市买的月饼发霉|2026-09-24
中秋月饼还没退款|-
中秋第二天路灯全灭了|2026-09-26
中秋节在酒楼吃饭吃坏肚子|2026-09-25
端午节当天划龙舟撞坏我家的船|2026-06-19
七夕晚上在花店被骗了|2026-08-19
重阳节那天我爸在公园摔倒|2026-10-18
清明节那天上山路口被堵|2026-04-05
清明前后山上有人烧纸|-
去年平安夜被偷了手机|2025-12-24
平安夜要搞活动很吵|-
去年除夕晚上有人放炮炸坏窗户|2025-01-28
今年除夕放炮炸坏窗户|2026-02-16
大年初二被狗咬了|2026-02-18
年初三晚上有人打架|2026-02-19
正月十五晚上放孔明灯把树烧了|2026-03-03
农历八月十四晚上有人撬门|2026-09-24
大年三十晚上停电了|2026-02-16
五一当天在景区被多收停车费|2026-05-01
五一路路灯坏了|-
八一路有人打架|-
元旦那天在饭店丢了钱包|2026-01-01
元旦前要退钱给我|-
双十一买的手机是坏的|2025-11-11
双十一活动骗人|-
六一那天小孩在游乐场摔伤|2026-06-01
儿童节在乐园被夹伤手|2026-06-01
母亲节那天订花没送到|2026-05-10
过完元宵才发工资|-
每年清明都堵车|-
重阳路有个坑|-
十一那天在高速口被追尾|2026-10-01
中秋晚会很吵|-
二零二六年十月二十八号被车撞了|2026-10-28
二〇二六年十月二十八日被车撞|2026-10-28
国庆节后一直没发工资|-
教师节那天学校收礼|2026-09-10
圣诞节快到了|-
万圣节晚上公园里有人打架|2026-10-31
冬至晚上闻到煤气味|2025-12-21
"""
)


@pytest.mark.parametrize(("said", "expected"), SNIPPETS, ids=[said[:24] for said, _ in SNIPPETS])
def test_a_festival_is_a_day_and_a_season_is_none(said: str, expected: str | None) -> None:
    found = occurred_at(heard(said), NOW).value
    assert found == (dt.date.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize(
    ("today", "said", "expected"),
    [
        ("2026-02-25", "除夕晚上有人放冲天炮打穿窗户", "2026-02-16"),
        ("2027-02-20", "除夕晚上有人放冲天炮打穿窗户", "2027-02-05"),
        ("2026-03-06", "元宵节晚上有人烧旧轮胎", "2026-03-03"),
        ("2026-01-05", "跨年夜广场放音乐放到一点", "2025-12-31"),
        ("2026-02-20", "初三那天被狗咬了", None),
        ("2026-02-20", "年廿八被狗咬了", "2026-02-15"),
    ],
)
def test_the_latest_festival_before_the_call_is_meant(today: str, said: str, expected: str | None) -> None:
    now = dt.datetime.fromisoformat(f"{today}T09:00:00")
    found = occurred_at(heard(said), now).value
    assert found == (dt.date.fromisoformat(expected) if expected else None)
