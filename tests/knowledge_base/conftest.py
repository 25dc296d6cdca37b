"""Small knowledge bases for the tests of this room: invented facts in real files, embedded by the real model."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.embedding import E5Embedder
from knowledge_base.index import Index, build_index

Fields = dict[str, Any]


@pytest.fixture(scope="session")
def embedder() -> E5Embedder:
    """The real embedder; its weights come with the install."""
    return E5Embedder()


@pytest.fixture
def embedded(embedder: E5Embedder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the embedder was given during the test, in order."""
    texts: list[str] = []
    real = embedder.passages

    def passages(batch: list[str]) -> Any:
        texts.extend(batch)
        return real(batch)

    monkeypatch.setattr(embedder, "passages", passages)
    return texts


@pytest.fixture(scope="session")
def make_fact() -> Callable[..., Fields]:
    """Give a fact with the fields that a test does not care about filled in."""

    def make(text: str = "居住证自受理之日起15个工作日内发放。", **fields: Any) -> Fields:
        source = {"source": "《居住证暂行条例》(2015)第9条", "grade": "A"}
        return {"facet": "time_limit", "text": text, **source, **fields}

    return make


@pytest.fixture(scope="session")
def make_item(make_fact: Callable[..., Fields]) -> Callable[..., Fields]:
    """Give a service item with the fields that a test does not care about filled in."""

    def make(item_id: str = "jz-apply", name: str = "居住证申领", **fields: Any) -> Fields:
        return {
            "id": item_id,
            "name": name,
            "department": {"ids": ["gaj"], "text": "东莞市公安局"},
            "level": "国家",
            "audience": ["个人"],
            "plain": f"{name}的白话说明。",
            "phrasings": [f"怎么办{name}", f"想办{name}", f"{name}怎么弄"],
            "facts": [make_fact(f"{name}自受理之日起15个工作日内办结。")],
        } | fields

    return make


@pytest.fixture(scope="session")
def write_content() -> Callable[..., Path]:
    """Write a content folder: items by domain id as keywords, other files in `others` by name."""

    def write(folder: Path, others: Fields | None = None, **domains: list[Fields]) -> Path:
        files: Fields = {
            "policy_notes": {"notes": []},
            "departments": {"departments": [_department("gaj", "东莞市公安局")]},
            "towns": {"towns": []},
            "appeal_catalogue": {"categories": []},
            "ticket_rules": {"rules": []},
            "ambiguities": {"ambiguities": []},
        } | (others or {})
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "items").mkdir(parents=True)
        for name, data in files.items():
            _dump(folder / f"{name}.yaml", data)
        for domain, items in domains.items():
            data = {"domain": {"id": domain, "name": f"{domain}业务"}, "items": items}
            _dump(folder / "items" / f"{domain}.yaml", data)
        return folder

    return write


@pytest.fixture(scope="session")
def small_content(
    tmp_path_factory: pytest.TempPathFactory,
    write_content: Callable[..., Path],
    make_item: Callable[..., Fields],
    make_fact: Callable[..., Fields],
) -> Path:
    """Three items in two domains and a policy note."""
    apply = make_item(
        "jz-apply",
        "居住证申领",
        aliases=["办居住证"],
        plain="在东莞住满半年，就可以申领居住证。",
        phrasings=["怎么办居住证", "外地人想办东莞居住证", "居住证在哪里申请"],
        negative=[{"q": "居住证到期了怎么续签", "item": "jz-endorse"}],
        facts=[
            make_fact(
                "到居住地居住登记满半年的，可以申领居住证。",
                facet="conditions",
                asks=["在东莞住多久可以办居住证", "办居住证要什么条件"],
            ),
            make_fact("居住证自受理之日起15个工作日内发放。", asks=["居住证几天能拿到", "办居住证要等多久"]),
            make_fact("首次申领居住证免收工本费。", facet="fee", asks=["办居住证要多少钱", "居住证收费吗"]),
        ],
        materials=[_material("id-card", "居民身份证"), _material("photo", "相片回执")],
        gaps=[{"topic": "派出所的上班时间", "asks": ["派出所周末上班吗", "派出所几点下班"]}],
    )
    endorse = make_item(
        "jz-endorse",
        "居住证签注",
        aliases=["居住证续签"],
        plain="居住证每年要签注一次，过期一个月内还可以补。",
        phrasings=["居住证怎么签注", "居住证到期怎么办", "居住证续签在哪里办"],
        facts=[
            make_fact(
                "居住证每年签注1次，应在期满前1个月内办理。",
                facet="validity",
                asks=["居住证多久签注一次", "居住证过期了怎么办"],
            )
        ],
    )
    card = make_item(
        "sb-card",
        "社会保障卡申领",
        aliases=["社保卡", "办社保卡"],
        plain="参保以后可以到银行网点申领社保卡，丢了可以补。",
        phrasings=["怎么办社保卡", "社保卡去哪里领", "新参保怎么拿社保卡"],
        facts=[
            make_fact(
                "社会保障卡可以到合作银行网点申领。",
                facet="channels",
                asks=["社保卡在哪里办", "哪些银行能办社保卡"],
            )
        ],
        faqs=[
            {
                "q": "社保卡有什么用？",
                "negative": ["社保卡要年审吗"],
                "a": "可以就医结算、领取待遇。",
                "facet": "overview",
                "source": "由本库事实归纳",
                "grade": "X",
            }
        ],
    )
    note = {
        "id": "e-licence",
        "topic": "电子证照",
        "text": "电子证照与纸质证照具有同等法律效力。",
        "asks": ["手机里的电子身份证窗口认不认"],
        "source": "《国务院关于在线政务服务的若干规定》(2019)第10条",
        "grade": "A",
    }
    return write_content(
        tmp_path_factory.mktemp("small") / "content",
        {"policy_notes": {"notes": [note]}},
        juzhu=[apply, endorse],
        shebao=[card],
    )


@pytest.fixture(scope="session")
def small_index_dir(small_content: Path, embedder: E5Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the built indexes of the small knowledge base; for reading only."""
    folder = tmp_path_factory.mktemp("small-index")
    build_index(small_content, folder, embedder)
    return folder


@pytest.fixture(scope="session")
def small_index(small_index_dir: Path) -> Index:
    """The small knowledge base, ready to be searched."""
    from knowledge_base.index import load_index

    return load_index(small_index_dir)


@pytest.fixture
def index_dir(small_index_dir: Path, tmp_path: Path) -> Path:
    """A copy of the built indexes that a test may damage."""
    return shutil.copytree(small_index_dir, tmp_path / "index")


def _department(department_id: str, name: str) -> Fields:
    duties = [{"text": "居住登记和居住证", "supported": True}]
    return {"id": department_id, "name": name, "duties": duties, "source": f"【{name}职责】", "grade": "A"}


def _material(material_id: str, name: str) -> Fields:
    source = {"source": "《居住证暂行条例》(2015)第9条", "grade": "A"}
    return {"id": material_id, "name": name, "form": "原件", "when": "必需", **source}


def _dump(path: Path, data: Fields) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
