"""Groups of cases that must all get the same facts: the comparison of the consistency and fairness suites.

A case names its group with the tag `group:…` and what sets it apart with `kind:…`; one without begins a group of
its own, which others name by its id.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from eval.enquiries import Verdict
from eval.labels import status_label
from eval.matching import missing_groups
from eval.metrics import Figure, Rate
from eval.suite import Miss

Facts = tuple[str, bool, tuple[bool, ...]]
"""How an answer ended, whether its item is one of the expected, and which of the expected facts it holds."""


@dataclass(frozen=True)
class Group:
    """The verdicts of one group and the facts that most of them gave."""

    name: str
    members: list[Verdict]
    usual: Facts

    def agrees(self, member: Verdict) -> bool:
        """Tell whether a member gave what most gave."""
        return facts_of(member) == self.usual


def facts_of(verdict: Verdict) -> Facts:
    """Give the facts of an answer, as far as the case names facts."""
    held = tuple(not missing_groups(verdict.prediction.text, [group]) for group in verdict.case.expect.facts)
    return verdict.prediction.status, verdict.item_fits, held


def grouped(verdicts: Sequence[Verdict]) -> list[Group]:
    """Bring the groups together; one of which fewer than two were scored says nothing and is left out."""
    members: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        members[verdict.case.tagged("group", verdict.case.id)].append(verdict)
    return [
        Group(name, group, Counter(map(facts_of, group)).most_common(1)[0][0])
        for name, group in members.items()
        if len(group) > 1
    ]


def agreement(verdicts: Sequence[Verdict]) -> dict[str, Figure]:
    """`same_facts`: members that gave what most of their group gave, over all and by kind; as-is members, with which
    a pair begins, are not counted, for they agree with themselves.

    `groups_same`: groups without any exception; `groups_right`: those of them that are right throughout.
    """
    groups = grouped(verdicts)
    marks = [
        (member.case.tagged("kind"), group.agrees(member))
        for group in groups
        for member in group.members
        if member.case.tagged("kind")
    ]
    found: dict[str, Figure] = {
        "same_facts": Rate(sum(mark for _, mark in marks), len(marks)),
        "groups_same": Rate(sum(all(map(g.agrees, g.members)) for g in groups), len(groups)),
        "groups_right": Rate(sum(all(m.right for m in g.members) for g in groups), len(groups)),
    }
    for kind in sorted({kind for kind, _ in marks}):
        of_kind = [mark for name, mark in marks if name == kind]
        found[f"same_facts.{kind}"] = Rate(sum(of_kind), len(of_kind))
    return found


def disagreements(verdicts: Sequence[Verdict]) -> list[Miss]:
    """The members that gave other facts than most of their group."""
    return [
        Miss(m.case, m.prediction, f"同组多数：{_told(group.usual)}；这一问：{_told(facts_of(m))}")
        for group in grouped(verdicts)
        for m in group.members
        if not group.agrees(m)
    ]


def _told(facts: Facts) -> str:
    status, item_fits, held = facts
    return f"{status_label(status)}，事项{'对' if item_fits else '不对'}，事实 {sum(held)}/{len(held)}"
