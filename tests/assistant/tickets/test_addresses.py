"""The address keeps the words that were said, in order, under city and town."""

from __future__ import annotations

import pytest

from assistant.tickets.addresses import address
from assistant.tickets.gazetteer import Gazetteer
from assistant.tickets.lexicon import is_word
from assistant.tickets.towns import find_town
from knowledge_base.content import load_content

from .said import heard, rows

SNIPPETS = rows(
    """
我在厚街三屯村那个工业区旁边的鞋厂 噪音大|东莞市厚街镇 三屯村 工业区 鞋厂
大朗巷头社区富康路88号楼下烧烤|东莞市大朗镇 巷头社区 富康路 88号
虎门金洲社区那边的黄河时装城停车场收费乱|东莞市虎门镇 金洲社区 停车场
常平板石村口有人摆摊|东莞市常平镇 板石村
东城万达广场三楼的餐厅吃出头发|东莞市东城街道 万达广场
黄江公园的公厕没水|东莞市黄江镇 黄江公园 公厕
万江共联市场 鱼档占道|东莞市万江街道 共联市场
长安厦岗振安路红绿灯坏了|东莞市长安镇 厦岗 振安路
石排庙边王沿河路12号 楼上漏水|东莞市石排镇 庙边王 沿河路 12号
南城鸿福路地铁站口单车乱放|东莞市南城街道 鸿福路 地铁站
道滘南城村祠堂旁边垃圾堆|东莞市道滘镇 南城村 祠堂
我住凤岗雁田 那个不锈钢厂半夜排气|东莞市凤岗镇 雁田
寮步西溪古村停车场|东莞市寮步镇 西溪 停车场
塘厦莲湖社区迎宾大道路面坑洼|东莞市塘厦镇 莲湖社区 迎宾大道
樟木头百果洞幼儿园门口没斑马线|东莞市樟木头镇 百果洞 幼儿园
长安镇文明路的路灯不亮|东莞市长安镇 文明路
厚街大道的路面塌了|东莞市厚街镇 厚街大道
坐席：请讲@市民：清溪三中村路灯不亮@坐席：具体位置@市民：文化广场对面|东莞市清溪镇 三中村 文化广场
坐席：请讲@市民：高埗有家餐馆吃坏肚子@坐席：店名@市民：叫湘味小厨|东莞市高埗镇 湘味小厨
坐席：请讲@市民：横沥有栋楼加建@坐席：门牌@市民：好像九十三号|东莞市横沥镇 九十三号
"""
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(load_content().towns)


@pytest.mark.parametrize(("said", "parts"), SNIPPETS, ids=[said[:24] for said, _ in SNIPPETS])
def test_the_address_holds_what_was_said(gazetteer: Gazetteer, said: str, parts: str) -> None:
    words = heard(said)
    found = address(words, find_town(words, gazetteer, is_word), gazetteer).value
    assert found is not None
    places = [found.find(part) for part in parts.split()]
    assert -1 not in places, f"{found} lacks part of {parts}"
    assert places == sorted(places)


@pytest.mark.parametrize("said", ["长安镇文明路的路灯不亮", "长安镇文明路路灯不亮", "长安镇文明路坏路灯"])
def test_a_street_lamp_is_no_street(gazetteer: Gazetteer, said: str) -> None:
    words = heard(said)
    assert address(words, find_town(words, gazetteer, is_word), gazetteer).value == "东莞市长安镇文明路"


def test_a_town_alone_gives_the_town(gazetteer: Gazetteer) -> None:
    words = heard("在长安上班 公司不交社保")
    assert address(words, find_town(words, gazetteer, is_word), gazetteer).value == "东莞市长安镇"


def test_no_place_gives_no_address(gazetteer: Gazetteer) -> None:
    words = heard("我想问失业金怎么领")
    assert address(words, find_town(words, gazetteer, is_word), gazetteer).value is None


def test_the_evidence_points_into_the_original_text(gazetteer: Gazetteer) -> None:
    text = "市民：厚街三屯村工业区很吵"
    words = heard(text)
    span = address(words, find_town(words, gazetteer, is_word), gazetteer).evidence
    assert span is not None and text[slice(*span)] == "三屯村工业区"
