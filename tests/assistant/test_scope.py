"""Tests of assistant/scope.py: what no knowledge base of this city can answer."""

from __future__ import annotations

import pytest

from assistant.scope import outside
from prompts import reply

OUTSIDE = {
    "other_city": """
        深圳的居住证积分怎么算
        广州入户要什么条件
        惠州公积金贷款政策是怎样的
        想了解佛山市的人才补贴标准
        北京怎么申请公租房
        杭州的高龄津贴多少钱
        深圳地铁几点收车
        中山市低保标准是多少
    """,
    "own_case": """
        我的居住证办好了没有
        帮我查一下我的公积金余额
        我上周交的营业执照申请批下来没
        我的社保卡制好了没
        我申请的失业金到账了没
        我孩子的学位申请审核通过了吗
        我的护照现在什么状态
        查下我自己的积分是多少
        我医保卡里还有多少钱
        我的申请进度
        我的退税到哪一步了
    """,
    "contact": """
        南城社保局电话多少
        虎门市民服务中心几点上班
        出入境大厅的地址在哪
        周末政务大厅上班吗
        民政局的联系方式是什么
        莞城公安分局具体地址
        政务中心附近怎么停车
        给个公积金中心的电话
        寮步派出所在哪条路
        结婚登记处的电话是多少
        不动产变更登记窗口的电话有吗，号码多少
    """,
}

INSIDE = """
    从深圳转社保到东莞怎么办
    我是湛江人，居住证怎么办
    湛江来的，居住证怎么办
    老家梅州的医保能在东莞用吗
    河源老家的户口本能用吗
    在广州交的公积金怎么转过来
    湛江户口怎么办东莞居住证
    我户口在惠州，想迁到东莞
    去深圳看病怎么报销
    深圳参保的怎么转回来
    原来在深圳领的居住证，搬来还能用吗
    要去北京住院怎么备案
    中山大学毕业可以人才入户吗
    我在深圳工作，东莞能买社保吗
    从珠海迁户口到这里要什么材料
    拨打12345可以问社保吗
    举报拖欠工资打什么电话
    投诉物业打哪个电话
    12333是什么热线
    上班时间受伤算工伤吗
    下班时间出车祸算工伤吗
    营业时间变更要登记吗
    停车场经营备案怎么办
    占用停车位归谁管
    居住证上的地址在哪改
    公司地址变更要什么材料
    社保卡怎么修改预留电话
    怎么变更营业执照上的电话号码
    老人怎么坐公交免费
    在哪里查自己的社保缴费记录
    怎么查自己的公积金余额
    哪里可以查看我的医保账户明细
    证件到了没人领会作废吗
    申请批了以后多久发证
    居住证办好了怎么领
    失业金多久到账
"""


def lines(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


@pytest.mark.parametrize(
    ("key", "question"), [(key, question) for key, table in OUTSIDE.items() for question in lines(table)]
)
def test_question_for_somebody_else_is_outside(key: str, question: str) -> None:
    found = outside(question)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("question", lines(INSIDE))
def test_question_that_only_sounds_like_one_for_somebody_else_is_inside(question: str) -> None:
    assert outside(question) is None


def test_citizen_is_told_which_city_to_ask() -> None:
    found = outside("广州入户要什么条件")
    assert found is not None
    assert "广州" in reply(f"unanswerable.{found.key}", **found.variables)


@pytest.mark.parametrize("question", ["东莞居住证能在广州入户时当居住证明用吗", "广州的居住证在莞城能换成东莞的吗"])
def test_other_city_beside_this_one_is_inside(question: str) -> None:
    assert outside(question) is None


@pytest.mark.parametrize(
    ("question", "city"),
    [
        ("惠州的门诊选点,一年里可以改几次", "惠州"),
        ("我在深圳参保,深圳失业金一个月能领多少", "深圳"),
        ("我以前在长沙,长沙的生育津贴怎么算", "长沙"),
    ],
)
def test_service_of_another_city_is_outside_though_it_is_not_the_first_thing_said(question: str, city: str) -> None:
    found = outside(question)
    assert found is not None
    assert (found.key, found.variables) == ("other_city", {"city": city})
