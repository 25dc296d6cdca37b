"""Tests of eval/tuning/typos.py."""

from __future__ import annotations

from pypinyin import lazy_pinyin

from eval.tuning.typos import Typist

TEXTS = ("护照过期了怎么换", "湖边的照片", "户口本丢了", "国家", "欢迎换新", "器材", "汽车")


def test_a_typo_sounds_like_what_was_meant() -> None:
    typist = Typist(TEXTS, seed=1)
    typed = {typist.mistyped("护照过期了怎么换") for _ in range(30)}
    assert len(typed) > 3
    for text in typed:
        assert text != "护照过期了怎么换"
        assert lazy_pinyin(text) == lazy_pinyin("护照过期了怎么换")


def test_what_has_no_other_of_its_sound_stays() -> None:
    typist = Typist(TEXTS, seed=1)
    assert typist.mistyped("abc 12") == "abc 12"
    assert typist.mistyped("") == ""
    assert typist.mistyped("国") == "国" or lazy_pinyin(typist.mistyped("国")) == ["guo"]


def test_the_same_seed_gives_the_same_typos() -> None:
    assert Typist(TEXTS, seed=3).mistyped(TEXTS[0]) == Typist(TEXTS, seed=3).mistyped(TEXTS[0])
