"""Which materials are needed in the applicant's situation, as far as it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from knowledge_base.schema import Material, Necessity, ServiceItem, Situation, SituationOption
from preview.folding import fold
from preview.schema import Request

_YES = {"true", "yes", "y", "1", "是", "对", "有", "需要", "要"}
_NO = {"false", "no", "n", "0", "否", "不是", "没有", "无", "不需要", "不要", "不"}
_AGENT_WORDS = ("代办", "代理", "委托", "受托")


class Standing(StrEnum):
    """Whether a material must be there in a situation."""

    REQUIRED = "required"
    NOT_NEEDED = "not_needed"
    UNKNOWN = "unknown"  # depends on something that was not said
    OPTIONAL = "optional"
    DEFERRABLE = "deferrable"
    NO_PAPER = "no_paper"  # nothing is handed in for it


def standings(item: ServiceItem, request: Request, *, agent_used: bool = False) -> dict[str, Standing]:
    """Tell for each material of the guide whether it is needed; unknown situation keys and answers do not count."""
    return {m.id: _standing(item, m, request, agent_used) for m in item.materials}


def open_questions(item: ServiceItem, request: Request, *, agent_used: bool = False) -> tuple[str, ...]:
    """Give the situations still to be answered, by id; by the `when` wording where the guide has no question."""
    found = standings(item, request, agent_used=agent_used)
    questions: list[str] = []
    for material in item.materials:
        if found[material.id] is not Standing.UNKNOWN:
            continue
        asked = [s.id for s in item.situations if chosen(item, s, request) is None and material.id in _listed(s)]
        conditional = material.necessity is Necessity.CONDITIONAL and material.when
        questions += asked or ([material.when] if conditional else [])
    return tuple(dict.fromkeys(questions))


def chosen(item: ServiceItem, situation: Situation, request: Request) -> SituationOption | None:
    """Give the option that was answered, by id, label or alias; None if it was not, or not understood.

    The `when` wording of a material is understood too where only one option calls for that material.
    """
    answer = request.situation.get(situation.id, request.situation.get(situation.question))
    return None if answer is None else option_of(item, situation, answer)


def option_of(item: ServiceItem, situation: Situation, answer: str) -> SituationOption | None:
    """Understand an answer to a situation's question."""
    wanted = fold(str(answer)).lower()
    for option in situation.options:
        if wanted in {fold(name).lower() for name in (option.id, option.label, *option.aliases)}:
            return option
    meant = {material.id for material in item.materials if fold(material.when).lower() == wanted}
    calling = [option for option in situation.options if meant & set(option.materials)]
    return calling[0] if len(calling) == 1 else None


def unlisted(item: ServiceItem, request: Request, found: Mapping[str, Standing]) -> tuple[str, ...]:
    """Name the materials of which the guide does not say whether the situation that was answered calls for them."""
    return tuple(
        m.name
        for m in item.materials
        if found[m.id] is Standing.UNKNOWN
        and m.necessity is not Necessity.CONDITIONAL
        and all(chosen(item, s, request) is not None for s in item.situations if m.id in _listed(s))
    )


def _standing(item: ServiceItem, material: Material, request: Request, agent_used: bool) -> Standing:
    if not material.paper:
        return Standing.NO_PAPER
    if material.necessity is Necessity.OPTIONAL:
        return Standing.OPTIONAL
    said = _said(material, request)
    if said is None:
        verdicts = set(_verdicts(item, material, request))
        if Standing.NOT_NEEDED in verdicts:
            said = False
        elif Standing.UNKNOWN in verdicts:
            said = None
        elif Standing.REQUIRED in verdicts or material.necessity is not Necessity.CONDITIONAL:
            said = True
    if said is None and agent_used and any(word in material.when + material.name for word in _AGENT_WORDS):
        said = True
    if said is None:
        return Standing.UNKNOWN
    if not said:
        return Standing.NOT_NEEDED
    return Standing.DEFERRABLE if material.necessity is Necessity.DEFERRABLE else Standing.REQUIRED


def _verdicts(item: ServiceItem, material: Material, request: Request) -> Iterator[Standing]:
    """Give what each situation that speaks of the material says about it."""
    for situation in item.situations:
        if material.id not in _listed(situation):
            continue
        option = chosen(item, situation, request)
        if option is None:
            lists = [o.materials for o in situation.options]
            yield Standing.REQUIRED if all(material.id in listed for listed in lists) else Standing.UNKNOWN
        elif material.id in option.materials:
            yield Standing.REQUIRED
        elif option.materials or material.necessity is Necessity.CONDITIONAL:
            yield Standing.NOT_NEEDED
        else:
            yield Standing.UNKNOWN  # the guide lists nothing for this answer; a person has to tell


def _listed(situation: Situation) -> set[str]:
    return {material for option in situation.options for material in option.materials}


def _said(material: Material, request: Request) -> bool | None:
    """Give what the request says on the material's own condition, under its `when` wording or its id."""
    for key in (material.when, material.id):
        answer = fold(str(request.situation.get(key, ""))).lower() if key else ""
        if answer in _YES:
            return True
        if answer in _NO:
            return False
    return None
