"""Checks what is asked for before anything is read: item, situation, day; says what there is instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from difflib import get_close_matches

from knowledge_base.content import KnowledgeBase
from knowledge_base.schema import ServiceItem
from preview.situations import option_of
from serving.previews.errors import BadRequestError, UnknownServiceItemError
from serving.previews.words import word

MAX_NAME_CHARS = 80
MAX_SUGGESTIONS = 3


def found_item(kb: KnowledgeBase, item_id: str) -> ServiceItem:
    """Give the item of this id, or of exactly this name.

    Raises:
        UnknownServiceItemError: there is none; names the nearest.
    """
    item = kb.items.get(item_id) or next((i for i in kb.items.values() if item_id == i.name), None)
    if item is not None:
        return item
    near = near_items(kb, item_id)
    told = "、".join(f"{i.id}（{i.name}）" for i in near)
    message = word("errors.item_near", items=told) if near else word("errors.item_unknown")
    raise UnknownServiceItemError(message, tuple(i.id for i in near))


def near_items(kb: KnowledgeBase, text: str) -> list[ServiceItem]:
    """Give the items whose id, name or alias looks most like `text`, best first."""
    owners: dict[str, ServiceItem] = {}
    for item in kb.items.values():
        owners |= dict.fromkeys((item.id, item.name, *item.aliases), item)
    holding = [name for name in owners if len(text) > 1 and (text in name or name in text)]
    names = [*holding, *get_close_matches(text, owners, n=MAX_SUGGESTIONS, cutoff=0.5)]
    return list({owners[name].id: owners[name] for name in names}.values())[:MAX_SUGGESTIONS]


def clean_situation(item: ServiceItem, given: Mapping[str, str]) -> dict[str, str]:
    """Give the situation answers by id; questions, labels and aliases of options are accepted in their place.

    The `when` wording of a material is passed on as it is where it stands for the question, and understood as the
    option that calls for the material where it stands for the answer. Unanswered situations stay out.

    Raises:
        BadRequestError: no such situation or option; lists those of the item.
    """
    conditions = {material.when for material in item.materials if material.when}
    answers: dict[str, str] = {}
    for key, value in given.items():
        if not value:
            continue
        situation = next((s for s in item.situations if key in (s.id, s.question)), None)
        if situation is None and key in conditions:
            answers[key] = value
            continue
        if situation is None:
            raise BadRequestError(_situations(item, key))
        option = option_of(item, situation, value)
        if option is None:
            told = "、".join(f"{o.id}（{o.label}）" for o in situation.options)
            raise BadRequestError(word("errors.option_unknown", situation=situation.id, value=value, options=told))
        answers[situation.id] = option.id
    return answers


def clean_name(name: str | None) -> str | None:
    """Tidy the applicant's name; an empty one is none.

    Raises:
        BadRequestError: it is too long for a name.
    """
    tidy = " ".join((name or "").split())
    if len(tidy) > MAX_NAME_CHARS:
        raise BadRequestError(word("errors.name_too_long", limit=str(MAX_NAME_CHARS)))
    return tidy or None


def clean_day(day: str | None, today: dt.date) -> dt.date:
    """Read a day written YYYY-MM-DD; none is `today`.

    Raises:
        BadRequestError: it is no day.
    """
    if not day:
        return today
    try:
        return dt.date.fromisoformat(day)
    except ValueError as error:
        raise BadRequestError(word("errors.bad_day", day=day[:20])) from error


def _situations(item: ServiceItem, key: str) -> str:
    if not item.situations:
        return word("errors.no_situations", item=item.name)
    told = "；".join(
        f"{s.id}（{s.question} " + "、".join(f"{o.id}={o.label}" for o in s.options) + "）" for s in item.situations
    )
    return word("errors.situation_unknown", given=key[:40], situations=told)
