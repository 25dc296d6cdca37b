"""Sheets, damage, defects and cases: the same seed gives the same papers, and the truth is what stands on them."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from eval.papers import deals as d
from eval.papers import fonts
from eval.papers import makers as m
from eval.papers.cases import make_cases, write_cases
from eval.papers.cast import Cast, make_cast
from eval.papers.defects import DEFECTS, plant
from eval.papers.degrade import READABLE, degrade
from eval.papers.draft import Draft, draft_of
from eval.papers.files import make_files
from eval.papers.form_makers import company_form, personal_form
from eval.papers.numbers import id_check_digit
from eval.papers.recipes import Recipe, all_recipes
from eval.papers.sheets import TEMPLATES, draw
from eval.preview_cases import load_preview_cases
from knowledge_base.content import STARTER_CONTENT, KnowledgeBase, load_content
from preview.schema import DocumentType, FieldName, FindingCode

AS_OF = dt.date(2026, 10, 12)
RECIPES = {f"{r.item}-{r.build.__name__}": r for r in all_recipes()}


@cache
def guide() -> KnowledgeBase:
    return load_content(STARTER_CONTENT)


def cast(seed: int = 1, designs: tuple[int, ...] = (0, 1)) -> Cast:
    return make_cast(Random(seed), AS_OF, designs)


def draft_with(defect: str) -> Draft:
    """Give the first draft that lends itself to a defect."""
    for seed in range(40):
        for recipe in RECIPES.values():
            draft = draft_of(recipe, cast(seed))
            if plant(draft, defect):
                return draft
    raise AssertionError(f"no recipe lends itself to {defect}")


def test_every_document_type_has_a_template() -> None:
    assert set(TEMPLATES) == set(DocumentType)


@pytest.mark.parametrize("design", [0, 1, 2])
def test_an_identity_card_shows_its_fields_in_every_layout(design: int) -> None:
    who = cast(designs=(design,))
    front, back = m.id_card(who, who.applicant)

    assert draw(front, Random(1))[0].fields["id_number"] == who.applicant.id_number
    assert set(draw(back, Random(1))[0].fields) == {"issuer", "valid_from", "valid_to"}


def test_layouts_of_a_form_differ_and_hold_the_same_fields() -> None:
    drawn = []
    for design in (0, 1, 2):
        who = make_cast(Random(3), AS_OF, (design,))
        drawn.append(draw(company_form(who, who.company, "公司登记（备案）申请书"), Random(1))[0])

    assert len({sheet.image.tobytes() for sheet in drawn}) == 3
    assert drawn[0].fields == drawn[1].fields == drawn[2].fields


def test_a_blank_cell_is_not_in_the_truth() -> None:
    who = cast()
    form = personal_form(who, who.applicant, "申请表").changed(phone="")

    assert "phone" not in draw(form, Random(1))[0].fields


def test_an_undated_letter_has_no_date_in_the_truth() -> None:
    from dataclasses import replace

    who = cast()
    letter = d.commitment(who, who.applicant, "承诺书", "本人承诺以上属实。")

    assert "signed_on" in draw(letter, Random(1))[0].fields
    assert "signed_on" not in draw(replace(letter, dated=False), Random(1))[0].fields


def test_a_copy_has_no_red_and_a_seal_has() -> None:
    who = cast()
    licence = draw(d.licence(who), Random(1))[0].image
    reds = [
        int(((page[..., 0].astype(int) - page[..., 1]) > 60).sum())
        for page in (np.asarray(licence), np.asarray(degrade(licence, ("copied",), Random(1))))
    ]

    assert reds[0] > 5000
    assert reds[1] == 0


@pytest.mark.parametrize("way", sorted(READABLE))
def test_every_damage_gives_a_page_and_changes_it(way: str) -> None:
    page = draw(m.bank_card(cast(), cast().applicant), Random(1))[0].image
    damaged = degrade(page, (way,), Random(1))

    assert min(damaged.size) > 300
    assert damaged.tobytes() != page.tobytes()


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES.keys())
def test_a_recipe_holds_all_that_the_guide_asks_for_and_nothing_else(recipe: Recipe) -> None:
    item = guide().items[recipe.item]
    options = [
        option
        for situation in item.situations
        for option in situation.options
        if recipe.situation.get(situation.id) == option.id
    ]
    needed = {x.id for x in item.materials if x.necessity == "required"} | {x for o in options for x in o.materials}
    given = {supply.material for supply in recipe.build(cast())}

    assert len(options) == len(recipe.situation)
    assert needed <= given <= {x.id for x in item.materials}


def test_at_least_fifteen_items_are_covered() -> None:
    assert len({recipe.item for recipe in all_recipes()}) >= 15


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_every_defect_can_be_planted_and_is_expected_where_it_is(name: str) -> None:
    draft = draft_with(name)
    keys = {f"@{handed.key}" for handed in draft.files}
    materials = {supply.material for supply in draft.supplies}

    assert draft.expected
    for wanted in draft.expected:
        code, place = wanted[0]
        assert FindingCode(code)
        assert place in keys | materials


def test_a_wrong_check_digit_stands_wherever_the_number_stands() -> None:
    draft = draft_with("id_checksum")
    (code, key), *_ = draft.expected[0]
    handed = next(h for h in draft.files if f"@{h.key}" == key)
    number = handed.papers[0]["id_number"]

    assert code == "id_checksum"
    assert id_check_digit(number[:17]) != number[17]


def test_an_expired_card_ran_out_before_the_day_of_the_check() -> None:
    draft = draft_with("expired")
    key = draft.expected[0][0][1]
    handed = next(h for h in draft.files if f"@{h.key}" == key)

    assert any(p["valid_to"] and dt.date.fromisoformat(p["valid_to"]) < AS_OF for p in handed.papers)


def test_a_missing_material_is_not_handed_in() -> None:
    draft = draft_with("missing_material")

    assert draft.of_material(draft.expected[0][0][1]) == []


def test_a_duplicate_shows_the_same_picture() -> None:
    draft = draft_with("duplicate_file")
    twice = next(h for h in draft.files if h.like)
    made = make_files(draft)
    assert twice.like
    first, second = made[twice.like.key], made[twice.key]
    small = [np.asarray(f.pages[0].convert("L").resize((32, 32))).astype(int) for f in (first, second)]

    assert first.name != second.name
    assert np.abs(small[0] - small[1]).mean() < 6


def records(**options: Any) -> list[dict[str, Any]]:
    return [case.record for case in make_cases("dev", 2, **options)]


def test_the_same_seed_gives_the_same_cases_and_another_seed_others() -> None:
    assert records() == records()
    assert records() != records(seed=9)


def test_pictures_are_the_same_for_the_same_seed() -> None:
    one, two = (next(make_cases("dev", 1)) for _ in range(2))

    assert [p.tobytes() for f in one.files for p in f.pages] == [p.tobytes() for f in two.files for p in f.pages]


def test_dev_and_test_share_no_person_and_each_has_a_layout_of_its_own() -> None:
    from eval.papers.cases import DESIGNS

    dev = {case.record["applicant"] + str(case.record["expect"]["fields"]) for case in make_cases("dev", 2)}
    test = {case.record["applicant"] + str(case.record["expect"]["fields"]) for case in make_cases("test", 2)}

    assert not dev & test
    assert set(DESIGNS["dev"]) != set(DESIGNS["test"])


def test_written_cases_can_be_loaded_and_their_truth_is_consistent(tmp_path: Path) -> None:
    write_cases(tmp_path, "dev", 4)
    loaded = load_preview_cases(tmp_path)

    assert len(loaded) == 4
    for folder, case in loaded:
        for name in case.files:
            path = folder / name
            if path.suffix == ".pdf":
                assert len(pypdfium2.PdfDocument(path)) >= 1
            else:
                Image.open(path).verify()
        assert set(case.expect.types) | {f for f, d in case.degraded.items() if "unreadable" in d} == set(case.files)
        assert set(case.expect.types.values()) <= set(map(str, DocumentType))
        for fields in case.expect.fields.values():
            assert set(fields) <= set(map(str, FieldName))
        for code, place in case.expect.findings:
            assert code in set(map(str, FindingCode))
            assert place in {*case.files, *(x.id for x in guide().items[case.item].materials)}


def test_a_machine_without_chinese_fonts_is_told_which_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", ())
    fonts.font_file.cache_clear()
    try:
        with pytest.raises(fonts.FontsMissingError, match="fonts-noto-cjk"):
            fonts.font_file("sans")
    finally:
        fonts.font_file.cache_clear()


def test_the_command_writes_both_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eval.papers import cases

    monkeypatch.setattr("sys.argv", ["eval.papers", "--out", str(tmp_path), "--n", "1"])
    cases.main()

    assert sorted(json.loads(p.read_text())["split"] for p in tmp_path.glob("*/case.json")) == ["dev", "test"]


def test_readings_of_two_persons_leave_no_single_truth() -> None:
    from eval.papers.files import _agreed

    sheets = [SimpleNamespace(fields={"name": "甲", "address": "某路1号"}), SimpleNamespace(fields={"name": "乙"})]

    assert _agreed(sheets) == {"address": "某路1号"}  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(30))
def test_the_old_card_at_a_renewal_has_run_out_and_its_span_fits_the_age_at_issue(seed: int) -> None:
    who = cast(seed)
    old = next(s for s in RECIPES["hz-id-first-_id_renewal"].build(who) if s.material == "old-id-card").papers[1]
    start, end = (dt.date.fromisoformat(old[key]) for key in ("valid_from", "valid_to"))
    age = (start - who.applicant.birth).days / 365.25

    assert end < AS_OF
    assert end.year - start.year == (5 if age < 16 else 10 if age < 26 else 20)
