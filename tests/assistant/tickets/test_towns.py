"""In which town it happens: names, aliases, villages, sound-alikes, corrections, and several towns in one call."""

from __future__ import annotations

import pytest

from assistant.tickets.gazetteer import Gazetteer
from assistant.tickets.lexicon import is_word
from assistant.tickets.towns import find_town
from knowledge_base.content import load_content

from .said import heard, rows

SNIPPETS = rows(
    """
我在石碣水南村这边|石碣
东莞市企石镇铁炉坑村|企石
南城区鸿福社区的井盖|南城
我在莞城西隅那里|莞城
松湖这边的厂|松山湖
松山湖园区的工地半夜施工|松山湖
滨海湾新区填海的灰尘|滨海湾
我们东莞港的货柜车乱停|东莞港
麻冲漳澎村|麻涌
高布冼沙那边|高埗
望牛敦镇杜屋|望牛墩
我在辽步上屯村|寮步
塘夏诸佛岭|塘厦
横力田饶步|横沥
石竭桔洲|石碣
张木头百果洞|樟木头
东莞大郎巷头毛织市场|大朗
凤港雁田那个水库边|凤岗
后街镇三屯工业区|厚街
在户门镇北栅|虎门
东莞常安乌沙|长安
谢刚镇曹乐村|谢岗
青溪镇三中村|清溪
黄疆镇梅塘那边|黄江
红梅镇尧均村|洪梅
道教镇昌平村|道滘
雁田那边的流浪狗|凤岗
篁村社区的路灯|南城
霄边的烧烤摊|长安
漱旧村有人烧垃圾|常平
我在潢涌这边上班|中堂
迳联社区门口|桥头
犀牛陂的纺织厂|大朗
增埗村南面的厂排烟|茶山
樟洋的电子厂|樟木头
威远岛那边的码头|虎门
华阳湖湿地公园|麻涌
观音山脚下的农庄|樟木头
我住寮步 厂在大岭山 工资没发|大岭山
我家住石排 在企石宝石公园被狗咬|企石
以前在长安做 现在在厚街做 社保断了|厚街
从石龙去茶山的公交 我在石龙等了半小时|石龙
去虎门的车没到 我在沙田等|沙田
开往道滘的公交不停 在万江站等了很久|万江
人家南城公园都有灯 我们东城这个没有|东城
老家在河源 现在租在清溪|清溪
户籍在湖南 住在凤岗 居住证|凤岗
公司从深圳搬到塘厦|塘厦
厚街桥头社区的路|厚街
桥头镇的荷花公园|桥头
高埗塘厦村 不是塘厦镇|高埗
望牛墩石排村的河涌|望牛墩
道滘南城村那边|道滘
寮步石龙坑村的厂|寮步
东坑长安塘村|东坑
虎门南面社区|虎门
谢岗南面村|谢岗
常平新民社区|常平
石鼓村 在塘厦|塘厦
三联村 凤岗的|凤岗
是长安 不是虎门|长安
不是虎门 是长安|长安
虎门 不对 说错了 是厚街|厚街
厚街那边 我说错了 是沙田|沙田
坐席：是东坑镇吗@市民：对|东坑
坐席：是常平还是横沥@市民：横沥|横沥
坐席：您在大朗是吧@市民：不是 是大岭山|大岭山
三联村的路|-
向西村那边有人打架|-
我想问一下失业金怎么领|-
其实我就是不明白|-
我的长安汽车被刮了|-
太平洋保险不赔|-
红梅花开得很好|-
深圳龙岗的房东不退押金|-
今天完成了登记吗|-
东莞市的政策是什么|-
说不清楚 清晰一点|-
"""
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(load_content().towns)


@pytest.mark.parametrize(("said", "expected"), SNIPPETS, ids=[said[:24] for said, _ in SNIPPETS])
def test_the_town_is_where_it_happens(gazetteer: Gazetteer, said: str, expected: str | None) -> None:
    found = find_town(heard(said), gazetteer, is_word).town
    assert (gazetteer.short(found.value) if found.value else None) == expected


def test_an_ambiguous_village_is_less_sure_than_a_named_town(gazetteer: Gazetteer) -> None:
    village = find_town(heard("三联村的路坏了"), gazetteer, is_word).town
    town = find_town(heard("凤岗镇三联村的路坏了"), gazetteer, is_word).town
    assert village.confidence < 0.5 < town.confidence


def test_every_town_is_found_by_its_everyday_name(gazetteer: Gazetteer) -> None:
    for code, town in gazetteer.towns.items():
        assert find_town(heard(f"我在{town.short}这边反映问题"), gazetteer, is_word).town.value == code


def test_every_village_with_its_town_leads_to_the_town(gazetteer: Gazetteer) -> None:
    wrong = [
        (gazetteer.short(code), village)
        for village, codes in gazetteer.village_names().items()
        for code in codes
        if find_town(heard(f"{gazetteer.short(code)}{village}村的路灯"), gazetteer, is_word).town.value != code
    ]
    assert not wrong
