"""Tells everyday words from the characters of a name or a misheard place."""

from __future__ import annotations


def frequency(said: str) -> int:
    """Give how often the dictionary saw a word; 0 for what is none."""
    import jieba

    if not jieba.dt.initialized:
        jieba.dt.initialize()
    return int(jieba.dt.FREQ.get(said) or 0)


def is_word(said: str) -> bool:
    """Tell whether a string is a word of the dictionary."""
    return frequency(said) > 0


def content_words(text: str) -> list[str]:
    """Cut a text into words."""
    import jieba

    return [word for word in jieba.dt.cut(text) if word.strip()]
