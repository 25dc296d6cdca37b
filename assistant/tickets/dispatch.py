"""Who handles a ticket: departments with probabilities, the duty line, and whether a machine may send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.tickets.bars import Bars
from assistant.tickets.classify import NOBODY, Classification
from assistant.tickets.duties import TOWN_OFFICE, Duties
from assistant.tickets.linear import LinearModel
from assistant.tickets.mixing import department_shares
from assistant.tickets.policy import Policy
from assistant.tickets.schema import Candidate, Dispatch, DispatchMode, Urgency
from knowledge_base.content import KnowledgeBase
from prompts.tickets import ticket_text

CANDIDATES = 3
LEAST_CANDIDATE = 0.005
"""A department less likely than this is no candidate, unless nothing else fills the list."""


class Obstacle(StrEnum):
    """What keeps a machine from sending a ticket; the sentences are in prompts/tickets.yaml."""

    EMERGENCY = "emergency"
    WEAK_SIGNAL = "weak_signal"
    ALARM = "alarm"
    SEVERAL_MATTERS = "several_matters"
    MISSING_PLACE = "missing_place"
    DISPUTED = "disputed"
    NOT_ACCEPTED = "not_accepted"
    UNSURE = "unsure"
    NOT_ALLOWED = "not_allowed"
    SWITCHED_OFF = "switched_off"


FOR_PEOPLE = frozenset({Obstacle.EMERGENCY, Obstacle.NOT_ACCEPTED})
"""With these the agent decides alone; the candidates are shown, but nothing is proposed as done."""


@dataclass(frozen=True)
class Known:
    """What is known of a ticket when it is to be dispatched.

    `text`: the caller's words. `town`: division code, None when no place was said. `weak_signals`: how many were
    found. `further`: the classification of every matter after the first, for assisting departments.
    """

    classification: Classification
    text: str = ""
    town: str | None = None
    urgency: Urgency = Urgency.NORMAL
    weak_signals: int = 0
    accepted: bool = True
    matters: int = 1
    further: Sequence[Classification] = ()


class Dispatcher:
    """Turns a classification into a dispatch. Stateless but for `policy`, which may be replaced while it runs.

    `held_back` and `checked` are what training measured (`LinearModel.meta`): without it nothing is sent by machine.
    `leads` names the departments of labels that are not in the catalogue (`LinearModel.meta["leads"]`); `power` is
    how the probabilities of departments were calibrated (`LinearModel.meta["power"]`).
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        policy: Policy | None = None,
        held_back: Mapping[str, Sequence[tuple[float, int]]] | None = None,
        leads: Mapping[str, str | None] | None = None,
        power: float = 1.0,
        checked: Sequence[tuple[float, int]] = (),
    ) -> None:
        self.policy = policy or Policy.load()
        self._duties = Duties(kb)
        self._towns = {town.code: town for town in kb.towns if town.code}
        self._bars = Bars(held_back or {}, checked)
        self._leads = dict(leads or {})
        self._power = power

    @classmethod
    def of(cls, kb: KnowledgeBase, model: LinearModel, policy: Policy | None = None) -> Dispatcher:
        """Make a dispatcher for what a model was taught and what was measured of it."""
        meta = model.meta
        return cls(
            kb, policy, meta.get("held_back"), meta.get("leads"), meta.get("power", 1.0), meta.get("checked", ())
        )

    def dispatch(self, known: Known) -> Dispatch:
        """Give the departments best first, the reason, and who may send it."""
        probabilities = self.departments(known.classification)
        code = known.classification.category
        ranked = sorted(probabilities, key=lambda d: -probabilities[d])
        best = ranked[0]
        sure = probabilities[best]
        refused = not known.accepted or known.classification.refusal >= self.policy.refusal_sure
        department = None if best == NOBODY or refused else best
        obstacles = self._obstacles(known, department, sure)
        named = [d for d in ranked if d != NOBODY][:CANDIDATES]
        candidates = tuple(self._candidate(d, probabilities[d], known) for d in named)
        return Dispatch(
            department=department,
            co_departments=self._co(known, department),
            basis=self._basis(department, code),
            candidates=tuple(c for n, c in enumerate(candidates) if n == 0 or c.probability >= LEAST_CANDIDATE),
            mode=self._mode(obstacles, department, sure),
            reason=self._reason(known, department, best == NOBODY, sure),
            confidence=sure,
            obstacles=tuple(obstacles),
        )

    def departments(self, classification: Classification) -> dict[str, float]:
        """Give the probability of each department; `NOBODY`: the hotline sends it to none. Adds up to 1."""
        return department_shares(classification.categories, classification.departments, self.lead, self._power)

    def lead(self, code: str) -> str | None:
        """Give the leading department of a label: by what was learnt with it, else by the catalogue."""
        return self._leads[code] if code in self._leads else self._duties.lead(code)

    def _obstacles(self, known: Known, department: str | None, sure: float) -> list[Obstacle]:
        policy, code = self.policy, known.classification.category
        bar = self._bars.threshold(code, policy.bar(code), policy.few_cases)
        kind = known.classification.kind
        placeless = code in policy.place_free or (kind is not None and kind in policy.place_free_kinds)
        allowed = policy.allows(code) and department not in policy.blocked_departments
        checks = {
            Obstacle.EMERGENCY: known.urgency is Urgency.EMERGENCY,
            Obstacle.WEAK_SIGNAL: known.weak_signals > 0,
            Obstacle.ALARM: known.classification.alarm >= policy.alarm or policy.says(known.text, policy.vulnerable),
            Obstacle.SEVERAL_MATTERS: known.matters > 1 or policy.says(known.text, policy.several),
            Obstacle.MISSING_PLACE: known.town is None and not placeless,
            Obstacle.DISPUTED: policy.says(known.text, policy.disputed),
            Obstacle.NOT_ACCEPTED: not known.accepted
            or self._duties.is_referred(code)
            or known.classification.refusal >= policy.refusal_doubt,
            Obstacle.UNSURE: department is None or bar is None or sure < max(bar, policy.least_auto),
            Obstacle.NOT_ALLOWED: not allowed,
            Obstacle.SWITCHED_OFF: policy.kill_switch,
        }
        return [obstacle for obstacle, holds in checks.items() if holds]

    def _mode(self, obstacles: Sequence[Obstacle], department: str | None, sure: float) -> DispatchMode:
        if department is None or sure < self.policy.least_confidence or FOR_PEOPLE & set(obstacles):
            return DispatchMode.MANUAL
        return DispatchMode.SUGGEST if obstacles else DispatchMode.AUTO

    def _candidate(self, department: str, probability: float, known: Known) -> Candidate:
        codes = known.classification.categories
        own = [code for code in codes if self.lead(code) == department]
        code = max(own, key=lambda c: codes[c]) if own else known.classification.category
        return Candidate(department, self._name(department, known.town), probability, self._basis(department, code))

    def _co(self, known: Known, department: str | None) -> tuple[str, ...]:
        """Give who assists: the leads of the other matters, and whoever the policy always sends along."""
        found = [self.lead(other.category) for other in known.further]
        found += self.policy.co_sent.get(known.classification.category, ())
        return tuple(dict.fromkeys(d for d in found if d and d != department)) if department else ()

    def _basis(self, department: str | None, code: str) -> str:
        """Quote the duty line; without one, the source of the catalogue's entry; else empty."""
        if department is None:
            return ""
        line = self._duties.basis(department, code)
        if line:
            return f"{line.text}（{_standing(line.supported)}）"
        category = self._duties.categories.get(code)
        return category.source if category and self.lead(code) == department else ""

    def _name(self, department: str, town: str | None) -> str:
        place = self._towns.get(town or "")
        if department == TOWN_OFFICE and place:
            return ticket_text("dispatch.town_office", town=place.name)
        return self._duties.name(department)

    def _reason(self, known: Known, department: str | None, nobody: bool, sure: float) -> str:
        code = known.classification.category
        category = self._duties.categories[code].name if code in self._duties.categories else code
        if not known.accepted or known.classification.refusal >= self.policy.refusal_sure:
            return ticket_text("dispatch.reason_rejected")
        if nobody or department is None:
            return ticket_text("dispatch.reason_none", category=category)
        if sure < self.policy.least_confidence:
            return ticket_text("dispatch.reason_unsure")
        place = self._towns.get(known.town or "")
        said = {
            "category": category,
            "department": self._name(department, known.town),
            "place": ticket_text("dispatch.place", town=place.name) if place else "",
        }
        line = self._duties.basis(department, code)
        if line is None:
            return ticket_text("dispatch.reason_no_duty", **said)
        return ticket_text("dispatch.reason", duty=line.text, standing=_standing(line.supported), **said)


def obstacle_text(obstacle: str) -> str:
    """Give the sentence for an obstacle."""
    return ticket_text(f"obstacles.{Obstacle(obstacle)}")


def _standing(supported: bool) -> str:
    return ticket_text(f"dispatch.{'supported' if supported else 'inferred'}")
