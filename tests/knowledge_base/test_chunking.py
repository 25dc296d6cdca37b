"""Tests of knowledge_base/chunking.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.chunking import TEXT_CHARS, Chunk, ChunkKind, domain_chunks, item_chunks, numbered_facts
from knowledge_base.content import load_content
from knowledge_base.schema import Facet, ServiceItem

Fields = dict[str, Any]


@pytest.fixture(scope="module")
def starter_chunks() -> list[Chunk]:
    return [chunk for chunks in domain_chunks(load_content()).values() for chunk in chunks]


def cut(item: Fields) -> list[Chunk]:
    return item_chunks(ServiceItem.model_validate(item))


def of(chunks: list[Chunk], record_id: str) -> list[tuple[ChunkKind, str]]:
    return [(chunk.kind, chunk.text) for chunk in chunks if chunk.record_id == record_id]


def test_chunk_ids_are_unique_and_fit_the_signed_ids_of_faiss(starter_chunks: list[Chunk]) -> None:
    ids = [chunk.chunk_id for chunk in starter_chunks]
    assert len(set(ids)) == len(ids) > 5000
    assert 0 <= min(ids) <= max(ids) < 2**63


def test_chunk_ids_do_not_depend_on_the_rest_of_the_item(
    make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    alone = cut(make_item(facts=[make_fact("第一条。")]))
    longer = cut(make_item(facts=[make_fact("第一条。"), make_fact("第二条。", facet="fee")]))
    assert {chunk.chunk_id for chunk in alone} < {chunk.chunk_id for chunk in longer}


def test_chunk_ids_stay_the_same_for_ever(make_item: Callable[..., Fields]) -> None:
    name = next(chunk for chunk in cut(make_item()) if chunk.kind is ChunkKind.NAME)
    assert name == Chunk(
        5246052046266921135, "jz-apply/overview", "jz-apply", Facet.OVERVIEW, ChunkKind.NAME, "居住证申领"
    ), "ids stand in the indexes on disk: raise index.FORMAT"


def test_fact_gives_its_statement_and_its_questions(
    make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    chunks = cut(make_item(facts=[make_fact("免费。", facet="fee", asks=["多少钱", "收费吗"])]))
    assert of(chunks, "jz-apply/fee/1")[:3] == [
        (ChunkKind.TEXT, "免费。"),
        (ChunkKind.ASK, "多少钱"),
        (ChunkKind.ASK, "收费吗"),
    ]


def test_questions_about_a_whole_facet_belong_to_its_only_fact(
    make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    chunks = cut(make_item(name="居住证申领（首次）", aliases=["办居住证"], facts=[make_fact("免费。", facet="fee")]))
    asked = [text for kind, text in of(chunks, "jz-apply/fee/1") if kind is ChunkKind.ASK]
    assert {"居住证申领的收费标准是什么?", "办理办居住证收费吗"} <= set(asked), "names take turns"
    assert of(chunks, "jz-apply/fee") == []


def test_facet_of_several_facts_is_a_record_of_its_own_that_tells_them_all(
    make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    facts = [make_fact("首次免费。", facet="fee", asks=["首次"]), make_fact("补领10元。", facet="fee", asks=["补领"])]
    chunks = cut(make_item(name="居住证申领（首次）", facts=facts))
    (kind, statement), *asked = of(chunks, "jz-apply/fee")
    assert (kind, statement) == (ChunkKind.TEXT, "居住证申领的收费：首次免费；补领10元")
    assert (ChunkKind.ASK, "居住证申领的收费标准是什么?") in asked
    assert of(chunks, "jz-apply/fee/2") == [(ChunkKind.TEXT, "补领10元。"), (ChunkKind.ASK, "补领")]


def test_statement_of_a_long_facet_is_cut(make_item: Callable[..., Fields], make_fact: Callable[..., Fields]) -> None:
    facts = [make_fact(f"第{number}条" + "很长" * 40, facet="fee") for number in range(4)]
    (_, statement), *_ = of(cut(make_item(facts=facts)), "jz-apply/fee")
    assert len(statement) == TEXT_CHARS


def test_facts_are_counted_within_their_facet(
    make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    facts = [make_fact("一。", facet="fee"), make_fact("二。"), make_fact("三。", facet="fee")]
    item = ServiceItem.model_validate(make_item(facts=facts))
    assert [(record_id, fact.text) for record_id, fact in numbered_facts(item)] == [
        ("jz-apply/fee/1", "一。"),
        ("jz-apply/time_limit/1", "二。"),
        ("jz-apply/fee/2", "三。"),
    ]


def test_overview_holds_names_plain_words_phrasings_and_look_alikes(make_item: Callable[..., Fields]) -> None:
    item = make_item(aliases=["办居住证"], negative=[{"q": "居住证怎么续签"}])
    kinds = [kind for kind, _ in of(cut(item), "jz-apply/overview")]
    assert kinds == [ChunkKind.NAME] * 2 + [ChunkKind.TEXT] + [ChunkKind.PHRASING] * 3 + [ChunkKind.NEGATIVE]


def test_materials_form_one_record_that_names_them_all(make_item: Callable[..., Fields]) -> None:
    source = {"source": "《居住证暂行条例》", "grade": "A"}
    materials = [{"id": "id-card", "name": "身份证"} | source, {"id": "photo", "name": "相片回执"} | source]
    chunks = of(cut(make_item(name="居住证申领（首次）", materials=materials)), "jz-apply/materials")
    assert chunks[0] == (ChunkKind.TEXT, "居住证申领的申请材料：身份证；相片回执")
    assert of(cut(make_item()), "jz-apply/materials") == []


def test_frequent_question_gives_its_answer_its_wordings_and_its_look_alikes(
    make_item: Callable[..., Fields],
) -> None:
    faq = {"q": "能代办吗？", "similar": ["找人代办行吗"], "negative": ["代办收费吗"], "a": "可以。"}
    chunks = cut(make_item(faqs=[faq | {"source": "由本库事实归纳", "grade": "X", "facet": "channels"}]))
    assert of(chunks, "jz-apply/faq/1") == [
        (ChunkKind.TEXT, "可以。"),
        (ChunkKind.ASK, "能代办吗?"),
        (ChunkKind.ASK, "找人代办行吗"),
        (ChunkKind.NEGATIVE, "代办收费吗"),
    ]
    assert {chunk.facet for chunk in chunks if "/faq/" in chunk.record_id} == {Facet.CHANNELS}


def test_gap_gives_questions_only(make_item: Callable[..., Fields]) -> None:
    chunks = cut(make_item(gaps=[{"topic": "窗口电话", "asks": ["电话多少"]}]))
    assert of(chunks, "jz-apply/gap/1") == [(ChunkKind.GAP, "窗口电话"), (ChunkKind.GAP, "电话多少")]


def test_text_written_twice_for_one_record_is_cut_once(
    make_item: Callable[..., Fields], make_fact: Callable[..., Fields]
) -> None:
    chunks = cut(make_item(facts=[make_fact("免费。", facet="fee", asks=["收费吗", "收费吗"])]))
    assert [text for _, text in of(chunks, "jz-apply/fee/1")].count("收费吗") == 1


def test_policy_notes_are_a_domain_of_their_own(
    tmp_path: Path, write_content: Callable[..., Path], make_item: Callable[..., Fields]
) -> None:
    note = {"id": "licence", "topic": "电子证照", "text": "同等有效。", "asks": ["认不认", "认不认"]}
    notes = {"notes": [note | {"source": "《若干规定》", "grade": "A"}]}
    folder = write_content(tmp_path, {"policy_notes": notes}, juzhu=[make_item()])
    chunks = domain_chunks(load_content(folder))
    assert list(chunks) == ["juzhu", "tongze"]
    assert of(chunks["tongze"], "note-licence/notes/1") == [
        (ChunkKind.TEXT, "电子证照：同等有效。"),
        (ChunkKind.ASK, "认不认"),
    ]


def test_without_notes_there_is_no_domain_for_them(
    tmp_path: Path, write_content: Callable[..., Path], make_item: Callable[..., Fields]
) -> None:
    assert list(domain_chunks(load_content(write_content(tmp_path, juzhu=[make_item()])))) == ["juzhu"]
