"""Which department handles which class of appeal: leads, assistants and duty lines, read from the knowledge base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge_base.content import KnowledgeBase
from knowledge_base.schema import AppealCategory, Department

TOWN_OFFICE = "zj_street"
TOWN_WORDS = ("镇街", "街道")
REFERRED = ("转介",)
"""What the catalogue writes for a lead when the hotline sends the matter nowhere."""

LINES = Path(__file__).parent / "duties.yaml"


@dataclass(frozen=True)
class Basis:
    """A duty line and whether a source for it was seen."""

    text: str
    supported: bool


class Duties:
    """Looks up departments of the catalogue."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.departments: Mapping[str, Department] = {d.id: d for d in kb.departments}
        self.categories: Mapping[str, AppealCategory] = {c.code: c for c in kb.appeal_categories}
        self._ids = _ids_by_name(kb.departments)

    def lead(self, code: str) -> str | None:
        """Give the department the catalogue sends a class to; None: to nobody, or the class is not in it."""
        category = self.categories.get(code)
        return self.department_id(category.lead) if category else None

    def is_referred(self, code: str) -> bool:
        """Tell whether the hotline sends a class to nobody."""
        category = self.categories.get(code)
        return category is not None and category.lead in REFERRED

    def co(self, code: str) -> tuple[str, ...]:
        """Give the departments the catalogue names as assistants, without the lead, firms and unknown bodies."""
        category = self.categories.get(code)
        found = (self.department_id(name) for name in category.co) if category else ()
        lead = self.lead(code)
        return tuple(dict.fromkeys(d for d in found if d and d != lead))

    def department_id(self, name: str) -> str | None:
        """Give the id of a department by id, name, alias or the short name the catalogue uses."""
        word = name.partition("（")[0].strip()
        return None if word in REFERRED else self._ids.get(word)

    def basis(self, department: str, code: str) -> Basis | None:
        """Give the duty line by which a department handles a class.

        None when no line is known, or the knowledge base does not hold it as it was written down.
        """
        held, line = self.departments.get(department), duty_lines().get(code)
        found = (Basis(duty.text, duty.supported) for duty in (held.duties if held else ()) if duty.text == line)
        return next(found, None)

    def name(self, department: str) -> str:
        """Give the name of a department; an id that is not in the knowledge base is its own name."""
        held = self.departments.get(department)
        return held.name if held else department


@lru_cache(maxsize=1)
def duty_lines() -> Mapping[str, str]:
    """Read which duty line covers which class."""
    return dict(yaml.safe_load(LINES.read_text(encoding="utf-8")))


def _ids_by_name(departments: Iterable[Department]) -> dict[str, str]:
    ids = dict.fromkeys(TOWN_WORDS, TOWN_OFFICE)
    for department in departments:
        called = department.name.removeprefix("东莞市")
        for name in (department.id, department.name, called, *department.aliases):
            ids.setdefault(name, department.id)
            ids.setdefault(name.removesuffix("局"), department.id)
    return ids
