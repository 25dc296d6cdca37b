"""Checks content files beyond their schema: the entry, which lists what is looked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from knowledge_base.check.coverage import asks_of_two, silent_items
from knowledge_base.check.facts import contradictions, provenance
from knowledge_base.check.files import Problem, Severity, read_all
from knowledge_base.check.references import duplicates, references
from knowledge_base.check.texts import texts
from knowledge_base.content import STARTER_CONTENT

__all__ = ["Problem", "Severity", "check"]


def check(content_dir: Path = STARTER_CONTENT, on: dt.date | None = None) -> list[Problem]:
    """Find what is wrong with the content files, file by file; `on` is the day of the validity check (today)."""
    files, problems = read_all(content_dir)
    for file in files:
        problems += texts(file)
        problems += provenance(file, on or dt.date.today())
        problems += contradictions(file)
        problems += silent_items(file)
    problems += references(files)
    problems += duplicates(files)
    problems += asks_of_two(files)
    return sorted(problems, key=lambda p: (p.path, p.line, p.field, p.message))
