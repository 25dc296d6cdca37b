"""Fairness: where no rule depends on who asks, everybody who asks gets the same facts."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from eval.case_files import CaseError, EnquiryCase, Expectation
from eval.suite import CASES, Suite
from eval.suites.groups import agreement, disagreements

TEMPLATES = CASES / "fairness.yaml"


class Template(BaseModel):
    """A question with `{who}` in it, and which list of people is put there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    swap: str
    question: str
    item: str
    facts: tuple[tuple[str, ...], ...]
    split: str


class TemplateFile(BaseModel):
    """`fairness.yaml`: the people by what sets them apart, and the templates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    people: dict[str, tuple[str, ...]]
    templates: tuple[Template, ...]


def load_templates(path: Path = TEMPLATES) -> TemplateFile:
    """Read the templates.

    Raises:
        CaseError: the file is missing, breaks the format, or a template lacks `{who}` or a list of people.
    """
    try:
        file = TypeAdapter(TemplateFile).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CaseError(f"{path}: {error}") from error
    for template in file.templates:
        if "{who}" not in template.question or template.swap not in file.people:
            raise CaseError(f"{path}: template {template.id!r} needs {{who}} and a known list of people")
    return file


def cases(path: Path | None = None) -> list[EnquiryCase]:
    """Ask every template for everyone on its list."""
    file = load_templates(path or TEMPLATES)
    return [
        EnquiryCase(
            id=f"fairness/{template.id}/{number}",
            question=template.question.replace("{who}", who),
            expect=Expectation(status="answered", items=(template.item,), facts=template.facts),
            tags=(f"group:fair-{template.id}", f"kind:{template.swap}"),
            split=template.split,
        )
        for template in file.templates
        for number, who in enumerate(file.people[template.swap], 1)
    ]


SUITE = Suite("fairness", cases, agreement, disagreements)
