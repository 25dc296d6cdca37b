"""Dates as they are said, resolved against the time of the call; vague or several ones stay open."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.tickets.occasions import occurred_at

from .said import heard, rows

NOW = dt.datetime(2026, 11, 5, 21, 37)  # a Thursday
SNIPPETS = rows(
    """
昨天下午在河边看到有人倒建筑垃圾|2026-11-04
前天在超市买的牛奶发酸了|2026-11-03
大前天晚上被狗咬了|2026-11-02
今早路过看到电线杆倒了|2026-11-05
今天中午在饭堂吃出虫子|2026-11-05
昨晚工地打桩打到两点|2026-11-04
前晚有人撬我的车|2026-11-03
琴日喺东坑搭的士俾人拒载|2026-11-04
尋晚楼下打交|2026-11-04
今朝落雨 地库水浸|2026-11-05
刚才有人闯红灯撞倒我的车|2026-11-05
刚刚公交车甩客|2026-11-05
上周五被辞退了|2026-10-30
上星期三去医院做检查 多收了我两百|2026-10-28
上个礼拜天在商场丢了包|2026-11-01
这周一收到罚单|2026-11-02
本周二下午停车被刮|2026-11-03
礼拜三晚上十点还在装修|2026-11-04
星期六在万江买的手机有问题|2026-10-31
上上周日签的合同|2026-10-25
10月30号收到一条诈骗短信|2026-10-30
十月三十号那天下大雨树倒了|2026-10-30
11月3日在塘厦买的药过期|2026-11-03
十一月三号早上被车撞了|2026-11-03
2026年9月18日被物业断电|2026-09-18
2026-10-08 下的单 至今没发货|2026-10-08
2026/10/08下的单|2026-10-08
去年12月5日摔伤的|2025-12-05
12月5号摔伤的|2025-12-05
上个月20号交的押金|2026-10-20
上月20号交的押金|2026-10-20
这个月2号退的房|2026-11-02
本月2日被扣了钱|2026-11-02
3号晚上路灯全灭了|2026-11-03
28号发生的事故|2026-10-28
三天前报的名|2026-11-02
两天前路面塌了个坑|2026-11-03
5天前下单的|2026-10-31
煤气味从早上就闻到了|2026-11-05
昨天 不对 是前天 在车站被偷|2026-11-03
周二 说错了 周一的事 被撞了|2026-11-02
不是昨天 是前天晚上吵的|2026-11-03
昨晚十一点半到今天凌晨三点都在施工|2026-11-04
昨天被咬的 今天去打了疫苗|-
10月1日入职 10月20日被开除|-
每天晚上十一点还在唱|-
每周六都有人摆摊|-
天天这样|-
一到下雨天就积水|-
连续三个晚上了|-
三月份离职的|-
上个月的工资没发|-
去年的事了|-
最近一直这样|-
前几天买的|-
好几天了|-
已经一个多月了|-
国庆期间开始的|-
昨天打过12345 没人回|-
昨天已经报过修了|-
上周投诉过一次没用|-
说好15号发工资|-
下周一能来修吗|-
明天之前要处理好|-
截止11月30号|-
工资每月15号发|-
周一到周五都堵车|-
住在15号楼|-
3号楼电梯坏了|-
106路公交车不来|-
二十四小时都在响|-
什么时候能办好|-
今天能不能派人来|-
希望今天就处理|-
"""
)


@pytest.mark.parametrize(("said", "expected"), SNIPPETS, ids=[said[:24] for said, _ in SNIPPETS])
def test_one_dated_event_is_resolved_and_anything_else_stays_open(said: str, expected: str | None) -> None:
    found = occurred_at(heard(said), NOW).value
    assert found == (dt.date.fromisoformat(expected) if expected else None)


def test_the_weekday_of_a_call_on_that_day_is_the_day_itself() -> None:
    assert occurred_at(heard("周四早上被车撞了"), NOW).value == dt.date(2026, 11, 5)


def test_a_date_that_does_not_exist_is_no_date() -> None:
    assert occurred_at(heard("2月30号摔了一跤"), NOW).value is None


def test_the_agents_dates_are_not_the_callers() -> None:
    assert occurred_at(heard("坐席：昨天我们已经登记\n市民：路灯坏了"), NOW).value is None
