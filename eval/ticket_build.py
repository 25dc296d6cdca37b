"""Builds the ticket drafter as it is served, without a base model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.tickets.classify import Classifier
from assistant.tickets.dispatch import Dispatcher
from assistant.tickets.draft import Drafter
from assistant.tickets.duplicates import DuplicateFinder, MatterEmbedder, rarity_of
from assistant.tickets.exemplars import shipped_tickets
from assistant.tickets.versions import ModelVersions
from assistant.tickets.wording import Wording
from eval.ticket_duplicates import EarlierCases
from knowledge_base.content import load_content
from knowledge_base.embedding import E5Embedder
from serving.build import content_dir
from serving.cli_settings import load_settings


@dataclass(frozen=True)
class Drafting:
    """What drafts tickets, and what looks for duplicates: with `embedder`."""

    drafter: Drafter
    earlier: EarlierCases
    finder: DuplicateFinder
    embedder: MatterEmbedder
    wording: Wording


def drafting(model: Path | None = None) -> Drafting:
    """Make a drafter with the given model file, or with the version in use."""
    settings = load_settings()
    kb = load_content(content_dir(settings))
    path = model or ModelVersions(settings.data_dir / "tickets" / "models").path()
    embedder = E5Embedder()
    classifier = Classifier(kb.appeal_categories, kb.towns, embedder, path)
    finder = DuplicateFinder(rarity_of(example.text for example in shipped_tickets()))
    drafter, wording = Drafter(kb, classifier, Dispatcher.of(kb, classifier.model)), Wording(kb.towns)
    matters = MatterEmbedder(embedder)
    return Drafting(drafter, EarlierCases(finder, matters, wording), finder, matters, wording)
