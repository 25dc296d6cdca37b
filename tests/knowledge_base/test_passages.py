"""Tests of knowledge_base/passages.py, fields.py and excerpts.py: cutting documents and choosing what to quote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.chunking import ChunkKind
from knowledge_base.content import KnowledgeBase
from knowledge_base.documents import Document, Section
from knowledge_base.excerpts import LIST_CHARS, QUOTE_CHARS, excerpt
from knowledge_base.fields import fields_of
from knowledge_base.passages import DOCUMENTS_DOMAIN, PASSAGE_CHARS, cut, document_chunks, pack, passage_chunks
from knowledge_base.tokens import Tokeniser

GUIDE = """事项名称：犬只登记
实施部门：河滨区公安分局
承诺办结时限：3个工作日
法定办结时限：20个工作日
申请材料：1. 身份证；2. 犬只免疫证明
3. 犬只照片
咨询电话：0000-1234
投诉电话：0000-5678
网办平台：https://www.hebin.gov.cn/quan"""


@pytest.fixture(scope="module")
def tokeniser() -> Tokeniser:
    return Tokeniser()


def document(text: str, title: str = "", *, questions: tuple[str, ...] = (), heading: str = "") -> Document:
    return Document(doc_id="a", title=title, questions=questions, sections=(Section(heading=heading, text=text),))


@given(st.text(alphabet="甲乙，。；：\n1a ", max_size=400), st.integers(min_value=5, max_value=80))
def test_packed_pieces_give_the_text_back_and_keep_to_their_length(text: str, most: int) -> None:
    pieces = pack(text, most)
    assert "".join(pieces).split() == "".join(text).split() or "".join("".join(pieces).split()) == "".join(
        text.split()
    )
    assert all(len(piece.strip()) <= most for piece in pieces)


def test_passages_end_with_sentences_and_never_span_sections() -> None:
    long = Document(
        doc_id="a",
        sections=(Section(heading="一", text="这是一句话。" * 100), Section(heading="二", text="另一句。")),
    )
    passages = cut(long)
    assert [p.heading for p in passages] == ["一", "一", "二"]
    assert all(p.text.endswith("。") and len(p.text) <= PASSAGE_CHARS for p in passages)
    assert [p.record_id for p in passages] == ["a#0", "a#1", "a#2"]


def test_chunks_carry_title_and_heading_and_a_row_its_questions() -> None:
    chunks = list(document_chunks(document("每年200元。", "养犬办法", questions=("要多少钱？",), heading="收费")))
    assert [(c.kind, c.text) for c in chunks] == [
        (ChunkKind.ASK, "要多少钱?"),
        (ChunkKind.NAME, "养犬办法"),
        (ChunkKind.TEXT, "养犬办法 要多少钱? 收费 每年200元。"),
    ]


def test_only_long_passages_have_parts_and_they_come_last() -> None:
    kb = KnowledgeBase(revision="0", domains=(), documents=(document("一句话而已。" * 60), document("短。")))
    kinds = [chunk.kind for chunk in passage_chunks(kb)[DOCUMENTS_DOMAIN]]
    first = kinds.index(ChunkKind.PART)
    assert set(kinds[first:]) == {ChunkKind.PART}
    assert set(kinds[:first]) == {ChunkKind.TEXT}


def test_a_chinese_id_stands_in_for_the_title() -> None:
    law = Document(doc_id="养犬条例第三条", sections=(Section(text="犬只应当登记。"),))
    assert next(document_chunks(law)).text == "养犬条例第三条"


def test_lines_with_labels_are_fields_whose_values_run_on() -> None:
    fields = fields_of(GUIDE)
    assert [f.label for f in fields][:5] == ["事项名称", "实施部门", "承诺办结时限", "法定办结时限", "申请材料"]
    assert fields[4].text.endswith("\n3. 犬只照片")
    assert not fields_of("如下：一\n没有标签的一行。")


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("犬只登记要带什么材料？", ["申请材料：1. 身份证；2. 犬只免疫证明", "3. 犬只照片"]),
        ("“犬只登记”承诺几个工作日办结？", ["承诺办结时限：3个工作日"]),
        ("法律规定犬只登记最长多少个工作日办完？", ["法定办结时限：20个工作日"]),
        ("犬只登记归哪个单位管？", ["实施部门：河滨区公安分局"]),
        ("想咨询犬只登记，打哪个电话？", ["咨询电话：0000-1234"]),
        ("犬只登记的投诉电话", ["投诉电话：0000-5678"]),
        ("犬只登记在哪个网站办？", ["网办平台：https://www.hebin.gov.cn/quan"]),
    ],
)
def test_a_guide_answers_with_the_lines_asked_for(tokeniser: Tokeniser, question: str, lines: list[str]) -> None:
    found = excerpt(document(GUIDE, "犬只登记"), 0, question, tokeniser.tokens)
    assert found is not None
    assert found.text.splitlines() == lines


def test_a_guide_without_the_line_asked_for_gives_nothing(tokeniser: Tokeniser) -> None:
    assert excerpt(document(GUIDE, "犬只登记"), 0, "犬只登记收费标准是多少钱？", tokeniser.tokens) is None


def test_the_guide_of_a_nearly_named_item_gives_nothing(tokeniser: Tokeniser) -> None:
    guide = document(GUIDE, "特种犬只饲养登记（首次办理）")
    near = excerpt(guide, 0, "特种犬只饲养登记（变更办理）要什么材料？", tokeniser.tokens)
    other_words = excerpt(guide, 0, "养狗登记要什么材料？", tokeniser.tokens)
    assert near is None
    assert other_words is not None


def test_a_short_document_is_quoted_whole(tokeniser: Tokeniser) -> None:
    found = excerpt(document("第一句。\n第二句。"), 0, "第二句", tokeniser.tokens)
    assert found is not None
    assert found.text == "第一句。\n第二句。"


def test_a_long_one_by_sentences_around_the_passage_with_its_list_whole(tokeniser: Tokeniser) -> None:
    rows = "\n".join(f"（{n}）第{n}种材料的名称和要求，共有这么多字。" for n in "一二三四五六七八九十")
    text = "开头的一句话。" * 60 + f"\n申请人应当提交以下材料：\n{rows}\n" + "后面的一句话。" * 60
    long = document(text)
    number = next(p.number for p in cut(long) if "第三种" in p.text)
    found = excerpt(long, number, "要什么材料", tokeniser.tokens)
    assert found is not None
    assert "以下材料" in found.text
    assert "（十）" in found.text
    assert QUOTE_CHARS / 2 < len(found.text) <= LIST_CHARS
    assert found.text in text
