"""Earlier tickets of the same matter, out of all those of the last days.

A ticket is kept with its embedding, so that thousands are compared by one product of matrices, also right after a
start; the words of the few that may be the same are read only then.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from assistant.tickets.duplicates import WINDOW, DuplicateFinder, Matter, MatterEmbedder, embedding_of
from assistant.tickets.schema import Channel, Duplicate, Transcript
from assistant.tickets.transcript import caller_words, parse
from assistant.tickets.wording import Wording
from serving.tickets.life import Ticket
from serving.tickets.store import TicketStore
from serving.tickets.vectors import Embedded

COMPARED = 2000
"""Earlier tickets of the window that a new one is compared with, latest first; of its own town if that is known."""

READ = 40
"""Of those the likeliest by embedding and class, whose words are read."""

REMEMBERED = 20_000
"""Tickets kept in memory, at 2 KB each, before all but those just compared are forgotten."""

EMBEDDED = 4
"""Tickets of another embedder's time that one draft embeds anew, at 30 ms each; the next drafts go on."""


@dataclass(frozen=True)
class _Known:
    """A ticket in memory. Its matter has no text until it is needed; `embedded`: by the embedder in use."""

    version: int
    embedded: bool
    matter: Matter


class EarlierTickets:
    """Finds earlier tickets of a matter. Stays up to date by the versions of the tickets; used by several threads."""

    def __init__(
        self, store: TicketStore, finder: DuplicateFinder, embedder: MatterEmbedder, wording: Wording
    ) -> None:
        self._store, self._finder, self._embedder, self._wording = store, finder, embedder, wording
        self._known: dict[str, _Known] = {}

    def matter(self, transcript: Transcript, fields: dict[str, Any]) -> Matter:
        """Give the matter of a new ticket."""
        words = caller_words(transcript)
        return Matter(
            "",
            words.text,
            transcript.now,
            fields.get("town"),
            fields.get("category"),
            fields.get("kind"),
            self._store.caller_token(fields.get("phone")),
            embedding_of(words, self._wording, self._embedder),
        )

    def vector(self, transcript: Transcript) -> Embedded:
        """Give the embedding of a transcript, to be kept with its ticket."""
        return Embedded(self._embedder.name, embedding_of(caller_words(transcript), self._wording, self._embedder))

    def of_same_matter(self, new: Matter) -> tuple[Duplicate, ...]:
        """Give the earlier tickets of the same matter, best first."""
        likely = self._finder.possible(new, self._recent(new.at - WINDOW, new.town), READ)
        return self._finder.find(new, [self._with_words(old) for old in likely])

    def _recent(self, since: dt.datetime, town: str | None) -> list[Matter]:
        """Give the matters of the tickets since then; what was read once stays in memory until the ticket changes."""
        recent = self._store.recent(since, town, COMPARED)
        self._read([ticket_id for ticket_id, version in recent if not self._has(ticket_id, version)])
        known = [one for ticket_id, _ in recent if (one := self._known.get(ticket_id))]
        if len(self._known) > REMEMBERED:
            self._known = {one.matter.ticket_id: one for one in known}
        bare = [one for one in known if not one.embedded][:EMBEDDED]
        return [*(one.matter for one in known if one.embedded), *map(self._embedded, bare)]

    def _has(self, ticket_id: str, version: int) -> bool:
        known = self._known.get(ticket_id)
        return known is not None and known.version == version

    def _read(self, ticket_ids: list[str]) -> None:
        for row, vector in self._store.vectors(ticket_ids, self._embedder.name):
            matter = Matter(
                row["ticket_id"],
                "",
                dt.datetime.fromisoformat(row["received_at"]),
                row["town"],
                row["category"],
                row["kind"],
                row["caller_key"],
                vector.values if vector else None,
            )
            self._known[matter.ticket_id] = _Known(row["version"], vector is not None, matter)

    def _embedded(self, known: _Known) -> Matter:
        """Embed a ticket that was kept without an embedding or with that of another embedder, and keep it."""
        ticket_id = known.matter.ticket_id
        vector = self.vector(transcript_of(self._store.get(ticket_id)))
        self._store.keep_vector(ticket_id, vector)
        matter = replace(known.matter, vector=vector.values)
        self._known[ticket_id] = _Known(known.version, True, matter)
        return matter

    def _with_words(self, matter: Matter) -> Matter:
        if matter.text:
            return matter
        words = caller_words(transcript_of(self._store.get(matter.ticket_id)))
        matter = replace(matter, text=words.text)
        known = self._known.get(matter.ticket_id)
        if known is not None:
            self._known[matter.ticket_id] = replace(known, matter=matter)
        return matter


def transcript_of(ticket: Ticket) -> Transcript:
    """Read the turns of a kept ticket."""
    return parse(ticket.transcript, Channel(ticket.channel), ticket.received_at)
