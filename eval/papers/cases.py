"""Writes case folders for `guanjia eval previews`: `python -m eval.papers --out DIR --split dev`.

Each folder holds the files and a `case.json` in the contract of `eval.preview_cases`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from eval.papers.cast import make_cast
from eval.papers.defects import DEFECTS, plant
from eval.papers.degrade import choose
from eval.papers.draft import Draft, Target, draft_of
from eval.papers.files import Made, make_files, write_file
from eval.papers.recipes import Recipe, all_recipes
from knowledge_base.content import STARTER_CONTENT, load_content
from knowledge_base.schema import ServiceItem
from preview.schema import FindingCode

DESIGNS = {"dev": (0, 1), "test": (1, 2)}
"""Layout variants by split: the third is seen by nobody who tunes on dev."""

SEEDS = {"dev": 1, "test": 2}
FIRST_DAY, DAYS = dt.date(2026, 3, 2), 260
CLEAN_SHARE = 0.25
DEGRADED_SHARE = 0.5
DEFAULT_N = 160


@dataclass(frozen=True)
class MadeCase:
    """A case ready to be written: its record and its files."""

    record: dict[str, Any]
    files: tuple[Made, ...]


def make_cases(
    split: str, n: int, seed: int | None = None, degraded_share: float = DEGRADED_SHARE
) -> Iterator[MadeCase]:
    """Make `n` cases; recipes take turns, defects are drawn so that each code comes about equally often."""
    used: Counter[str] = Counter()
    kb = load_content(STARTER_CONTENT)
    seed = SEEDS[split] if seed is None else seed
    order: list[Recipe] = []
    for number in range(n):
        rng = Random(f"{split}/{seed}/{number}")
        if not order:
            order = all_recipes()
            rng.shuffle(order)
        recipe = order.pop()
        as_of = FIRST_DAY + dt.timedelta(days=rng.randrange(DAYS))
        draft = draft_of(recipe, make_cast(rng, as_of, DESIGNS[split]))
        _follow_guide(draft, kb.items[recipe.item])
        if rng.random() >= CLEAN_SHARE:
            _plant_some(draft, used)
        for handed in draft.files:
            if not handed.damage and not handed.plain and rng.random() < degraded_share:
                handed.damage = choose(rng, may_be_copy=handed.may_be_copy)
        made = make_files(draft)
        case_id = f"{split}-{number:03d}-{recipe.item}"
        yield MadeCase(record_of(case_id, split, draft, made), tuple(made.values()))


def _follow_guide(draft: Draft, item: ServiceItem) -> None:
    """Hand in no copy where the guide asks for the original; to ask a person about an open condition is fair."""
    forms = {material.id: material.form for material in item.materials}
    for handed in draft.files:
        if "原件" in forms.get(handed.material, "") and "复印" not in forms[handed.material]:
            handed.may_be_copy = False
        if handed.papers[0]["shape"] == "portrait":  # without a word on it a person may be asked what it is
            draft.tolerate(handed, FindingCode.NEEDS_PERSON)
    given = {supply.material for supply in draft.supplies}
    for material in item.materials:
        if material.id not in given:
            draft.tolerate(material.id, FindingCode.NEEDS_PERSON)


def _plant_some(draft: Draft, used: Counter[str]) -> None:
    wanted = draft.rng.choices([1, 2, 3], [60, 28, 12])[0]
    names = sorted(DEFECTS, key=lambda name: (used[name], draft.rng.random()))
    for name in names:
        if len(draft.defects) < wanted and plant(draft, name):
            used[name] += 1


def record_of(case_id: str, split: str, draft: Draft, made: dict[str, Made]) -> dict[str, Any]:
    """Give the `case.json` of a draft."""
    names = {f"@{key}": file.name for key, file in made.items()}

    def told(targets: list[Target]) -> list[list[str]]:
        found = [[code, names.get(target, target)] for code, target in targets]
        return [pair for pair in found if not pair[1].startswith("@")]

    kinds = {h.key: str(h.kind) for h in draft.files}
    return {
        "id": case_id,
        "item": draft.recipe.item,
        "situation": dict(draft.recipe.situation),
        "files": [file.name for file in made.values()],
        "as_of": draft.cast.as_of.isoformat(),
        "applicant": getattr(draft.cast, draft.recipe.applicant).name,
        "split": split,
        "defects": draft.defects,
        "materials": {made[h.key].name: h.material for h in draft.files},
        "degraded": {file.name: "+".join(file.damage) for file in made.values() if file.damage},
        "expect": {
            "types": {file.name: kinds[key] for key, file in made.items() if not file.lost},
            "fields": {file.name: file.fields for file in made.values() if file.fields and not file.lost},
            "hidden": {file.name: file.fields for file in made.values() if file.fields and file.lost},
            "findings": [pair for wanted in draft.expected for pair in told(wanted[:1])],
            "alternatives": [told(wanted) for wanted in draft.expected],
            "planted": draft.planted,
            "tolerated": told(draft.tolerated),
            "clean": not draft.expected,
        },
    }


def write_cases(
    out: Path, split: str, n: int, seed: int | None = None, degraded_share: float = DEGRADED_SHARE
) -> int:
    """Write the case folders and give their number."""
    written = 0
    for case in make_cases(split, n, seed, degraded_share):
        folder = out / case.record["id"]
        folder.mkdir(parents=True, exist_ok=True)
        rng = Random(case.record["id"])
        for file in case.files:
            write_file(file, folder, rng)
        text = json.dumps(case.record, ensure_ascii=False, indent=1)
        (folder / "case.json").write_text(text + "\n", encoding="utf-8")
        written += 1
    return written


def main() -> None:
    """Write the cases of one split, or of both."""
    parser = argparse.ArgumentParser(prog="python -m eval.papers", description="生成材料预审的样张用例。")
    parser.add_argument("--out", type=Path, required=True, help="用例写到这里，每例一个文件夹")
    parser.add_argument("--split", choices=(*DESIGNS, "both"), default="both")
    parser.add_argument("--n", type=int, default=DEFAULT_N, help="每个划分的用例数")
    parser.add_argument("--seed", type=int, default=None, help="不填：dev 用 1，test 用 2")
    parser.add_argument(
        "--degraded-share", type=float, default=DEGRADED_SHARE, help="有损（拍照、旋转、模糊等）文件的比例"
    )
    options = parser.parse_args()
    for split in DESIGNS if options.split == "both" else (options.split,):
        written = write_cases(options.out, split, options.n, options.seed, options.degraded_share)
        print(f"{split}: {written} 例")
