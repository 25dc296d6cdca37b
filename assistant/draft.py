"""An answer while it is being written: blocks of quotes under headings, with citations by token."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.answers import Action, ActionKind, AnswerStatus, Citation, Option, Sentence, Tier
from knowledge_base.records import Quote


@dataclass(frozen=True)
class Draft:
    """What the reply step turns into the Answer."""

    status: AnswerStatus
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...] = ()
    item_ids: tuple[str, ...] = ()
    facet: str = "overview"
    confidence: float = 0.0
    tier: Tier = Tier.FIXED
    options: tuple[Option, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass
class Pages:
    """Hands out tokens S1, S2 … for quotes; the same quote keeps its token."""

    revision: str
    _citations: dict[str, Citation] = field(default_factory=dict)

    def cite(self, quote: Quote) -> str:
        """Give the token of a quote."""
        if quote.record_id not in self._citations:
            self._citations[quote.record_id] = Citation(
                token=f"S{len(self._citations) + 1}",
                item_id=quote.item_id,
                item_name=quote.item_name,
                facet=str(quote.facet),
                quote=quote.text,
                source=quote.source,
                source_url=quote.source_url,
                verified=quote.verified,
                revision=self.revision,
                valid_to=quote.valid_to,
            )
        return self._citations[quote.record_id].token

    def citations(self) -> tuple[Citation, ...]:
        """All citations in the order of their tokens."""
        return tuple(self._citations.values())


def abstention(
    text: str, sure: float = 0.0, *, item_id: str | None = None, options: tuple[Option, ...] = ()
) -> Draft:
    """Make an honest abstention with a way to a person."""
    guide = (Action(ActionKind.GUIDE, "查看完整办事指南", item_id=item_id),) if item_id else ()
    person = (Action(ActionKind.HANDOFF, "转人工"), Action(ActionKind.CALL, "拨打 12345", number="12345"))
    return Draft(
        AnswerStatus.UNANSWERABLE,
        (Sentence(text),),
        confidence=sure,
        options=options,
        actions=(*guide, *person),
    )
