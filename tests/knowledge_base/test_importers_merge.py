"""Tests of knowledge_base/importing.py and documents.py: adding, replacing, leaving alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.content import content_revision, load_content
from knowledge_base.documents import Document, Links, Section, load_documents
from knowledge_base.errors import ContentError
from knowledge_base.importers.reading import Reading
from knowledge_base.importing import NotADocumentBaseError, Taken, take_in


def document(doc_id: str, text: str, **fields: str) -> Document:
    return Document(doc_id=doc_id, sections=(Section(text=text),), **fields)


def reading(*documents: Document) -> Reading:
    return Reading("a.jsonl", list(documents))


def counts(taken: list[Taken]) -> tuple[int, int, int]:
    return taken[0].added, taken[0].replaced, taken[0].unchanged


def test_documents_are_added_replaced_and_left_alone(tmp_path: Path) -> None:
    assert counts(take_in(tmp_path, [reading(document("a", "一"), document("b", "二\u2028行"))])) == (2, 0, 0)
    before = content_revision(tmp_path)
    assert counts(take_in(tmp_path, [reading(document("a", "一"))])) == (0, 0, 1)
    assert content_revision(tmp_path) == before
    assert counts(take_in(tmp_path, [reading(document("b", "新"), document("c", "三"))])) == (1, 1, 0)
    assert [(d.doc_id, d.text) for d in load_documents(tmp_path)] == [("a", "一"), ("b", "新"), ("c", "三")]


def test_the_settings_file_is_written_once_and_read(tmp_path: Path) -> None:
    take_in(tmp_path, [reading(document("a", "一"))])
    settings = tmp_path / "kb.yaml"
    assert load_content(tmp_path).document_settings.links is Links.OFFICIAL
    settings.write_text("links: all\ndecline: [own_case]\n", encoding="utf-8")
    take_in(tmp_path, [reading(document("b", "二"))])
    assert load_content(tmp_path).document_settings.links is Links.ALL
    settings.write_text("links: some\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"kb\.yaml"):
        load_content(tmp_path)


def test_a_folder_of_service_items_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    with pytest.raises(NotADocumentBaseError):
        take_in(tmp_path, [reading(document("a", "一"))])


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    take_in(tmp_path, [reading(document("a", "一"))])
    with (tmp_path / "documents.jsonl").open("a", encoding="utf-8") as file:
        file.write("{half\n")
    with pytest.raises(ContentError, match=r"documents\.jsonl:2"):
        load_content(tmp_path)


@pytest.mark.parametrize(
    ("url", "official", "every"),
    [
        ("https://www.hebin.gov.cn/a", True, True),
        ("https://example.com/a", False, True),
        ("https://evil.com/gov.cn", False, True),
        ("javascript:alert(1)", False, False),
    ],
)
def test_only_official_links_are_shown_unless_the_base_allows_all(url: str, official: bool, every: bool) -> None:
    one = document("a", "一", url=url)
    assert (one.link(Links.OFFICIAL) is not None, one.link(Links.ALL) is not None) == (official, every)


def test_a_document_without_title_is_named_by_its_beginning() -> None:
    assert document("a", "很" * 60).name == "很" * 39 + "…"
    assert document("a", "第一行\n第二行").name == "第一行"
