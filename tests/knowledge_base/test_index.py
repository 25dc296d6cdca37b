"""Tests of knowledge_base/index.py: what a build leaves on disk, also when it fails."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge_base.chunking import domain_chunks
from knowledge_base.content import content_revision, load_content
from knowledge_base.embedding import E5Embedder
from knowledge_base.errors import ContentError, EmbedderError, IndexCorruptError, IndexNotBuiltError
from knowledge_base.index import Index, build_index, index_revision, load_index

Fields = dict[str, Any]


@pytest.fixture
def content(small_content: Path, tmp_path: Path) -> Path:
    """A copy of the small knowledge base that a test may edit."""
    return shutil.copytree(small_content, tmp_path / "content")


def in_use(index_dir: Path) -> Path:
    return index_dir / (index_dir / "CURRENT").read_text(encoding="utf-8")


def folders(index_dir: Path) -> set[str]:
    return {path.name for path in index_dir.iterdir() if path.is_dir()}


def edit(content: Path, old: str, new: str) -> None:
    path = content / "items" / "juzhu.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_built_index_holds_every_chunk_of_every_domain(small_content: Path, small_index: Index) -> None:
    kb = load_content(small_content)
    assert small_index.kb == kb
    assert small_index.built_with == E5Embedder().name
    assert {name: domain.chunks for name, domain in small_index.domains.items()} == domain_chunks(kb)
    for domain in small_index.domains.values():
        assert len(domain.store) == len(domain.chunks) == len(domain.tokens)


def test_vectors_and_words_of_a_chunk_share_its_place(small_index: Index, embedder: E5Embedder) -> None:
    domain = small_index.domains["shebao"]
    place = next(n for n, chunk in enumerate(domain.chunks) if chunk.text == "哪些银行能办社保卡")
    assert domain.store.search(embedder.query("哪些银行能办社保卡"), 1)[0][0] == domain.chunks[place].chunk_id
    assert domain.lexical.search(domain.tokens[place], 1)[0][0] == place


def test_look_alike_questions_are_not_searched_by_words(small_index: Index) -> None:
    domain = small_index.domains["juzhu"]
    found = domain.lexical.search(small_index.tokeniser.tokens("居住证到期了怎么续签"), 100)
    assert "居住证到期了怎么续签" in {chunk.text for chunk in domain.chunks}
    assert "居住证到期了怎么续签" not in {domain.chunks[place].text for place, _ in found}


def test_revision_of_the_index_is_that_of_its_content(small_content: Path, small_index_dir: Path) -> None:
    assert index_revision(small_index_dir) == content_revision(small_content)


def test_progress_reaches_the_number_of_chunks(content: Path, index_dir: Path, embedder: E5Embedder) -> None:
    told: list[tuple[str, int, int]] = []
    index = build_index(content, index_dir, embedder, lambda *step: told.append(step))
    total = sum(len(domain.chunks) for domain in index.domains.values())
    assert told[-1][1:] == (total, total)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert {name for name, _, _ in told} == {"juzhu", "shebao", "tongze"}


def test_changed_content_embeds_only_the_new_texts(
    content: Path, index_dir: Path, embedder: E5Embedder, embedded: list[str]
) -> None:
    edit(content, "首次申领居住证免收工本费。", "首次申领居住证不收工本费。")
    index = build_index(content, index_dir, embedder)
    assert embedded == ["首次申领居住证不收工本费。"]
    assert index.kb.revision == index_revision(index_dir) == content_revision(content)
    assert "首次申领居住证不收工本费。" in {chunk.text for chunk in index.domains["juzhu"].chunks}


def test_unchanged_content_embeds_nothing(
    content: Path, index_dir: Path, embedder: E5Embedder, embedded: list[str]
) -> None:
    before = load_index(index_dir)
    after = build_index(content, index_dir, embedder)
    assert embedded == []
    for name, domain in after.domains.items():
        ids = np.array([chunk.chunk_id for chunk in domain.chunks], dtype=np.int64)
        assert np.array_equal(domain.store.vectors(ids), before.domains[name].store.vectors(ids))


def test_removed_item_leaves_the_index(content: Path, index_dir: Path, embedder: E5Embedder) -> None:
    (content / "items" / "shebao.yaml").unlink()
    assert set(build_index(content, index_dir, embedder).domains) == {"juzhu", "tongze"}


def test_bad_content_leaves_the_old_index_in_use(content: Path, index_dir: Path, embedder: E5Embedder) -> None:
    before, there = in_use(index_dir), folders(index_dir)
    edit(content, "grade: A", "grade: Z")
    with pytest.raises(ContentError):
        build_index(content, index_dir, embedder)
    assert (in_use(index_dir), folders(index_dir)) == (before, there)
    assert len(load_index(index_dir).kb.items) == 3


@pytest.mark.parametrize("error", [EmbedderError("engine broke"), OSError(28, "disk full"), KeyboardInterrupt()])
def test_failing_build_leaves_the_old_index_in_use(
    content: Path,
    index_dir: Path,
    embedder: E5Embedder,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
) -> None:
    def broken(texts: list[str]) -> None:
        raise error

    before, there = in_use(index_dir), folders(index_dir)
    edit(content, "首次申领居住证免收工本费。", "工本费另行公布。")
    monkeypatch.setattr(embedder, "passages", broken)
    with pytest.raises(type(error)):
        build_index(content, index_dir, embedder)
    assert (in_use(index_dir), folders(index_dir)) == (before, there), "no half-built folder either"
    assert load_index(index_dir).kb.revision == index_revision(index_dir) != content_revision(content)


def test_loaded_index_still_answers_after_later_builds(content: Path, index_dir: Path, embedder: E5Embedder) -> None:
    old = load_index(index_dir)
    vector = old.domains["shebao"].store.vectors(np.array([old.domains["shebao"].chunks[0].chunk_id]))[0]
    for article in (9, 10, 11):
        edit(content, f"第{article}条", f"第{article + 1}条")
        build_index(content, index_dir, embedder)
    assert old.domains["shebao"].store.search(vector, 1)[0][1] == pytest.approx(1, abs=1e-4)


def test_old_folders_are_swept_but_for_the_last_one(content: Path, index_dir: Path, embedder: E5Embedder) -> None:
    used = [in_use(index_dir).name]
    for article in (9, 10, 11):
        edit(content, f"第{article}条", f"第{article + 1}条")
        build_index(content, index_dir, embedder)
        used.append(in_use(index_dir).name)
    assert len(set(used)) == 4
    assert folders(index_dir) == set(used[-2:])


def test_sweeping_leaves_folders_of_others_alone(content: Path, index_dir: Path, embedder: E5Embedder) -> None:
    for name in ("photos", "documents", "backup-2025"):
        (index_dir / name).mkdir()
    for _ in range(3):
        build_index(content, index_dir, embedder)
    assert folders(index_dir) >= {"photos", "documents", "backup-2025"}


def test_folder_of_a_build_that_died_is_swept_after_a_day(
    content: Path, index_dir: Path, embedder: E5Embedder
) -> None:
    dead, running = index_dir / ".building-1", index_dir / ".building-2"
    dead.mkdir()
    running.mkdir()
    os.utime(dead, (time.time() - 25 * 3600,) * 2)
    build_index(content, index_dir, embedder)
    assert not dead.exists()
    assert running.exists()


def test_searching_before_building_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexNotBuiltError, match="guanjia kb build"):
        load_index(tmp_path)
    assert index_revision(tmp_path) is None


@pytest.mark.parametrize("name", [b"nowhere", b"", b"\n", b"\xff\xfe", b"\x00" * 20], ids=repr)
def test_current_that_points_nowhere_counts_as_not_built(index_dir: Path, name: bytes) -> None:
    (index_dir / "CURRENT").write_bytes(name)
    with pytest.raises(IndexNotBuiltError):
        load_index(index_dir)
    assert index_revision(index_dir) is None


def test_index_is_built_where_the_old_one_cannot_be_found(
    content: Path, index_dir: Path, embedder: E5Embedder, embedded: list[str]
) -> None:
    (index_dir / "CURRENT").write_text("nowhere", encoding="utf-8")
    assert len(build_index(content, index_dir, embedder).kb.items) == 3
    assert embedded == [], "embeddings lie beside the indexes"


@pytest.mark.parametrize(
    "name", ["kb.json", "juzhu/vectors.faiss", "juzhu/chunks.json", "shebao/bm25/vocab.index.json"]
)
@pytest.mark.parametrize("damage", ["truncated", "flipped", "missing"])
def test_damaged_file_is_found_when_loading(index_dir: Path, name: str, damage: str) -> None:
    path = in_use(index_dir) / name
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(data[: len(data) // 2] if damage == "truncated" else data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(IndexCorruptError, match=r"guanjia kb build") as error:
        load_index(index_dir)
    assert name in str(error.value)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"null", b'{"format": 1}', b"\xff"], ids=repr)
def test_damaged_manifest_is_found_when_loading(index_dir: Path, data: bytes) -> None:
    (in_use(index_dir) / "manifest.json").write_bytes(data)
    with pytest.raises(IndexCorruptError):
        load_index(index_dir)
    assert index_revision(index_dir) is None


def test_index_of_another_format_must_be_built_again(index_dir: Path) -> None:
    path = in_use(index_dir) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"format": manifest["format"] - 1}), encoding="utf-8")
    with pytest.raises(IndexCorruptError, match="another version"):
        load_index(index_dir)
    assert index_revision(index_dir) is None


def test_damaged_index_is_replaced_by_building_again(content: Path, index_dir: Path, embedder: E5Embedder) -> None:
    (in_use(index_dir) / "kb.json").write_text("{}", encoding="utf-8")
    assert len(build_index(content, index_dir, embedder).kb.items) == 3


def test_domain_of_one_item_and_one_note_can_be_built(
    tmp_path: Path, write_content: Callable[..., Path], make_item: Callable[..., Fields], embedder: E5Embedder
) -> None:
    folder = write_content(tmp_path / "content", a=[make_item()])
    assert set(build_index(folder, tmp_path / "deep" / "index", embedder).domains) == {"a"}
