"""Tests of knowledge_base/terms.py."""

from __future__ import annotations

from knowledge_base.index import Index
from knowledge_base.terms import search_terms, typo_terms


def test_search_terms_are_names_and_aliases_of_every_kind(small_index: Index) -> None:
    terms = search_terms(small_index.kb)
    assert {"居住证申领", "社保卡", "居民身份证", "juzhu业务"} <= set(terms)
    assert terms == sorted(set(terms))


def test_search_terms_have_two_to_eight_characters(small_index: Index) -> None:
    assert all(2 <= len(term) <= 8 for term in search_terms(small_index.kb))


def test_typo_terms_take_in_words_that_stand_often(small_index: Index) -> None:
    terms = typo_terms(small_index)
    assert {"居住证", "社保卡", "东莞"} <= set(terms)
    assert all(2 <= len(term) <= 6 for term in terms)
