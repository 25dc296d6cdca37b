"""Fixed texts in a YAML file of this folder, by dotted path; a missing text or variable raises."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from string import Template

import yaml

from prompts.errors import PromptError

_HERE = Path(__file__).parent


class Texts:
    """The texts of one file, read at first use."""

    def __init__(self, name: str) -> None:
        self._name = name

    def text(self, key: str, /, **variables: str) -> str:
        """Give the text at `key`, filled with `$variables`.

        Raises:
            PromptError: there is no such text, or one of its variables is missing.
        """
        value = self.found(key)
        if not isinstance(value, str):
            raise PromptError(f"{self._name}: {key!r} is not a text")
        try:
            return Template(value.strip()).substitute(variables)
        except KeyError as error:
            raise PromptError(f"{self._name}: {key!r} needs the variable {error}") from error

    def group(self, key: str) -> dict[str, str]:
        """Give a group of texts without variables, by name, in the order of the file."""
        group = self.found(key)
        if not isinstance(group, dict) or not all(isinstance(text, str) for text in group.values()):
            raise PromptError(f"{self._name}: {key!r} is not a group of texts")
        return {str(name): text.strip() for name, text in group.items()}

    def found(self, key: str) -> object:
        """Give whatever stands at `key`."""
        value: object = self._texts
        for part in key.split("."):
            if not isinstance(value, dict) or part not in value:
                raise PromptError(f"{self._name} has no {key!r}")
            value = value[part]
        return value

    @cached_property
    def _texts(self) -> dict[str, object]:
        return dict(yaml.safe_load((_HERE / self._name).read_text(encoding="utf-8")))
