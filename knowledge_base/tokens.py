"""Cuts Chinese text into search tokens: jieba with a dictionary of the knowledge base's own terms."""

from __future__ import annotations

import logging
import re
import tempfile
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jieba import Tokenizer as JiebaTokenizer

_WORD = re.compile(r"[\u4e00-\u9fffa-z0-9]+(?:\.[0-9]+)?")
_RUN = re.compile(r"[\u4e00-\u9fffa-z0-9]+")
_LOCK = threading.Lock()

STOPWORDS = frozenset(
    [
        "的",
        "了",
        "吗",
        "呢",
        "啊",
        "吧",
        "呀",
        "嘛",
        "哦",
        "么",
        "我",
        "你",
        "您",
        "他",
        "她",
        "我们",
        "你们",
        "他们",
        "是",
        "在",
        "有",
        "要",
        "想",
        "去",
        "到",
        "和",
        "与",
        "或",
        "及",
        "就",
        "都",
        "也",
        "还",
        "又",
        "很",
        "把",
        "被",
        "给",
        "对",
        "从",
        "向",
        "这",
        "那",
        "这个",
        "那个",
        "一下",
        "一个",
        "请",
        "请问",
        "问",
        "问下",
        "想问",
        "咨询",
        "怎么",
        "怎样",
        "如何",
        "什么",
        "哪",
        "哪些",
        "哪里",
        "哪个",
        "多少",
        "几",
        "可以",
        "能",
        "能不能",
        "可不可以",
        "需要",
        "应该",
        "需",
        "得",
        "会",
        "不会",
        "现在",
        "办",
        "办理",
        "弄",
        "搞",
        "做",
        "点",
        "点样",
        "咋",
        "咋办",
        "怎么办",
        "呃",
        "嗯",
        "哎",
        "唉",
        "帮",
        "东莞",
        "东莞市",
        "点解",
        "咩",
        "系",
        "唔",
        "嘅",
        "喺",
        "边",
        "边度",
        "几多",
        "几时",
        "点办",
        "係",
        "之",
        "其",
        "为",
        "以",
        "于",
        "由",
        "等",
        "且",
        "而",
        "但",
        "如果",
        "因为",
        "所以",
        "已经",
        "没",
        "没有",
        "不",
        "不是",
        "是不是",
        "有没有",
        "要不要",
        "用",
        "用不用",
        "得不得",
        "自己",
        "人",
        "时候",
        "时",
        "后",
        "前",
        "里",
        "里面",
        "上",
        "下",
        "中",
        "个",
        "请您",
        "谢谢",
        "麻烦",
        "告诉",
        "知道",
        "说",
        "讲",
    ]
)
"""Words that carry no subject: dropped from tokens, unless nothing else is left."""


def bigrams(text: str) -> list[str]:
    """Cut normalised text into overlapping pairs of characters; a single one between other signs stays as it is.

    >>> bigrams("居住证a,b")
    ['居住', '住证', '证a', 'b']
    """
    return [pair for run in _RUN.findall(text) for pair in ([run[i : i + 2] for i in range(len(run) - 1)] or [run])]


@lru_cache(maxsize=1)
def _dictionary() -> JiebaTokenizer:
    """jieba's own dictionary, loaded once; its cache lies in a folder of our own."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(_cache_dir())
    tokenizer.initialize()
    return tokenizer


def _cache_dir() -> Path:
    path = Path(tempfile.gettempdir()) / "guanjia-jieba"
    path.mkdir(exist_ok=True, mode=0o700)
    return path


@lru_cache(maxsize=50_000)
def word_frequency(text: str) -> int:
    """Give how often `text` stands in jieba's corpus as a word; 0: it is no word."""
    return int(_dictionary().FREQ.get(text) or 0)


class Tokeniser:
    """Cuts text into tokens; terms of the knowledge base stay whole and also give their parts."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        _dictionary()
        import jieba

        self._jieba = jieba.Tokenizer()
        self._jieba.FREQ = dict(_dictionary().FREQ)
        self._jieba.total = _dictionary().total
        self._jieba.initialized = True
        for term in terms:
            if len(term) >= 2:
                self._jieba.add_word(term)

    def tokens(self, text: str) -> list[str]:
        """Cut normalised text; stopwords are dropped unless nothing else is left."""
        cut: list[str] = []
        with _LOCK:  # jieba's caches are not safe under threads
            for part in _WORD.findall(text):
                cut.extend(t for t in self._jieba.cut_for_search(part) if t.strip())
        content = [t for t in cut if t not in STOPWORDS]
        return content or cut


def search_tokens(tokeniser: Tokeniser, text: str) -> list[str]:
    """Cut normalised text for the passage index: words, and pairs of characters for where words are cut amiss."""
    return tokeniser.tokens(text) + bigrams(text)
