"""Running calls: turns come one by one, every listener gets the draft as it stands."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from assistant.tickets.schema import Channel, Transcript
from assistant.tickets.transcript import append, parse
from serving.tickets.desk import Drafted, TicketDesk
from serving.tickets.errors import TicketError

MAX_CALLS = 500
"""Calls kept at once; the one that was silent longest is forgotten first."""

MAX_CHARS = 100_000


class CallNotFoundError(TicketError):
    """No running call has this number."""

    status = 404
    code = "call_not_found"

    def __init__(self) -> None:
        super().__init__("没有这通电话，可能已经结束。请新开一通。")


class CallTooLongError(TicketError):
    """A call holds more words than can be read."""

    status = 413
    code = "call_too_long"

    def __init__(self) -> None:
        super().__init__("这通电话的记录太长，请先生成工单，再新开一通。")


@dataclass
class _Call:
    transcript: Transcript
    drafted: Drafted | None = None
    version: int = 0
    turns: int = 0
    drafted_turn: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


class Calls:
    """The calls of this process, in memory: what has to last is kept as a ticket."""

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    def open(self, now: dt.datetime) -> str:
        """Begin a call; gives its unguessable number."""
        call_id = secrets.token_urlsafe(12)
        self._calls[call_id] = _Call(parse("", Channel.CALL, now))
        while len(self._calls) > MAX_CALLS:
            self._calls.popitem(last=False)
        return call_id

    async def add(self, call_id: str, speaker: str, words: str) -> Drafted:
        """Add a turn and give the new draft; listeners get it, too.

        Raises:
            CallNotFoundError, CallTooLongError
        """
        call = self._find(call_id)
        if len(call.transcript.text) + len(words) > MAX_CHARS:
            raise CallTooLongError
        call.transcript = append(call.transcript, speaker, words)
        call.turns += 1
        turn = call.turns
        drafted = await self._desk.draft(call.transcript.text, Channel.CALL, call.transcript.now)
        async with call.changed:
            if turn > call.drafted_turn:  # a draft of fewer words that took longer does not replace a later one
                call.drafted, call.drafted_turn = drafted, turn
                call.version += 1
                call.changed.notify_all()
        return drafted

    async def drafts(self, call_id: str) -> AsyncIterator[Drafted]:
        """Give the draft as it stands and every later one, until the call is closed."""
        call, seen = self._find(call_id), 0
        while call_id in self._calls:
            async with call.changed:
                while call.version == seen:
                    await call.changed.wait()
                seen, drafted = call.version, call.drafted
            if drafted is not None:
                yield drafted

    def last(self, call_id: str) -> Drafted:
        """Give the draft as it stands.

        Raises:
            CallNotFoundError: there is no such call, or nothing was said in it.
        """
        drafted = self._find(call_id).drafted
        if drafted is None:
            raise CallNotFoundError
        return drafted

    def check(self, call_id: str) -> None:
        """Raise CallNotFoundError unless the call runs."""
        self._find(call_id)

    async def end(self, call_id: str) -> None:
        """Forget a call, once its ticket is kept; listeners are told."""
        call = self._calls.pop(call_id, None)
        if call is not None:
            async with call.changed:
                call.version += 1
                call.changed.notify_all()

    def _find(self, call_id: str) -> _Call:
        if call_id not in self._calls:
            raise CallNotFoundError
        self._calls.move_to_end(call_id)
        return self._calls[call_id]
