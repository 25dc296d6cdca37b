"""Urgency, weak signals and secrecy; what is denied, supposed, quoted or long past is none."""

from __future__ import annotations

import pytest

from assistant.tickets import signals
from assistant.tickets.schema import Urgency
from knowledge_base.content import load_content
from knowledge_base.schema import TicketRule

from .said import heard, rows

EMERGENCY, WEAK, URGENT, SECRET = "E", "W", "U", "C"

SNIPPETS = rows(
    """
我真的不想活了 活着没意思|EW
再不给钱我就从楼顶跳下去|EW
有个女的坐在天台边上要跳|EW
我写好遗书了 同归于尽|EW
我老公喝了农药|EW
屋企着火啊 快啲嚟|EW
隔壁仓库冒很大的黑烟|E
楼下餐馆煤气泄漏 满屋都是煤气味|EW
我被困在电梯里出不来|EW
小孩掉进河里了|E
我妈晕倒叫不醒|E
食堂吃完 二十几个学生上吐下泻|EW
刚刚路口撞车 人躺在地上不动 流了很多血|E
有人拿着菜刀在砍人|EW
隔壁老公正在打老婆|E
我爸老年痴呆 早上走丢了|E
孩子放学没回家 找不到了 走失了|E
工地脚手架塌了 压到人|EW
工人把大门堵了 几十个人围在厂门口|EW
手被机器绞住了|E
家暴 他威胁要杀我|EW
货车熄火 水还在涨 我们爬到车顶|EW
化工厂爆炸了|EW
挖机挖断了燃气管|E
我们几十个业主准备去市政府|W
再不解决我就发抖音曝光|W
我已经联系记者了|W
群里都说要一起去堵门|W
老板失联了 工资三个月没发|WU
厂里连夜搬机器 工人工资还没结|W
公司停工放假了 工资没发 一百多个工人|WU
拖欠我们两个月工资|W
电线打火 啪啪响|W
外墙裂缝越来越大 楼要塌了|WU
漏电 摸到水龙头麻手|W
集体上访|W
路口井盖不见了|U
路面塌了一个大坑|U
晚上十二点工地还在打桩|U
污水从井里冒出来 流到家门口|U
整个小区停电了|U
马上开学了 孩子学位还没落实|U
不要说是我举报的|C
请替我保密|C
我要匿名举报|C
千万别让老板知道是我|C
怕被他们报复|C
别透露我的信息|C
路灯不亮|-
垃圾没人清|-
广场舞很吵|-
楼上半夜装修|-
没有人受伤 就是车刮花了|-
没闻到煤气味|-
怕哪天着火 楼道堆满杂物|-
充电太多 容易着火|-
万一塌了怎么办 你们检查一下|-
火锅店油烟很大|-
烧烤摊冒烟|-
商场天天喊跳楼价|-
臭得想死|-
热死了 空调坏了|-
电梯经常困人 物业不修|-
去年我家着火了 想申请救助|-
差点打起来|-
在抖音上买的衣服是假货|-
网上办理一直提示失败|-
健身房老板跑路 卡里还有两千|-
车祸官司判了 赔偿没拿到|-
个人信息泄露 天天有骚扰电话|-
树叶掉下来砸到车|-
签了保密协议 公司不给钱|-
工伤 手指压断了 厂里不赔|-
小贩聚集占道|-
我家停水半天了|-
一个月工资没发|-
"""
)


@pytest.fixture(scope="module")
def ticket_rules() -> tuple[TicketRule, ...]:
    return load_content().ticket_rules


def marks(said: str, ticket_rules: tuple[TicketRule, ...]) -> set[str]:
    words = heard(said)
    weak = signals.weak_signals(words, ticket_rules).value
    urgency = signals.urgency(words, signals.emergencies(words), weak).value
    found = {
        EMERGENCY: urgency is Urgency.EMERGENCY,
        WEAK: bool(weak),
        URGENT: urgency is Urgency.URGENT,
        SECRET: signals.confidential(words).value,
    }
    return {mark for mark, there in found.items() if there}


@pytest.mark.parametrize(("said", "expected"), SNIPPETS, ids=[said[:24] for said, _ in SNIPPETS])
def test_pressing_words_are_heard_and_harmless_ones_are_not(
    ticket_rules: tuple[TicketRule, ...], said: str, expected: str | None
) -> None:
    wanted = set(expected or "")
    found = marks(said, ticket_rules)
    if EMERGENCY in wanted:  # an emergency stops the machine by itself
        assert EMERGENCY in found
    else:
        assert found == wanted


def test_a_trigger_added_to_a_ticket_rule_counts_at_once(ticket_rules: tuple[TicketRule, ...]) -> None:
    rule = next(r for r in ticket_rules if r.id == "weak-signal-2")
    changed = rule.model_copy(update={"triggers": (*rule.triggers, "放飞无人机示众")})
    words = heard("他们说要放飞无人机示众")
    assert not signals.weak_signals(words, [rule]).value
    assert signals.weak_signals(words, [changed]).value[0].rule == "weak-signal-2"


def test_naming_a_special_group_alone_is_no_weak_signal(ticket_rules: tuple[TicketRule, ...]) -> None:
    words = heard("公园里老人和小孩多 灯坏了")
    assert set(signals.special_groups(words).value) == {"老年人", "儿童"}
    assert not signals.weak_signals(words, ticket_rules).value


def test_somebody_who_cannot_help_himself_is_a_weak_signal(ticket_rules: tuple[TicketRule, ...]) -> None:
    words = heard("我八十三岁 一个人住 屋顶漏水 没人管")
    assert [signal.rule for signal in signals.weak_signals(words, ticket_rules).value] == ["weak-signal-7"]


def test_the_agents_question_is_no_emergency(ticket_rules: tuple[TicketRule, ...]) -> None:
    assert not marks("坐席：是着火了吗 有人受伤吗\n市民：不是 就是路灯坏了", ticket_rules)


def test_what_the_caller_can_send_is_listed() -> None:
    assert signals.attachments(heard("我拍了照片 付款记录有的")).value == ("拍了照片", "付款记录有的")
    assert signals.attachments(heard("没有签合同")).value == ()
