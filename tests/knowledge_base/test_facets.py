"""Tests of knowledge_base/facets.py."""

from __future__ import annotations

import pytest

from knowledge_base.facets import asked_values, facet_cues, stated_values
from knowledge_base.schema import Facet
from knowledge_base.text import normalise


@pytest.mark.parametrize(
    ("question", "facet"),
    [
        ("办居住证要带什么材料", Facet.MATERIALS),
        ("办护照要带边啲证件", Facet.MATERIALS),
        ("要不要复印件", Facet.MATERIALS),
        ("补身份证多少钱", Facet.FEE),
        ("办证要几多钱", Facet.FEE),
        ("首次申领免费吗", Facet.FEE),
        ("护照几天能拿到", Facet.TIME_LIMIT),
        ("几时可以办好", Facet.TIME_LIMIT),
        ("居住证有效期多久", Facet.VALIDITY),
        ("社保卡去边度办", Facet.CHANNELS),
        ("可以网上办吗", Facet.CHANNELS),
        ("公积金点样提取", Facet.STEPS),
        ("离职后怎么取公积金", Facet.STEPS),
        ("外地人可以办护照吗", Facet.CONDITIONS),
        ("几多岁先得", Facet.CONDITIONS),
        ("租赁备案归边个部门管", Facet.DEPARTMENT),
        ("不备案会不会罚款", Facet.LEGAL_BASIS),
        ("申请为什么被退回", Facet.RETURN_REASONS),
        ("失业金一个月能领多少", Facet.RESULT),
        ("签注和续签有什么区别", Facet.NOTES),
    ],
)
def test_wording_shows_which_facet_is_asked_for(question: str, facet: Facet) -> None:
    assert facet in facet_cues(normalise(question))


@pytest.mark.parametrize("question", ["居住证", "社保卡丢失", "", "我想咨询"])
def test_bare_words_ask_for_no_facet(question: str) -> None:
    assert facet_cues(question) == frozenset()


def test_overview_has_no_cue_of_its_own() -> None:
    assert Facet.OVERVIEW not in facet_cues("居住证是什么，怎么办，多少钱，要带什么，几天，在哪办")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("要多少钱", "money"),
        ("要等多久", "time"),
        ("老人几岁可以领", "age"),
        ("公积金缴存比例是多少", "ratio"),
        ("窗口电话是多少", "contact"),
    ],
)
def test_kind_of_value_is_read_from_the_question(question: str, kind: str) -> None:
    assert asked_values(question) == {kind}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("工本费20元。", "money"),
        ("首次申领免收工本费。", "money"),
        ("15个工作日内办结。", "time"),
        ("每年签注一次。", "time"),
        ("年满16周岁。", "age"),
        ("缴存比例为5%到12%。", "ratio"),
        ("周六9点到12点开放。", "contact"),
    ],
)
def test_kind_of_value_is_read_from_the_statement(statement: str, kind: str) -> None:
    assert kind in stated_values(statement)


def test_statement_without_values_states_none() -> None:
    assert stated_values("可以到镇街窗口申请。") == frozenset()
