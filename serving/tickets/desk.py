"""The ticket desk: from a transcript to a draft with deadline, earlier tickets of the matter and approved answer."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from assistant.answers import AnswerStatus
from assistant.enquiry import Assistant
from assistant.tickets.deadlines import Limits
from assistant.tickets.draft import Drafter
from assistant.tickets.draft_json import draft_json
from assistant.tickets.schema import (
    Acceptance,
    Channel,
    DispatchMode,
    Duplicate,
    ReplyHint,
    TicketDraft,
    TicketKind,
    Transcript,
    Urgency,
)
from assistant.tickets.transcript import parse
from serving.tickets.earlier import EarlierTickets
from serving.tickets.life import Ticket, TicketStatus
from serving.tickets.store import TicketStore
from serving.tickets.times import CHINA

HINT_TIMEOUT_S = 1.5

MACHINE = "machine"
"""Who signs what the machine does by itself."""


@dataclass(frozen=True)
class Drafted:
    """A draft with the transcript it came from."""

    transcript: Transcript
    draft: TicketDraft

    def as_json(self) -> dict[str, Any]:
        """Give the draft in the contract's shape."""
        return draft_json(self.draft)


class TicketDesk:
    """Drafts, keeps and sends tickets. `assistant` answers what is really an enquiry."""

    def __init__(
        self,
        drafter: Drafter,
        limits: Limits,
        earlier: EarlierTickets,
        assistant: Assistant,
        store: TicketStore,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(CHINA),
    ) -> None:
        self.store, self.drafter, self.limits = store, drafter, limits
        self._earlier, self._assistant, self._now = earlier, assistant, now

    async def draft(self, text: str, channel: Channel, now: dt.datetime | None = None) -> Drafted:
        """Draft a ticket of what was said so far; nothing is kept, the base model is not asked."""
        at = now or self._now()
        transcript = parse(text, channel, at if at.tzinfo else at.replace(tzinfo=CHINA))
        started = time.perf_counter()
        draft = await asyncio.to_thread(self.drafter.draft, transcript)
        drafted = time.perf_counter()
        duplicates = await asyncio.to_thread(self.duplicates, draft, transcript)
        hint = await self._reply_hint(draft)
        deadline = self.limits.deadline(draft.kind.value, transcript.now.astimezone(CHINA).date())
        stages = {"draft": drafted - started, "around": time.perf_counter() - drafted}
        done = replace(
            draft,
            duplicates=duplicates,
            deadline=deadline.on if deadline else None,
            reply_hint=hint,
            latency_ms={**draft.latency_ms, **{name: round(s * 1000, 1) for name, s in stages.items()}},
        )
        return Drafted(transcript, done)

    async def refined(self, drafted: Drafted) -> Drafted:
        """Let the base model write title and demand; without one the draft stays as it is."""
        return replace(drafted, draft=await self.drafter.refine(drafted.draft, drafted.transcript))

    async def keep(
        self, drafted: Drafted, *, by: str, changes: dict[str, Any] | None = None, idempotency_key: str | None = None
    ) -> Ticket:
        """Keep a draft as a ticket, with what a person changed in it already."""
        values = {**field_values(drafted.draft), **(changes or {})}
        received = drafted.transcript.now.astimezone(CHINA).date()
        limit = self.limits.deadline(TicketKind(values["kind"]), received) if values["kind"] else None
        draft = drafted.as_json()
        return await asyncio.to_thread(
            self.store.create,
            values,
            draft | {"dispatch": (draft.get("dispatch") or {}) | {"confidence": _confidence(drafted.draft)}},
            drafted.transcript.text,
            channel=drafted.transcript.channel.value,
            received_at=drafted.transcript.now,
            by=by,
            deadline=limit.on if limit else None,
            idempotency_key=idempotency_key,
            vector=await asyncio.to_thread(self._earlier.vector, drafted.transcript),
        )

    async def send_if_clear(self, ticket: Ticket, draft: TicketDraft) -> Ticket:
        """Confirm and dispatch by machine where the draft says that nothing forbids it; else leave it to people.

        The check is made again here: whoever calls, an emergency or a weak signal is never sent without a person.
        """
        dispatch = draft.dispatch
        if dispatch is None or dispatch.department is None or dispatch.mode is not DispatchMode.AUTO:
            return ticket
        danger = draft.urgency.value is Urgency.EMERGENCY or bool(draft.weak_signals.value)
        doubt = draft.acceptance.value is Acceptance.REJECT or draft.matters > 1 or bool(draft.duplicates)
        if danger or doubt or ticket.dispatches or ticket.status not in (TicketStatus.DRAFT, TicketStatus.CONFIRMED):
            return ticket
        if ticket.status is TicketStatus.DRAFT:
            await asyncio.to_thread(self.store.confirm, ticket.ticket_id, MACHINE)
        return await asyncio.to_thread(
            self.store.dispatch,
            ticket.ticket_id,
            dispatch.department,
            MACHINE,
            co_departments=dispatch.co_departments,
            mode=dispatch.mode.value,
            reason=dispatch.reason,
        )

    def duplicates(self, draft: TicketDraft, transcript: Transcript) -> tuple[Duplicate, ...]:
        """Give the earlier tickets of the same matter, of the last days."""
        return self._earlier.of_same_matter(self._earlier.matter(transcript, field_values(draft)))

    async def _reply_hint(self, draft: TicketDraft) -> ReplyHint | None:
        """Ask the knowledge base what is really an enquiry; the same facts as citizens get.

        The title is the question without the form's words (起因、诉求). An answer that has to be composed by the
        base model comes too late for a call that runs: then there is no hint.
        """
        if draft.kind.value is not TicketKind.ENQUIRY or not draft.title.value:
            return None
        try:
            async with asyncio.timeout(HINT_TIMEOUT_S):
                answer = await self._assistant.ask(draft.title.value)
        except TimeoutError:
            return None
        if answer.status is not AnswerStatus.ANSWERED or not answer.item_ids:
            return None
        sources = tuple(dict.fromkeys(citation.source for citation in answer.citations))
        return ReplyHint(answer.text, answer.item_ids[0], sources)


def field_values(draft: TicketDraft) -> dict[str, Any]:
    """Give the plain values of a draft by the contract's names; the category as its second-level code."""
    category = draft.category.value
    occurred = draft.occurred_at.value
    return {
        "kind": draft.kind.value.value,
        "category": category.l2 if category else None,
        "title": draft.title.value,
        "demand": draft.demand.value,
        "caller_name": draft.caller_name.value,
        "phone": draft.phone.value,
        "address": draft.address.value,
        "town": draft.town.value,
        "occurred_at": occurred.isoformat() if occurred else None,
        "parties": list(draft.parties.value),
        "amount": draft.amount.value,
        "urgency": draft.urgency.value.value,
        "weak_signals": [signal.name for signal in draft.weak_signals.value],
        "special_groups": list(draft.special_groups.value),
        "confidential": draft.confidential.value,
        "acceptance": draft.acceptance.value.value,
    }


def _confidence(draft: TicketDraft) -> float:
    return draft.dispatch.confidence if draft.dispatch else 0.0
