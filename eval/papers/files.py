"""From drafts to files on disk: pages drawn, damaged, packed as picture or PDF, with the truth about each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from eval.papers.canvas import Sheet, stacked
from eval.papers.degrade import degrade, reencoded
from eval.papers.draft import Draft, Handed
from eval.papers.sheets import draw
from preview.schema import DocumentType as T

LOST = ("unreadable", "cropped")
NAMES = {
    T.ID_CARD_FRONT: "身份证",
    T.ID_CARD_BACK: "身份证反面",
    T.HOUSEHOLD_REGISTER: "户口本",
    T.BUSINESS_LICENCE: "营业执照",
    T.APPLICATION_FORM: "申请表",
    T.LEASE_CONTRACT: "租赁合同",
    T.BANK_CARD: "银行卡",
    T.MARRIAGE_CERTIFICATE: "结婚证",
}
RESOLUTION = 150


@dataclass
class Made:
    """A file that was made: pages and the truth about them. `lost`: printed, but not to be read off what is left."""

    name: str
    pages: list[Image.Image]
    fields: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    damage: tuple[str, ...] = ()


def make_files(draft: Draft) -> dict[str, Made]:
    """Draw all files of a draft, by key, in order."""
    made: dict[str, Made] = {}
    for handed in sorted(draft.files, key=lambda h: h.like is not None):
        original = made[handed.like.key] if handed.like else None
        made[handed.key] = _again(original, handed, draft.rng) if original else _make(handed, draft.rng)
    names: set[str] = set()
    for number, handed in enumerate(draft.files):
        file = made[handed.key]
        file.name = _name(handed, file, number, names, draft.rng)
        names.add(file.name)
    return {h.key: made[h.key] for h in draft.files}


def _make(handed: Handed, rng: Random) -> Made:
    sheets = [sheet for paper in handed.papers for sheet in draw(paper, rng)]
    if len(sheets) > 1 and (
        handed.stacked or (handed.kind is T.HOUSEHOLD_REGISTER and len(sheets) == 2 and rng.random() < 0.4)
    ):
        sheets = [stacked(sheets)]
    fields = _agreed(sheets)
    if "copied" in handed.damage:
        fields.pop("seal_text", None)  # grey on grey
    lost = any(way in LOST for way in handed.damage)
    pages = [degrade(sheet.image, handed.damage, rng) for sheet in sheets]
    return Made("", pages, fields, lost, handed.damage)


def _again(first: Made, handed: Handed, rng: Random) -> Made:
    """The same pictures, saved anew and a little smaller."""
    share = rng.uniform(0.85, 1.0)
    pages = []
    for page in first.pages:
        smaller = page.resize((int(page.width * share), int(page.height * share)), Image.Resampling.LANCZOS)
        pages.append(Image.fromarray(reencoded(np.asarray(smaller.convert("RGB")), 70)))
    return Made("", pages, first.fields, first.lost, first.damage)


def _agreed(sheets: list[Sheet]) -> dict[str, str]:
    """Join the fields of the pages; a field with two values, as for two persons, has no one truth."""
    values: dict[str, set[str]] = {}
    for sheet in sheets:
        for key, value in sheet.fields.items():
            values.setdefault(key, set()).add(value)
    return {key: next(iter(found)) for key, found in values.items() if len(found) == 1}


def _name(handed: Handed, file: Made, number: int, taken: set[str], rng: Random) -> str:
    ending = "pdf" if len(file.pages) > 1 else rng.choice(["jpg"] * 7 + ["png", "pdf", "pdf"])
    day = f"2026{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    stem = rng.choice(
        [
            f"IMG_{day}_{rng.randint(80000, 195959):06d}",
            f"微信图片_{day}{rng.randint(1000, 9999)}",
            f"scan{number + 1:03d}",
        ]
    )
    if rng.random() < 0.2:
        stem = NAMES.get(handed.kind, stem)
    name = f"{stem}.{ending}"
    return name if name not in taken else f"{stem}({number}).{ending}"


def write_file(made: Made, folder: Path, rng: Random) -> None:
    """Write a file in the format its name says."""
    path = folder / made.name
    pages = [page.convert("RGB") for page in made.pages]
    if path.suffix == ".pdf":
        pages[0].save(path, "PDF", save_all=True, append_images=pages[1:], resolution=RESOLUTION, quality=85)
    elif path.suffix == ".png":
        pages[0].save(path, "PNG", compress_level=3)
    else:
        pages[0].save(path, "JPEG", quality=rng.randint(82, 93))
