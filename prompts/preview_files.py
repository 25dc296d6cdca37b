"""What applicants are told about files that cannot be used and pages that must be taken again."""

from __future__ import annotations

from dataclasses import dataclass

from prompts.texts import Texts

_TEXTS = Texts("preview_files.yaml")


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
    return _TEXTS.text(f"warning.{warning}")


def _advice(group: str, problem: str, variables: dict[str, str]) -> Advice:
    return Advice(*(_TEXTS.text(f"{group}.{problem}.{part}", **variables) for part in ("what", "fix")))
