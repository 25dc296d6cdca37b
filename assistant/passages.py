"""Answers from imported documents: the best passage, quoted word for word, or an honest abstention."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering import Emit
from assistant.answers import Action, ActionKind, AnswerStatus, Option, Sentence, Tier, Turn
from assistant.confidence import FOREIGN
from assistant.draft import Draft, Pages, abstention
from assistant.intents import Intent
from assistant.passage_confidence import THRESHOLD, passage_confidence
from assistant.scope import outside
from assistant.understand import Understanding
from knowledge_base.documents import Document
from knowledge_base.excerpts import excerpt
from knowledge_base.passage_retrieval import PassageRetriever
from knowledge_base.passages import title_of
from knowledge_base.records import Quote
from knowledge_base.retrieval import RecordHit, Retrieved
from knowledge_base.schema import Facet
from prompts import reply

logger = logging.getLogger(__name__)

NEAREST = 3


@dataclass(frozen=True)
class PassageAnswerer:
    """Writes the draft of an answer for one knowledge base of documents."""

    retriever: PassageRetriever

    async def draft(
        self,
        understanding: Understanding,
        retrieved: Retrieved,
        intent: Intent,
        turns: Sequence[Turn],
        on: dt.date,
        emit: Emit = lambda sentence: None,
    ) -> Draft:
        """Quote the best passage if it is sure enough to answer."""
        settings = self.retriever.index.kb.document_settings
        reason = outside(understanding.question, frozenset(str(kind) for kind in settings.decline))
        if reason:
            return abstention(reply(f"unanswerable.{reason.key}", **reason.variables))
        sure = passage_confidence(retrieved, self.retriever, understanding.question)
        if not retrieved.hits or sure < THRESHOLD:
            return self._nothing(retrieved, sure)
        return self._quoted(retrieved.hits[0], understanding, sure) or self._nothing(retrieved, sure)

    def vouches(self, text: str) -> bool:
        """Tell whether the documents answer a message, as surely as an answer must be."""
        return passage_confidence(self.retriever.search(text), self.retriever, text) >= THRESHOLD

    def grounded(self, draft: Draft) -> Draft:
        """Keep only sentences whose words stand in their quote, and quotes that stand in their document."""
        quotes = {c.token: c.quote for c in draft.citations if self._stands(c.item_id, c.quote)}
        kept = tuple(
            s for s in draft.sentences if not s.citations or any(s.text in quotes.get(t, "") for t in s.citations)
        )
        return draft if len(kept) == len(draft.sentences) else replace(draft, sentences=kept)

    def _quoted(self, hit: RecordHit, understanding: Understanding, sure: float) -> Draft | None:
        document = self.retriever.document(hit.item_id)
        passage = self.retriever.passage(hit.record_id)
        found = excerpt(document, passage.number, understanding.question, self.retriever.index.tokeniser.tokens)
        if found is None:
            return None
        kb = self.retriever.index.kb
        pages = Pages(kb.revision)
        quote = Quote(
            record_id=hit.record_id,
            item_id=document.doc_id,
            item_name=document.name,
            facet=Facet.OVERVIEW,
            text=found.text,
            source=document.origin(),
            source_url=document.link(kb.document_settings.links),
            verified=True,  # whoever imports a document answers for it
            valid_from=None,
            valid_to=None,
        )
        token = pages.cite(quote)
        title = "·".join(dict.fromkeys(t for t in (title_of(document), found.heading) if t))
        head = (Sentence(f"【{title}】"),) if title else ()
        return Draft(
            status=AnswerStatus.ANSWERED,
            sentences=(*head, Sentence(found.text, (token,))),
            citations=pages.citations(),
            item_ids=(document.doc_id,),
            confidence=sure,
            tier=Tier.PASSAGE,
            actions=(Action(ActionKind.HANDOFF, "转人工"),),
        )

    def _stands(self, doc_id: str, quote: str) -> bool:
        text = _plain(self.retriever.document(doc_id).text)
        return all(_plain(line) in text for line in quote.splitlines())

    def _nothing(self, retrieved: Retrieved, sure: float) -> Draft:
        """Abstain; documents that have a name citizens know are offered."""
        documents = [self.retriever.document(doc_id) for doc_id in list(retrieved.by_item())[:NEAREST]]
        options = tuple(Option(d.name, _question(d)) for d in documents if d.title or d.questions)
        if not options or retrieved.unknown_share > FOREIGN:
            return abstention(reply("unanswerable.no_content"), sure)
        names = "、".join(option.label for option in options)
        return abstention(reply("unanswerable.nearest_documents", names=names), sure, options=options)


def _question(document: Document) -> str:
    return document.questions[0] if document.questions else document.title


def _plain(text: str) -> str:
    return "".join(text.split())
