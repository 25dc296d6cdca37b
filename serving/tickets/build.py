"""Puts the ticket desk together from the product, at its first use, so that enquiries start as fast as before."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.answers import AnswerStatus
from assistant.tickets.classify import Classifier
from assistant.tickets.deadlines import Deadline, Limits
from assistant.tickets.dispatch import Dispatcher
from assistant.tickets.draft import Drafter
from assistant.tickets.duplicates import DuplicateFinder, MatterEmbedder, rarity_of
from assistant.tickets.exemplars import shipped_tickets
from assistant.tickets.policy import SHIPPED, Policy
from assistant.tickets.schema import TicketKind
from assistant.tickets.versions import ModelVersions
from assistant.tickets.wording import Wording
from knowledge_base.content import KnowledgeBase
from serving.build import Product
from serving.settings import Settings
from serving.tickets.calls import Calls
from serving.tickets.citizens import CitizenDesk
from serving.tickets.desk import TicketDesk
from serving.tickets.earlier import EarlierTickets
from serving.tickets.errors import TicketError
from serving.tickets.export import Exporter
from serving.tickets.insight import Insight
from serving.tickets.labelling import Labelling
from serving.tickets.life import STATUS_NAMES, Ticket, TicketStatus
from serving.tickets.outbox import Outbox
from serving.tickets.photos import PhotoStore
from serving.tickets.store import TicketStore
from serving.tickets.times import CHINA

WAITING = (TicketStatus.DRAFT, TicketStatus.CONFIRMED, TicketStatus.DISPATCHED, TicketStatus.RETURNED)
"""States in which a ticket still owes its caller an answer."""


class UnknownDepartmentError(TicketError):
    """A department id is not one of the knowledge base."""

    code = "unknown_department"

    def __init__(self, department: str, known: list[str]) -> None:
        super().__init__(f"没有编号为 {department} 的承办单位；可用的有：{'、'.join(known)}。")


class PolicyChangeError(TicketError):
    """A change of the rules cannot be made."""

    code = "bad_policy"


def ticket_store(settings: Settings) -> TicketStore:
    """Open the tickets on disk."""
    key = settings.tickets.key
    return TicketStore(settings.tickets_database, key.get_secret_value() if key else None)


class TicketService:
    """Everything the faces of tickets need. Parts are made when they are first asked for."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._settings = product.settings

    @cached_property
    def store(self) -> TicketStore:
        """The tickets on disk."""
        return ticket_store(self._settings)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Who knows the departments."""
        policy = Policy.load(self._policy_file if self._policy_file.is_file() else SHIPPED)
        return Dispatcher.of(self._product.index.kb, self._classifier.model, policy)

    @cached_property
    def drafter(self) -> Drafter:
        """Who fills the fields."""
        return Drafter(self._product.index.kb, self._classifier, self.dispatcher, self._product.model.chat)

    @cached_property
    def desk(self) -> TicketDesk:
        """Who drafts, keeps and sends."""
        kb = self._product.index.kb
        finder = DuplicateFinder(rarity_of(example.text for example in shipped_tickets()))
        earlier = EarlierTickets(self.store, finder, MatterEmbedder(self._product.embedder), Wording(kb.towns))
        return TicketDesk(self.drafter, Limits(kb.ticket_rules), earlier, self._product.assistant, self.store)

    @cached_property
    def calls(self) -> Calls:
        """The calls that run now."""
        return Calls(self.desk)

    @cached_property
    def exporter(self) -> Exporter:
        """Who writes tables."""
        return Exporter(self._product.index.kb)

    @cached_property
    def insight(self) -> Insight:
        """Who reads the figures."""
        return Insight(self.store, self._product.index.kb)

    @cached_property
    def labelling(self) -> Labelling:
        """Who keeps labels."""
        return Labelling(self.store)

    @property
    def kb(self) -> KnowledgeBase:
        """What departments, towns and categories there are."""
        return self._product.index.kb

    @cached_property
    def photos(self) -> PhotoStore:
        """Who keeps citizens' photos."""
        key = self._settings.tickets.key
        return PhotoStore(self._settings.data_dir / "tickets" / "photos", key.get_secret_value() if key else None)

    @cached_property
    def citizens(self) -> CitizenDesk:
        """Who serves citizens."""
        return CitizenDesk(self)

    async def ready(self) -> None:
        """Make the desk beside the event loop, if nobody has: that takes a second, in which others are answered."""
        if "desk" not in vars(self):
            await asyncio.to_thread(getattr, self, "desk")

    def close(self) -> None:
        """Let the base model go."""
        self._product.model.close()

    def outbox(self) -> Outbox | None:
        """Give who delivers to the hotline platform; None where no address is set."""
        tickets = self._settings.tickets
        if not tickets.webhook_url:
            return None
        return Outbox(self.store, tickets.webhook_url, tickets.webhook_secret.get_secret_value())

    def check_department(self, *departments: str) -> None:
        """Raise UnknownDepartmentError for an id that the knowledge base does not have."""
        known = [d.id for d in self._product.index.kb.departments]
        for department in departments:
            if department not in known:
                raise UnknownDepartmentError(department, known)

    def progress_of(self, ticket: Ticket) -> dict[str, Any]:
        """Tell how a ticket stands, without anything of its caller."""
        names = {d.id: d.name for d in self._product.index.kb.departments}
        return {
            "ticket_id": ticket.ticket_id,
            "status": ticket.status.value,
            "status_name": STATUS_NAMES[ticket.status],
            "department": names.get(ticket.department or "") if ticket.dispatches else None,
            "deadline": ticket.deadline.isoformat() if ticket.deadline else None,
            "due": self.due(ticket),
            "reply": ticket.reply or None,
            "merged_into": ticket.merged_into,
        }

    def due(self, ticket: Ticket) -> str | None:
        """Tell how the deadline of a ticket that waits for an answer stands; None where nothing is due."""
        deadline = self.deadline(ticket) if ticket.status in WAITING else None
        return deadline.state(dt.datetime.now(CHINA).date()).value if deadline else None

    def deadline(self, ticket: Ticket) -> Deadline | None:
        """Count the deadline of a ticket again; None where its kind has none."""
        kind = ticket.fields.get("kind")
        received = ticket.received_at.astimezone(CHINA).date()
        return self.desk.limits.deadline(TicketKind(kind), received) if kind else None

    def deadline_as(self, ticket: Ticket, kind: str) -> dt.date | None:
        """Give the deadline that a ticket has as another kind."""
        limit = self.desk.limits.deadline(TicketKind(kind), ticket.received_at.astimezone(CHINA).date())
        return limit.on if limit else None

    @property
    def delivers(self) -> bool:
        """Whether dispatched tickets are sent to a hotline platform."""
        return bool(self._settings.tickets.webhook_url)

    async def reply_draft(self, ticket: Ticket) -> dict[str, Any]:
        """Draft a reply of what the knowledge base holds on the matter; honest when it holds nothing."""
        answer = await self._product.assistant.ask(str(ticket.fields.get("demand") or ticket.transcript)[:400])
        grounded = answer.status is AnswerStatus.ANSWERED
        return {
            "grounded": grounded,
            "text": answer.text if grounded else "",
            "item_ids": list(answer.item_ids) if grounded else [],
            "sources": list(dict.fromkeys(c.source for c in answer.citations)) if grounded else [],
            "notice": "" if grounded else "知识库里没有可引用的依据，请承办单位据实填写答复。",
        }

    def policy_json(self) -> dict[str, Any]:
        """Give the rules of automatic dispatch with their changes."""
        policy = self.dispatcher.policy
        values = asdict(policy) | {"changes": [change.model_dump(mode="json") for change in policy.changes]}
        return dict(json.loads(json.dumps(values, ensure_ascii=False)))

    def change_policy(self, by: str, why: str, values: dict[str, Any]) -> None:
        """Change the rules at once and on disk, with an audit note.

        Raises:
            PolicyChangeError: nothing is changed, or a value is no share.
        """
        if not values:
            raise PolicyChangeError("没有要改的内容。")
        whitelist = values.get("whitelist")
        if isinstance(whitelist, list):
            values = values | {"whitelist": tuple(whitelist)}
        try:
            policy = self.dispatcher.policy.changed(by, why, dt.datetime.now(CHINA), **values)
        except ValueError as error:
            raise PolicyChangeError(f"规则没有改成：{error}") from error
        policy.save(self._policy_file)
        self.dispatcher.policy = policy

    @property
    def _policy_file(self) -> Path:
        return self._settings.data_dir / "tickets" / "dispatch.yaml"

    @cached_property
    def _classifier(self) -> Classifier:
        kb = self._product.index.kb
        model = ModelVersions(self._settings.data_dir / "tickets" / "models").path()
        return Classifier(kb.appeal_categories, kb.towns, self._product.embedder, model)
