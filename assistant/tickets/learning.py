"""From labelled tickets to a trained model: prepare the words, embed them, fit, and see what could be automatic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.tickets.bars import Bars
from assistant.tickets.classify import embedded_part
from assistant.tickets.duties import Duties
from assistant.tickets.policy import Policy
from assistant.tickets.training import FOLDS, Example, Learnt, Prepared, train
from assistant.tickets.wording import Wording
from knowledge_base.content import KnowledgeBase
from knowledge_base.embedding import Vectors

Embed = Callable[[Sequence[str]], Vectors]


def learn(
    examples: Sequence[Example],
    kb: KnowledgeBase,
    embed: Embed | None,
    version: str,
    policy: Policy | None = None,
    folds: int = FOLDS,
) -> Learnt:
    """Train on labelled tickets; without `embed` on n-grams alone.

    Departments are turned into the ids of the knowledge base where it knows them; a label without a department
    takes its lead from the catalogue, where it stands in it. The model keeps only the leads that differ from it.

    Raises:
        TrainingError: there is too little to learn from.
    """
    duties = Duties(kb)
    wording = Wording(kb.towns)
    known = [_with_department(example, duties) for example in examples]
    words = [wording.read(example.text) for example in known]
    vectors = embed([embedded_part(text) for text in words]) if embed else None
    learnt = train(Prepared(known, words, vectors), version, folds)
    leads = {label: lead for label, lead in learnt.model.meta["leads"].items() if duties.lead(label) != lead}
    learnt.model.meta["leads"] = leads  # the catalogue speaks for the rest, also when it is changed later
    return replace(learnt, report=dict(learnt.report) | {"auto": automatic(learnt, policy or Policy.load())})


def automatic(learnt: Learnt, policy: Policy) -> dict[str, Any]:
    """Count what of the held-back tickets a machine would have sent under a policy, and how much of it rightly."""
    held: Mapping[str, Sequence[tuple[float, int]]] = learnt.model.meta["held_back"]
    bars = Bars(held, learnt.model.meta["checked"])
    found: dict[str, Any] = {"of": len(held), "categories": 0, "n": 0, "sent": 0, "right": 0, "thresholds": {}}
    for code, marks in sorted(held.items()):
        bar = bars.threshold(code, policy.bar(code), policy.few_cases)
        found["n"] += len(marks)
        found["thresholds"][code] = bar
        if bar is None or not policy.allows(code):
            continue
        sent = [right for sure, right in marks if sure >= max(bar, policy.least_auto)]
        found["categories"] += 1
        found["sent"] += len(sent)
        found["right"] += sum(sent)
    return found


def _with_department(example: Example, duties: Duties) -> Example:
    if example.department == "" and example.label in duties.categories:
        return replace(example, department=duties.lead(example.label))
    if example.department:
        return replace(example, department=duties.department_id(example.department) or example.department)
    return example
