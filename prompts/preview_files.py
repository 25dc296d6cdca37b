"""What applicants are told about files that cannot be used and pages that must be taken again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template

import yaml

from prompts.loader import PromptError

_FILE = Path(__file__).parent / "preview_files.yaml"


@dataclass(frozen=True)
class Advice:
    """What is wrong, and what to do about it."""

    what: str
    fix: str


def intake_advice(problem: str, *, file_mb: int = 20, pages: int = 50, files: int = 30) -> Advice:
    """Give the wording for a file that cannot be used; the limits are named where one was passed."""
    return _advice("intake", problem, {"file_mb": str(file_mb), "pages": str(pages), "files": str(files)})


def quality_advice(problem: str) -> Advice:
    """Give the wording for a page that is hard to read: the reason, and how to take it again."""
    return _advice("quality", problem, {})


def warning_text(warning: str) -> str:
    """Give the wording for what is odd about a usable file."""
    text = _texts()["warning"].get(warning)
    if not isinstance(text, str):
        raise PromptError(f"preview_files.yaml has no warning {warning!r}")
    return text


def _advice(group: str, problem: str, variables: dict[str, str]) -> Advice:
    texts = _texts()[group].get(problem)
    if not isinstance(texts, dict):
        raise PromptError(f"preview_files.yaml has no {group} {problem!r}")
    return Advice(*(Template(texts[part]).substitute(variables) for part in ("what", "fix")))


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, object]]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
