"""Pattern rules kept as data: which kinds of message a text matches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

_RULES = Path(__file__).parent / "guard.yaml"


@dataclass(frozen=True)
class Rule:
    """A kind of message: any pattern matches and no exception does."""

    group: str
    kind: str
    patterns: tuple[re.Pattern[str], ...]
    exceptions: tuple[re.Pattern[str], ...]

    def matches(self, text: str) -> bool:
        """Tell whether the normalised text is of this kind."""
        return any(p.search(text) for p in self.patterns) and not any(p.search(text) for p in self.exceptions)


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Load the rules in the order of the file."""
    data = yaml.safe_load(_RULES.read_text(encoding="utf-8"))
    found = []
    for group, kinds in data.items():
        for kind, rule in kinds.items():
            patterns = (_compiled(rule.get(key)) for key in ("any", "unless"))
            found.append(Rule(group, kind, *patterns))
    return tuple(found)


def _compiled(patterns: list[str] | None) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns or ())


def matching(text: str, group: str) -> str | None:
    """Give the first kind of `group` that the normalised text matches; None if none does."""
    return next((rule.kind for rule in rules() if rule.group == group and rule.matches(text)), None)
