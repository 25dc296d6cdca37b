"""What the pages of tickets are given: words, departments, categories, towns, names of states."""

from __future__ import annotations

import json

from assistant.tickets.dispatch import Obstacle, obstacle_text
from assistant.tickets.schema import DispatchMode, TicketKind, Urgency
from knowledge_base.content import KnowledgeBase
from prompts.ticket_pages import page_texts
from serving.tickets.draft_text import DOUBTFUL
from serving.tickets.export import CHANNEL_NAMES, MODE_NAMES, URGENCY_NAMES
from serving.tickets.life import STATUS_NAMES

STYLES = ("citizen.css", "preview.css", "tickets.css")


def ticket_words() -> str:
    """Give every text the scripts need, as JSON."""
    own = ("browser", "advice", "state", "sure", "labels", "steps", "demo")
    names = {
        "obstacles": {str(obstacle): obstacle_text(obstacle) for obstacle in Obstacle},
        "statuses": {str(status): name for status, name in STATUS_NAMES.items()},
        "channels": CHANNEL_NAMES,
        "urgencies": {str(urgency): URGENCY_NAMES[urgency.value] for urgency in Urgency},
        "modes": {str(mode): MODE_NAMES[mode.value] for mode in DispatchMode},
        "types": {},
    }
    return _json(names | {group: page_texts(group) for group in own})


def ticket_lists(kb: KnowledgeBase) -> str:
    """Give what people choose from, as JSON, and from which confidence on a field counts as sure."""
    return _json(
        {
            "departments": [[d.id, d.name] for d in kb.departments],
            "categories": [[c.code, f"{c.parent}／{c.name}"] for c in kb.appeal_categories],
            "towns": [[t.code, t.name] for t in kb.towns if t.code],
            "kinds": [[kind.value, kind.value] for kind in TicketKind],
            "sure": DOUBTFUL,
        }
    )


def citizen_ticket_data(kb: KnowledgeBase) -> str:
    """Give the words and towns of the citizens' form, as JSON."""
    return _json({"words": page_texts("citizen"), "towns": [[t.code, t.name] for t in kb.towns if t.code]})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
