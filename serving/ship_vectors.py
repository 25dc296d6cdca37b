"""Writes the embeddings that ship with the starter set: `python -m serving.ship_vectors`, after editing content."""

from __future__ import annotations

from knowledge_base.chunking import domain_chunks
from knowledge_base.content import load_content
from knowledge_base.embedding import STARTER_VECTORS, E5Embedder, EmbeddingCache, ShippedVectors, text_digest
from serving.settings import Settings


def starter_texts() -> list[str]:
    """List every text of the starter set that is embedded, each once."""
    chunks = [chunk.text for part in domain_chunks(load_content()).values() for chunk in part]
    return sorted(set(chunks))


def main() -> None:
    """Embed what is new since the last time and write the file."""
    embedder = E5Embedder()
    texts = starter_texts()
    cache = EmbeddingCache(Settings().index_dir / "embeddings.sqlite", embedder, STARTER_VECTORS)
    try:
        vectors = cache.vectors(texts)
    finally:
        cache.close()
    ShippedVectors.save(STARTER_VECTORS, [text_digest(embedder, text) for text in texts], vectors)
    print(f"{len(texts)} 条，{STARTER_VECTORS.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
