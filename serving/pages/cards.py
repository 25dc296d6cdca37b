"""Shows an answer as a card: sections, sources, buttons, the AI label, and the same as text to copy."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.answers import Action, ActionKind, Answer, AnswerStatus, Option, Sentence
from prompts import replies, reply
from serving.feedback import RATING_LABELS
from serving.pages.layout import RowKind, Section, read_sections
from serving.pages.sources import Source, SourceGroup, grouped, source_of
from serving.pages.templating import fill, signature

HOTLINE = "12345"
REASONS = tuple(replies("page.reasons").values())
TITLES = replies("page.titles")
EMERGENCY_CALLS = replies("page.calls")
NOT_RATED = {AnswerStatus.CLARIFICATION, AnswerStatus.EMERGENCY, AnswerStatus.SMALLTALK}
NEEDS_HOTLINE = {AnswerStatus.UNANSWERABLE, AnswerStatus.ERROR_MODEL, AnswerStatus.ERROR_RETRIEVAL}
PERSON_FIRST = {AnswerStatus.HANDOFF, AnswerStatus.TICKET}
"""Endings whose card opens with the words for a person, the call button among them."""

PLAIN_STARTS = {RowKind.CHECK: "□ ", RowKind.BULLET: "· ", RowKind.TEXT: ""}


@dataclass(frozen=True)
class Call:
    """A telephone number to tap."""

    number: str
    label: str


@dataclass(frozen=True)
class Card:
    """All that the template shows of an answer; `person_summary` is None when no person is offered."""

    answer_id: str
    status: AnswerStatus
    title: str
    item_names: tuple[str, ...]
    sections: list[Section]
    calls: tuple[Call, ...]
    options: tuple[Option, ...]
    follow_ups: tuple[Option, ...]
    actions: tuple[Action, ...]
    sources: list[SourceGroup]
    source_count: int
    person_summary: str | None
    person_open: bool
    rated: bool
    has_unverified: bool
    has_dated: bool
    ai_label: str
    signature: str
    copy_text: str
    offers_ticket: bool = False


def card_html(card: Card) -> str:
    """Show a finished answer."""
    return fill("card.html", card=card, ratings=RATING_LABELS, reasons=REASONS)


def draft_html(sentences: Iterable[Sentence], stage: str) -> str:
    """Show the sentences that have come so far and what is being done."""
    return fill("draft.html", sections=read_sections(sentences, {}, dt.date.max), stage=stage)


def failed_html(message: str) -> str:
    """Show that no answer came, with a way to try again."""
    return fill("failed.html", message=message)


def spoken_text(card: Card) -> str:
    """Give what a screen reader reads out when the answer is there: words only, no boxes and brackets."""
    parts = [card.title, *card.item_names]
    for section in card.sections:
        parts.append(section.heading)
        parts += [f"{row.text.rstrip('。')}{'，待核实' if row.unverified else ''}" for row in section.rows]
    choices = "、".join(option.label for option in card.options)
    parts.append(f"可选：{choices}" if choices else "")
    return "".join(f"{part}。" for part in parts if part)


def card_of(answer: Answer, question: str, today: dt.date) -> Card:
    """Prepare an answer for its card. An answer without sentences shows its text."""
    citations = {citation.token: citation for citation in answer.citations}
    item_names = _item_names(answer)
    sections = read_sections(answer.sentences or [Sentence(answer.text)], citations, today)
    for section in sections:
        section.heading = _without_item(section.heading, item_names)
        section.drop({option.label for option in answer.options})  # the buttons say them
    sections = [section for section in sections if section.heading or section.blocks]
    sources = [source_of(citation, today) for citation in answer.citations]
    rows = [row for section in sections for row in section.rows]
    actions = _actions(answer)
    label = answer.ai_label or reply("ai_label")
    is_answer = answer.status is AnswerStatus.ANSWERED
    return Card(
        answer_id=answer.answer_id,
        status=answer.status,
        title=TITLES.get(answer.status, ""),
        item_names=item_names,
        sections=sections,
        calls=_emergency_calls(answer) if answer.status is AnswerStatus.EMERGENCY else (),
        options=() if is_answer else answer.options,
        follow_ups=answer.options if is_answer else (),
        actions=actions,
        sources=grouped(sources),
        source_count=len(sources),
        person_summary=_person_summary(answer.actions, question),
        person_open=answer.status in PERSON_FIRST,
        rated=answer.status not in NOT_RATED,
        has_unverified=any(row.unverified for row in rows),
        has_dated=any(row.dated for row in rows),
        ai_label=label,
        signature=signature(today),
        copy_text=_copy_text(
            [reply("page.copied_question", question=question), "", *item_names], sections, sources, label, today
        ),
        offers_ticket=any(action.kind is ActionKind.TICKET for action in answer.actions),
    )


def emergency_numbers(text: str) -> list[str]:
    """Give the emergency numbers that a text names, in its order.

    >>> emergency_numbers("请拨打 119！有人受伤拨打 120。电话 11012 不算。")
    ['119', '120']
    """
    found = re.findall(rf"(?<!\d)(?:{'|'.join(EMERGENCY_CALLS)})(?!\d)", text)
    return list(dict.fromkeys(found))


def _emergency_calls(answer: Answer) -> tuple[Call, ...]:
    """Take the numbers of the answer's actions; those that its words name when it has none."""
    given = [action.number for action in answer.actions if action.kind is ActionKind.CALL and action.number]
    numbers = given or emergency_numbers(answer.text)
    return tuple(Call(number, EMERGENCY_CALLS.get(number, reply("page.call"))) for number in dict.fromkeys(numbers))


