"""`guanjia eval gaps`: what production says is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.cli_run import told as explained

if TYPE_CHECKING:
    from assistant.enquiry import Assistant

MIN_SHARE = 0.5
"""A question of whose weight the search knows less than this has no nearest item."""


def gaps(
    least: Annotated[int, typer.Option("--least", help="只列出问过至少这么多次的")] = 1,
    out: Annotated[Path | None, typer.Option("--yaml", help="写成可并入知识库内容的 YAML 片段")] = None,
) -> None:
    """未答和差评的问题，已脱敏，按意思归并；可导出成 YAML，补成事实或问法。"""
    from eval.gaps import clusters, snippet, told
    from eval.runner import product_for
    from knowledge_base.embedding import E5Embedder
    from serving.asked import AskedStore
    from serving.cli_settings import load_settings

    with explained():
        settings = load_settings()
        store = AskedStore(settings.database, settings.conversation_days)
        with product_for(settings, with_model=False, say=typer.echo) as product:
            assistant = product.assistant
            every = clusters(store.gaps(), E5Embedder().query, lambda question: nearest(assistant, question))
            found = [cluster for cluster in every if cluster.n >= least]
            names = {item.id: item.name for item in product.index.kb.items.values()}
        typer.echo(told(found, names))
        if out:
            out.write_text(snippet(found, names), encoding="utf-8")
            typer.echo(f"\n片段：{out}")


def nearest(assistant: Assistant, question: str) -> tuple[str, str]:
    """Give item and facet that the search puts first; empty when it hardly knows the words."""
    found = assistant.retriever.search(assistant.read(question))
    best = found.best
    if best is None or found.unknown_share > MIN_SHARE:
        return "", ""
    return best.item_id, str(best.facet)
