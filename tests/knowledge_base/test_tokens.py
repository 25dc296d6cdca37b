"""Tests of knowledge_base/tokens.py."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge_base.tokens import STOPWORDS, Tokeniser, word_frequency


@pytest.fixture(scope="module")
def plain() -> Tokeniser:
    return Tokeniser()


def test_terms_stay_whole_and_also_give_their_parts() -> None:
    assert "稳定居住就业入户" in Tokeniser(["稳定居住就业入户"]).tokens("稳定居住就业入户")
    assert {"居住", "就业"} <= set(Tokeniser(["稳定居住就业入户"]).tokens("稳定居住就业入户"))


def test_terms_of_one_tokeniser_do_not_reach_another(plain: Tokeniser) -> None:
    Tokeniser(["莞e申报登记"])
    assert "莞e申报登记" not in plain.tokens("莞e申报登记")
    assert word_frequency("莞e申报登记") == 0


def test_stopwords_go_unless_nothing_else_is_left(plain: Tokeniser) -> None:
    assert plain.tokens("请问怎么办护照") == ["护照"]
    assert plain.tokens("怎么办") == ["怎么", "怎么办"]
    assert "怎么办" in STOPWORDS


def test_punctuation_gives_no_token_and_decimals_stay_whole(plain: Tokeniser) -> None:
    assert plain.tokens("，。！？") == []
    assert "19.8" in plain.tokens("每小时19.8元")


def test_one_tokeniser_may_be_shared_by_threads(plain: Tokeniser) -> None:
    texts = [f"第{n}位市民想办理居住证签注" for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(plain.tokens, texts)) == [plain.tokens(text) for text in texts]


def test_word_frequency_is_zero_for_what_is_no_word() -> None:
    assert word_frequency("居民") > 0
    assert word_frequency("居主证") == 0
