"""Tests of assistant/route.py."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from assistant.route import WITHIN, route
from knowledge_base.embedding import Vectors
from knowledge_base.retrieval import Retriever
from serving.build import Product

VECTOR: Vectors = np.zeros(2, dtype=np.float32)


class Domains:
    """A retriever that knows only how near each domain is."""

    def __init__(self, **nearest: float) -> None:
        self._nearest = nearest
        self.domains = tuple(nearest)

    def nearest_by_domain(self, vector: Vectors) -> dict[str, float]:
        return self._nearest


def chosen(vector: Vectors | None = VECTOR, **nearest: float) -> list[str]:
    return route(cast(Retriever, Domains(**nearest)), vector)


def test_nearest_domain_is_searched_alone_when_the_others_are_far() -> None:
    assert chosen(shebao=0.95, yibao=0.75, huzheng=0.60) == ["shebao"]


def test_domains_about_as_near_are_searched_together() -> None:
    assert chosen(shebao=0.95, yibao=0.95 - WITHIN + 0.001, huzheng=0.95 - WITHIN - 0.001) == ["shebao", "yibao"]


def test_without_an_embedding_every_domain_is_searched() -> None:
    assert chosen(None, shebao=0.95, yibao=0.5) == ["shebao", "yibao"]


def test_knowledge_base_without_domains_gives_none() -> None:
    assert chosen() == []


@pytest.mark.parametrize(
    ("question", "domains"),
    [
        ("居住证签注要钱吗", {"juzhuzheng"}),
        ("离职后失业金和公积金怎么领", {"shebao", "gongjijin"}),
        ("新生儿怎么入户、怎么买医保", {"huzheng", "yibao"}),
    ],
)
def test_real_question_reaches_the_domains_it_belongs_to(product: Product, question: str, domains: set[str]) -> None:
    retriever = product.assistant.retriever
    found = route(retriever, retriever.embed(question))
    assert domains <= set(found)
    assert len(found) < len(retriever.domains)
