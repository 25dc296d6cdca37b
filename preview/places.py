"""Names of Dongguan's towns, and the one repair they allow: 虎内镇 does not exist, 虎门镇 does."""

from __future__ import annotations

import re

from preview.words import words

_IN_DONGGUAN = re.compile(r"(?<=东莞市)([\u4e00-\u9fff]{2,3})(?=镇|街道)")


def with_known_town(text: str) -> str:
    """Replace a town behind 「东莞市」 that does not exist by the only one that differs in a single character.

    A town two names come near to, and places elsewhere, stay as they were read.

    >>> with_known_town("广东省东莞市虎内镇连升路45号")
    '广东省东莞市虎门镇连升路45号'
    >>> with_known_town("东莞市石某镇"), with_known_town("湖南省石棋镇")
    ('东莞市石某镇', '湖南省石棋镇')

    虎内 is no word at all, so it is put right wherever it stands.

    >>> with_known_town("东莞市锦程服饰有限公司虎内分公司")
    '东莞市锦程服饰有限公司虎门分公司'
    """

    def known(match: re.Match[str]) -> str:
        read = match[1]
        towns = words("towns")
        if read in towns:
            return read
        near = [t for t in towns if len(t) == len(read) and sum(a != b for a, b in zip(t, read, strict=True)) == 1]
        return near[0] if len(near) == 1 else read

    return _IN_DONGGUAN.sub(known, text.replace("虎内", "虎门"))
