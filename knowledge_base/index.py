"""The indexes on disk: built beside the old ones, checked, and swapped in one step.

Layout below the index folder: `CURRENT` names the folder in use; each `<revision>-<n>` folder holds
`manifest.json` (digest of every file), `kb.json` (the records) and one folder a domain with
`chunks.json`, `vectors.faiss` and `bm25/`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.chunking import Chunk, ChunkKind, domain_chunks
from knowledge_base.content import KnowledgeBase, load_content
from knowledge_base.embedding import STARTER_VECTORS, Embedder, EmbeddingCache
from knowledge_base.errors import IndexCorruptError, IndexNotBuiltError
from knowledge_base.lexical import LexicalIndex
from knowledge_base.passages import DOCUMENTS_DOMAIN, passage_chunks
from knowledge_base.schema import Facet
from knowledge_base.terms import search_terms
from knowledge_base.text import normalise
from knowledge_base.tokens import Tokeniser, search_tokens
from knowledge_base.vector_store import VectorStore

logger = logging.getLogger(__name__)

FORMAT = 6
"""Raised when the layout or the way of cutting, rewriting and tokenising changes; older indexes are built again."""

PASSAGE_B = 0.75
"""Passages differ in length more than the short texts of service items."""

_FOLDER = re.compile(r"[0-9a-f]{12}-[0-9a-f]+")

Progress = Callable[[str, int, int], None]
"""Told the domain, how many chunks are done and how many there are."""


@dataclass(frozen=True)
class DomainIndex:
    """Everything searched in one domain; `tokens` and `chunks` share their order with the BM25 index."""

    domain: str
    chunks: list[Chunk]
    tokens: list[list[str]]
    store: VectorStore
    lexical: LexicalIndex


@dataclass(frozen=True)
class Index:
    """A knowledge base ready to be searched."""

    kb: KnowledgeBase
    domains: dict[str, DomainIndex]
    tokeniser: Tokeniser
    built_with: str


def build_index(
    content_dir: Path, index_dir: Path, embedder: Embedder, progress: Progress = lambda d, n, m: None
) -> Index:
    """Build the indexes of `content_dir` and make them the ones in use.

    Unchanged text keeps its embedding and an unchanged domain its vectors. The old indexes stay in use
    until the new ones are complete; a failure leaves them untouched.

    Raises:
        ContentError: a content file is bad.
        EmbedderError: the embedding model failed.
        OSError: the disk is full or may not be written.
    """
    kb = load_content(content_dir)
    index_dir.mkdir(parents=True, exist_ok=True)
    building = index_dir / f".building-{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        _write_domains(kb, index_dir, building, embedder, progress)
        (building / "kb.json").write_text(kb.model_dump_json(), encoding="utf-8")
        _write_manifest(building, kb.revision, embedder.name)
        final = index_dir / f"{kb.revision}-{time.time_ns():x}"
        building.rename(final)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    _point_to(index_dir, final.name)
    _sweep(index_dir, keep=final.name)
    return load_index(index_dir)


def load_index(index_dir: Path) -> Index:
    """Load the indexes in use, after checking every file against the manifest.

    Raises:
        IndexNotBuiltError: nothing was built yet.
        IndexCorruptError: a file is missing, changed or of another format.
    """
    folder = _current(index_dir)
    manifest = _checked_manifest(folder)
    try:
        kb = KnowledgeBase.model_validate_json((folder / "kb.json").read_bytes())
        domains = {name: _load_domain(folder / name, name) for name in manifest["domains"]}
    except (OSError, ValueError, RuntimeError) as error:
        raise IndexCorruptError(folder, str(error)) from error
    return Index(kb, domains, Tokeniser(search_terms(kb)), manifest["embedder"])


def index_revision(index_dir: Path) -> str | None:
    """Give the content revision of the indexes in use without loading them; None if there are none."""
    try:
        manifest = json.loads((_current(index_dir) / "manifest.json").read_text(encoding="utf-8"))
        return str(manifest["revision"]) if manifest["format"] == FORMAT else None
    except (IndexNotBuiltError, OSError, ValueError, KeyError, TypeError):
        return None


def _write_domains(
    kb: KnowledgeBase, index_dir: Path, building: Path, embedder: Embedder, progress: Progress
) -> None:
    from knowledge_base.ingestion import ingest

    parts = domain_chunks(kb) | passage_chunks(kb)
    total = sum(len(chunks) for chunks in parts.values())
    tokeniser = Tokeniser(search_terms(kb))
    cache = EmbeddingCache(index_dir / "embeddings.sqlite", embedder, STARTER_VECTORS)
    done = 0
    try:
        for name, chunks in parts.items():
            folder = building / name
            folder.mkdir()

            def advance(n: int, name: str = name) -> None:
                nonlocal done
                done += n
                progress(name, done, total)

            ready = ingest(chunks, cache, advance)
            ids = np.array([c.chunk_id for c in ready.chunks], dtype=np.int64)
            VectorStore.build(ids, ready.vectors).save(folder / "vectors.faiss")
            if name == DOCUMENTS_DOMAIN:
                tokens = _write_passage_words(ready.chunks, tokeniser, folder)
            else:
                tokens = _write_words(ready.chunks, tokeniser, folder)
            rows = [asdict(c) | {"tokens": t} for c, t in zip(ready.chunks, tokens, strict=True)]
            (folder / "chunks.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    finally:
        cache.close()


def _write_words(chunks: list[Chunk], tokeniser: Tokeniser, folder: Path) -> list[list[str]]:
    tokens = [tokeniser.tokens(normalise(c.text)) for c in chunks]
    searched = [t if c.kind is not ChunkKind.NEGATIVE else [] for c, t in zip(chunks, tokens, strict=True)]
    LexicalIndex.build(searched).save(folder / "bm25")
    return tokens


def _write_passage_words(chunks: list[Chunk], tokeniser: Tokeniser, folder: Path) -> list[list[str]]:
    """Index what stands before the parts of long passages; the tokens are not kept, their number would be great."""
    searched = [search_tokens(tokeniser, c.text) for c in chunks if c.kind is not ChunkKind.PART]
    LexicalIndex.build(searched, b=PASSAGE_B).save(folder / "bm25")
    return [[] for _ in chunks]


def _load_domain(folder: Path, name: str) -> DomainIndex:
    rows = json.loads((folder / "chunks.json").read_text(encoding="utf-8"))
    tokens = [row.pop("tokens") for row in rows]
    chunks = [Chunk(**row | {"facet": Facet(row["facet"]), "kind": ChunkKind(row["kind"])}) for row in rows]
    store = VectorStore.load(folder / "vectors.faiss")
    if len(store) != len(chunks):
        raise ValueError(f"{name}: {len(store)} vectors for {len(chunks)} chunks")
    return DomainIndex(name, chunks, tokens, store, LexicalIndex.load(folder / "bm25"))


def _write_manifest(folder: Path, revision: str, embedder: str) -> None:
    files = {str(p.relative_to(folder)): _digest(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    domains = sorted(p.name for p in folder.iterdir() if p.is_dir())
    manifest = {
        "format": FORMAT,
        "revision": revision,
        "embedder": embedder,
        "domains": domains,
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _checked_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        built_by, files = manifest["format"], manifest["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexCorruptError(folder, "manifest unreadable") from error
    if built_by != FORMAT:
        raise IndexCorruptError(folder, "built by another version")
    for name, digest in files.items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise IndexCorruptError(folder, f"{name} is missing or changed")
    return dict(manifest)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _current(index_dir: Path) -> Path:
    try:
        name = (index_dir / "CURRENT").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise IndexNotBuiltError(index_dir) from error
    folder = index_dir / name
    if not name or not folder.is_dir():
        raise IndexNotBuiltError(index_dir)
    return folder


def _point_to(index_dir: Path, name: str) -> None:
    new = index_dir / ".CURRENT.new"
    new.write_text(name, encoding="utf-8")
    new.replace(index_dir / "CURRENT")


def _sweep(index_dir: Path, keep: str) -> None:
    """Remove all but the folder in use and the newest before it (a server may still read that one).

    Unfinished folders go a day after their build died; folders that are not ours stay.
    """
    old = sorted(
        (p for p in index_dir.iterdir() if _FOLDER.fullmatch(p.name) and p.name != keep),
        key=lambda p: p.stat().st_mtime,
    )
    yesterday = time.time() - 24 * 3600
    dead = [p for p in index_dir.glob(".building-*") if p.stat().st_mtime < yesterday]
    for folder in (*old[:-1], *dead):
        shutil.rmtree(folder, ignore_errors=True)
