"""A small knowledge base in memory, hand-made search results, and assistants over the real product's parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from assistant.enquiry import Assistant
from assistant.intents import Intent, exemplars
from assistant.understand import Understanding
from knowledge_base.content import DomainItems, KnowledgeBase
from knowledge_base.ranker import FEATURES
from knowledge_base.retrieval import RecordHit, Retrieved
from knowledge_base.schema import Ambiguity, Domain, Facet, PolicyNote, ServiceItem
from serving.build import Product

Reader = Callable[[str], str]
Judge = Callable[[str], Intent]
MakeAssistant = Callable[..., Assistant]

INTENTS = tuple(dict.fromkeys(label for label, _ in exemplars()))
_SOURCE = {"source": "《测试条例》", "grade": "A"}
_GUESS = {"source": "项目整理", "grade": "X"}


@pytest.fixture(scope="session")
def make_assistant(product: Product) -> MakeAssistant:
    """Make an assistant with a conversation store of its own over the parts of the real product."""
    base = product.assistant

    def make(**parts: Any) -> Assistant:
        kept_turns = parts.pop("kept_turns", 20)
        given: dict[str, Any] = {
            "retriever": base.retriever,
            "answerer": base.answerer,
            "intents": base._intents,
            "typos": base._typos,
        } | parts
        return Assistant(**given, kept_turns=kept_turns)

    return make


@pytest.fixture(scope="session")
def assistant(make_assistant: MakeAssistant) -> Assistant:
    """The real assistant, without a conversation store."""
    return make_assistant()


@pytest.fixture(scope="session")
def read(product: Product) -> Reader:
    """Read a message as the assistant does: masked, normalised, typos repaired."""
    return product.assistant.read


@pytest.fixture(scope="session")
def judge(product: Product) -> Judge:
    """Judge with the real model the kind of a message that was read."""
    return product.assistant.intent


def make_hit(
    record_id: str,
    score: float = 3.0,
    facet: Facet = Facet.OVERVIEW,
    known: Mapping[str, float] | None = None,
    **features: float,
) -> RecordHit:
    """Make a search hit; features that are neither `known` nor named are 0."""
    given = features | dict(known or {})
    row = tuple(given.get(name, 0.0) for name in FEATURES)
    return RecordHit(record_id, record_id.split("/", 1)[0], facet, score, row)


def make_retrieved(*hits: RecordHit, unknown_share: float = 0.0) -> Retrieved:
    """Make a search result of these hits, best first."""
    return Retrieved(tuple(sorted(hits, key=lambda h: -h.score)), dense=True, tokens=(), unknown_share=unknown_share)


def make_intent(**probabilities: float) -> Intent:
    """Make an intent; what is left over belongs to an honest question."""
    given = dict.fromkeys(INTENTS, 0.0) | probabilities
    return Intent(given | {"enquiry": given["enquiry"] + 1 - sum(given.values())})


def understood(text: str, cues: Sequence[Facet] = (), *, follow_up: bool = False) -> Understanding:
    """Make an understanding of a message that stands as it is."""
    return Understanding(text, text, frozenset(cues), follow_up)


def guide(item_id: str, name: str, **fields: Any) -> ServiceItem:
    """Make a service item; `fields` replace what it is made of."""
    given: dict[str, Any] = {
        "id": item_id,
        "name": name,
        "department": {"ids": ["gongan"], "text": "市公安局"},
        "level": "镇街",
        "audience": ["自然人"],
        "plain": f"办理{name}的说明。",
        "phrasings": [f"{name}怎么办", f"{name}要什么", f"办{name}"],
        "facts": [{"facet": "fee", "text": f"{name}不收费。", **_SOURCE}],
    }
    return ServiceItem.model_validate(given | fields)


@pytest.fixture(scope="session")
def small_kb() -> KnowledgeBase:
    """Three items: a full guide with facts of every standing, and two plain ones with names alike."""
    permit = guide(
        "jz-apply",
        "居住证申领（首次）",
        facts=[
            {"facet": "fee", "text": "首次申领居住证不收费。", **_SOURCE},
            {"facet": "fee", "text": "补领居住证收费10元。", **_SOURCE, "valid_to": dt.date(2020, 12, 31)},
            {"facet": "fee", "text": "明年起换领居住证收费8元。", **_SOURCE, "valid_from": dt.date(2099, 1, 1)},
            {"facet": "time_limit", "text": "居住证15日内制发。", **_SOURCE},
            {"facet": "time_limit", "text": "加急3日内制发。", **_GUESS},
            {"facet": "channels", "text": "到派出所办理。", **_GUESS},
            {"facet": "channels", "text": "在粤省事办理。", **_GUESS},
            {"facet": "conditions", "text": "在东莞居住半年以上。", **_GUESS},
        ],
        materials=[
            {"id": "id-card", "name": "身份证", "form": "原件", **_SOURCE},
            {"id": "lease", "name": "租赁合同", "when": "租房居住", **_SOURCE},
            {"id": "school", "name": "学籍证明", "when": "连续就读", **_SOURCE},
        ],
        situations=[
            {
                "id": "basis",
                "question": "凭什么在东莞居住？",
                "facets": ["materials"],
                "options": [
                    {"id": "rent", "label": "租房居住", "aliases": ["租房"], "materials": ["lease"]},
                    {"id": "study", "label": "连续就读", "aliases": ["读书"], "materials": ["school"]},
                ],
            }
        ],
        faqs=[{"q": "居住证能代办吗", "a": "未满16周岁的，由监护人代为申领。", "facet": "steps", **_SOURCE}],
        gaps=[{"topic": "居住证办理点的电话", "asks": ["办居住证打什么号码"]}],
    )
    renew = guide("jz-endorse", "居住证签注")
    lost = guide("jz-replace", "居住证补领")
    return KnowledgeBase(
        revision="test",
        domains=(DomainItems(domain=Domain(id="juzhu", name="居住证"), items=(permit, renew, lost)),),
        notes=(PolicyNote(id="once", topic="一次性告知", text="材料不齐的一次性告知。", **_SOURCE),),
        ambiguities=(
            Ambiguity(
                terms=("办证",),
                question="您要办居住证，还是补领？",
                items=("jz-apply", "jz-replace"),
                unless=("签注", "补领"),
            ),
            Ambiguity(terms=("居住证办证",), question="首次还是签注？", items=("jz-apply", "jz-endorse")),
        ),
    )
