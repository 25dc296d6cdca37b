"""Tests of eval/foreign.py and eval/overlap.py: the scoring of foreign knowledge bases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.foreign import field_is_right, figures_of
from eval.metrics import Rate
from eval.overlap import common_subsequence, numbers_held, rouge_l


def test_the_common_subsequence_is_that_of_the_textbook() -> None:
    assert common_subsequence("ABCBDAB", "BDCABA") == 4
    assert common_subsequence("", "甲") == common_subsequence("甲", "") == 0


def test_overlap_of_texts_and_numbers() -> None:
    assert rouge_l("居住证不收费", "居住证不收费") == 1
    assert rouge_l("甲", "") == 0
    assert numbers_held("每年200元，共3次", "200元") == 1
    assert numbers_held("每年20元", "200元，3次") == 0


@pytest.mark.parametrize(
    ("text", "field", "gold", "right"),
    [
        ("申请材料：1. 身份证；2. 照片（2张）", "申请材料", ["身份证", "照片(2张)"], True),
        ("申请材料：1. 身份证", "申请材料", ["身份证", "照片"], False),
        ("承诺办结时限：3个工作日", "承诺办结时限_工作日", ["3"], True),
        ("承诺3个工作日，法定20个工作日", "承诺办结时限_工作日", ["3"], False),
        ("咨询电话：0000-1234", "咨询电话", ["0000－1234"], True),
        ("实施部门：公安局", "实施部门", ["民政局"], False),
    ],
)
def test_fields_are_right_only_whole(text: str, field: str, gold: list[str], right: bool) -> None:
    assert field_is_right(text, field, gold) is right


def test_a_small_dataset_is_imported_asked_and_scored(tmp_path: Path, own_environment: None) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    kb = [
        {"doc_id": "a", "text": "养犬登记费为重点管理区每只每年200元。"},
        {"doc_id": "b", "text": "图书馆借书证押金为100元，凭身份证办理。"},
    ]
    asked = {"answers": ["每只每年200元"], "doc_ids": ["a"], "answerable": True}
    questions = [
        {"id": "1", "question": "养犬登记费是多少？"} | asked,
        {"id": "2", "question": "港澳通行证怎么续签？", "answers": [], "doc_ids": [], "answerable": False},
    ]
    for name, rows in (("kb.jsonl", kb), ("questions.jsonl", questions)):
        (folder / name).write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    figures = figures_of(folder, tmp_path / "work")["all"]
    assert figures["hit@1"] == Rate(1, 1)
    assert figures["abstention"] == Rate(1, 1)
    assert figures["proxy: all numbers"] == Rate(1, 1)
