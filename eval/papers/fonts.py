"""Finds the fonts that the papers are printed in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path.home() / ".local/share/fonts",
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
    Path(__file__).resolve().parents[2] / "preview" / "fonts",
)
SIMPLIFIED = 2
"""Index of the simplified Chinese face within a Noto CJK collection."""

WANTED: dict[str, tuple[str, ...]] = {
    "sans": ("NotoSansCJK-Regular", "NotoSansSC", "NotoSansCJKsc-Regular", "msyh", "PingFang"),
    "bold": ("NotoSansCJK-Bold", "NotoSansSC-Bold", "NotoSansCJKsc-Bold", "msyhbd", "PingFang"),
    "serif": ("NotoSerifCJK-Regular", "NotoSerifSC", "NotoSerifCJKsc-Regular", "simsun", "Songti"),
    "serif_bold": ("NotoSerifCJK-Bold", "NotoSerifSC-Bold", "NotoSerifCJKsc-Bold", "simhei", "Songti"),
    "mono": ("DejaVuSansMono-Bold", "LiberationMono-Bold", "DejaVuSansMono"),
}
ANY_CHINESE = ("CJK", "NotoSansSC", "NotoSerifSC", "wqy", "SourceHan", "simsun", "msyh", "LXGW", "PingFang")


class FontsMissingError(Exception):
    """No Chinese font was found; the message names the package to install."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到中文字体，画不出样张：请安装 fonts-noto-cjk（Debian/Ubuntu：apt install fonts-noto-cjk）"
        )


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        if folder.is_dir():
            yield from (p for p in sorted(folder.rglob("*")) if p.suffix.lower() in {".ttf", ".ttc", ".otf"})


@cache
def font_file(face: str) -> Path:
    """Find the file of a face, or of any Chinese font in its place.

    Raises:
        FontsMissingError: the machine has no Chinese font.
    """
    files = list(_files())
    for wanted in (*WANTED[face], *ANY_CHINESE):
        for path in files:
            if path.stem.lower().startswith(wanted.lower()) or (wanted == "CJK" and "CJK" in path.stem):
                return path
    raise FontsMissingError


@cache
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """Give a face (`sans`, `bold`, `serif`, `serif_bold`, `mono`) in pixels."""
    path = font_file(face)
    return ImageFont.truetype(
        str(path), size, index=SIMPLIFIED if "CJK" in path.stem and path.suffix == ".ttc" else 0
    )
