"""Fills a ticket from a transcript: every field with its confidence and the words it came from.

All fields but title and demand come from rules and trained classifiers within 200 ms and do not depend on the base
model. What a caller or an agent says is material to read, never an instruction: no words can set a department.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from langchain_core.language_models import BaseChatModel

from assistant.clarify import without_brackets
from assistant.errors import AssistantError
from assistant.intents import IntentModel
from assistant.tickets import signals
from assistant.tickets.acceptance import acceptance
from assistant.tickets.addresses import address
from assistant.tickets.amounts import amount
from assistant.tickets.callers import caller_name
from assistant.tickets.classify import Classification, Classifier
from assistant.tickets.deadlines import Limits
from assistant.tickets.dispatch import Dispatcher, Known
from assistant.tickets.gazetteer import Gazetteer
from assistant.tickets.kinds import kind_of
from assistant.tickets.lexicon import is_word
from assistant.tickets.matters import matters
from assistant.tickets.occasions import going_on, occurred_at
from assistant.tickets.parties import parties
from assistant.tickets.phones import phone, spans
from assistant.tickets.schema import (
    Acceptance,
    Category,
    Field,
    ReplyHint,
    Span,
    TicketDraft,
    TicketKind,
    Transcript,
    Urgency,
)
from assistant.tickets.summary import summarise
from assistant.tickets.summary_model import write_summary
from assistant.tickets.towns import find_town
from assistant.tickets.transcript import CallerWords, caller_words, parse
from knowledge_base.content import KnowledgeBase
from knowledge_base.text import normalise
from prompts.ticket_drafts import draft_text

logger = logging.getLogger(__name__)

WARM_UP = "坐席：您貴姓\n市民：姓張 后街 昨天晚上停水"
"""Drafted once at start-up, so that the first call does not wait for dictionaries and tables."""

UNKNOWN_CATEGORY = "1601"
"""Class of a transcript in which nothing was said yet: 办事咨询."""

SURE_MATTER = 0.8
"""From this confidence on the class is named in the demand."""

ALARMING = 0.3
"""From this probability of the trained model on, a ticket without any other sign counts as a weak signal, too."""

GRIEVANCES = (TicketKind.COMPLAINT, TicketKind.REPORT, TicketKind.HELP)


class Drafter:
    """Drafts tickets. Stateless; may be shared between threads.

    `chat` gives the base model while it is well; `hint` gives the approved answer to an enquiry, if there is one.
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        classifier: Classifier,
        dispatcher: Dispatcher,
        chat: Callable[[], BaseChatModel | None] | None = None,
        hint: Callable[[str], ReplyHint | None] | None = None,
    ) -> None:
        self._rules = kb.ticket_rules
        self._limits = Limits(kb.ticket_rules)
        self._gazetteer = Gazetteer(kb.towns)
        self._intents = IntentModel()
        self._classifier, self._dispatcher, self._chat, self._hint = classifier, dispatcher, chat, hint
        is_word("东莞")
        self.draft(parse(WARM_UP, now=dt.datetime.now().astimezone()))

    def draft(self, transcript: Transcript) -> TicketDraft:
        """Fill every field without the base model; title and demand are taken from the caller's own words.

        An empty or foreign transcript gives a draft with empty fields, which is sent to nobody.
        """
        clock = _Clock()
        words = caller_words(transcript)
        fields = self._extracted(transcript, words)
        clock.lap("fields")
        classified = self._classified(words)
        parts = matters(words, self._read)
        further = [self._classifier.classify(part.text) for part in parts[1:]] if classified else []
        clock.lap("classify")
        said = normalise(" ".join(words.text.split()))
        dangers, maybe = self._sensed(words, said, classified)
        weak = signals.with_dangers(fields.weak_signals, maybe, self._rules, words.text)
        if not weak.value and classified is not None and classified.alarm >= ALARMING:
            weak = signals.suspected(classified.alarm)
        fields = self._judged(replace(fields, weak_signals=weak), transcript, words, classified, dangers)
        clock.lap("judge")
        notes = (draft_text("notes", "instruction"),) if words.instructions else ()
        fields = replace(fields, matters=max(1, len(parts)), notes=notes)
        if classified is not None:
            known = Known(
                classification=classified,
                text=words.text,
                town=fields.town.value,
                urgency=fields.urgency.value,
                weak_signals=len(fields.weak_signals.value),
                accepted=fields.acceptance.value is Acceptance.ACCEPT,
                matters=fields.matters,
                further=further,
            )
            fields = replace(fields, dispatch=self._dispatcher.dispatch(known))
        clock.lap("dispatch")
        limit = self._limits.deadline(fields.kind.value, transcript.now.date())
        fields = replace(fields, deadline=limit.on if limit else None)
        if self._hint is not None and fields.kind.value is TicketKind.ENQUIRY and fields.demand.value:
            fields = replace(fields, reply_hint=self._hint(fields.demand.value))
            clock.lap("hint")
        logger.info("drafted chars=%d turns=%d ms=%.0f", len(transcript.text), len(transcript.turns), clock.total())
        return replace(fields, latency_ms=clock.laps)

    async def refine(self, draft: TicketDraft, transcript: Transcript, timeout_s: float = 20.0) -> TicketDraft:
        """Let the base model write title and demand; the draft comes back unchanged when it is away, slow or says
        more than the caller did."""
        model = self._chat() if self._chat is not None else None
        if model is None or not draft.demand.value:
            return draft
        clock = _Clock()
        words = await asyncio.to_thread(caller_words, transcript)
        try:
            written = await write_summary(model, transcript, words, draft, self._gazetteer, timeout_s)
        except AssistantError as error:
            logger.info("summary kept extractive: %s", type(error).__name__)
            return replace(draft, notes=(*draft.notes, draft_text("notes", "extractive")))
        clock.lap("summary")
        laps = draft.latency_ms | clock.laps
        return replace(
            draft, title=written.title or draft.title, demand=written.demand or draft.demand, latency_ms=laps
        )

    def _extracted(self, transcript: Transcript, words: CallerWords) -> TicketDraft:
        """Read the fields that stand in the words themselves; the judged ones are set afterwards."""
        found = find_town(words, self._gazetteer, is_word)
        name, number = caller_name(words), phone(words)
        kind = Field(TicketKind.HELP, 0.0)
        nothing: Field[str] = Field("", 0.0)
        return TicketDraft(
            kind=kind,
            category=Field(None, 0.0),
            title=nothing,
            demand=nothing,
            caller_name=name,
            phone=number,
            address=address(words, found, self._gazetteer),
            town=found.town,
            occurred_at=occurred_at(words, transcript.now),
            parties=parties(words, (m.name for m in found.mentions)),
            amount=amount(words),
            urgency=Field(Urgency.NORMAL, 0.0),
            weak_signals=signals.weak_signals(words, self._rules),
            special_groups=signals.special_groups(words),
            confidential=signals.confidential(words),
            attachments=signals.attachments(words),
            acceptance=acceptance(words, (), True),
        )

    def _read(self, text: str) -> tuple[str, float]:
        found = self._classifier.classify(text)
        return found.category, found.categories[found.category]

    def _sensed(
        self, words: CallerWords, said: str, classified: Classification | None
    ) -> tuple[list[signals.Emergency], list[signals.Emergency]]:
        intent = self._intents.read(said, None)
        emergency, alarm = (classified.emergency, classified.alarm) if classified else (0.0, 0.0)
        return signals.sensed(words, intent, signals.danger(intent.family("emergency"), emergency, alarm))

    def _classified(self, words: CallerWords) -> Classification | None:
        """Classify the talk: the agent's questions name the matter, too. None when the caller said nothing."""
        return self._classifier.classify(words.spoken) if any(map(str.isalnum, words.text)) else None

    def _judged(
        self,
        draft: TicketDraft,
        transcript: Transcript,
        words: CallerWords,
        classified: Classification | None,
        dangers: list[signals.Emergency],
    ) -> TicketDraft:
        """Set kind, category, urgency, acceptance and, by the kind, title and demand."""
        code = classified.category if classified else UNKNOWN_CATEGORY
        sure = classified.categories[code] if classified else 0.0
        found = kind_of(words, classified)
        kind = found.value
        urgency = signals.urgency(words, dangers, draft.weak_signals.value)
        category: Category | None = self._classifier.category(code) if classified else None
        in_dongguan = draft.town.value is not None
        left_out: list[Span] = [*spans(words)]
        left_out += [draft.caller_name.evidence] if draft.caller_name.evidence and draft.caller_name.value else []
        town = self._gazetteer.short(draft.town.value) if draft.town.value else ""
        names = [name for name, codes in self._gazetteer.town_names().items() if draft.town.value in codes]
        matter = without_brackets(category.name) if category and sure >= SURE_MATTER and kind in GRIEVANCES else ""
        title, demand = summarise(transcript, words, kind, left_out, town, names, matter)
        return replace(
            draft,
            kind=found,
            category=Field(category, sure),
            urgency=urgency,
            occurred_at=going_on(words, draft.occurred_at, transcript.now)
            if _strikes(dangers)
            else draft.occurred_at,
            acceptance=acceptance(words, dangers, in_dongguan, code, sure),
            title=title,
            demand=demand,
        )


def _strikes(dangers: list[signals.Emergency]) -> bool:
    """Tell whether a danger is something that happens, as a fire is; despair is none."""
    return any(danger.kind != "suicide" for danger in dangers)


class _Clock:
    """Takes the milliseconds of each stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._start = self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 2)
        self._last = now

    def total(self) -> float:
        return (time.perf_counter() - self._start) * 1000
