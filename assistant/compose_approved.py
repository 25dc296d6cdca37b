"""The approved tier: answers put together from published fields, byte-identical on every channel."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from assistant.answers import Action, ActionKind, AnswerStatus, Sentence, Tier
from assistant.clarify import short_name
from assistant.draft import Draft, Pages
from assistant.understand import Understanding, chosen_option
from knowledge_base.content import KnowledgeBase
from knowledge_base.facets import asked_values, stated_values
from knowledge_base.records import Quote, Quotes
from knowledge_base.retrieval import RecordHit
from knowledge_base.schema import Facet
from prompts import reply

NEAR = 3.0
"""Records of the same item within this ranking distance of the best one are told as well."""

MAX_EXTRA = 5

HEADINGS: dict[Facet, str] = {
    Facet.OVERVIEW: "这是什么",
    Facet.CONDITIONS: "办理条件",
    Facet.MATERIALS: "要带什么",
    Facet.STEPS: "怎么办",
    Facet.CHANNELS: "在哪办",
    Facet.TIME_LIMIT: "多久办好",
    Facet.FEE: "收费",
    Facet.RESULT: "结果和待遇",
    Facet.VALIDITY: "有效期",
    Facet.DEPARTMENT: "承办部门",
    Facet.LEGAL_BASIS: "规定依据",
    Facet.RETURN_REASONS: "常见退件原因",
    Facet.NOTES: "注意",
}

_WHOLE = (
    Facet.OVERVIEW,
    Facet.CONDITIONS,
    Facet.MATERIALS,
    Facet.STEPS,
    Facet.CHANNELS,
    Facet.TIME_LIMIT,
    Facet.FEE,
)

_QUANTITY = re.compile(r"多少|几多|几钱|几[岁年天日个月成块元万千分张次]|多久|多长|多大|百分")
_METHOD = re.compile(r"公式|怎么算|怎样算|咋算|如何算|如何计算|怎么计算|点计")
_POINTER = re.compile(
    r"为准|核对|待核|未见|未查到|没有查到|未收录|才能确定|由.{1,10}(收取|收费)|按.{0,14}(标准|规定)(收费|收取)"
)
_DIGIT = re.compile(r"\d")
_OF_YEAR = re.compile(r"(20\d\d)年?(?:页面|政策)?(?:口径|标准)")
_ASKED_YEAR = re.compile(r"(20\d\d)年|(今年|而家|现在最新)")
_TOWN = re.compile(r"(镇|街道)$")
_AMOUNTS = frozenset({"money", "ratio"})

_BRIEF = (Facet.OVERVIEW, Facet.CONDITIONS, Facet.TIME_LIMIT, Facet.FEE)


class ApprovedAnswers:
    """Writes approved answers for one knowledge base."""

    def __init__(self, kb: KnowledgeBase, *, accept_unverified: bool) -> None:
        self._kb = kb
        self._quotes = Quotes(kb)
        self._accept_unverified = accept_unverified
        self._towns = [_TOWN.sub("", town.name) for town in kb.towns]

    def write(
        self,
        hits: Sequence[RecordHit],
        understanding: Understanding,
        confidence: float,
        on: dt.date,
        pages: Pages | None = None,
        brief: bool = False,
    ) -> Draft | None:
        """Write the answer led by `hits[0]`: its quotes, the rest of its facet, and near records of the item.

        `pages` continues the tokens of another answer; `brief` keeps an overview to its main points, for
        answers that compare. None when nothing may be shown (unverified facts
        refused, or no longer in force).
        """
        pages = pages or Pages(self._kb.revision)
        top = hits[0]
        shown: set[str] = set()
        lead = self._allowed(self._quotes.record(top.record_id), on)
        sections = self._sections(hits, understanding, on, _BRIEF if brief else _WHOLE)
        if not lead and not sections:
            return None
        sentences: list[Sentence] = []
        title = self._title(top.item_id)
        if "/faq/" in top.record_id and lead:
            sentences += self._block(title, lead, pages, shown)
        for facet, quotes in sections:
            name = HEADINGS[facet] if sentences else f"{title}·{HEADINGS[facet]}"
            sentences += self._block(name, quotes, pages, shown)
        if not any(s.citations for s in sentences):
            return None
        return Draft(
            status=AnswerStatus.ANSWERED,
            sentences=tuple(sentences),
            citations=pages.citations(),
            item_ids=(top.item_id,),
            facet=str(top.facet),
            confidence=confidence,
            tier=Tier.APPROVED,
            actions=self._actions(top.item_id),
        )

    def pointer(self, hit: RecordHit, question: str) -> str | None:
        """Give the record's text where it only says that the value asked for must be looked up elsewhere."""
        text = "".join(quote.text for quote in self._quotes.record(hit.record_id))
        if not _QUANTITY.search(question) or _METHOD.search(question) or not _POINTER.search(text):
            return None
        asked = asked_values(question)
        return text if not _DIGIT.search(text) or (asked and not asked & stated_values(text)) else None

    def is_beside(self, hit: RecordHit, question: str, on: dt.date) -> bool:
        """Tell whether a record speaks of another town than the question, or states an amount of an earlier year."""
        text = "".join(quote.text for quote in self._quotes.record(hit.record_id))
        there, asked = (frozenset(_towns(part, self._towns)) for part in (text, question))
        if there and asked and not there & asked:
            return True
        years = [int(year) for year in _OF_YEAR.findall(text)]
        wanted = [int(year) if year else on.year for year, _ in _ASKED_YEAR.findall(question)]
        return bool(years and wanted and _AMOUNTS & asked_values(question)) and max(wanted) > max(years)

    def _sections(
        self, hits: Sequence[RecordHit], understanding: Understanding, on: dt.date, overview: Sequence[Facet]
    ) -> list[tuple[Facet, list[Quote]]]:
        """Order what is told: the facet of the best record, other facets asked for, then near records."""
        top = hits[0]
        item = [hit for hit in hits if hit.item_id == top.item_id and not hit.is_gap]
        near = [hit for hit in item[1:] if hit.score >= top.score - NEAR][:MAX_EXTRA]
        facets = [top.facet]
        if top.facet is Facet.OVERVIEW and "/faq/" not in top.record_id:
            asked = [f for f in _WHOLE if f in understanding.cues and self._quotes.facet(top.item_id, f)]
            facets = asked or list(overview)
        sections: dict[Facet, list[Quote]] = {}
        if facets[0] is top.facet and "/faq/" not in top.record_id:
            sections[top.facet] = list(self._quotes.record(top.record_id))
        for facet in facets:
            sections.setdefault(facet, []).extend(self._quotes.facet(top.item_id, facet))
        for hit in near:
            sections.setdefault(hit.facet, []).extend(self._quotes.record(hit.record_id))
        for facet in (Facet.MATERIALS, Facet.TIME_LIMIT, Facet.FEE, Facet.DEPARTMENT):  # a set has no order to follow
            if facet in understanding.cues and facet not in sections:
                sections[facet] = list(self._quotes.facet(top.item_id, facet))
        self._order_materials(top.item_id, understanding, sections)
        return [(facet, allowed) for facet, quotes in sections.items() if (allowed := self._allowed(quotes, on))]

    def _order_materials(
        self, item_id: str, understanding: Understanding, sections: dict[Facet, list[Quote]]
    ) -> None:
        """Where the citizen named an option of a situation, put the materials it needs first."""
        item = self._kb.items.get(item_id)
        for situation in item.situations if item else ():
            option = chosen_option(situation, understanding.question)
            if option and option.materials and Facet.MATERIALS in sections:
                wanted = {f"{item_id}/{Facet.MATERIALS}/{m}" for m in option.materials}
                rows = sections[Facet.MATERIALS]
                sections[Facet.MATERIALS] = sorted(rows, key=lambda q: q.record_id not in wanted)

    def _block(self, name: str, quotes: Iterable[Quote], pages: Pages, shown: set[str]) -> list[Sentence]:
        """Write a heading and its rows; quotes already shown are left out, and nothing left gives no heading.

        Where every row of several is unverified, the heading carries the mark once for all of them.
        """
        new = []
        for quote in quotes:
            if quote.record_id not in shown and quote.text not in shown:
                shown.update((quote.record_id, quote.text))
                new.append(quote)
        if not new:
            return []
        mark = f"（{reply('unverified_mark')}）"
        at_heading = len(new) > 1 and not any(quote.verified for quote in new)
        rows = [Sentence(f"【{name}】{mark if at_heading else ''}")]
        for quote in new:
            bullet = "☐ " if "/materials/" in quote.record_id else "· "
            own_mark = "" if quote.verified or at_heading else mark
            rows.append(Sentence(f"{bullet}{quote.text}{own_mark}", (pages.cite(quote),)))
        return rows

    def _allowed(self, quotes: Iterable[Quote], on: dt.date) -> list[Quote]:
        return [q for q in quotes if (q.verified or self._accept_unverified) and q.in_force(on)]

    def _title(self, item_id: str) -> str:
        return short_name(self._kb, item_id) if item_id in self._kb.items else "办事通则"

    def _actions(self, item_id: str) -> tuple[Action, ...]:
        guide = (Action(ActionKind.GUIDE, "查看完整办事指南", item_id=item_id),) if item_id in self._kb.items else ()
        return (*guide, Action(ActionKind.HANDOFF, "转人工"))


def _towns(text: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name in text]
