"""A citizen's own ticket: what the form is filled with, keeping it, following it."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.tickets.schema import Acceptance, Channel, Urgency
from serving.tickets.desk import field_values
from serving.tickets.draft_text import DOUBTFUL
from serving.tickets.errors import IncompleteTicketError, TicketError, TicketNotFoundError
from serving.tickets.life import Ticket, TicketStatus
from serving.tickets.photos import clean_photos

if TYPE_CHECKING:
    from serving.tickets.build import TicketService

CITIZEN = "citizen"
"""Who confirms in the trail: the citizen, by name nowhere but in the sealed fields."""

WRONG_GUESSES = 5
GUESS_WINDOW_S = 3600.0
MOST_WATCHED = 10_000


class TooManyGuessesError(TicketError):
    """Somebody tries numbers."""

    status = 429
    code = "too_many_guesses"

    def __init__(self) -> None:
        super().__init__("输错次数太多，请一小时后再查，或拨打 12345 查询。")


@dataclass(frozen=True)
class Given:
    """What a citizen hands in. `town`: division code. Without `phone` it is anonymous."""

    words: str
    place: str = ""
    town: str | None = None
    name: str = ""
    phone: str | None = None
    confidential: bool = False


class CitizenDesk:
    """Serves citizens; nothing here shows one citizen's data to another."""

    def __init__(self, service: TicketService) -> None:
        self._service = service
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    async def draft(self, words: str) -> dict[str, Any]:
        """Give what the form is filled with, and what is still to be asked."""
        draft = (await self._service.desk.draft(words, Channel.CHAT)).draft
        accepted = draft.acceptance.value is Acceptance.ACCEPT
        return {
            "kind": draft.kind.value.value,
            "category": draft.category.value.name if draft.category.value else None,
            "words": words.strip(),
            "address": draft.address.value,
            "town": draft.town.value,
            "name": draft.caller_name.value,
            "phone": draft.phone.value,
            "confidential": draft.confidential.value,
            "place_missing": draft.town.value is None,
            "emergency": draft.urgency.value is Urgency.EMERGENCY,
            "emergency_sure": draft.urgency.confidence >= DOUBTFUL,
            "advice": "" if accepted else f"{draft.acceptance.reason}{draft.acceptance.signpost}",
            "signpost": draft.acceptance.signpost,
            "deadline": draft.deadline.isoformat() if draft.deadline else None,
        }

    async def keep(self, given: Given, photos: Sequence[bytes], key: str | None) -> dict[str, Any]:
        """Keep a ticket that the citizen has confirmed; sent by machine only where nothing at all is in doubt.

        Raises:
            IncompleteTicketError: no words.
            BadPhotoError, TicketsNotSavedError: nothing was confirmed; sending the same again is safe.
        """
        service = self._service
        if not given.words.strip():
            raise IncompleteTicketError(("words",), "请写下发生了什么事。")
        if given.town is None and not given.place.strip():
            raise IncompleteTicketError(("place",), "请写明在哪个镇街、什么地方，不然没法派人处理。")
        pictures = await asyncio.to_thread(clean_photos, photos)
        names = {town.code: town.name for town in service.kb.towns if town.code}
        place = f"{names.get(given.town or '', '')}{given.place.strip()}"
        drafted = await service.desk.draft(f"{given.words.strip()}\n地点：{place}", Channel.CHAT)
        found = field_values(drafted.draft)
        changes: dict[str, Any] = {
            "phone": given.phone,
            "caller_name": given.name.strip() or (None if given.phone is None else found["caller_name"]),
            "confidential": given.confidential or found["confidential"],
            "address": found["address"] or place,
            "town": given.town or found["town"],
            "photos": len(pictures),
        }
        if given.phone is None:
            changes["follow_code"] = f"{secrets.randbelow(10_000):04d}"
        ticket = await service.desk.keep(drafted, by=CITIZEN, changes=changes, idempotency_key=key)
        if ticket.status is TicketStatus.DRAFT:
            await asyncio.to_thread(service.photos.save, ticket.ticket_id, pictures)
            ticket = await asyncio.to_thread(service.store.confirm, ticket.ticket_id, CITIZEN)
            if not pictures:  # nobody has looked at them yet
                ticket = await service.desk.send_if_clear(ticket, drafted.draft)
        return self.state(ticket) | {"follow_code": ticket.fields.get("follow_code")}

    def progress(self, ticket_id: str, code: str) -> dict[str, Any]:
        """Tell a citizen how a ticket stands. `code`: the last four digits of the telephone, or the code given.

        Raises:
            TicketNotFoundError: no ticket has the number, or the code is wrong: the same words for both.
            TooManyGuessesError
        """
        if self._guessed(ticket_id) >= WRONG_GUESSES:
            raise TooManyGuessesError
        try:
            ticket = self._service.store.get(ticket_id)
            right = ticket.fields.get("follow_code") or str(ticket.fields.get("phone") or "")[-4:]
            if len(right) != 4 or not hmac.compare_digest(right.encode(), code.encode()):
                raise TicketNotFoundError(ticket_id)
        except TicketNotFoundError:
            self._wrong.setdefault(ticket_id, []).append(time.monotonic())
            while len(self._wrong) > MOST_WATCHED:
                self._wrong.popitem(last=False)
            raise TicketNotFoundError(ticket_id) from None
        return self.state(ticket)

    def state(self, ticket: Ticket) -> dict[str, Any]:
        """Give what a citizen may see of a ticket."""
        return self._service.progress_of(ticket)

    def _guessed(self, ticket_id: str) -> int:
        since = time.monotonic() - GUESS_WINDOW_S
        recent = [at for at in self._wrong.get(ticket_id, ()) if at > since]
        if ticket_id in self._wrong:
            self._wrong[ticket_id] = recent
        return len(recent)
