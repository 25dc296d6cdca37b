"""The caller's name: given, spelled out, corrected, withheld; other people's names are not the caller's."""

from __future__ import annotations

import pytest

from assistant.tickets.callers import caller_name

from .said import heard, rows

SNIPPETS = rows(
    """
坐席：您贵姓@市民：姓卢 卢沟桥的卢|卢
坐席：您贵姓@市民：免贵姓陈 耳东陈|陈
坐席：请问贵姓@市民：我姓欧 欧洲的欧 电话一三九零零一三九零零零|欧
坐席：怎么称呼@市民：姓詹 詹天佑的詹|詹
坐席：您贵姓@市民：霍|霍
坐席：您贵姓@市民：翟 一三九零零一三九零零零|翟
坐席：您贵姓@市民：蔡 蔡伦的蔡|蔡
坐席：您姓什么@市民：司徒 司徒雷登那个司徒|司徒
坐席：先生贵姓@市民：莫|莫先生
坐席：女士您贵姓@市民：韦|韦女士
坐席：怎么称呼您@市民：叫我老吴就行|吴
坐席：怎么称呼@市民：小林吧|林
坐席：怎么称呼@市民：罗先生|罗先生
坐席：怎么称呼您@市民：谭女士 谭嗣同的谭|谭女士
坐席：您的姓名@市民：何志华|何志华
坐席：名字@市民：欧阳娜 美女旁那个娜|欧阳娜
坐席：全名方便吗@市民：周丽华 丽水的丽 中华的华|周丽华
坐席：贵姓@市民：姓张 立早章|章
坐席：贵姓@市民：姓李 黎明的黎|黎
坐席：贵姓@市民：姓于 年年有余的余|余
坐席：贵姓@市民：我姓刘 文刀刘|刘
坐席：您姓吴是吗@市民：不是 姓胡 古月胡|胡
坐席：您姓陈对吧@市民：对|陈
坐席：黄女士您好 您的电话是@市民：一三九零零一三九零零零|黄女士
坐席：好的钟先生 已登记@市民：谢谢|钟先生
坐席：您贵姓@市民：不用了 你们快点来|-
坐席：您贵姓@市民：不方便说|-
坐席：您贵姓@市民：姓名就算了|-
坐席：您怎么称呼@市民：匿名|-
坐席：贵姓@市民：没必要留吧|-
坐席：请问您姓什么@市民：这个不讲了|-
坐席：贵姓@市民：我不想说 怕报复|-
我姓温 温度的温 住三楼|温
我姓陈，陈建国，电话13900139000|陈建国
坐席：您贵姓@市民：姓陈 叫陈建国|陈建国
我姓陈，陈先生|陈
我姓李，李子园小区的|李
我姓黎 黎明的黎|黎
我姓林，林业局那边住的|林
我姓麦 麦子的麦|麦
我姓邝 邝美云的邝|邝
我系姓冼嘅|冼
本人姓孔|孔
我叫李秀英|李秀英
我叫赵铁柱，住在横沥|赵铁柱
我的名字叫王小二|王小二
联系人：吴先生，电话13900139000|吴先生
联系人:林晓东|林晓东
姓名：朱国强 电话：13900139000|朱国强
反映人：彭女士|彭女士
请尽快处理。刘建军13900139000|刘建军
请处理，13900139000，曾女士|曾女士
电话13900139000（杨先生）|杨先生
谢谢，尹小燕 13900139000|尹小燕
本人郭大海，因工资问题投诉|郭大海
老板姓周 一直不露面|-
房东姓何 我姓简|简
那个医生姓刘 态度很差|-
包工头叫张老三 跑了|-
物业经理姓李 他骂人 我姓杜 杜甫的杜|杜
我老公姓张 我姓姚|姚女士
我们都是老百姓|-
这个小区姓钱的不少|-
我姓钱 不对 口误 姓前 不是 姓钱|钱
我叫天天打电话都没人管|-
我是东城的业主|-
我是来反映问题的|-
我是租客 电话13900139000|-
投诉高埗某某厂 13900139000|-
麻烦回复13900139000|-
万江汾溪路路灯坏了 13900139000|-
石排镇庙边王村 13900139000|-
我老婆怀孕了 我姓覃|覃先生
我怀孕七个月 我姓古|古女士
My name is Peter Chan, the street light is broken|Peter Chan
I am living in Dongguan|-
坐席：您贵姓@市民：我姓尚 高尚的尚 不是商业的商|尚
坐席：留个称呼吧@市民：柳 柳树的柳|柳
坐席：贵姓@市民：王 三横王 一三九零零一三九零零零|王
坐席：您贵姓@市民：郑 郑重的郑 电话就是这个|郑
坐席：请问您怎么称呼？@市民：我姓祝，祝福的祝。|祝
坐席：您贵姓@市民：唔使留啦|-
"""
)
WITH_TITLE = ("先生", "女士", "小姐")


@pytest.mark.parametrize(("said", "expected"), SNIPPETS, ids=[said[:24] for said, _ in SNIPPETS])
def test_the_name_is_the_callers_own(said: str, expected: str | None) -> None:
    found = caller_name(heard(said)).value
    assert found == expected


def test_the_evidence_is_the_place_of_the_name() -> None:
    text = "坐席：您贵姓\n市民：免贵姓陳"
    found = caller_name(heard(text))
    assert found.value == "陈"
    assert found.evidence is not None
    assert text[slice(*found.evidence)] == "陳"


def test_a_withheld_name_points_at_the_refusal() -> None:
    text = "坐席：您贵姓\n市民：不留啦 你记一下"
    found = caller_name(heard(text))
    assert found.value is None
    assert found.evidence is not None and text[slice(*found.evidence)].startswith("不留")
