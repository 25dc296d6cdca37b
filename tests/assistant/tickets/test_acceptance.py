"""Which matters the hotline refuses, on what ground; threats and questions about going to court are taken on."""

from __future__ import annotations

import pytest

from assistant.tickets.acceptance import acceptance
from assistant.tickets.schema import Acceptance
from assistant.tickets.signals import emergencies

from .said import heard, rows

REFUSED = rows(
    """
我的案子法院已经判了 对方不执行|诉讼
二审什么时候开庭|诉讼
劳动仲裁已经开庭了 裁决没下来|仲裁
行政复议已经受理了 没结果|复议
信访局已经答复了 我不服|信访
想查我前夫的住址|秘密
村书记贪污征地款|纪检监察
镇里干部收红包不办事|纪检监察
投诉法院的法官态度不好|法院
部队营房施工吵|军队
信访终结了我还是不服|信访
我在深圳龙岗租的房子不退押金|东莞市管辖
广州天河区的物业乱收费|东莞市管辖
同学借了我三万块不还|民事债务
"""
)
TAKEN_ON = [
    "老板不给工资 我可以起诉他吗",
    "再不处理我就去法院告你们",
    "我想申请劳动仲裁要什么材料",
    "从深圳公积金转到东莞清溪",
    "老家湖南的 在这边没买社保",
    "法院路的井盖坏了",
    "物业公司收钱不办事",
    "退役军人优待证怎么办",
    "厂里欠我两万工资不给",
    "你们已经回复满意 可根本没人联系我",
    "路灯坏了",
]


@pytest.mark.parametrize(("said", "ground"), REFUSED, ids=[said[:24] for said, _ in REFUSED])
def test_a_refusal_names_its_ground_and_the_right_path(said: str, ground: str) -> None:
    advice = acceptance(heard(said), (), in_dongguan=False)
    assert advice.value is Acceptance.REJECT
    assert ground in advice.reason
    assert advice.signpost


@pytest.mark.parametrize("said", TAKEN_ON)
def test_what_only_sounds_like_a_ground_is_taken_on(said: str) -> None:
    assert acceptance(heard(said), (), in_dongguan=True).value is Acceptance.ACCEPT


def test_an_emergency_is_taken_on_with_the_number_to_call_at_once() -> None:
    words = heard("法院判了我输了 我不想活了")
    advice = acceptance(words, emergencies(words), in_dongguan=False)
    assert advice.value is Acceptance.ACCEPT
    assert "110" in advice.signpost and "120" in advice.signpost


def test_the_agents_word_does_not_refuse() -> None:
    said = "坐席：诉讼中的事项法院已经受理的我们不能受理\n市民：我没有打官司 就是路灯坏了"
    assert acceptance(heard(said), (), in_dongguan=True).value is Acceptance.ACCEPT


def test_a_class_that_is_referred_elsewhere_is_refused_when_sure() -> None:
    words = heard("我要反映一件事")
    assert acceptance(words, (), True, "1802", 0.9).value is Acceptance.REJECT
    assert acceptance(words, (), True, "1802", 0.3).value is Acceptance.ACCEPT
