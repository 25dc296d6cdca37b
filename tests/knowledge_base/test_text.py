"""Tests of knowledge_base/text.py."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.chunking import domain_chunks
from knowledge_base.content import load_content
from knowledge_base.index import DomainIndex, Index
from knowledge_base.lexical import LexicalIndex
from knowledge_base.terms import search_terms, typo_terms
from knowledge_base.text import TypoRepair, has_han, normalise, squeeze
from knowledge_base.tokens import Tokeniser, word_frequency
from knowledge_base.vector_store import VectorStore


@pytest.fixture(scope="module")
def typos() -> TypoRepair:
    """Repair with the terms of the starter knowledge base, which needs its words but no embeddings."""
    kb = load_content()
    tokeniser = Tokeniser(search_terms(kb))
    domains = {}
    for name, chunks in domain_chunks(kb).items():
        tokens = [tokeniser.tokens(normalise(chunk.text)) for chunk in chunks]
        ids = np.array([chunk.chunk_id for chunk in chunks], dtype=np.int64)
        store = VectorStore.build(ids, np.zeros((len(chunks), 1), dtype=np.float32))
        domains[name] = DomainIndex(name, chunks, tokens, store, LexicalIndex.build([]))
    return TypoRepair(typo_terms(Index(kb, domains, tokeniser, "none")), word_frequency)


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        ("居住證點樣續簽", "居住证点样续签"),
        ("ＡＢＣ１２３", "abc123"),
        ("（一）％", "(一)%"),
        ("粤\u200b省\ufeff事", "粤省事"),
        ("\u202e社保卡\u202c", "社保卡"),
        ("  怎么\n\n 办\t证　吗  ", "怎么 办 证 吗"),
        ("APP", "app"),
        ("①", "1"),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_normalise_folds_script_width_case_space_and_invisible_characters(typed: str, normalised: str) -> None:
    assert normalise(typed) == normalised


@given(st.text())
def test_normalise_twice_is_normalise_once_for_any_text(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


def test_squeeze_leaves_no_space() -> None:
    assert squeeze("首 次　免\u200b费 ") == "首次免费"


def test_has_han_wants_one_chinese_character() -> None:
    assert has_han("id 证")
    assert not has_han("id-card 123 ，")


@pytest.mark.parametrize(
    ("typed", "repaired"),
    [
        ("居主证怎么办", "居住证怎么办"),
        ("公积斤怎么提取", "公积金怎么提取"),
        ("东菀社保卡", "东莞社保卡"),
        ("东宛市居住证", "东莞市居住证"),
        ("身分证丢了", "身份证丢了"),
        ("补办社保咔", "补办社保卡"),
        ("结昏登记要预约吗", "结婚登记要预约吗"),
        ("公积金帐户", "公积金账户"),
    ],
)
def test_same_sound_typos_are_repaired(typos: TypoRepair, typed: str, repaired: str) -> None:
    assert typos.repair(typed) == repaired


@pytest.mark.parametrize(
    "question",
    [
        "公司不缴社保怎么办",
        "入职多久买社保",
        "开小卖部办什么证",
        "工资不发怎么办",
        "离职了怎么提取公积金",
        "居住证怎么续签",
        "hello 123",
        "",
    ],
)
def test_right_words_are_left_alone(typos: TypoRepair, question: str) -> None:
    assert typos.repair(question) == question


def test_every_name_of_the_starter_content_is_left_alone(typos: TypoRepair) -> None:
    names = [normalise(item.name) for item in load_content().items.values()]
    assert [typos.repair(name) for name in names] == names


def test_questions_of_the_starter_content_are_left_alone(typos: TypoRepair) -> None:
    """Some of them are typed badly on purpose; what is repaired there must be a typing error."""
    asks = [normalise(a) for item in load_content().items.values() for fact in item.facts for a in fact.asks]
    changed = [(ask, repaired) for ask in asks if (repaired := typos.repair(ask)) != ask]
    assert len(changed) <= len(asks) / 25, changed


def test_word_is_not_repaired_across_the_edge_of_another() -> None:
    repair = TypoRepair(["公积金"], word_frequency).repair
    assert repair("公积斤") == "公积金"
    assert repair("公积公斤") == "公积公斤"


def test_only_terms_of_two_to_six_characters_are_aimed_at() -> None:
    repair = TypoRepair(["证", "a1", "城乡居民基本医疗保险"], word_frequency).repair
    assert repair("正和a一，城乡居民基本医疗保显") == "正和a一，城乡居民基本医疗保显"
