"""Comparison of names, numbers and addresses."""

from __future__ import annotations

import pytest

from preview.similar import Likeness, compare_addresses, compare_names, compare_numbers


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("張 偉", "张伟", "same"),
        ("阿依古丽・买买提", "阿依古丽·买买提", "same"),
        ("东莞市鸿远电子(南城)有限公司", "东莞市鸿远电子（南城）有限公司", "same"),
        ("张玮", "张伟", "near"),
        ("李婷婷", "李婷", "different"),
        ("", "李婷", "different"),
    ],
)
def test_names(one: str, other: str, likeness: str) -> None:
    assert compare_names(one, other) is Likeness(likeness)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("广东省东莞市南城街道鸿福路100号华凯广场A座1203房", "东莞市南城街道鸿福路100号华凯广场A座1203", "same"),
        ("东莞市南城鸿福路100号", "東莞市南城街道鴻福路100號", "same"),
        ("东莞市南城街道鸿福路100号3栋502室", "东莞市南城街道鸿福路100号3栋503室", "different"),
        ("东莞市长安镇河东三路12号", "东莞市虎门镇连升路45号", "different"),
    ],
)
def test_addresses(one: str, other: str, likeness: str) -> None:
    assert compare_addresses(one, other) is Likeness(likeness)


def test_numbers_ignore_signs_between_digits() -> None:
    assert compare_numbers("粤（2023）东莞不动产权第0123456号", "粤(2023)东莞不动产权第 0123456 号") is Likeness.SAME
    assert compare_numbers("44190019", "44190018") is Likeness.DIFFERENT
