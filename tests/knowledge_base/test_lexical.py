"""Tests of knowledge_base/lexical.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.lexical import LexicalIndex

DOCUMENTS = [
    ["居住证", "申领"],
    ["社保卡", "申领", "银行"],
    [],
    ["居住证", "签注", "居住证"],
    ["护照"],
]


@pytest.fixture
def index() -> LexicalIndex:
    return LexicalIndex.build(DOCUMENTS)


def test_only_documents_that_share_a_token_are_found(index: LexicalIndex) -> None:
    assert {position for position, _ in index.search(["居住证", "公积金"], 10)} == {0, 3}
    assert index.search(["公积金"], 10) == []
    assert index.search([], 10) == []


def test_document_that_shares_more_comes_first(index: LexicalIndex) -> None:
    hits = index.search(["社保卡", "申领"], 10)
    assert [position for position, _ in hits] == [1, 0]
    assert hits[0][1] > hits[1][1] > 0


def test_rare_token_weighs_more_than_a_frequent_one(index: LexicalIndex) -> None:
    assert index.search(["申领", "签注"], 1)[0][0] == 3


def test_no_more_than_top_k_are_given(index: LexicalIndex) -> None:
    assert len(index.search(["居住证", "申领", "护照"], 2)) == 2
    assert len(index.search(["居住证", "申领", "护照"], 100)) == 4


@pytest.mark.parametrize("documents", [[], [[]], [[], []]], ids=["no documents", "one empty", "two empty"])
def test_index_without_any_token_finds_nothing(documents: list[list[str]], tmp_path: Path) -> None:
    index = LexicalIndex.build(documents)
    assert index.search(["居住证"], 5) == []
    index.save(tmp_path / "bm25")
    assert LexicalIndex.load(tmp_path / "bm25").search(["居住证"], 5) == []


def test_index_is_the_same_after_saving_and_loading(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "bm25")
    loaded = LexicalIndex.load(tmp_path / "bm25")
    for tokens in (["居住证"], ["社保卡", "申领"], ["没有的词"], [""]):
        assert loaded.search(tokens, 10) == index.search(tokens, 10)