def _copy_text(
    head: list[str], sections: Iterable[Section], sources: Iterable[Source], label: str, today: dt.date
) -> str:
    """Write the answer as plain text that says where it is from and that a machine wrote it."""
    lines = list(head)
    for section in sections:
        lines += [f"【{section.heading}】"] if section.heading else []
        lines += _plain_rows(section)
    cited = [f"{n}. {s.item_name}：{s.quote}（{s.source}）" for n, s in enumerate(sources, 1)]
    lines += ["", "出处：", *cited] if cited else []
    return "\n".join([*lines, "", label, signature(today)])


def _plain_rows(section: Section) -> Iterable[str]:
    for block in section.blocks:
        for number, row in enumerate(block.rows, 1):
            start = PLAIN_STARTS.get(block.kind, f"{number}. ")
            mark = f"（{reply('unverified_mark')}）" if row.unverified else ""
            yield f"{start}{row.text}{mark}" + (f"（{reply('dated_mark')}）" if row.dated else "")


def _item_names(answer: Answer) -> tuple[str, ...]:
    """Name the items that an answer is about."""
    if answer.status is not AnswerStatus.ANSWERED:
        return ()
    about = [c.item_name for c in answer.citations if not answer.item_ids or c.item_id in answer.item_ids]
    return tuple(dict.fromkeys(about))[:3]


def _without_item(heading: str, item_names: Iterable[str]) -> str:
    """Take the item's name off a heading, since the card names it once at its top.

    >>> _without_item("普通护照申领·收费", ["普通护照申领"]), _without_item("收费", ["普通护照申领"])
    ('收费', '收费')
    """
    for name in item_names:
        short = name.split("（")[0]
        heading = "" if heading == short else heading.removeprefix(f"{short}·")
    return heading


def _person_summary(actions: Iterable[Action], question: str) -> str | None:
    """Give what the citizen can read out to a person: the action's summary, or else the question.

    Empty when there is nothing to read out yet and the citizen writes it; None when no person is offered.
    """
    offers = [action for action in actions if action.kind in (ActionKind.HANDOFF, ActionKind.TICKET)]
    return next((offer.summary for offer in offers if offer.summary is not None), question) if offers else None


def _actions(answer: Answer) -> tuple[Action, ...]:
    """Give the answer's actions; emergency calls have buttons of their own, and 12345 is always at hand."""
    if answer.status is AnswerStatus.EMERGENCY:
        return tuple(action for action in answer.actions if action.kind is not ActionKind.CALL)
    if answer.status in PERSON_FIRST:
        return tuple(action for action in answer.actions if action.kind is ActionKind.GUIDE)
    has_call = any(action.kind is ActionKind.CALL for action in answer.actions)
    if answer.status in NEEDS_HOTLINE and not has_call:
        return (*answer.actions, Action(ActionKind.CALL, f"拨打 {HOTLINE}", number=HOTLINE))
    return answer.actions
