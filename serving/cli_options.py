"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ContentDir = Annotated[
    Path | None,
    typer.Option("--content-dir", help="知识库内容文件夹；不填用起步知识库", exists=True, file_okay=False),
]
KbDir = Annotated[
    Path | None,
    typer.Option("--kb", help="导入的知识库文件夹（guanjia kb import 建的）", exists=True, file_okay=False),
]
