"""Sums of money, parties and separate matters."""

from __future__ import annotations

import pytest

from assistant.tickets.amounts import amount
from assistant.tickets.matters import matters
from assistant.tickets.parties import parties

from .said import heard, rows

SUMS = rows(
    """
押金一千八不退|一千八
学费6800元不退|6800元
被骗了三万多|三万多
一共1.2万|1.2万
多扣十五块|十五块
剩下的一千二给我|一千二
签认购书三万定金|三万
欠我两万三|两万三
共840块|840块
五块钱一首|五块钱
住了一年半|-
等了半小时|-
二十六天没放假|-
电话13900139000|-
"""
)


@pytest.mark.parametrize(("said", "expected"), SUMS, ids=[said[:16] for said, _ in SUMS])
def test_the_sum_is_given_as_it_was_said(said: str, expected: str | None) -> None:
    assert amount(heard(said)).value == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("我在寮步良平上班 厂名叫明灿灯饰 欠工资", "明灿灯饰"),
        ("凤岗黄洞一个玩具厂加班", "玩具厂"),
        ("车牌粤S·A1234B 乱停", "粤SA1234B"),
        ("坐席：店名\n市民：叫牛大碗", "牛大碗"),
        ("石碣桔洲印刷厂排味", "印刷厂"),
        ("村口有个叫好佳便利店的卖过期奶", "好佳便利店"),
        ("孩子读竹溪小学 门口太堵", "竹溪小学"),
        ("反正项目部不管", "项目部"),
    ],
)
def test_the_party_is_named(said: str, expected: str) -> None:
    found = parties(heard(said), ("石碣", "桔洲", "凤岗", "黄洞", "竹溪")).value
    assert any(name.endswith(expected) for name in found)
    assert not any(name.startswith(("读", "反正", "个叫", "石碣")) for name in found)


@pytest.mark.parametrize(
    "said",
    [
        "孩子刚上小学",
        "中暑送医院了",
        "建议学校门口加斑马线",
        "我联系物业没人理",
        "东莞哪个诊所能打针",
        "拆迁工地扬尘",
    ],
)
def test_words_before_a_kind_of_place_are_not_the_name_of_a_party(said: str) -> None:
    assert parties(heard(said), ("东莞",)).value == ()


def test_no_party_is_an_empty_answer() -> None:
    assert parties(heard("路灯坏了")).value == ()


def count(said: str) -> int:
    def read(part: str) -> tuple[str, float]:
        return ("0804" if "路灯" in part else "0402" if "油烟" in part else "0201"), 0.5 if "好像" in part else 0.95

    return len(matters(heard(said), read))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("楼下烧烤油烟很大，请处理。另外小区门口路灯不亮，也请修一下", 2),
        ("市民：楼下烧烤很吵\n坐席：好的\n市民：还有一个 公交车一个多钟才来一班 也反映下", 2),
        ("第一工地晚上很吵睡不着 第二门口的路灯三个月没亮了", 2),
        ("工地晚上施工很吵没法睡觉 还有路灯也一直不亮希望处理", 2),
        ("工地晚上很吵 还有灰尘也很大希望处理", 1),
        ("路灯坏了 还有三天就过节了", 1),
        ("路灯坏了，另外麻烦尽快", 1),
        ("门口路灯坏了三天 楼下烧烤店油烟也大", 2),
        ("门口路灯坏了三天 楼下烧烤店好像油烟也大", 1),  # not sure
        ("门口路灯坏了三天 对面的路灯也坏了", 1),
        ("我跑了四趟 第二趟说平面图比例不对要重画", 1),
        ("路灯坏了 另外我姓陈 耳东陈 电话13900139000", 1),
        ("", 0),
    ],
)
def test_matters_are_counted(said: str, expected: int) -> None:
    assert count(said) == expected
