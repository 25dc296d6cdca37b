"""Tests of knowledge_base/cantonese.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.cantonese import to_standard
from knowledge_base.chunking import domain_chunks
from knowledge_base.content import load_content
from knowledge_base.text import normalise


@pytest.mark.parametrize(
    ("said", "standard"),
    [
        ("办护照要几多钱", "办护照要多少钱"),
        ("居住证点样办", "居住证怎么办"),
        ("社保卡去边度攞", "社保卡去哪里拿"),
        ("身份证唔见咗点算", "身份证丢了怎么办"),
        ("bb入户要咩材料", "宝宝入户要什么材料"),
        ("租赁备案归边个部门管", "租赁备案归哪个部门管"),
    ],
)
def test_cantonese_question_is_rewritten(said: str, standard: str) -> None:
    assert to_standard(said) == standard


@pytest.mark.parametrize("question", ["车牌丢了", "仲裁多久出结果", "净资产怎么算", "bb", ""])
def test_words_that_both_share_stay_in_a_standard_question(question: str) -> None:
    assert to_standard(question) == question


@given(st.text(st.sampled_from("居住证怎么办社保卡多少钱点边系净仲")))
def test_text_without_a_cantonese_word_comes_back_unchanged(text: str) -> None:
    if not any(mark in text for mark in ("点样", "边度", "系咪", "点解")):
        assert to_standard(text) == text


def test_statements_of_the_starter_content_are_not_taken_for_cantonese() -> None:
    texts = [
        normalise(c.text) for chunks in domain_chunks(load_content()).values() for c in chunks if c.kind == "text"
    ]
    assert [text for text in texts if to_standard(text) != text] == []
