"""Tests of knowledge_base/schema.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge_base.schema import Fact, Grade, Material, ServiceItem, Sourced, Town

Fields = dict[str, Any]


def sourced(**fields: Any) -> Sourced:
    return Sourced.model_validate({"source": "《居住证暂行条例》", "grade": "A"} | fields)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.dg.gov.cn/zwgk/post_1.html",
        "http://dg.gov.cn",
        "https://si.12333.gov.cn/",
        "https://gov.cn/zhengce",
    ],
)
def test_official_addresses_are_accepted(url: str) -> None:
    assert sourced(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://www.dongguan-info.com/a",
        "https://dg.gov.cn.evil.com/",
        "https://evilgov.cn/",
        "https://www.dg.gov.cn@evil.com/",
        "https://www.dg.gov.cn:8080/",
        "www.dg.gov.cn",
        "javascript:alert(1)",
        "",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="not an official address"):
        sourced(url=url)


def test_span_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValidationError, match="lies before"):
        sourced(valid_from="2025-03-01", valid_to="2025-02-28")


def test_record_holds_from_its_first_to_its_last_day() -> None:
    record = sourced(valid_from="2025-03-01", valid_to="2025-03-31")
    held = [dt.date(2025, 2, 28), dt.date(2025, 3, 1), dt.date(2025, 3, 31), dt.date(2025, 4, 1)]
    assert [record.in_force(day) for day in held] == [False, True, True, False]


def test_open_span_holds_for_ever() -> None:
    assert sourced().in_force(dt.date.min)
    assert sourced().in_force(dt.date.max)


@pytest.mark.parametrize(("grade", "verified"), zip(Grade, [True, True, False, False, False], strict=True))
def test_only_grades_a_and_b_are_verified(grade: Grade, verified: bool) -> None:
    assert sourced(grade=grade).verified is verified


@pytest.mark.parametrize("text", ["", "   ", "　"])
def test_empty_text_is_refused(make_fact: Callable[..., Fields], text: str) -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        Fact.model_validate(make_fact(text))


def test_spaces_around_a_text_are_dropped(make_fact: Callable[..., Fields]) -> None:
    assert Fact.model_validate(make_fact(" 免费。\n")).text == "免费。"


def test_records_are_frozen(make_fact: Callable[..., Fields]) -> None:
    fact = Fact.model_validate(make_fact())
    with pytest.raises(ValidationError, match="frozen"):
        fact.text = "别的说法"  # type: ignore[misc]


def test_situation_naming_an_unknown_material_is_refused(make_item: Callable[..., Fields]) -> None:
    options = [{"id": "own", "label": "自有房"}, {"id": "rent", "label": "租房", "materials": ["lease"]}]
    item = make_item(situations=[{"id": "home", "question": "住哪种房？", "options": options}])
    with pytest.raises(ValidationError, match="situation home: no material 'lease'"):
        ServiceItem.model_validate(item)


def test_two_materials_of_one_id_are_refused(make_item: Callable[..., Fields]) -> None:
    material = {"id": "id-card", "name": "身份证", "source": "《居民身份证法》", "grade": "A"}
    with pytest.raises(ValidationError, match="share an id"):
        ServiceItem.model_validate(make_item(materials=[material, material | {"name": "居民身份证"}]))


@pytest.mark.parametrize(
    "change",
    [{"phrasings": ["怎么办", "想办"]}, {"facts": []}, {"audience": []}, {"id": "JZ_1"}, {"aliases": [""]}],
    ids=["two phrasings", "no facts", "no audience", "bad id", "empty alias"],
)
def test_incomplete_item_is_refused(make_item: Callable[..., Fields], change: Fields) -> None:
    with pytest.raises(ValidationError):
        ServiceItem.model_validate(make_item() | change)


def test_material_id_cannot_be_a_number_which_would_be_taken_for_a_fact() -> None:
    with pytest.raises(ValidationError, match="id"):
        Material.model_validate({"id": "1", "name": "身份证", "source": "《居民身份证法》", "grade": "A"})


@pytest.mark.parametrize("code", ["441900003", ""])
def test_town_has_a_division_code_of_dongguan_or_none(code: str) -> None:
    town = {"name": "东城街道", "short": "东城", "kind": "街道", "source": "【行政区划】", "grade": "B"}
    assert Town.model_validate(town | {"code": code}).code == code
    with pytest.raises(ValidationError, match="code"):
        Town.model_validate(town | {"code": "440100003"})
